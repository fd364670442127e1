"""One archive of everything: taken while the program runs, tested without unpacking, restored into an empty place."""

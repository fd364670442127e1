"""Reading a table of units: what its words mean, what each row says, and what taking it over would change."""

"""What a paper is made of, and how Word and PDF lay it out. Pure: no tables, no settings."""

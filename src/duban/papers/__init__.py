"""
Outgoing papers: their numbers without gaps, their layout after GB/T 9704, as Word and as PDF.

Owns: Series, Paper.
Uses: audit, kernel, organisation.
"""

"""
Recount, sums over any subtree, and history of figures.

Owns: FiguresDay.
Uses: audit, campaigns, kernel, organisation, workdays.
"""

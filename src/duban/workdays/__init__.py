"""
Working days, and the deadlines of Chinese papers.

Owns: Workday. `expressions` is pure and needs neither database nor settings.
Uses: audit, kernel, organisation, shell.
"""

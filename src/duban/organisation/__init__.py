"""
The unit tree, people, and who held which post when.

Owns: Unit, UnitName, UnitExternalId, Closure, Line, Person, Post, UnitImport.
Uses: accounts, audit, kernel, shell, workbooks.
"""

"""
The unit tree, people, who held which post and belonged to which branch when, and who took over from whom.

Owns: Unit, UnitName, UnitExternalId, Closure, Line, Person, Post, UnitSuccession, Membership, UnitImport,
MemberImport, MemberRow.
Uses: accounts, audit, kernel, shell, workbooks.
"""

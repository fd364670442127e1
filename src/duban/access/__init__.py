"""
Grants of roles over units, and which post a person acts in.

Owns: Grant, GrantUnit.
Uses: accounts, audit, kernel, organisation, shell, workbooks.
"""

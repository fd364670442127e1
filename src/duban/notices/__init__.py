"""
Messages to people: one reminder per person and day.

Owns: Digest, DigestDay, DigestLine.
Uses: accounts, audit, kernel, organisation, shell, workdays.
"""

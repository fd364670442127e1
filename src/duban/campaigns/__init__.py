"""
Campaigns as containers: every document, task and figure belongs to exactly one.

Owns: Campaign.
Uses: audit, kernel, organisation, shell.
"""

"""
Campaigns as containers: every document, task and figure belongs to exactly one.

Owns: Campaign.
Uses: access, audit, kernel, organisation, shell.
"""

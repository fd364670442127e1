"""
Incoming speeches and papers: their outline and what they require.

Owns: Document, OutlineNode, Requirement.
Uses: access, attachments, audit, campaigns, kernel, organisation, shell, workbooks, workdays.
"""

"""
Incoming speeches and papers: their outline and what they require.

Owns: Document, OutlineNode, Requirement.
Uses: attachments, audit, campaigns, kernel, organisation, shell, workbooks, workdays.
"""

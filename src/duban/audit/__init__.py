"""
The append-only record of who did what when, sealed part by part.

Owns: AuditEvent (written only by the database function audit_append), Seal, Verification.
Uses: kernel, shell, workbooks.
"""

"""
The append-only record of who did what when.

Owns: AuditEvent (written only by the database function audit_append).
Uses: kernel, shell.
"""

"""
What keeps an installation running: its state, what is removed after which time, which backups were taken.

Owns: Clearing, Backup.
Uses: audit, campaigns, figures, kernel, shell.
"""

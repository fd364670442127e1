"""
Files: kept once by their hash, served only by the record that owns them.

Owns: StoredFile.
Uses: audit, kernel.
"""

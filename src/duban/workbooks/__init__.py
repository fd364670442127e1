"""
Tables as offices exchange them: reading .xlsx, .csv and Word tables, returning them with errors marked, templates, exports.

Owns: ColumnMapping.
Uses: kernel.
"""

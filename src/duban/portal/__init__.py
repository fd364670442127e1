"""
Pages that span subjects: what we still owe, the table of units, the work list, the front page, navigation.

Owns: no tables.
Uses: access, accounts, audit, campaigns, directives, figures, kernel, organisation, shell, tasks, workbooks, workdays.
"""

"""
Pages that span subjects: what we still owe, the table of units, the work list, the front page, navigation.

Owns: no tables.
Uses: access, accounts, audit, burden, campaigns, directives, figures, kernel, notices, office, organisation, shell, tasks,
upkeep, workbooks, workdays.
"""

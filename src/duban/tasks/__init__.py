"""
Who owes what by when: assignments, each unit's share of them, and the checking of answers.

Owns: Assignment, AssignmentHelper, AssignmentUnit, Task, TaskEntry, Evidence, ChangeRequest, TaskFigures,
TaskFiguresPast, BreakdownImport.
Uses: access, attachments, audit, campaigns, directives, figures, kernel, organisation, shell, workbooks, workdays.
"""

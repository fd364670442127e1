"""
Who owes what by when: assignments, each unit's share of them, and the checking of answers.

Owns: Assignment, AssignmentHelper, AssignmentUnit, Task, TaskEntry, Evidence, ChangeRequest, Inspection, Sample,
SampledTask, Limits, TaskFigures, TaskFiguresPast, BreakdownImport, Confirmation, ConfirmationLink, HandOver.
Uses: access, accounts, attachments, audit, burden, campaigns, directives, figures, kernel, notices, organisation, papers,
shell, workbooks, workdays.
"""

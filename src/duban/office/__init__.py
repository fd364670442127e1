"""
An office's own work: what it registers from above, and its matters — questions, papers for decision, meetings, events.

Owns: Matter, MatterStep, Duty.
Uses: access, audit, burden, campaigns, directives, figures, kernel, organisation, shell, tasks, workbooks, workdays.
"""

"""
What the system writes for people to read on paper: the notice of an assignment, a unit on one page, and what stands where
for the next meeting.

Owns: Notice.
Uses: campaigns, figures, kernel, organisation, papers, shell, tasks, workbooks.
"""

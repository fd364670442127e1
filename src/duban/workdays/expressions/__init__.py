"""Working days and the deadlines of Chinese papers; needs neither database nor settings.

>>> from datetime import date
>>> read_due(text="6月底前", on=date(2026, 3, 2), calendar=seeded_calendar()).as_dict()["end"]
'2026-06-30'
"""

from duban.workdays.expressions.calendar import Calendar, seeded_calendar, seeded_days
from duban.workdays.expressions.reading import Due, DueKind, find_dues, read_due
from duban.workdays.expressions.recurrence import next_occurrence

__all__ = [
    "Calendar",
    "Due",
    "DueKind",
    "find_dues",
    "next_occurrence",
    "read_due",
    "seeded_calendar",
    "seeded_days",
]

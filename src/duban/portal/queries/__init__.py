"""Pages that span subjects: what we still owe, the table of units, the work list, the office's desk."""

from duban.campaigns.models import Campaign
from duban.figures.queries import UnitChoice
from duban.portal.queries.owed import Owed, owed, owed_listing, tab_words, units_answered_for
from duban.portal.queries.table import SHOWN, Desk, UnitRow, UnitTable, desk, unit_listing, unit_table
from duban.portal.queries.work import WorkList, status_choices, task_filter, work_list, work_listing
from duban.tasks.queries import Day, TaskFilter

__all__ = [
    "SHOWN",
    "Campaign",
    "Day",
    "Desk",
    "Owed",
    "TaskFilter",
    "UnitChoice",
    "UnitRow",
    "UnitTable",
    "WorkList",
    "desk",
    "owed",
    "owed_listing",
    "status_choices",
    "tab_words",
    "task_filter",
    "unit_listing",
    "unit_table",
    "units_answered_for",
    "work_list",
    "work_listing",
]

"""Pages that span subjects: what we still owe, the table of units, the work list, the office's desk."""

from duban.burden.queries import asked_of
from duban.campaigns.models import Campaign
from duban.figures.queries import UnitChoice
from duban.office.queries import Displaced
from duban.portal.queries.activity import Activity, activity, may_see_activity
from duban.portal.queries.ahead import DAYS, MOST_DAYS, Ahead, AheadLine, ahead, ahead_listing
from duban.portal.queries.desk import Coming, Desk, DeskRow, Overview, coming, office_desk, overview, places_below
from duban.portal.queries.following import (
    Followed,
    followed_listing,
    followed_meeting,
    only_forwarded,
    only_forwarded_here,
    touched_assignments,
)
from duban.portal.queries.group_text import group_text
from duban.portal.queries.owed import Owed, OwedLine, owed, owed_listing, tab_words, units_answered_for
from duban.portal.queries.pace import (
    Measure,
    Measures,
    Pace,
    key_measures,
    measures_listing,
    pace,
    pace_of_unit,
    short_units,
)
from duban.portal.queries.parts import PartsTable, parts_listing, parts_table
from duban.portal.queries.replanning import Replanning, ToReplan, replanning
from duban.portal.queries.screens import branch_screen, member_screen, principal_screen, township_screen, whom_to_tell
from duban.portal.queries.table import SHOWN, UnitRow, UnitTable, unit_listing, unit_table
from duban.portal.queries.urging import Urging, urging, urging_listing
from duban.portal.queries.work import WorkLine, WorkList, status_choices, task_filter, work_list, work_listing
from duban.tasks.queries import Crowded, Day, TaskFilter, urged_outcomes

__all__ = [
    "DAYS",
    "MOST_DAYS",
    "SHOWN",
    "Activity",
    "Ahead",
    "AheadLine",
    "Campaign",
    "Coming",
    "Crowded",
    "Day",
    "Desk",
    "DeskRow",
    "Displaced",
    "Followed",
    "Measure",
    "Measures",
    "Overview",
    "Owed",
    "OwedLine",
    "Pace",
    "PartsTable",
    "Replanning",
    "TaskFilter",
    "ToReplan",
    "UnitChoice",
    "UnitRow",
    "UnitTable",
    "Urging",
    "WorkLine",
    "WorkList",
    "activity",
    "ahead",
    "ahead_listing",
    "asked_of",
    "branch_screen",
    "coming",
    "followed_listing",
    "followed_meeting",
    "group_text",
    "key_measures",
    "may_see_activity",
    "measures_listing",
    "member_screen",
    "office_desk",
    "only_forwarded",
    "only_forwarded_here",
    "overview",
    "owed",
    "owed_listing",
    "pace",
    "pace_of_unit",
    "parts_listing",
    "parts_table",
    "places_below",
    "principal_screen",
    "replanning",
    "short_units",
    "status_choices",
    "tab_words",
    "task_filter",
    "touched_assignments",
    "township_screen",
    "unit_listing",
    "unit_table",
    "units_answered_for",
    "urged_outcomes",
    "urging",
    "urging_listing",
    "whom_to_tell",
    "work_list",
    "work_listing",
]

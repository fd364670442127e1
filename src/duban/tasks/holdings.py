"""What a unit can hold open of tasks."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import Holding

_OPEN = "held.status NOT IN ('done', 'withdrawn', 'merged')"

TASK_HOLDINGS = (
    Holding(
        "tasks",
        _("Tasks that it owes"),
        _("go to the successor; where that has the same task already, the two become one"),
        "tasks_task",
        "unit_id",
        _OPEN,
    ),
    Holding(
        "checks",
        _("Tasks of others that it checks"),
        _("are checked by the successor"),
        "tasks_task",
        "checker_unit_id",
        _OPEN,
    ),
    Holding(
        "assignments",
        _("Drafts, and assignments not yet finished everywhere"),
        _("are followed by the successor's office"),
        "tasks_assignment",
        "assigner_id",
        "(held.status <> 'issued' OR EXISTS (SELECT 1 FROM tasks_task AS share WHERE share.assignment_id = held.id"
        " AND share.status NOT IN ('done', 'withdrawn', 'merged')))",
    ),
    Holding(
        "helped",
        _("Assignments with which it helps"),
        _("are helped by the successor"),
        "tasks_assignmenthelper",
        "unit_id",
        "EXISTS (SELECT 1 FROM tasks_task AS share WHERE share.assignment_id = held.assignment_id"
        " AND share.status NOT IN ('done', 'withdrawn', 'merged'))",
    ),
)

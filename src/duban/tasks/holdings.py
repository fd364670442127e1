"""What a unit can hold open of tasks."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import History, Holding

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
    Holding(
        "breakdowns",
        _("Breakdown tables not yet taken over"),
        _("go to the successor's office"),
        "tasks_breakdownimport",
        "assigner_id",
        "held.status <> 'done'",
        follows=True,
    ),
)

TASK_HISTORY = (
    History("tasks_taskfigures", "unit_id", "counted anew from its tasks; what it finished stays its own"),
    History("tasks_taskfigurespast", "unit_id", "figures of past days"),
    History("tasks_assignment", "tightened_by_id", "who set the earlier date"),
    History(
        "tasks_assignmentunit", "unit_id", "the choice as it was confirmed; whoever is given a task is asked again"
    ),
    History("tasks_taskentry", "unit_id", "whose words they are"),
    History("tasks_taskentry", "for_unit_id", "whose words they are"),
    History("tasks_sample", "scope_id", "what was drawn from; the heir's office sees it and looks at what is left"),
    History("tasks_inspection", "place_id", "where somebody looked"),
    History("tasks_handover", "unit_id", "who handed over to whom"),
)

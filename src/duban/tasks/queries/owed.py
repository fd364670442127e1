"""What one unit owes: the lines of one tab and the counts of all."""

from dataclasses import dataclass, fields
from typing import Any

from django.db import connection

from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.tasks.models import LAST_DAY
from duban.tasks.queries.lines import TaskLine, columns
from duban.tasks.queries.lists import COUNTED_AT_MOST, unit_in_view
from duban.tasks.states import OPEN_STATUSES

_LINE = ", ".join(f"{column} AS line_{field.name}" for column, field in zip(columns(), fields(TaskLine), strict=True))
# What a line needs of its task is read with the task, so that the table with the most indexes is planned for only once.
_OF_TASK = ", ".join(["task.assignment_id", "task.unit_id", *(name for name in columns() if name.startswith("task."))])
# By hand: it is the page that most people open first, and its four counts and its lines are one look at one unit.
_OWED = f"""
WITH owned AS MATERIALIZED (
    SELECT {_OF_TASK},
           EXISTS (SELECT FROM tasks_assignmenthelper helper WHERE helper.assignment_id = task.assignment_id) AS is_led,
           EXISTS (SELECT FROM tasks_assignment part WHERE part.passed_from_id = task.id) AS is_passed
      FROM tasks_task task
     WHERE task.unit_id = %(unit)s AND task.campaign_id = %(campaign)s AND task.status = ANY(%(open)s)
), helped AS MATERIALIZED (
    -- Who helps with a task is asked once, not again for each part that its owner passes down.
    SELECT {_OF_TASK}, false AS is_led, false AS is_passed
      FROM tasks_assignmenthelper helper
      JOIN tasks_assignment assignment ON assignment.id = helper.assignment_id AND assignment.passed_from_id IS NULL
      JOIN tasks_task task ON task.assignment_id = assignment.id
     WHERE helper.unit_id = %(unit)s AND task.campaign_id = %(campaign)s AND task.status = ANY(%(open)s)
), lines AS (
    SELECT {_LINE}
      FROM {{chosen}} AS task
      JOIN tasks_assignment assignment ON assignment.id = task.assignment_id
      JOIN organisation_unit unit ON unit.id = task.unit_id
      JOIN organisation_unit assigner ON assigner.id = assignment.assigner_id
     ORDER BY task.is_key DESC, COALESCE(task.agreed_due, %(last_day)s), task.id
     LIMIT %(most)s
)
SELECT counts.*, lines.*
  FROM (SELECT (SELECT count(*) FROM owned), (SELECT count(*) FROM owned WHERE is_led),
               (SELECT count(*) FROM helped), (SELECT count(*) FROM owned WHERE is_passed)) AS counts
  LEFT JOIN lines ON true
 ORDER BY line_is_key DESC, COALESCE(line_agreed_due, %(last_day)s), line_pk
"""  # noqa: S608 - columns of ours
_CHOSEN = {
    "mine": "owned",
    "lead": "(SELECT * FROM owned WHERE is_led)",
    "help": "helped",
    "passed": "(SELECT * FROM owned WHERE is_passed)",
}
_OWED_IN = {tab: _OWED.format(chosen=chosen) for tab, chosen in _CHOSEN.items()}
OWED_TABS = tuple(_CHOSEN)


@dataclass(frozen=True, slots=True)
class OwedLines:
    """The open tasks of one unit in one tab, and how many there are in each, counted to 1,001 at most."""

    lines: list[TaskLine]
    counts: dict[str, int]


def owed_lines(
    *, actor: Actor, unit_id: int, campaign_id: int, tab: str, most: int, unit: Unit | None = None
) -> OwedLines:
    """
    Return the first open tasks of one unit for its list 本单位还差什么: key items first, then by agreed date.

    `tab` is "mine" (all it owns), "lead" (it owns and others help), "help" (others own, it helps) or "passed" (it owns
    and passed them down). `unit` may be given where `unit_in_view` has returned it already.

    :raises NotFound: if this actor may not see the unit's tasks
    """
    unit = unit or unit_in_view(actor=actor, unit_id=unit_id)
    given: dict[str, Any] = {
        "unit": unit.pk,
        "campaign": campaign_id,
        "open": [status.value for status in OPEN_STATUSES],
        "last_day": LAST_DAY,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWED_IN[tab], given)
        rows = cursor.fetchall()
    number = len(OWED_TABS)
    counts = {name: min(count, COUNTED_AT_MOST + 1) for name, count in zip(OWED_TABS, rows[0][:number], strict=True)}
    return OwedLines([TaskLine(*row[number:]) for row in rows if row[number] is not None], counts)

"""
What stands where, unit by unit, for the next meeting that pushes the work on (推进会素材).

Units and facts, in protocol order: no ranking, no shares to compare, no word about persons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.figures import queries as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.shell.templatetags.shell import day as day_word
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.policy import TasksCapability
from duban.tasks.queries import Day
from duban.tasks.states import OPEN_STATUSES
from duban.workbooks.listing import Column, Listing

MOST_UNITS = 500
_NUMBERS = ("total", "done", "overdue")

# The item of each subtree that has been overdue longest, and the one accepted last.
_FACTS = """
SELECT DISTINCT ON (closure.ancestor_id)
       closure.ancestor_id, COALESCE(NULLIF(unit.short_name, ''), unit.name), assignment.wording,
       task.agreed_due, task.finished_on
  FROM tasks_task task
  JOIN organisation_closure closure ON closure.descendant_id = task.unit_id
  JOIN organisation_unit unit ON unit.id = task.unit_id
  JOIN tasks_assignment assignment ON assignment.id = task.assignment_id
 WHERE task.campaign_id = %(campaign)s AND closure.ancestor_id = ANY(%(units)s) AND {condition}
 ORDER BY closure.ancestor_id, {order}, task.id
"""
_OVERDUE = _FACTS.format(
    condition="task.status = ANY(%(open)s) AND task.agreed_due < %(as_of)s",
    order="task.agreed_due",
)
_ACCEPTED = _FACTS.format(condition="task.status = 'done'", order="task.finished_on DESC")
_RETURNED = """
SELECT closure.ancestor_id, count(DISTINCT task.id)
  FROM tasks_task task
  JOIN organisation_closure closure ON closure.descendant_id = task.unit_id
  JOIN tasks_taskentry entry ON entry.task_id = task.id AND entry.kind = 'return'
 WHERE task.campaign_id = %(campaign)s AND closure.ancestor_id = ANY(%(units)s)
   AND (entry.made_at AT TIME ZONE %(zone)s)::date <= %(as_of)s
 GROUP BY closure.ancestor_id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One lower unit with everything below it."""

    unit: Unit
    total: int
    done: int
    overdue: int
    # Items whose answer was returned for more at least once.
    returned: int
    fact: str


def promotion(
    *, actor: Actor, campaign: Campaign, unit_id: int | None, today: date
) -> tuple[Unit, Day, list[Standing]]:
    """
    Return the upper unit, the day, and one line for each unit directly below it, in protocol order.

    Without `unit_id` the first unit whose whole subtree this actor sees.

    :raises NotFound: if this actor may not see the unit's tasks
    :raises InvalidInput: if it has more units directly below than a meeting can go through
    """
    upper = _upper(actor, unit_id)
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    below = organisation.units_where(actor=actor, capability=TasksCapability.VIEW).filter(
        organisation.in_force(on=day.as_of), parent=upper
    )
    units = list(below.order_by("order_path", "pk")[: MOST_UNITS + 1])
    if len(units) > MOST_UNITS:
        raise InvalidInput(
            _("More than %(most)d units stand directly below; choose a lower unit.") % {"most": MOST_UNITS}
        )
    ids = [unit.pk for unit in units]
    sums = figures.sums(actor=actor, table=TASK_FIGURES, campaign_id=campaign.pk, whole=ids) if ids else {}
    given: dict[str, Any] = {
        "campaign": campaign.pk,
        "units": ids,
        "as_of": day.as_of,
        "zone": settings.TIME_ZONE,
        "open": [str(status) for status in OPEN_STATUSES],
    }
    late, accepted = _rows(_OVERDUE, given), _rows(_ACCEPTED, given)
    returned = {unit_id: int(str(row[0])) for unit_id, row in _rows(_RETURNED, given).items()}
    nothing = dict.fromkeys(TASK_FIGURES.columns, 0)
    return (
        upper,
        day,
        [
            Standing(
                unit=unit,
                returned=returned.get(unit.pk, 0),
                fact=_fact(day, late.get(unit.pk), accepted.get(unit.pk)),
                **{name: sums.get(unit.pk, nothing)[name] for name in _NUMBERS},
            )
            for unit in units
        ],
    )


def promotion_listing(*, actor: Actor, campaign: Campaign, upper: Unit, day: Day, rows: Sequence[Standing]) -> Listing:
    """Return the same lines for Excel and Word."""
    return Listing(
        title=_("Material for the next promotion meeting"),
        scope=f"{upper.name} · {campaign.name}",
        filters=_("units directly below"),
        as_of=day.as_of,
        columns=[
            Column("unit", _("Unit"), width=24),
            Column("total", _("Owed"), "integer", 8),
            Column("done", _("Done"), "integer", 8),
            Column("overdue", _("Overdue"), "integer", 8),
            Column("returned", _("Returned for more"), "integer", 10),
            Column("fact", _("One fact"), width=60),
        ],
        rows=[[row.unit.name, row.total, row.done, row.overdue, row.returned, row.fact] for row in rows],
        notes=[_("In protocol order; no ranking.")],
    )


def _upper(actor: Actor, unit_id: int | None) -> Unit:
    if unit_id is not None:
        return tasks.unit_in_view(actor=actor, unit_id=unit_id)
    paths = actor.scope(TasksCapability.VIEW).paths
    first = Unit.objects.filter(path__in=paths).order_by("order_path").first() if paths else None
    if first is None:
        raise InvalidInput(_("Choose the unit whose lower units the meeting is about."))
    return first


def _rows(statement: str, given: dict[str, Any]) -> dict[int, tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _fact(day: Day, late: tuple[object, ...] | None, accepted: tuple[object, ...] | None) -> str:
    if late is not None:
        unit, wording, due, _finished = late
        assert isinstance(due, date)
        return _("%(unit)s: “%(item)s” was due on %(day)s, %(count)d days ago.") % {
            "unit": unit,
            "item": _cut(str(wording)),
            "day": day_word(due),
            "count": (day.as_of - due).days,
        }
    if accepted is not None:
        unit, wording, _due, finished = accepted
        assert isinstance(finished, date)
        return _("%(unit)s: “%(item)s” was done on %(day)s.") % {
            "unit": unit,
            "item": _cut(str(wording)),
            "day": day_word(finished),
        }
    return ""


def _cut(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"

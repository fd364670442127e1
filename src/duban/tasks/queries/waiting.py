"""What an office has to look at today and in the coming days: how many, the oldest, and what falls due on which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.organisation.states import Kind, Level
from duban.tasks.figures import OPEN, TASK_FIGURES
from duban.tasks.policy import TasksCapability
from duban.tasks.queries.lists import COUNTED_AT_MOST, Day, unit_in_view
from duban.tasks.states import OPEN_CHANGES
from duban.workdays import queries as workdays

# Beyond so many in one week a unit cannot do its own work any more.
MOST_IN_A_WEEK = 3
LOOK_AHEAD_WORKDAYS = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    How many items wait and since when the oldest does; None where that says nothing.

    Counted to 1,001 at most, and exactly where it is one of those `COUNTED_BY_FIGURES`.
    """

    number: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class DueDay:
    """One day of the look-ahead: how many items fall due on it, and at how many units."""

    day: date
    items: int
    units: int
    is_workday: bool


@dataclass(frozen=True, slots=True)
class Crowded:
    """A class of units of which some have more than three items due in the week that begins on `week`."""

    week: date
    level: str
    kind: str
    units: int
    most: int

    @property
    def label(self) -> str:
        """The class in words."""
        return f"{Level(self.level).label}·{Kind(self.kind).label}"


# By hand: what an office opens first. The conditions are those of the figures with the same names.
_DAY = "(SELECT %(as_of)s::date AS as_of) AS day"
_CONDITIONS = {figure.name: figure.condition for figure in TASK_FIGURES.figures}
_SINCE = {"to_sign": "issued_at", "overdue": "agreed_due", "declined": "issued_at"}
# Along the index, the oldest first, until one belongs to a unit of the scope. Said of the answer (IS TRUE), so that each item
# is looked up among the units and not each unit among the items.
_OLDEST = {
    name: f"""
SELECT '{name}', NULL::bigint, min(since)::timestamptz FROM (
    SELECT record.{since} AS since FROM tasks_task AS record, {_DAY}
     WHERE record.campaign_id = %(campaign)s AND {_CONDITIONS[name]}{{is_among}}
     ORDER BY record.{since} LIMIT 1
) AS first"""  # noqa: S608 - columns of ours
    for name, since in _SINCE.items()
}
_IS_AMONG = " AND (record.unit_id IN (SELECT id FROM seen)) IS TRUE"
# Where a scope has few, that would pass everybody else's first: begin with the units that have one.
_OLDEST_OF_FEW = {
    name: f"""
SELECT '{name}', NULL::bigint, min(record.{since})::timestamptz
  FROM tasks_taskfigures AS kept JOIN tasks_task AS record ON record.unit_id = kept.unit_id, {_DAY}
 WHERE kept.campaign_id = %(campaign)s AND kept.{name} > 0 AND kept.unit_id IN (SELECT id FROM seen)
   AND record.campaign_id = %(campaign)s AND {_CONDITIONS[name]}"""  # noqa: S608 - columns of ours
    for name, since in _SINCE.items()
}
COUNTED_BY_FIGURES = tuple(_SINCE)
_IS_SEEN = " AND record.unit_id IN (SELECT id FROM seen)"
_DUE_TODAY = f"""
SELECT 'due_today', count(*), NULL::timestamptz FROM (
    SELECT FROM tasks_task AS record
     WHERE record.campaign_id = %(campaign)s AND {OPEN} AND record.agreed_due = %(as_of)s{{is_seen}} LIMIT %(most)s
) AS found"""  # noqa: S608 - columns of ours
_CHANGE_ASKED = """
SELECT 'change_asked', count(*), min(asked_at) FROM (
    SELECT change.asked_at FROM tasks_changerequest AS change JOIN tasks_task AS record ON record.id = change.task_id
     WHERE change.status = ANY(%(open_changes)s) AND record.campaign_id = %(campaign)s{is_seen}{is_checked}
     ORDER BY change.asked_at LIMIT %(most)s
) AS found"""
_IS_ASKED = f"record.campaign_id = %(campaign)s AND {_CONDITIONS['asked']}"
_ASKED = f"""
SELECT 'asked_done', count(*), min(asked_at) FROM (
    SELECT record.asked_at FROM tasks_task AS record WHERE {_IS_ASKED} ORDER BY record.asked_at LIMIT %(most)s
) AS found"""  # noqa: S608 - columns of ours
# Few check and many are asked: from one checker to the next, then only what waits for those of the scope.
_CHECKERS = f"""
checker (id) AS (
    SELECT min(record.checker_unit_id) FROM tasks_task AS record WHERE {_IS_ASKED}
    UNION ALL
    SELECT (SELECT min(record.checker_unit_id) FROM tasks_task AS record
             WHERE {_IS_ASKED} AND record.checker_unit_id > checker.id)
      FROM checker WHERE checker.id IS NOT NULL
), checking AS MATERIALIZED (
    SELECT checker.id, (SELECT min(record.asked_at) FROM tasks_task AS record
                         WHERE {_IS_ASKED} AND record.checker_unit_id = checker.id) AS since
      FROM checker WHERE checker.id IN (SELECT id FROM checked)
)"""  # noqa: S608 - columns of ours
_ASKED_OF_SOME = f"""
SELECT 'asked_done', (SELECT count(*) FROM (
    SELECT FROM checking JOIN tasks_task AS record ON record.checker_unit_id = checking.id WHERE {_IS_ASKED} LIMIT %(most)s
) AS found), min(checking.since) FROM checking"""  # noqa: S608 - columns of ours


def waiting(*, actor: Actor, campaign_id: int, day: Day, counted: Mapping[str, int]) -> dict[str, Waiting]:
    """
    Return what waits in this actor's scope, by the status whose list shows exactly these items.

    `asked_done` are those that wait for this actor's check, as in `to_check_page`; the others as in `work_list`.
    `counted` are the figures over the same scope: how many there are of those `COUNTED_BY_FIGURES`.
    """
    view, check = actor.scope(TasksCapability.VIEW), actor.scope(TasksCapability.CHECK)
    given: dict[str, Any] = {
        "campaign": campaign_id,
        "as_of": day.as_of,
        "open_changes": [status.value for status in OPEN_CHANGES],
        "most": COUNTED_AT_MOST + 1,
    }
    named = []
    for name, scope in (("seen", view), ("checked", check)):
        if not (actor.is_system or scope.is_whole):
            units, parameters = organisation.scoped_units(scope=scope, name=name)
            named.append(f"{name} AS MATERIALIZED ({units})")
            given |= parameters
    is_seen = _IS_SEEN if "seen_heads" in given else ""
    is_checked = " AND record.checker_unit_id IN (SELECT id FROM checked)" if "checked_heads" in given else ""
    parts = [_DUE_TODAY.format(is_seen=is_seen), _CHANGE_ASKED.format(is_seen=is_seen, is_checked=is_checked)]
    for name in COUNTED_BY_FIGURES:
        if is_seen and 0 < counted[name] <= COUNTED_AT_MOST:
            parts.append(_OLDEST_OF_FEW[name])
        elif counted[name]:
            parts.append(_OLDEST[name].format(is_among=_IS_AMONG if is_seen else ""))
    if is_checked:
        named.append(_CHECKERS)
        parts.append(_ASKED_OF_SOME)
    else:
        parts.append(_ASKED)
    beginning = f"WITH RECURSIVE {', '.join(named)} " if named else ""
    with connection.cursor() as cursor:
        cursor.execute(beginning + " UNION ALL ".join(parts), given)
        found = {name: (number, oldest) for name, number, oldest in cursor.fetchall()}
    waits = {name: (counted[name], None) for name in COUNTED_BY_FIGURES} | found
    return {
        name: Waiting(counted[name] if number is None else number, timezone.localdate(oldest) if oldest else None)
        for name, (number, oldest) in waits.items()
    }


def due_days(*, actor: Actor, campaign_id: int, day: Day) -> list[DueDay]:
    """
    Return each of the next working days, today first, with what falls due on it (R-629).

    A day on which nobody works stands in the list only where something falls due on it.
    """
    calendar = workdays.calendar(actor=actor)
    first = day.as_of
    last = calendar.add_workdays(first, LOOK_AHEAD_WORKDAYS - (1 if calendar.is_workday(first) else 0))
    # By day and unit first: so the index alone answers, in its own order.
    seen, falling_due, given = _falling_due(actor, campaign_id, first, last, None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{seen}per_unit AS ("  # noqa: S608 - columns of ours
            f" SELECT record.agreed_due, record.unit_id, count(*) AS items {falling_due} GROUP BY 1, 2)"
            " SELECT agreed_due, sum(items)::bigint, count(*) FROM per_unit GROUP BY agreed_due",
            given,
        )
        found = {due: (items, units) for due, items, units in cursor.fetchall()}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        DueDay(each, *found.get(each, (0, 0)), calendar.is_workday(each))
        for each in days
        if calendar.is_workday(each) or each in found
    ]


def crowded_classes(
    *, actor: Actor, campaign_id: int, first: date, last: date, unit_id: int | None = None
) -> list[Crowded]:
    """
    Return the classes of units of which some have more than three items due in one calendar week (R-655).

    Counted from the first day on, and to the end of the week of the last.
    """
    monday = first - timedelta(days=first.weekday())
    weeks = [monday + timedelta(days=7 * number) for number in range((last - monday).days // 7 + 1)]
    seen, falling_due, given = _falling_due(actor, campaign_id, first, weeks[-1] + timedelta(days=6), unit_id)
    # Classes are made of those units only that have too many, seldom any: by their numbers, not by reading all units.
    with connection.cursor() as cursor:
        cursor.execute(
            f"{seen}crowded AS MATERIALIZED ("  # noqa: S608 - columns of ours
            f" SELECT (record.agreed_due - %(monday)s::date) / 7 AS week, record.unit_id, count(*) AS items {falling_due}"
            " GROUP BY 1, 2 HAVING count(*) > %(most)s)"
            " SELECT week, unit.level, unit.kind, count(*), max(items)"
            " FROM crowded JOIN organisation_unit AS unit ON unit.id = crowded.unit_id"
            " WHERE unit.id = ANY(ARRAY(SELECT unit_id FROM crowded))"
            " GROUP BY week, unit.level, unit.kind ORDER BY week, unit.level, unit.kind",
            {**given, "monday": monday, "most": MOST_IN_A_WEEK},
        )
        return [Crowded(weeks[week], level, kind, units, most) for week, level, kind, units, most in cursor.fetchall()]


def _falling_due(
    actor: Actor, campaign_id: int, first: date, last: date, unit_id: int | None
) -> tuple[str, str, dict[str, Any]]:
    """
    Return how a statement over the open items that fall due on these days begins, its FROM and WHERE, its parameters.

    Its items stand there as `record`: those of the actor's scope, or of one unit alone. Another table follows the beginning.
    """
    given: dict[str, Any] = {"campaign": campaign_id, "first": first, "last": last}
    seen, is_seen = "WITH ", ""
    scope = actor.scope(TasksCapability.VIEW)
    if unit_id is not None:
        given["unit"] = unit_in_view(actor=actor, unit_id=unit_id).pk
        is_seen = " AND record.unit_id = %(unit)s"
    elif not (actor.is_system or scope.is_whole):
        units, parameters = organisation.scoped_units(scope=scope, name="seen")
        given |= parameters
        seen, is_seen = f"WITH seen AS MATERIALIZED ({units}), ", _IS_SEEN
    open_then = f"{OPEN} AND record.agreed_due BETWEEN %(first)s AND %(last)s"
    return seen, f"FROM tasks_task AS record WHERE record.campaign_id = %(campaign)s AND {open_then}{is_seen}", given

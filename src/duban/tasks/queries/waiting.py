"""What an office has to look at today and in the coming days: how many, the oldest, and what falls due on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils import timezone

from duban.kernel.authority import Actor
from duban.organisation.states import Kind, Level
from duban.tasks.models import ChangeRequest, Task
from duban.tasks.queries.lists import COUNTED_AT_MOST, Day, TaskFilter, narrowed, to_check
from duban.tasks.states import OPEN_CHANGES
from duban.workdays import queries as workdays

# Beyond so many in one week a unit cannot do its own work any more.
MOST_IN_A_WEEK = 3
LOOK_AHEAD_WORKDAYS = 10
# How many of these there are is known from the figures; only the oldest is looked for.
COUNTED_BY_FIGURES = ("to_sign", "overdue", "declined")


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    How many items wait, counted to 1,001 at most, and since when the oldest does; None where that says nothing.

    Of those `COUNTED_BY_FIGURES` it says only whether there is one.
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


def waiting(*, actor: Actor, campaign_id: int, day: Day) -> dict[str, Waiting]:
    """
    Return what waits in this actor's scope, by the status whose list shows exactly these items.

    `asked_done` are those that wait for this actor's check, as in `to_check_page`; the others as in `work_list`.
    """

    def of(status: str) -> QuerySet[Task]:
        given = TaskFilter(campaign_id=campaign_id, status=status, as_of=day.as_of, near_until=day.near_until)
        return narrowed(actor=actor, given=given)

    asked = ChangeRequest.objects.filter(task=OuterRef("pk"), status__in=OPEN_CHANGES).values("asked_at")
    found: dict[str, tuple[QuerySet[Task], Combinable]] = {
        "to_sign": (of("to_sign"), F("issued_at")),
        "due_today": (of("due_today"), F("agreed_due")),
        "overdue": (of("overdue"), F("agreed_due")),
        "asked_done": (to_check(actor=actor, campaign_id=campaign_id), F("asked_at")),
        "change_asked": (of("change_asked"), Subquery(asked[:1])),
        "declined": (of("declined"), F("issued_at")),
    }
    parts, parameters = [], []
    for name, (tasks, since) in found.items():
        most = 1 if name in COUNTED_BY_FIGURES else COUNTED_AT_MOST + 1
        rows = tasks.annotate(since=since).order_by("since").values_list("since")[:most]
        sql, given = rows.query.sql_with_params()
        parts.append(f"SELECT %s, count(*), min(since)::timestamptz FROM ({sql}) AS found (since)")  # noqa: S608 - the ORM's own
        parameters += [name, *given]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        counted = {name: (number, oldest) for name, number, oldest in cursor.fetchall()}
    return {
        name: Waiting(number, timezone.localdate(oldest) if oldest is not None and name != "due_today" else None)
        for name, (number, oldest) in counted.items()
    }


def due_days(
    *, actor: Actor, campaign_id: int, day: Day, workdays_ahead: int = LOOK_AHEAD_WORKDAYS, unit_id: int | None = None
) -> list[DueDay]:
    """
    Return each of the next working days, today first, with what falls due on it (R-629).

    A day on which nobody works stands in the list only where something falls due on it.
    """
    calendar = workdays.calendar(actor=actor)
    first = day.as_of
    last = calendar.add_workdays(first, workdays_ahead - (1 if calendar.is_workday(first) else 0))
    # By day and unit first: so the index alone answers, in its own order.
    sql, parameters = _days_and_units(actor, campaign_id, day, last, unit_id)
    found: dict[date, tuple[int, int]] = {}
    if sql:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT due, sum(items)::bigint, count(*) FROM ("  # noqa: S608 - the ORM's own
                f" SELECT due, unit_id, count(*) AS items FROM ({sql}) AS found (due, unit_id) GROUP BY due, unit_id"
                ") AS per_unit GROUP BY due",
                parameters,
            )
            found = {due: (items, units) for due, items, units in cursor.fetchall()}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        DueDay(each, *found.get(each, (0, 0)), calendar.is_workday(each))
        for each in days
        if calendar.is_workday(each) or each in found
    ]


def crowded_classes(
    *, actor: Actor, campaign_id: int, days: Sequence[DueDay], unit_id: int | None = None
) -> list[Crowded]:
    """Return the classes of units of which some have more than three items due in one calendar week (R-655)."""
    if not days:
        return []
    first, last = days[0].day, days[-1].day
    monday = first - timedelta(days=first.weekday())
    weeks = [monday + timedelta(days=7 * number) for number in range((last - monday).days // 7 + 1)]
    day = Day(first, last)
    sql, parameters = _days_and_units(actor, campaign_id, day, weeks[-1] + timedelta(days=6), unit_id)
    if not sql:
        return []
    # Classes are made of those units only that have too many.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT week, unit.level, unit.kind, count(*), max(items) FROM ("  # noqa: S608 - the ORM's own
            " SELECT (due - %s::date) / 7 AS week, unit_id, count(*) AS items"
            f" FROM ({sql}) AS found (due, unit_id) GROUP BY 1, 2 HAVING count(*) > %s) AS crowded"
            " JOIN organisation_unit AS unit ON unit.id = crowded.unit_id"
            " GROUP BY week, unit.level, unit.kind ORDER BY week, unit.level, unit.kind",
            [monday, *parameters, MOST_IN_A_WEEK],
        )
        return [Crowded(weeks[week], level, kind, units, most) for week, level, kind, units, most in cursor.fetchall()]


def _days_and_units(
    actor: Actor, campaign_id: int, day: Day, last: date, unit_id: int | None
) -> tuple[str, tuple[Any, ...]]:
    """Return, as a statement, day and unit of every item that falls due; empty where nothing can match."""
    found = _open_until(actor, campaign_id, day, last, unit_id).order_by()
    try:
        return found.values_list("agreed_due", "unit_id").query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def _open_until(actor: Actor, campaign_id: int, day: Day, last: date, unit_id: int | None) -> QuerySet[Task]:
    given = TaskFilter(
        campaign_id=campaign_id,
        status="open",
        unit_id=unit_id,
        own_only=unit_id is not None,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    return narrowed(actor=actor, given=given).filter(agreed_due__gte=day.as_of, agreed_due__lte=last)

"""What asking would cost: units, minutes, weeks too full, blocked days; computed over the whole choice at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duban.burden.counting import IN_WEEK, SELECTED, chosen
from duban.burden.models import BlockedPeriod
from duban.burden.states import DEFAULT_MINUTES, CapEffect, DemandKind
from duban.burden.weeks import WEEK, span_of, week_of
from duban.kernel.authority import Actor, path_end
from duban.organisation.models import Unit
from duban.organisation.states import Kind
from duban.workdays import queries as workdays

# Weeks of a recurring demand that are looked at before it is confirmed.
WEEKS_AHEAD = 13
LATEST_PROPOSAL = 12
# More units than these are asked only after a second look at what it costs them.
MANY_UNITS = 20


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody is about to ask; `minutes` of each unit for one answer, None: the usual ones of its kind."""

    kind: str
    asked_on: date
    due_on: date | None = None
    minutes: int | None = None
    rhythm: str = "once"

    @property
    def each(self) -> int:
        """Minutes for one answer."""
        return DEFAULT_MINUTES[self.kind] if self.minutes is None else self.minutes


@dataclass(frozen=True, slots=True)
class TooFull:
    """One week in which units of one kind would lie above their cap."""

    unit_kind: str
    week: date
    units: int
    # Units above each limit: requests, minutes, documents.
    by_limit: dict[str, int]
    is_refused: bool

    @property
    def sentence(self) -> str:
        """The warning in words."""
        words = {"requests": _("requests"), "minutes": _("minutes"), "documents": _("documents")}
        return _("Week from %(week)s: %(units)d units (%(kind)s) above their cap: %(limits)s") % {
            "week": self.week.isoformat(),
            "units": self.units,
            "kind": Kind(self.unit_kind).label,
            "limits": "、".join(f"{words[name]} {number}" for name, number in self.by_limit.items() if number),
        }


@dataclass(frozen=True, slots=True)
class Blocked:
    """A period in which the due date lies, with how many of the chosen units it holds for."""

    name: str
    from_on: date
    until_on: date
    units: int
    is_closed: bool

    @property
    def sentence(self) -> str:
        """The warning in words."""
        return _("%(name)s (%(start)s to %(end)s) holds for %(units)d of these units") % {
            "name": self.name,
            "start": self.from_on.isoformat(),
            "end": self.until_on.isoformat(),
            "units": self.units,
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """What a fan-out would cost the units of a choice, or several fan-outs together."""

    units: int
    # One answer of each item by one unit that receives all of them; None where different units receive different items.
    minutes_each: int | None
    # What one answer of all units takes together.
    minutes: int
    too_full: list[TooFull] = field(default_factory=list)
    # By week, units that would have more items due in it than their cap.
    falling_due: dict[date, int] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    # The next working day on which no period lies, if the due date is blocked.
    later: date | None = None
    # Items of all units together.
    items: int = 0

    @property
    def is_much(self) -> bool:
        """Whether it is looked at once more before it goes out: something speaks against it, or the units are many."""
        return self.units > MANY_UNITS or bool(self.warnings)

    @property
    def effect(self) -> str:
        """The cost in one sentence, for the confirmation."""
        if self.minutes_each is None:
            return _("%(units)d units are asked, %(items)d items in all: %(hours)s hours of work.") % {
                "units": self.units,
                "items": self.items,
                "hours": f"{self.minutes / 60:,.1f}",
            }
        return ngettext(
            "%(units)d unit is asked, about %(each)d minutes: %(hours)s hours of work.",
            "%(units)d units are asked, about %(each)d minutes each: %(hours)s hours of work in all.",
            self.units,
        ) % {"units": self.units, "each": self.minutes_each, "hours": f"{self.minutes / 60:,.1f}"}

    @property
    def warnings(self) -> list[str]:
        """Everything that speaks against it, in words."""
        found = [full.sentence for full in self.too_full]
        found += [
            _("Week from %(week)s: %(units)d units would have more items due than their cap")
            % {"week": week.isoformat(), "units": units}
            for week, units in self.falling_due.items()
        ]
        found += [blocked.sentence for blocked in self.blocked]
        if self.later is not None:
            found.append(_("A date that no period blocks: %(day)s") % {"day": self.later.isoformat()})
        return found

    @property
    def refusals(self) -> list[str]:
        """What forbids it: caps that refuse, and periods that are closed."""
        return [full.sentence for full in self.too_full if full.is_refused] + [
            blocked.sentence for blocked in self.blocked if blocked.is_closed
        ]


def cost_of(*, actor: Actor, units: QuerySet[Unit], asked: Sequence[Asking], asked_already: str = "") -> Cost:
    """
    Return what asking these units for all of this would cost; the caller has checked that the actor may ask them.

    `asked_already` names a demand that is not counted a second time: the one that is being booked.
    """
    return cost_together(actor=actor, parts=[(units, asked)], asked_already=asked_already)


def cost_together(
    *, actor: Actor, parts: Sequence[tuple[QuerySet[Unit], Sequence[Asking]]], asked_already: str = ""
) -> Cost:
    """
    Return what several choices of units, each asked for its own things, would cost together.

    A unit that several choices name bears all of it, so that a week is too full even where no single choice fills it.
    The caller has checked that the actor may ask them.
    """
    wanted, given = _wanted(parts)
    added = [
        (number, week, more) for number, (_units, asked) in enumerate(parts) for week, more in _added(asked).items()
    ]
    due = [
        (number, week, times)
        for number, (_units, asked) in enumerate(parts)
        for week, times in Counter(week_of(one.due_on) for one in asked if one.due_on is not None).items()
    ]
    given |= {
        "parts": [number for number, _week, _more in added],
        "weeks": [week for _number, week, _more in added],
        "requests": [more.requests for _number, _week, more in added],
        "minutes": [more.minutes for _number, _week, more in added],
        "documents": [more.documents for _number, _week, more in added],
        "source": asked_already,
        "due_parts": [number for number, _week, _times in due],
        "due_weeks": [week for _number, week, _times in due],
        "due": [times for _number, _week, times in due],
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT part, count(*) FROM ({wanted}) AS wanted GROUP BY part", given)
        numbers = dict(cursor.fetchall())
        units_asked = sum(numbers.values())
        if len(parts) > 1:
            cursor.execute(f"SELECT count(DISTINCT id) FROM ({wanted}) AS wanted", given)
            (units_asked,) = cursor.fetchone() or (0,)
        cursor.execute(_TOO_FULL.format(wanted=wanted), given)
        too_full = [
            TooFull(
                kind,
                week,
                units_above,
                {"requests": requests, "minutes": minutes, "documents": documents},
                effect == CapEffect.REFUSE,
            )
            for kind, effect, week, units_above, requests, minutes, documents in cursor.fetchall()
        ]
        falling_due: dict[date, int] = {}
        if due:
            cursor.execute(_FALLING_DUE.format(wanted=wanted), given)
            falling_due = dict(cursor.fetchall())
    # Days by part: what a period blocks is looked at for the units that have something due on its days.
    days = [(units, sorted({one.due_on for one in asked if one.due_on is not None})) for units, asked in parts]
    blocked = blocked_on(actor=actor, parts=days)
    each = [sum(asking.each for asking in asked) for _units, asked in parts]
    return Cost(
        units=units_asked,
        minutes_each=each[0] if len(parts) == 1 else None,
        minutes=sum(numbers.get(number, 0) * minutes for number, minutes in enumerate(each)),
        too_full=too_full,
        falling_due=falling_due,
        blocked=blocked,
        later=_later(actor=actor, parts=days, blocked=blocked) if blocked else None,
        items=sum(numbers.get(number, 0) * len(asked) for number, (_units, asked) in enumerate(parts)),
    )


def _wanted(parts: Sequence[tuple[QuerySet[Unit], Sequence[Asking]]]) -> tuple[str, dict[str, Any]]:
    """Return the units of all parts as SQL (part, id), and its parameters."""
    statements = ["SELECT NULL::int AS part, NULL::bigint AS id WHERE false"]
    given: dict[str, Any] = {}
    for number, (units, _asked) in enumerate(parts):
        sql, parameters = chosen(units, f"part{number}")
        statements.append(f"SELECT {number} AS part, chosen.id FROM ({sql}) AS chosen(id)")
        given |= parameters
    return " UNION ALL ".join(statements), given


def _added(asked: Sequence[Asking]) -> dict[date, "_Added"]:
    """Return what is added to each week that is looked at, in order."""
    weeks: dict[date, _Added] = {}
    for asking in asked:
        span = span_of(asked_on=asking.asked_on, due_on=asking.due_on, minutes=asking.each, rhythm=asking.rhythm)
        last = span.until_week or span.from_week + WEEKS_AHEAD * WEEK
        for number in range(WEEKS_AHEAD):
            week = span.from_week + number * WEEK
            if number and week >= last:
                break
            added = weeks.setdefault(week, _Added())
            added.minutes += span.minutes
            if span.every_week or not number:
                added.requests += asking.kind in {DemandKind.TASK, DemandKind.DATA_REQUEST}
                added.documents += asking.kind == DemandKind.DOCUMENT
    return dict(sorted(weeks.items()))


@dataclass(slots=True)
class _Added:
    """What one week of a unit would have more."""

    requests: int = 0
    minutes: int = 0
    documents: int = 0


def blocked_on(*, actor: Actor, parts: Sequence[tuple[QuerySet[Unit], Sequence[date]]]) -> list[Blocked]:
    """
    Return the periods that hold for some of these units on one of their days, the earliest first.

    Each part has its own units and days.
    """
    every = [day for _units, days in parts for day in days]
    if not every:
        return []
    periods = (
        BlockedPeriod.objects.filter(ended_at__isnull=True, from_on__lte=max(every), until_on__gte=min(every))
        .select_related("unit")
        .order_by("from_on", "pk")
    )
    found = []
    for period in periods:
        within = [units for units, days in parts if any(period.from_on <= day <= period.until_on for day in days)]
        if not within:
            continue
        if len(within) == 1:
            touched = within[0]
        else:
            touched = Unit.objects.filter(reduce(or_, (Q(pk__in=units.order_by().values("pk")) for units in within)))
        if period.with_below:
            touched = touched.filter(path__gte=period.unit.path, path__lt=path_end(period.unit.path))
        else:
            touched = touched.filter(pk=period.unit_id)
        if period.kinds:
            touched = touched.filter(kind__in=period.kinds)
        number = touched.order_by().count()
        if number:
            found.append(Blocked(period.name, period.from_on, period.until_on, number, period.is_closed))
    return found


def _later(
    *, actor: Actor, parts: Sequence[tuple[QuerySet[Unit], Sequence[date]]], blocked: Sequence[Blocked]
) -> date | None:
    calendar = workdays.calendar(actor=actor)
    for _attempt in range(LATEST_PROPOSAL):
        day = max(period.until_on for period in blocked) + timedelta(days=1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        blocked = blocked_on(actor=actor, parts=[(units, [day]) for units, days in parts if days])
        if not blocked:
            return day
    return None


# What one unit would have more: the sum over the parts that name it.
_TOO_FULL = f"""
WITH added AS (
    SELECT * FROM unnest(%(parts)s::int[], %(weeks)s::date[], %(requests)s::int[], %(minutes)s::int[],
        %(documents)s::int[]) AS added (part, day, requests, minutes, documents)
),
wanted AS MATERIALIZED ({{wanted}}),
more AS MATERIALIZED (
    SELECT wanted.id, added.day, sum(added.requests) AS requests, sum(added.minutes) AS minutes,
        sum(added.documents) AS documents
    FROM wanted JOIN organisation_unit AS unit USING (id) JOIN burden_cap AS cap ON cap.unit_kind = unit.kind
    JOIN added USING (part) GROUP BY wanted.id, added.day
),
load AS (
    SELECT asked.unit_id, week.day, {SELECTED}
    FROM (SELECT DISTINCT day FROM added) AS week
    JOIN burden_demand AS demand ON {IN_WEEK} AND demand.source <> %(source)s
    JOIN burden_demandunit AS asked ON asked.demand_id = demand.id
    JOIN (SELECT DISTINCT id FROM more) AS chosen ON chosen.id = asked.unit_id
    GROUP BY asked.unit_id, week.day
),
above AS (
    SELECT cap.unit_kind, cap.effect, more.day,
        coalesce(load.task + load.data_request, 0) + more.requests > cap.requests AS requests,
        coalesce(load.minutes, 0) + more.minutes > cap.minutes AS minutes,
        coalesce(load.document, 0) + more.documents > cap.documents AS documents
    FROM more JOIN organisation_unit AS unit USING (id) JOIN burden_cap AS cap ON cap.unit_kind = unit.kind
    LEFT JOIN load ON load.unit_id = more.id AND load.day = more.day
)
SELECT unit_kind, effect, day, count(*), count(*) FILTER (WHERE requests), count(*) FILTER (WHERE minutes),
    count(*) FILTER (WHERE documents)
FROM above WHERE requests OR minutes OR documents
GROUP BY unit_kind, effect, day ORDER BY day, unit_kind
"""

_FALLING_DUE = """
WITH added AS (
    SELECT * FROM unnest(%(due_parts)s::int[], %(due_weeks)s::date[], %(due)s::int[]) AS added (part, day, due)
),
wanted AS MATERIALIZED ({wanted}),
more AS (SELECT wanted.id, added.day, sum(added.due) AS due FROM wanted JOIN added USING (part) GROUP BY wanted.id, added.day),
load AS (
    SELECT asked.unit_id, week.day, count(*) AS due
    FROM (SELECT DISTINCT day FROM added) AS week
    JOIN burden_demand AS demand
        ON demand.due_on >= week.day AND demand.due_on < week.day + 7 AND demand.source <> %(source)s
    JOIN burden_demandunit AS asked ON asked.demand_id = demand.id
    GROUP BY asked.unit_id, week.day
)
SELECT more.day, count(*)
FROM more JOIN organisation_unit AS unit USING (id) JOIN burden_cap AS cap ON cap.unit_kind = unit.kind
LEFT JOIN load ON load.unit_id = unit.id AND load.day = more.day
WHERE coalesce(load.due, 0) + more.due > cap.falling_due
GROUP BY more.day ORDER BY more.day
"""

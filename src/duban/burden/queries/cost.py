"""What asking would cost: units, minutes, weeks too full, blocked days; computed over the whole choice at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
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
    """What a fan-out would cost the units of a choice."""

    units: int
    minutes_each: int
    # What one answer of all units takes together.
    minutes: int
    too_full: list[TooFull] = field(default_factory=list)
    # By week, units that would have more items due in it than their cap.
    falling_due: dict[date, int] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    # The next working day on which no period lies, if the due date is blocked.
    later: date | None = None

    @property
    def effect(self) -> str:
        """The cost in one sentence, for the confirmation."""
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
    sql, parameters = chosen(units)
    weeks = _added(asked)
    due_days = sorted({asking.due_on for asking in asked if asking.due_on is not None})
    due_weeks = Counter(week_of(asking.due_on) for asking in asked if asking.due_on is not None)
    given: dict[str, Any] = {
        **parameters,
        "weeks": list(weeks),
        "requests": [added.requests for added in weeks.values()],
        "minutes": [added.minutes for added in weeks.values()],
        "documents": [added.documents for added in weeks.values()],
        "source": asked_already,
        "due_weeks": list(due_weeks),
        "due": list(due_weeks.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS chosen", parameters)
        (units_asked,) = cursor.fetchone() or (0,)
        cursor.execute(_TOO_FULL.format(chosen=sql), given)
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
        if due_weeks:
            cursor.execute(_FALLING_DUE.format(chosen=sql), given)
            falling_due = dict(cursor.fetchall())
    blocked = blocked_on(actor=actor, units=units, days=due_days)
    each = sum(asking.each for asking in asked)
    return Cost(
        units=units_asked,
        minutes_each=each,
        minutes=units_asked * each,
        too_full=too_full,
        falling_due=falling_due,
        blocked=blocked,
        later=_later(actor=actor, units=units, blocked=blocked) if blocked else None,
    )


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


def blocked_on(*, actor: Actor, units: QuerySet[Unit], days: Sequence[date]) -> list[Blocked]:
    """Return the periods in which one of the days lies for some of these units, the earliest first."""
    if not days:
        return []
    periods = (
        BlockedPeriod.objects.filter(ended_at__isnull=True, from_on__lte=max(days), until_on__gte=min(days))
        .select_related("unit")
        .order_by("from_on", "pk")
    )
    found = []
    for period in periods:
        if not any(period.from_on <= day <= period.until_on for day in days):
            continue
        if period.with_below:
            touched = units.filter(path__gte=period.unit.path, path__lt=path_end(period.unit.path))
        else:
            touched = units.filter(pk=period.unit_id)
        if period.kinds:
            touched = touched.filter(kind__in=period.kinds)
        number = touched.order_by().count()
        if number:
            found.append(Blocked(period.name, period.from_on, period.until_on, number, period.is_closed))
    return found


def _later(*, actor: Actor, units: QuerySet[Unit], blocked: Sequence[Blocked]) -> date | None:
    calendar = workdays.calendar(actor=actor)
    for _attempt in range(LATEST_PROPOSAL):
        day = max(period.until_on for period in blocked) + timedelta(days=1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        blocked = blocked_on(actor=actor, units=units, days=[day])
        if not blocked:
            return day
    return None


_TOO_FULL = f"""
WITH week AS (
    SELECT * FROM unnest(%(weeks)s::date[], %(requests)s::int[], %(minutes)s::int[], %(documents)s::int[])
        AS added (day, requests, minutes, documents)
),
chosen AS MATERIALIZED (
    SELECT unit.id, cap.unit_kind, cap.effect, cap.requests, cap.minutes, cap.documents
    FROM ({{chosen}}) AS wanted(id) JOIN organisation_unit AS unit USING (id) JOIN burden_cap AS cap ON cap.unit_kind = unit.kind
),
load AS (
    SELECT asked.unit_id, week.day, {SELECTED}
    FROM week
    JOIN burden_demand AS demand ON {IN_WEEK} AND demand.source <> %(source)s
    JOIN burden_demandunit AS asked ON asked.demand_id = demand.id
    JOIN chosen ON chosen.id = asked.unit_id
    GROUP BY asked.unit_id, week.day
),
above AS (
    SELECT chosen.unit_kind, chosen.effect, week.day,
        coalesce(load.task + load.data_request, 0) + week.requests > chosen.requests AS requests,
        coalesce(load.minutes, 0) + week.minutes > chosen.minutes AS minutes,
        coalesce(load.document, 0) + week.documents > chosen.documents AS documents
    FROM chosen CROSS JOIN week LEFT JOIN load ON load.unit_id = chosen.id AND load.day = week.day
)
SELECT unit_kind, effect, day, count(*), count(*) FILTER (WHERE requests), count(*) FILTER (WHERE minutes),
    count(*) FILTER (WHERE documents)
FROM above WHERE requests OR minutes OR documents
GROUP BY unit_kind, effect, day ORDER BY day, unit_kind
"""

_FALLING_DUE = """
WITH week AS (SELECT * FROM unnest(%(due_weeks)s::date[], %(due)s::int[]) AS added (day, due)),
load AS (
    SELECT asked.unit_id, week.day, count(*) AS due
    FROM week
    JOIN burden_demand AS demand
        ON demand.due_on >= week.day AND demand.due_on < week.day + 7 AND demand.source <> %(source)s
    JOIN burden_demandunit AS asked ON asked.demand_id = demand.id
    GROUP BY asked.unit_id, week.day
)
SELECT week.day, count(*)
FROM ({chosen}) AS wanted(id) JOIN organisation_unit AS unit USING (id) JOIN burden_cap AS cap ON cap.unit_kind = unit.kind
CROSS JOIN week LEFT JOIN load ON load.unit_id = unit.id AND load.day = week.day
WHERE coalesce(load.due, 0) + week.due > cap.falling_due
GROUP BY week.day ORDER BY week.day
"""

"""The ledger: units and weeks with everything asked of them, in protocol order, never by size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duban.burden.counting import COUNTS, IN_WEEK, IS_ABOVE, SELECTED, chosen
from duban.burden.models import Cap, Demand, DemandUnit, Objection
from duban.burden.policy import BurdenCapability, may_object
from duban.burden.states import DemandKind
from duban.burden.weeks import WEEK, week_of
from duban.kernel.authority import Actor, path_end
from duban.kernel.errors import NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.rows import Part, cut_up
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.organisation.states import Kind, Level

UNITS_ON_A_PAGE = 100
# The chosen week and those before it.
WEEKS_SHOWN = 4
Counts = dict[str, int]
NOTHING: Mapping[str, int] = dict.fromkeys(COUNTS, 0)


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which units and which week of the ledger; `show` is asked, above (their cap) or all."""

    week: date
    unit_id: int | None = None
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    asker_id: int | None = None
    show: str = "asked"


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What was asked of one unit in one week."""

    week: date
    counts: Counts

    @property
    def items(self) -> int:
        return self.counts["items"]

    @property
    def minutes(self) -> int:
        return self.counts["minutes"]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One unit: the chosen week in full, the weeks before in short."""

    unit: Unit
    now: WeekCounts
    before: list[WeekCounts]
    cap: Cap | None

    @property
    def by_kind(self) -> list[int]:
        """The numbers of the chosen week in the order of the kinds."""
        return [self.now.counts[kind] for kind in DemandKind.values]

    @property
    def numbers(self) -> list[int]:
        """The numbers of the chosen week in the order of the columns."""
        return [self.now.counts[name] for name, _label in ledger_columns()]

    @property
    def above(self) -> list[str]:
        """Which limits lie below what was asked, in words."""
        return above_cap(counts=self.now.counts, cap=self.cap)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One page of the ledger with the words of its head and the sums over the whole choice."""

    page: Page[LedgerRow]
    given: LedgerFilter
    place: Unit | None
    # Sums of the chosen week over all units of the choice.
    total: Counts
    units_above: int
    weeks: list[date]
    scope: str
    filters: str

    @property
    def totals(self) -> list[int]:
        """The sums in the order of the columns."""
        return [self.total[name] for name, _label in ledger_columns()]


@dataclass(frozen=True, slots=True)
class AskerRow:
    """One unit that asked, and how much of whom."""

    asker: Unit
    demands: int
    units: int
    items: int
    minutes: int
    # Items whose date it had set earlier on the way down.
    earlier: int


@dataclass(frozen=True, slots=True)
class DemandLine:
    """One row of the ledger of one unit and week: exactly what the unit's numbers count."""

    row_id: int
    demand: Demand
    # Counts as an item of this week; otherwise only its share of minutes lies in it.
    is_item: bool
    objection: Objection | None

    @property
    def earlier(self) -> str:
        """In words, that a date was set earlier on the way down, and by how much; empty if none was."""
        days = self.demand.days_earlier
        if days:
            return ngettext(
                "due %(days)s day earlier than the original date",
                "due %(days)s days earlier than the original date",
                days,
            ) % {"days": days}
        return _("a date set on long-term work") if self.demand.is_earlier else ""


@dataclass(frozen=True, slots=True)
class AskedOf:
    """Everything asked of one unit in one week, with its sums."""

    unit: Unit
    week: date
    lines: list[DemandLine]
    counts: Counts
    cap: Cap | None
    may_object: bool

    @property
    def above(self) -> list[str]:
        """Which limits lie below what was asked, in words."""
        return above_cap(counts=self.counts, cap=self.cap)


def above_cap(*, counts: Mapping[str, int], cap: Cap | None) -> list[str]:
    """Return the limits that lie below the counts, in words."""
    if cap is None:
        return []
    found = (
        (_("requests"), counts["task"] + counts["data_request"], cap.requests),
        (_("minutes"), counts["minutes"], cap.minutes),
        (_("documents"), counts["document"], cap.documents),
    )
    return [f"{word} {number}/{limit}" for word, number, limit in found if number > limit]


def show_choices() -> list[tuple[str, str]]:
    """Return the words by which the ledger is narrowed to rows."""
    return [("asked", _("Asked for something")), ("above", _("Above their cap")), ("all", _("All units"))]


def _require_view(actor: Actor) -> None:
    if not actor.holds(BurdenCapability.VIEW):
        raise NotAllowed(_("Your present post does not include the burden ledger."))


def unit_in_view(*, actor: Actor, unit_id: int) -> Unit:
    """
    Return one unit whose ledger this actor may see.

    :raises NotFound: if there is none
    """
    unit = organisation.unit_where(actor=actor, capability=BurdenCapability.VIEW, unit_id=unit_id)
    if unit is None:
        raise NotFound(_("There is no such unit."))
    return unit


def ledger(*, actor: Actor, given: LedgerFilter, today: date, after: str = "", size: int = UNITS_ON_A_PAGE) -> Ledger:
    """
    Return one page of the ledger: units in protocol order with a week of what was asked of each.

    :raises NotAllowed: if this actor sees no unit's ledger
    :raises NotFound: if this actor may not see the unit below which it looks
    """
    _require_view(actor)
    place = unit_in_view(actor=actor, unit_id=given.unit_id) if given.unit_id is not None else None
    units = _units(actor=actor, given=given, place=place, today=today)
    weeks = [given.week - number * WEEK for number in range(WEEKS_SHOWN)]
    page = cut(
        _page_of(units=units, given=given, weeks=weeks, after=after, size=size),
        size=size,
        key=lambda unit: (unit.order_path, unit.pk),
    )
    found = counts_of(actor=actor, unit_ids=[unit.pk for unit in page.rows], weeks=weeks, asker_id=given.asker_id)
    caps = {cap.unit_kind: cap for cap in Cap.objects.all()}
    rows = [
        LedgerRow(
            unit=unit,
            now=WeekCounts(given.week, found.get((unit.pk, given.week), dict(NOTHING))),
            before=[WeekCounts(week, found.get((unit.pk, week), dict(NOTHING))) for week in weeks[1:]],
            cap=caps.get(unit.kind),
        )
        for unit in page.rows
    ]
    total, units_above = _total(units=units, given=given)
    return Ledger(
        page=Page(rows, page.after),
        given=given,
        place=place,
        total=total,
        units_above=units_above,
        weeks=weeks,
        scope=place.name if place else _("All units in your scope"),
        filters=_filter_words(given),
    )


def ledger_rows(*, actor: Actor, given: LedgerFilter, today: date) -> Iterator[LedgerRow]:
    """Yield every row of the ledger in its order, page by page, for files."""
    after = ""
    while True:
        found = ledger(actor=actor, given=given, today=today, after=after, size=500)
        yield from found.page.rows
        after = found.page.after
        if not after:
            return


def counts_of(
    *, actor: Actor, unit_ids: Sequence[int], weeks: Sequence[date], asker_id: int | None = None
) -> dict[tuple[int, date], Counts]:
    """Return by unit and week what was asked; the caller has checked that the actor may see the units."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked.unit_id, week.day, {SELECTED} FROM unnest(%(weeks)s::date[]) AS week(day)"
            f" JOIN burden_demand AS demand ON {IN_WEEK} AND {_BY_ASKER}"
            " JOIN burden_demandunit AS asked ON asked.demand_id = demand.id AND asked.unit_id = ANY(%(units)s)"
            " GROUP BY asked.unit_id, week.day",
            {"weeks": list(weeks), "units": list(unit_ids), "asker": asker_id},
        )
        return {(unit, day): dict(zip(COUNTS, counts, strict=True)) for unit, day, *counts in cursor.fetchall()}


_ASKED_PARTS = (
    Part(Cap, "cap"),
    Part(DemandUnit, "asked"),
    Part(Demand, "demand"),
    Part(Unit, "asker", "id", "name", "short_name"),
    Part(Objection, "objection"),
)
# By hand: it stands beside what a unit owes, on the page that most people open first.
_ASKED_OF = f"""
SELECT {", ".join(part.sql for part in _ASKED_PARTS)}
  FROM (SELECT %(week)s::date AS day) AS week
  LEFT JOIN burden_cap AS cap ON cap.unit_kind = %(kind)s
  LEFT JOIN (burden_demandunit AS asked
             JOIN burden_demand AS demand ON demand.id = asked.demand_id
             JOIN organisation_unit AS asker ON asker.id = demand.asker_id
             LEFT JOIN burden_objection AS objection ON objection.row_id = asked.id)
         ON asked.unit_id = %(unit)s AND {IN_WEEK}
 ORDER BY demand.asked_on, asked.id
"""


def asked_of(*, actor: Actor, unit_id: int, week: date, unit: Unit | None = None) -> AskedOf:
    """
    Return everything asked of one unit in one week, in the order in which it was asked.

    `unit` spares reading a unit that the caller has read already.

    :raises NotFound: if this actor may not see the unit's ledger
    """
    if unit is None or not actor.scope(BurdenCapability.VIEW).covers(unit):
        unit = unit_in_view(actor=actor, unit_id=unit_id)
    week = week_of(week)
    with connection.cursor() as cursor:
        cursor.execute(_ASKED_OF, {"unit": unit.pk, "kind": unit.kind, "week": week})
        rows = [cut_up(row, *_ASKED_PARTS) for row in cursor.fetchall()]
    lines = []
    for _cap, asked, demand, asker, objection in rows:
        if asked is not None:
            demand.asker = asker
            lines.append(DemandLine(asked.pk, demand, demand.from_week == week or demand.every_week, objection))
    items = [line.demand for line in lines if line.is_item]
    counts = {kind: sum(demand.kind == kind for demand in items) for kind in DemandKind.values}
    counts |= {
        "items": len(items),
        "minutes": sum(line.demand.minutes for line in lines),
        "earlier": sum(demand.is_earlier for demand in items),
    }
    return AskedOf(
        unit=unit,
        week=week,
        lines=lines,
        counts=counts,
        cap=rows[0][0],
        may_object=bool(may_object(actor, unit)),
    )


def askers(*, actor: Actor, given: LedgerFilter, today: date) -> list[AskerRow]:
    """
    Return who asked how much of the units of the choice in the week, in protocol order.

    :raises NotAllowed: if this actor sees no unit's ledger
    :raises NotFound: if this actor may not see the unit below which it looks
    """
    _require_view(actor)
    place = unit_in_view(actor=actor, unit_id=given.unit_id) if given.unit_id is not None else None
    sql, parameters = chosen(_units(actor=actor, given=given, place=place, today=today))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT demand.asker_id, count(DISTINCT demand.id), count(DISTINCT asked.unit_id), {COUNTS['items']},"
            f" {COUNTS['minutes']}, {COUNTS['earlier']} FROM (SELECT %(week)s::date AS day) AS week"
            f" JOIN burden_demand AS demand ON {IN_WEEK} AND {_BY_ASKER}"
            " JOIN burden_demandunit AS asked ON asked.demand_id = demand.id"
            f" JOIN ({sql}) AS chosen(id) ON chosen.id = asked.unit_id GROUP BY demand.asker_id",
            {**parameters, "week": given.week, "asker": given.asker_id},
        )
        found = {asker: counts for asker, *counts in cursor.fetchall()}
    units = Unit.objects.filter(pk__in=list(found)).order_by("order_path", "pk")
    return [AskerRow(unit, *found[unit.pk]) for unit in units]


def ledger_columns() -> list[tuple[str, str]]:
    """Return the columns of the chosen week: the kinds, then the sums, then how many items had a date set earlier below."""
    return [
        *((value, str(label)) for value, label in DemandKind.choices),
        ("items", _("Items")),
        ("minutes", _("Minutes taken")),
        ("earlier", _("Date set earlier below")),
    ]


# Only what one unit asked, where it is named.
_BY_ASKER = "(%(asker)s::bigint IS NULL OR demand.asker_id = %(asker)s)"


def _units(*, actor: Actor, given: LedgerFilter, place: Unit | None, today: date) -> QuerySet[Unit]:
    units = organisation.units_where(actor=actor, capability=BurdenCapability.VIEW).filter(
        organisation.in_force(on=min(today, given.week + WEEK))
    )
    if place is not None:
        units = units.filter(path__gte=place.path, path__lt=path_end(place.path))
    if given.levels:
        units = units.filter(level__in=given.levels)
    if given.kinds:
        units = units.filter(kind__in=given.kinds)
    return units


_LOAD = f"""
SELECT asked.unit_id, {SELECTED}
FROM (SELECT %(week)s::date AS day) AS week
JOIN burden_demand AS demand ON {IN_WEEK} AND {_BY_ASKER}
JOIN burden_demandunit AS asked ON asked.demand_id = demand.id
GROUP BY asked.unit_id
"""


def _page_of(*, units: QuerySet[Unit], given: LedgerFilter, weeks: Sequence[date], after: str, size: int) -> list[Unit]:
    if after:
        order_path, unit_id = decode_key(after, length=2, kinds=(str, int))
        units = units.filter(Q(order_path__gt=order_path) | Q(order_path=order_path, pk__gt=unit_id))
    if given.show == "asked":
        rows = DemandUnit.objects.filter(
            Q(demand__until_week__isnull=True) | Q(demand__until_week__gt=weeks[-1]), demand__from_week__lte=weeks[0]
        )
        if given.asker_id is not None:
            rows = rows.filter(demand__asker_id=given.asker_id)
        units = units.filter(pk__in=rows.values("unit_id"))
    elif given.show == "above":
        units = units.filter(pk__any_of=_ids_above(units=units, given=given))
    return list(units.order_by("order_path", "pk")[: size + 1])


def _ids_above(*, units: QuerySet[Unit], given: LedgerFilter) -> list[int]:
    sql, parameters = chosen(units)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit.id FROM ({_LOAD}) AS load JOIN ({sql}) AS chosen(id) ON chosen.id = load.unit_id"
            " JOIN organisation_unit AS unit ON unit.id = load.unit_id"
            f" JOIN burden_cap AS cap ON cap.unit_kind = unit.kind WHERE {IS_ABOVE}",
            {**parameters, "week": given.week, "asker": given.asker_id},
        )
        return [unit_id for (unit_id,) in cursor.fetchall()]


def _total(*, units: QuerySet[Unit], given: LedgerFilter) -> tuple[Counts, int]:
    sql, parameters = chosen(units)
    sums = ", ".join(f"coalesce(sum(load.{name}), 0)" for name in COUNTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE {IS_ABOVE}), {sums} FROM ({_LOAD}) AS load"
            f" JOIN ({sql}) AS chosen(id) ON chosen.id = load.unit_id"
            " JOIN organisation_unit AS unit ON unit.id = load.unit_id"
            " LEFT JOIN burden_cap AS cap ON cap.unit_kind = unit.kind",
            {**parameters, "week": given.week, "asker": given.asker_id},
        )
        above, *total = cursor.fetchone() or (0, *NOTHING.values())
    return {name: int(number) for name, number in zip(COUNTS, total, strict=True)}, above


def _filter_words(given: LedgerFilter) -> str:
    parts = [_("Week from %(day)s") % {"day": given.week.isoformat()}, dict(show_choices()).get(given.show, "")]
    if given.levels:
        parts.append(f"{_('Level')}: {'、'.join(str(Level(value).label) for value in given.levels)}")
    if given.kinds:
        parts.append(f"{_('Kind')}: {'、'.join(str(Kind(value).label) for value in given.kinds)}")
    if given.asker_id is not None:
        name = Unit.objects.filter(pk=given.asker_id).values_list("name", flat=True).first()
        parts.append(f"{_('Asked by')}: {name or ''}")
    return "；".join(part for part in parts if part)

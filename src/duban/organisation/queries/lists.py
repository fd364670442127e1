"""Lists of units in protocol order: filtered, searched, paged by key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import plain
from duban.organisation.models import Closure, Post, Unit, UnitExternalId
from duban.organisation.queries.people import principals_of
from duban.organisation.queries.units import get_line, get_unit, in_force, visible_units
from duban.organisation.states import Field, Kind, Level, Rank

PAGE = 50
# A count beyond this is shown as "1000+".
MOST_COUNTED = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFilters:
    """What a list of units is narrowed to; empty means all (R-024). `below` is a unit, itself not included."""

    below: int | None = None
    direct: bool = False
    level: str = ""
    field: str = ""
    kind: str = ""
    rank: str = ""
    line: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit of a list with what stands below it on the day, as far as the actor may see."""

    unit: Unit
    children: int
    below: int
    principal: Post | None


def filtered_units(*, actor: Actor, filters: UnitFilters, on: date) -> QuerySet[Unit]:
    """
    Return the units that this actor may see, that exist on the day, and that pass the filters, in protocol order.

    :raises NotFound: if `below` is a unit that this actor may not see
    :raises InvalidInput: if a class word is unknown
    """
    _require_known(filters)
    units = visible_units(actor=actor).filter(in_force(on=on))
    if filters.below is not None:
        above = get_unit(actor=actor, unit_id=filters.below)
        if filters.direct:
            units = units.filter(parent_id=above.pk)
        else:
            units = units.filter(path__gt=above.path, path__lt=above.path[:-1] + "0")
    for name in ("level", "field", "kind", "rank"):
        if value := getattr(filters, name):
            # Units without rank are asked for by a word, because an empty filter means all.
            units = units.filter(**{name: "" if value == "none" else value})
    if filters.line is not None:
        units = units.filter(line_id=filters.line)
    if filters.words.strip():
        units = units.filter(_named(filters.words))
    return units.order_by("order_path", "id")


@named_list("post", people=lambda page: sum(row.principal is not None for row in page.rows))
def unit_list(
    *,
    actor: Actor,
    filters: UnitFilters,
    on: date,
    after: str = "",
    size: int = PAGE,
    with_principals: bool = True,
) -> Page[UnitRow]:
    """
    Return one page of units in protocol order with the numbers of units below each, and with their principals if wanted.

    :raises NotFound: if `below` is a unit that this actor may not see
    :raises InvalidInput: if a class word or the page key is unknown
    """
    units = filtered_units(actor=actor, filters=filters, on=on).select_related("line")
    if after:
        order_path, unit_id = decode_key(after, length=2, kinds=(str, int))
        units = units.filter(Q(order_path__gt=order_path) | Q(order_path=order_path, id__gt=unit_id))
    page = cut(list(units[: size + 1]), size=size, key=lambda unit: (unit.order_path, unit.pk))
    return Page(_rows(actor, page.rows, on, with_principals=with_principals), page.after)


def count_units(*, actor: Actor, filters: UnitFilters, on: date) -> int:
    """
    Return how many units pass the filters, never beyond 1,001: a page says "1000+" then.

    :raises NotFound: if `below` is a unit that this actor may not see
    :raises InvalidInput: if a class word is unknown
    """
    return filtered_units(actor=actor, filters=filters, on=on).order_by()[:MOST_COUNTED].count()


@named_list("post", people=lambda row: row.principal is not None)
def exported_rows(*, actor: Actor, filters: UnitFilters, on: date) -> Iterator[UnitRow]:
    """
    Return every unit that passes the filters in protocol order, as the pages of the list show it.

    :raises NotFound: if `below` is a unit that this actor may not see
    :raises InvalidInput: if a class word is unknown
    """
    units = filtered_units(actor=actor, filters=filters, on=on).select_related("line")
    for batch in _batched(units.iterator(chunk_size=1000), 1000):
        yield from _rows(actor, batch, on)


def children_of(*, actor: Actor, unit_id: int, on: date, most: int | None = None) -> list[UnitRow]:
    """
    Return the units directly below one in protocol order, as far as this actor may see them; at most `most`.

    :raises NotFound: if this actor may not see the unit
    """
    filters = UnitFilters(below=unit_id, direct=True)
    units = filtered_units(actor=actor, filters=filters, on=on).select_related("line")
    return _rows(actor, list(units[:most]), on)


def search_units(*, actor: Actor, words: str, on: date, most: int = 20) -> list[Unit]:
    """Return units by words of their name or by a code, in protocol order; none for an empty question."""
    if not words.strip():
        return []
    return list(filtered_units(actor=actor, filters=UnitFilters(words=words), on=on)[:most])


def filter_words(*, filters: UnitFilters, actor: Actor) -> list[tuple[str, str]]:
    """Return the filters as a list says them in its head: (what, word)."""
    said: list[tuple[str, str]] = []
    if filters.below is not None:
        said.append((str(_("Below")), get_unit(actor=actor, unit_id=filters.below).name))
    for title, value, names in (
        (_("Level"), filters.level, Level),
        (_("Field"), filters.field, Field),
        (_("Kind of unit"), filters.kind, Kind),
        (_("Rank"), filters.rank, Rank),
    ):
        if value:
            said.append((str(title), str(names("" if value == "none" else value).label)))
    if filters.line is not None:
        said.append((str(_("Line")), get_line(actor=actor, line_id=filters.line).name))
    if filters.words.strip():
        said.append((str(_("Words")), filters.words.strip()))
    return said


def _named(words: str) -> Q:
    condition = Q()
    for word in plain(words).split():
        condition &= Q(name__icontains=word) | Q(short_name__icontains=word)
    codes = UnitExternalId.objects.filter(value=words.strip()).values("unit_id")
    return condition | Q(pk__in=codes)


def _batched(units: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    found: list[Unit] = []
    for unit in units:
        found.append(unit)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found


def _rows(actor: Actor, units: Sequence[Unit], on: date, *, with_principals: bool = True) -> list[UnitRow]:
    ids = [unit.pk for unit in units]
    visible = visible_units(actor=actor).filter(in_force(on=on)).values("pk")
    children = _counted(Unit.objects.filter(parent_id__in=ids, pk__in=visible).values_list("parent_id"))
    below = _counted(
        Closure.objects.filter(ancestor_id__in=ids, depth__gt=0, descendant_id__in=visible).values_list("ancestor_id")
    )
    principals = principals_of(actor=actor, unit_ids=ids, on=on) if with_principals else {}
    return [
        UnitRow(
            unit=unit,
            children=children.get(unit.pk, 0),
            below=below.get(unit.pk, 0),
            principal=principals.get(unit.pk),
        )
        for unit in units
    ]


def _counted(rows: "QuerySet[Unit, tuple[int, ...]] | QuerySet[Closure, tuple[int, ...]]") -> Mapping[int, int]:
    return {row[0]: row[1] for row in rows.annotate(count=Count(F("pk"))).order_by()}


def _require_known(filters: UnitFilters) -> None:
    for value, words in (
        (filters.level, Level.values),
        (filters.field, Field.values),
        (filters.kind, Kind.values),
        (filters.rank, [*Rank.values, "none"]),
    ):
        if value and value not in words:
            raise InvalidInput(_("This filter is not one of those offered. Please choose again."))

"""Reading figures: sums over any subtree, today or at the close of a past day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from duban.figures.models import FiguresDay
from duban.figures.tables import FigureTable
from duban.kernel.authority import Actor
from duban.kernel.rows import Part
from duban.organisation import queries as organisation


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """Which units below a row are counted: empty means all."""

    levels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()

    def condition(self, *, alias: str) -> tuple[str, dict[str, list[str]]]:
        """Return the SQL condition on a unit and its parameters."""
        parts: list[str] = []
        parameters: dict[str, list[str]] = {}
        for column, values in (
            ("level", self.levels),
            ("field", self.fields),
            ("kind", self.kinds),
            ("rank", self.ranks),
        ):
            if values:
                parts.append(f"{alias}.{column} = ANY(%({column}s_chosen)s)")
                parameters[f"{column}s_chosen"] = list(values)
        return " AND ".join(parts) or "true", parameters


def as_of(*, actor: Actor, campaign_id: int) -> date | None:
    """Return the day for which the campaign's figures are true, or None before anything was counted."""
    return FiguresDay.objects.filter(campaign_id=campaign_id).values_list("as_of", flat=True).first()


_FIGURES_DAY = Part(FiguresDay, "kept")
# By hand: it stands before every list and table.
_DAY = f"SELECT {_FIGURES_DAY.sql} FROM figures_figuresday AS kept WHERE kept.campaign_id = %s"


def day_of(*, actor: Actor, campaign_id: int) -> FiguresDay | None:
    """Return the day for which the campaign's figures are true, with the last day that is near on it."""
    with connection.cursor() as cursor:
        cursor.execute(_DAY, [campaign_id])
        row = cursor.fetchone()
    return _FIGURES_DAY.read(row) if row is not None else None


def total(
    *, actor: Actor, table: FigureTable, campaign_id: int, capability: str, names: Sequence[str]
) -> dict[str, int]:
    """Return the sums of these figures over everything in the scope of the capability, true now."""
    where = "kept.campaign_id = %(campaign)s"
    parameters: dict[str, Any] = {"campaign": campaign_id}
    scope = actor.scope(capability)
    # Whoever sees the whole tree sees all that is kept; no unit has to be looked for.
    if not (actor.is_system or scope.is_whole):
        units, of_units = organisation.scoped_units(scope=scope, name="seen")
        where += f" AND kept.unit_id IN ({units})"
        parameters |= of_units
    columns = ", ".join(f"COALESCE(sum(kept.{name}), 0)::bigint" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table.table} AS kept WHERE {where}", parameters)
        return dict(zip(names, cursor.fetchone(), strict=True))


def sums(
    *,
    actor: Actor,
    table: FigureTable,
    campaign_id: int,
    whole: Sequence[int] = (),
    alone: Sequence[int] = (),
    on: date | None = None,
    choice: UnitChoice | None = None,
    names: Sequence[str] = (),
) -> dict[int, dict[str, int]]:
    """
    Return the sums of units, by unit: of those `whole` with everything below them, of those `alone` without.

    A unit stands in one of the two. `on` is a past day; None means the day for which the figures are true now; `names`
    are the figures wanted, empty means all. The caller has checked that the actor may see the units. Units without
    records are absent.
    """
    names = names or table.columns
    kept = table.table if on is None else table.past
    condition, parameters = (choice or UnitChoice()).condition(alias="below")
    in_time = "true" if on is None else "kept.valid_from <= %(on)s AND kept.valid_until > %(on)s"
    total = ", ".join(f"sum(kept.{name})::bigint" for name in names)
    # A join with every unit of a city takes a third of the time, so only where the units are narrowed.
    units = " JOIN organisation_unit AS below ON below.id = kept.unit_id" if parameters else ""
    where = f"kept.campaign_id = %(campaign)s AND {in_time} AND {condition}"
    parts = []
    if whole:
        parts.append(
            f"SELECT closure.ancestor_id, {total} FROM organisation_closure AS closure"
            f" JOIN {kept} AS kept ON kept.unit_id = closure.descendant_id{units}"
            f" WHERE closure.ancestor_id = ANY(%(whole)s) AND {where} GROUP BY closure.ancestor_id"
        )
    if alone:
        parts.append(
            f"SELECT kept.unit_id, {total} FROM {kept} AS kept{units}"
            f" WHERE kept.unit_id = ANY(%(alone)s) AND {where} GROUP BY kept.unit_id"
        )
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(parts),
            {"campaign": campaign_id, "whole": list(whole), "alone": list(alone), "on": on, **parameters},
        )
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in cursor.fetchall()}

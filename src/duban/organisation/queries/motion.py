"""Reading who took over from whom, and what a unit holds open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from duban.kernel.authority import Actor
from duban.organisation.holdings import Holding, installed
from duban.organisation.models import Unit, UnitSuccession
from duban.organisation.queries.units import editable_unit, get_unit, units_where

_HEIRS = """
WITH RECURSIVE line AS (
    SELECT unit_id AS ended, successor_id AS now FROM organisation_unitsuccession WHERE is_heir
    UNION
    SELECT line.ended, s.successor_id FROM line
    JOIN organisation_unitsuccession s ON s.unit_id = line.now AND s.is_heir
)
SELECT line.ended, line.now FROM line JOIN organisation_unit u ON u.id = line.now
WHERE u.valid_until IS NULL ORDER BY line.ended
"""


@dataclass(frozen=True, slots=True)
class Held:
    """How much of one kind a unit holds open."""

    holding: Holding
    count: int


def holdings_of(*, actor: Actor, unit_id: int, on: date) -> list[Held]:
    """
    Return what a unit holds open on the day, kind by kind: what its successor would take over.

    :raises NotFound: if this actor may not see the unit
    :raises NotAllowed: if this actor does not keep its register
    """
    unit = editable_unit(actor=actor, unit_id=unit_id)
    parts = [
        f"(SELECT count(*) FROM {holding.table} AS held WHERE held.{holding.column} = %(unit)s AND {holding.condition})"
        for holding in installed()
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", {"unit": unit.pk, "day": on})
        row = cursor.fetchone() or ()
    return [Held(holding, count) for holding, count in zip(installed(), row, strict=True)]


def heirs(*, actor: Actor) -> dict[int, int]:
    """Return for every unit that ended who has its open work now: the successor, or that one's successor, in force."""
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS)
        return dict(cursor.fetchall())


def taken_over_where(*, actor: Actor, capability: str) -> RawSQL:
    """Return the units that ended and whose heir lies where the actor holds the capability, as a subquery of their ids."""
    try:
        present, parameters = (
            units_where(actor=actor, capability=capability).order_by().values("pk").query.sql_with_params()
        )
    except EmptyResultSet:
        present, parameters = "NULL", ()
    # The inner query is the ORM's own.
    return RawSQL(f"SELECT held.ended FROM ({_HEIRS}) AS held WHERE held.now IN ({present})", parameters)  # noqa: S611


def successions_of(*, actor: Actor, unit_id: int) -> list[UnitSuccession]:
    """Return who took over from a unit, and from whom it took over, oldest first; names only, for every actor."""
    return list(
        UnitSuccession.objects.filter(Q(unit_id=unit_id) | Q(successor_id=unit_id))
        .select_related("unit", "successor")
        .order_by("from_day", "-is_heir", "id")
    )


def ended_among(*, actor: Actor, unit_ids: Sequence[int]) -> list[int]:
    """
    Return which of these units have ended, and hold the others until the caller's transaction ends.

    Whoever gives a unit something to hold asks this after writing it: an end that is going on is waited for, and one
    that begins later waits for the caller and then finds what was given.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, valid_until FROM organisation_unit WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
            [list(unit_ids)],
        )
        return [unit_id for unit_id, valid_until in cursor.fetchall() if valid_until is not None]


def children_in_force(*, actor: Actor, unit_id: int) -> list[Unit]:
    """
    Return the units directly below one that have not ended, in protocol order.

    :raises NotFound: if this actor may not see the unit
    """
    unit = get_unit(actor=actor, unit_id=unit_id)
    return list(Unit.objects.filter(parent=unit, valid_until__isnull=True).order_by("place", "id"))

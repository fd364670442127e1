"""Reading units: which an actor may see, and single ones."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Scope, path_end
from duban.kernel.errors import InvalidInput, NotFound
from duban.kernel.rows import Part
from duban.organisation.models import Line, Unit, UnitExternalId
from duban.organisation.policy import OrganisationCapability, may_edit


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class AnyOf(models.Lookup):  # type: ignore[type-arg]
    """The filter `key__any_of=[…]`: one parameter, however many there are, where `in` has one for each."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:  # noqa: ARG002
        """Return the whole list as one parameter."""
        return "%s", [list(value)]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """Return the condition."""
        key, key_parameters = self.process_lhs(compiler, connection)
        values, parameters = self.process_rhs(compiler, connection)
        return f"{key} = ANY({values}::bigint[])", [*key_parameters, *parameters]


def scope_filter(*, scope: Scope, unit: str = "") -> Q:
    """
    Return the filter for rows whose unit lies in the scope.

    `unit` is the name of the key to the unit ("unit", "assignment__assigner"); empty for units themselves.
    """
    path = f"{unit}__path" if unit else "path"
    key = f"{unit}_id" if unit else "id"
    condition = Q(pk__in=[])
    for prefix in scope.paths:
        condition |= Q(**{f"{path}__gte": prefix, f"{path}__lt": path_end(prefix)})
    if scope.unit_ids:
        condition |= Q(**{f"{key}__any_of": sorted(scope.unit_ids)})
    return condition


def scoped_units(*, scope: Scope, name: str) -> tuple[str, dict[str, list[int]]]:
    """
    Return a statement with the numbers (`id`) of a scope's units, and its parameters, whose names begin with `name`.

    For statements written by hand, as `scope_filter` is for the mapper. A unit may stand there twice.
    """
    statement = (
        f"SELECT descendant_id AS id FROM organisation_closure WHERE ancestor_id = ANY(%({name}_heads)s::bigint[])"  # noqa: S608 - a name of ours
        f" UNION ALL SELECT unnest(%({name}_listed)s::bigint[])"
    )
    return statement, {f"{name}_heads": scope.heads, f"{name}_listed": sorted(scope.unit_ids)}


def units_where(*, actor: Actor, capability: str) -> QuerySet[Unit]:
    """Return the units over which the actor holds the capability."""
    if actor.is_system:
        return Unit.objects.all()
    return Unit.objects.filter(scope_filter(scope=actor.scope(capability)))


_UNIT = Part(Unit, "unit")
# By hand: it stands before most lists.
_ONE_UNIT = f"SELECT {_UNIT.sql} FROM organisation_unit AS unit WHERE unit.id = %s"  # noqa: S608 - columns of ours


def unit_where(*, actor: Actor, capability: str, unit_id: int) -> Unit | None:
    """Return one of `units_where`, or None if there is none of this number among them."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_UNIT, [unit_id])
        row = cursor.fetchone()
    unit = _UNIT.read(row) if row is not None else None
    return unit if unit is not None and (actor.is_system or actor.scope(capability).covers(unit)) else None


def visible_units(*, actor: Actor) -> QuerySet[Unit]:
    """Return the units that this actor may see."""
    return units_where(actor=actor, capability=OrganisationCapability.VIEW)


def in_force(*, on: date, unit: str = "") -> Q:
    """Return the filter for units that exist on the day; `unit` as in `scope_filter`."""
    prefix = f"{unit}__" if unit else ""
    return Q(**{f"{prefix}valid_from__lte": on}) & (
        Q(**{f"{prefix}valid_until__isnull": True}) | Q(**{f"{prefix}valid_until__gt": on})
    )


def get_unit(*, actor: Actor, unit_id: int) -> Unit:
    """
    Return one unit.

    :raises NotFound: if there is none, or this actor may not see it
    """
    unit = unit_where(actor=actor, capability=OrganisationCapability.VIEW, unit_id=unit_id)
    if unit is None:
        raise NotFound(_("There is no such unit."))
    return unit


def unit_named(*, actor: Actor, text: str, on: date) -> Unit:
    """
    Return the unit that a person means by a full name, a short name or a code.

    :raises InvalidInput: if this actor sees no such unit, or several
    """
    wanted = " ".join(text.split())
    named = Q(name=wanted) | Q(short_name=wanted) | Q(pk__in=UnitExternalId.objects.filter(value=wanted).values("unit"))
    found = list(visible_units(actor=actor).filter(in_force(on=on)).filter(named)[:2]) if wanted else []
    if not found:
        raise InvalidInput(_("No unit of this name or code is known to you. Please write its full name."))
    if len(found) > 1:
        raise InvalidInput(_("Several units have this name. Please give the code of the one you mean."))
    return found[0]


def import_roots(*, actor: Actor) -> list[Unit]:
    """Return the units at which this actor may import: the heads of the parts whose register they keep."""
    if actor.is_system:
        return list(Unit.objects.filter(parent__isnull=True))
    scope = actor.scope(OrganisationCapability.IMPORT)
    return list(
        Unit.objects.filter(Q(path__in=scope.paths) | Q(pk__in=scope.unit_ids), valid_until__isnull=True).order_by(
            "order_path", "id"
        )
    )


def editable_unit(*, actor: Actor, unit_id: int) -> Unit:
    """
    Return one unit whose register this actor keeps.

    :raises NotFound: if there is none, or this actor may not see it
    :raises NotAllowed: if this actor may see it only
    """
    unit = get_unit(actor=actor, unit_id=unit_id)
    may_edit(actor, unit).require()
    return unit


def top_unit(*, actor: Actor) -> Unit:
    """
    Return the root of the installation's tree.

    :raises NotFound: before the first unit is entered
    """
    unit = Unit.objects.filter(parent__isnull=True).first()
    if unit is None:
        raise NotFound(_("No unit has been entered yet."))
    return unit


def ancestors(*, actor: Actor, unit: Unit) -> list[Unit]:
    """Return the unit's ancestors from the root down to its parent: names only, so every actor may read them."""
    ids = [int(part) for part in unit.path.split("/")[:-2]]
    found = {ancestor.pk: ancestor for ancestor in Unit.objects.filter(pk__in=ids)}
    return [found[unit_id] for unit_id in ids if unit_id in found]


def lines(*, actor: Actor) -> list[Line]:
    """Return all lines of trade in the order in which they were entered; every actor may read them."""
    return list(Line.objects.select_related("lead_unit").order_by("id"))


def units_of_lines(*, actor: Actor, lead_unit_id: int) -> list[int]:
    """Return the units of the lines that a department leads, wherever they stand in the tree."""
    return list(Unit.objects.filter(line__lead_unit_id=lead_unit_id).order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with its lead department, as far as it concerns the reader."""

    line: Line
    lead: Unit | None


def line_list(*, actor: Actor) -> list[LineRow]:
    """Return all lines; the lead of one is told to whoever sees that department, or units of its line."""
    visible = visible_units(actor=actor)
    own = set(visible.filter(line__isnull=False).values_list("line_id", flat=True).distinct().order_by())
    found = lines(actor=actor)
    leads = set(
        visible.filter(pk__in={line.lead_unit_id for line in found if line.lead_unit_id}).values_list("pk", flat=True)
    )
    return [LineRow(line, line.lead_unit if line.pk in own or line.lead_unit_id in leads else None) for line in found]


def get_line(*, actor: Actor, line_id: int) -> Line:
    """
    Return one line of trade.

    :raises NotFound: if there is none
    """
    line = Line.objects.filter(pk=line_id).first()
    if line is None:
        raise NotFound(_("There is no such line."))
    return line

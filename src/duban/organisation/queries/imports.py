"""Reading imports of units, and the register as an import compares with it."""

from collections import defaultdict
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, path_end
from duban.kernel.errors import NotFound
from duban.organisation.models import Line, Post, Unit, UnitExternalId, UnitImport
from duban.organisation.policy import OrganisationCapability
from duban.organisation.queries.units import get_unit, scope_filter
from duban.organisation.register import table
from duban.organisation.register.entries import Fault
from duban.organisation.register.people import HeldPost
from duban.organisation.register.planning import KnownUnit, Register, make_plan
from duban.organisation.register.reading import mark_faults, merge_faults, read_unit_table


def visible_imports(*, actor: Actor) -> QuerySet[UnitImport]:
    """Return the imports of units at which this actor may import, newest first, without their content."""
    found = UnitImport.objects.select_related("root").defer("content", "entries").order_by("-id")
    if actor.is_system:
        return found
    return found.filter(scope_filter(scope=actor.scope(OrganisationCapability.IMPORT), unit="root"))


def get_import(*, actor: Actor, import_id: int) -> UnitImport:
    """
    Return one import.

    :raises NotFound: if there is none, or this actor may not import there
    """
    found = visible_imports(actor=actor).filter(pk=import_id).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def faults_of_import(*, actor: Actor, import_id: int, on: date) -> list[Fault]:
    """
    Return everything that is wrong with an import, compared with the units as they are now.

    :raises NotFound: if there is no such import, or this actor may not import there
    :raises InvalidInput: if the file cannot be read
    """
    found = get_import(actor=actor, import_id=import_id)
    read = read_unit_table(content=bytes(found.content), file_name=found.file_name)
    register = register_below(actor=actor, root_id=found.root_id, on=on)
    return merge_faults(read.faults, make_plan(entries=read.entries, register=register).faults)


def marked_import(*, actor: Actor, import_id: int, on: date) -> bytes:
    """
    Return the file of an import as it came, with a column that says what is wrong and red cells.

    :raises NotFound: if there is no such import, or this actor may not import there
    :raises InvalidInput: if the file cannot be read
    """
    faults = faults_of_import(actor=actor, import_id=import_id, on=on)
    found = get_import(actor=actor, import_id=import_id)
    return mark_faults(content=bytes(found.content), file_name=found.file_name, faults=faults)


def unit_template(*, actor: Actor) -> bytes:
    """Return the workbook in which offices list their units; every actor may have it."""
    return table.unit_template()


def register_below(*, actor: Actor, root_id: int, on: date) -> Register:
    """
    Return what an import at this root is compared with.

    :raises NotFound: if this actor may not see the root
    """
    root = get_unit(actor=actor, unit_id=root_id)
    below = {"path__gte": root.path, "path__lt": path_end(root.path)}
    columns = (
        *("id", "name", "short_name", "parent_id", "place", "level", "field", "kind", "rank", "line_id"),
        *("member_count", "valid_from", "valid_until"),
    )
    units = {
        row[0]: KnownUnit(**dict(zip(columns, row, strict=True)))
        for row in Unit.objects.filter(**below).values_list(*columns).iterator()
    }
    codes = UnitExternalId.objects.values_list("scheme", "value", "unit_id")
    posts: dict[int, list[HeldPost]] = defaultdict(list)
    held = (
        Post.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
        .filter(unit__path__gte=root.path, unit__path__lt=path_end(root.path))
        .order_by("id")
        .values_list("unit_id", "id", "kind", "person_id", "person__name", "field_in_charge", "starts_on")
    )
    for unit_id, post_id, kind, person_id, name, field_in_charge, starts_on in held.iterator():
        posts[unit_id].append(
            HeldPost(
                id=post_id,
                kind=kind,
                person_id=person_id,
                person_name=name,
                field_in_charge=field_in_charge,
                starts_on=starts_on,
            )
        )
    return Register(
        root_id=root.pk,
        today=on,
        units=units,
        codes={(scheme, value): unit_id for scheme, value, unit_id in codes.iterator()},
        posts=dict(posts),
        lines=dict(Line.objects.values_list("name", "id")),
    )

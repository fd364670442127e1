"""Reading imports of units, and the register as an import compares with it."""

from collections import defaultdict
from datetime import date, datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, path_end
from duban.kernel.errors import NotFound
from duban.organisation.models import Line, Unit, UnitExternalId, UnitImport
from duban.organisation.policy import OrganisationCapability
from duban.organisation.queries.units import get_unit, scope_filter
from duban.organisation.register import table
from duban.organisation.register.entries import Fault
from duban.organisation.register.people import HeldPost
from duban.organisation.register.planning import KnownUnit, Register, make_plan
from duban.organisation.register.reading import mark_faults, merge_faults, read_unit_table
from duban.workbooks import queries as ledgers


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
    if not found.content:
        raise NotFound(_("This file was kept for 30 days. Please upload it again."))
    read = read_unit_table(content=bytes(found.content), file_name=found.file_name, mappings=_mappings(actor, found))
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
    return mark_faults(
        content=bytes(found.content),
        file_name=found.file_name,
        faults=faults,
        mappings=_mappings(actor, found),
        row_count=found.row_count,
    )


def _mappings(actor: Actor, found: UnitImport) -> dict[str, dict[str, str]]:
    return ledgers.mappings_of(actor=actor, unit_id=found.root_id, table=table.TEMPLATE_ID)


def old_import_files(*, actor: Actor, before: datetime) -> QuerySet[UnitImport]:
    """Return the imports received before that moment whose workbook is kept still."""
    return UnitImport.objects.filter(started_at__lt=before).exclude(content=b"")


def count_old_import_files(*, actor: Actor, before: datetime) -> int:
    """Return how many workbooks of units received before that moment are kept still."""
    return old_import_files(actor=actor, before=before).count()


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
    return Register(
        root_id=root.pk,
        today=on,
        units=units,
        codes={(scheme, value): unit_id for scheme, value, unit_id in codes.iterator()},
        posts=_posts(list(units), on),
        lines=dict(Line.objects.values_list("name", "id")),
    )


# Two plain questions instead of a join over three tables: right after a load the planner knows nothing of them yet and
# was seen to take a minute for the join. Arrays, because a list of 20,000 places in a question takes long to write.
_HELD = """
SELECT unit_id, id, kind, person_id, field_in_charge, starts_on FROM organisation_post
WHERE unit_id = ANY(%s) AND (ends_on IS NULL OR ends_on > %s) ORDER BY id
"""
_NAMED = "SELECT id, name FROM organisation_person WHERE id = ANY(%s)"


def _posts(unit_ids: list[int], on: date) -> dict[int, list[HeldPost]]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [unit_ids, on])
        rows = cursor.fetchall()
        cursor.execute(_NAMED, [list({row[3] for row in rows})])
        names = dict(cursor.fetchall())
    posts: dict[int, list[HeldPost]] = defaultdict(list)
    for unit_id, post_id, kind, person_id, field_in_charge, starts_on in rows:
        posts[unit_id].append(
            HeldPost(
                id=post_id,
                kind=kind,
                person_id=person_id,
                person_name=names[person_id],
                field_in_charge=field_in_charge,
                starts_on=starts_on,
            )
        )
    return dict(posts)

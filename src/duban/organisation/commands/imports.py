"""Taking over a table of units: received, checked, and then written as a whole or not at all."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.kernel.events import publish
from duban.organisation import queries
from duban.organisation.commands import _loading, _tree
from duban.organisation.commands.members import count_members
from duban.organisation.events import ImportReceived, TakeOverConfirmed
from duban.organisation.models import UnitImport
from duban.organisation.policy import may_import
from duban.organisation.register.entries import pack_entries, unpack_entries
from duban.organisation.register.planning import KnownUnit, Plan, make_plan
from duban.organisation.register.reading import UnitTable, merge_faults, read_unit_table
from duban.organisation.register.table import COLUMNS, TEMPLATE_ID
from duban.organisation.states import IMPORT_FLOW, ImportStatus
from duban.workbooks import commands as workbooks
from duban.workbooks import queries as ledgers
from duban.workbooks.reading import header_of

# A table of so many rows is checked while its sender waits; packed, a row takes about 48 bytes.
_CHECKED_AT_ONCE = 2000
_PACKED_ROW = 48
_KEPT_ERRORS = 1000
# A longer table is taken over in the background.
TAKEN_OVER_AT_ONCE = 5000


@transaction.atomic
def receive_import(*, actor: Actor, root_id: int, file_name: str, content: bytes, at: datetime) -> UnitImport:
    """
    Receive a table of units at and below a root; a small one is checked at once, a large one in the background.

    :raises NotFound: if this actor cannot see the root
    :raises NotAllowed: if this actor may not import there
    :raises InvalidInput: if a small file cannot be read or is another table; for a large one the check says so
    """
    root = queries.get_unit(actor=actor, unit_id=root_id)
    may_import(actor, root).require()
    is_small = _is_small(content, file_name)
    table, refusal = _read(actor, root.pk, content, file_name) if is_small else (None, None)
    if refusal is not None and not header_of(refusal):
        raise refusal

    found = UnitImport.objects.create(
        root=root,
        file_name=file_name[-200:],
        content=content,
        started_by=actor.user_id or 0,
        started_at=at,
        row_count=table.row_count if table else 0,
    )
    if refusal is not None:
        _ask_names(found, refusal, at)
    if table is not None:
        register = queries.register_below(actor=actor, root_id=root.pk, on=timezone.localdate(at))
        _finish_check(found, table, make_plan(entries=table.entries, register=register), at)

    audit.record(
        actor=actor,
        verb="unit_import.receive",
        object_kind="unit_import",
        object_id=found.pk,
        unit_id=root.pk,
        at=at,
        payload={"file_name": found.file_name, "sha256": hashlib.sha256(content).hexdigest()},
    )
    if not is_small:
        publish(ImportReceived(found.pk, get_language() or "zh-hans"))
    return found


def check_import(*, actor: Actor, import_id: int, at: datetime) -> UnitImport:
    """
    Check a table that was received; the row tells meanwhile how far this is. Checking again does no harm.

    Not one transaction: progress must be seen by others, and nothing else is written before the end.

    :raises NotFound: if there is no such import, or this actor may not see it
    """
    found = queries.get_import(actor=actor, import_id=import_id)
    if found.status != ImportStatus.CHECKING:
        return found
    table, refusal = _read(actor, found.root_id, bytes(found.content), found.file_name)
    if refusal is not None and header_of(refusal):
        _ask_names(found, refusal, at)
        return found
    if table is None:
        _finish(
            found,
            step="find_errors",
            errors=[{"row": 0, "column": "", "message": str(refusal)}],
            outcome={"errors": 1, "rows_with_errors": 1, "is_unreadable": True},
            at=at,
        )
        return found
    UnitImport.objects.filter(pk=found.pk).update(row_count=table.row_count)
    found.row_count = table.row_count
    register = queries.register_below(actor=actor, root_id=found.root_id, on=timezone.localdate(at))
    plan = make_plan(entries=table.entries, register=register, tell=_teller(found.pk))
    _finish_check(found, table, plan, at)
    return found


@transaction.atomic
def name_columns(*, actor: Actor, import_id: int, mapping: Mapping[str, str], at: datetime) -> UnitImport:
    """
    Say which columns of a ledger are which of ours; it is remembered for the unit, and the table is checked (again).

    :raises NotFound: if there is no such import, or this actor may not see it
    :raises NotAllowed: if this actor may not import there
    :raises IllegalStep: if it is being checked, taken over or put aside
    :raises InvalidInput: if a column that is needed has no title, or a title is used twice or is not in the file
    """
    found = queries.get_import(actor=actor, import_id=import_id)
    found = UnitImport.objects.select_for_update(of=("self",)).select_related("root").get(pk=found.pk)
    may_import(actor, found.root).require()
    step = IMPORT_FLOW.step("name", source=found.status)

    kept = workbooks.remember_mapping(
        actor=actor,
        unit_id=found.root_id,
        table=TEMPLATE_ID,
        described=found.outcome.get("described", {}),
        mapping=mapping,
        columns=COLUMNS,
        at=at,
    )
    found.status = step.target
    found.entries = None
    found.finished_at = None
    found.save(update_fields=["status", "entries", "finished_at"])

    audit.record(
        actor=actor,
        verb="unit_import.name",
        object_kind="unit_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
        payload={"mapping": kept},
    )
    publish(ImportReceived(found.pk, get_language() or "zh-hans"))
    return found


@transaction.atomic
def take_over_import(*, actor: Actor, import_id: int, at: datetime) -> UnitImport:
    """
    Write everything in a checked table, or nothing; a table of more than 5,000 rows is written in the background.

    The table is compared once more with the units as they are now; whoever changes the tree meanwhile waits.

    :raises NotFound: if there is no such import, or this actor may not see it
    :raises NotAllowed: if this actor may not import there
    :raises IllegalStep: if it is not ready
    :raises InvalidInput: if units changed since the check so that it cannot be taken over
    """
    found = queries.get_import(actor=actor, import_id=import_id)
    may_import(actor, found.root).require()
    if found.row_count <= TAKEN_OVER_AT_ONCE:
        return _write(actor, found, step="take_over", at=at)
    found = UnitImport.objects.select_for_update(of=("self",)).get(pk=found.pk)
    found.status = IMPORT_FLOW.step("begin_take_over", source=found.status).target
    found.rows_done = 0
    found.save(update_fields=["status", "rows_done"])

    audit.record(
        actor=actor,
        verb="unit_import.confirm",
        object_kind="unit_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
    )
    publish(TakeOverConfirmed(found.pk, actor.user_id or 0, get_language() or "zh-hans"))
    return found


def finish_take_over(*, actor: Actor, import_id: int, at: datetime) -> UnitImport:
    """
    Write a confirmed long table, telling meanwhile how far the comparison is; may run twice.

    Not one transaction: first it is compared once more in the open, so that progress is seen; then the tree is held, and
    all is compared and written at one moment. Where units changed so that it has errors now, nothing is written.

    :raises NotFound: if there is no such import, or this actor may not see it
    """
    found = queries.get_import(actor=actor, import_id=import_id)
    if found.status != ImportStatus.TAKING_OVER:
        return found
    register = queries.register_below(actor=actor, root_id=found.root_id, on=timezone.localdate(at))
    entries = unpack_entries(found.entries or [])
    make_plan(entries=entries, register=register, tell=_teller(found.pk))
    try:
        return _write(actor, found, step="finish_take_over", at=at)
    except InvalidInput as refusal:
        found.refresh_from_db()
        _finish(
            found,
            step="give_up",
            errors=[{"row": 0, "column": "", "message": str(refusal)}],
            outcome={"errors": 1, "rows_with_errors": 1, "is_unreadable": True},
            at=at,
        )
        return found


@transaction.atomic
def _write(actor: Actor, found: UnitImport, *, step: str, at: datetime) -> UnitImport:
    _tree.lock_tree()
    found = UnitImport.objects.select_for_update(of=("self",)).get(pk=found.pk)

    target = IMPORT_FLOW.step(step, source=found.status).target
    today = timezone.localdate(at)
    register = queries.register_below(actor=actor, root_id=found.root_id, on=today)
    plan = make_plan(entries=unpack_entries(found.entries or []), register=register)
    if plan.faults:
        raise InvalidInput(
            _("Units changed since this table was checked, and now it has errors. Please upload it again.")
        )

    loaded = _loading.load(plan=plan, register=register, today=today, entered_by=found.started_by or None)
    # A number in the table is what somebody declared; where there is a register of members, that counts.
    count_members(actor=actor, unit_ids=[unit.node for unit in loaded.changed])
    found.status = target
    found.outcome = {**plan.outcome, **({"described": found.outcome["described"]} if found.mapping else {})}
    # From here on the units themselves say it.
    found.entries = None
    found.rows_done = found.row_count
    found.finished_at = at
    found.save(update_fields=["status", "outcome", "entries", "rows_done", "finished_at"])

    audit.record(
        actor=actor,
        verb="unit_import.take_over",
        object_kind="unit_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
        payload=plan.outcome,
    )
    audit.record_many(actor=actor, at=at, events=_events(found.pk, loaded, register.units))
    return found


@transaction.atomic
def withdraw_import(*, actor: Actor, import_id: int, at: datetime) -> UnitImport:
    """
    Put a checked table aside; nothing of it is taken over.

    :raises NotFound: if there is no such import, or this actor may not see it
    :raises NotAllowed: if this actor may not import there
    :raises IllegalStep: if it is being checked, taken over or withdrawn
    """
    found = queries.get_import(actor=actor, import_id=import_id)
    found = UnitImport.objects.select_for_update(of=("self",)).select_related("root").get(pk=found.pk)

    may_import(actor, found.root).require()
    step = IMPORT_FLOW.step("withdraw", source=found.status)

    found.status = step.target
    found.finished_at = at
    found.save(update_fields=["status", "finished_at"])

    audit.record(
        actor=actor,
        verb="unit_import.withdraw",
        object_kind="unit_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
    )
    return found


def _is_small(content: bytes, file_name: str) -> bool:
    rows = content.count(b"\n") if file_name.lower().endswith(".csv") else len(content) // _PACKED_ROW
    return rows <= _CHECKED_AT_ONCE


def _read(actor: Actor, root_id: int, content: bytes, file_name: str) -> tuple[UnitTable | None, InvalidInput | None]:
    mappings = ledgers.mappings_of(actor=actor, unit_id=root_id, table=TEMPLATE_ID)
    try:
        return read_unit_table(content=content, file_name=file_name, mappings=mappings), None
    except InvalidInput as refusal:
        return None, refusal


def _ask_names(found: UnitImport, refusal: InvalidInput, at: datetime) -> None:
    outcome: dict[str, object] = {"errors": 1, "described": header_of(refusal)}
    _finish(
        found,
        step="ask_names",
        errors=[{"row": 0, "column": "", "message": str(refusal)}],
        outcome=outcome,
        at=at,
    )


def _teller(import_id: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        UnitImport.objects.filter(pk=import_id).update(rows_done=done)

    return tell


def _finish_check(found: UnitImport, table: UnitTable, plan: Plan, at: datetime) -> None:
    faults = merge_faults(table.faults, plan.faults)
    found.mapping = table.mapping
    if not faults:
        found.entries = pack_entries(table.entries)
        outcome = {**plan.outcome, "described": table.described}
        _finish(found, step="find_clean", errors=[], outcome=outcome, at=at)
        return
    shown = [
        {"row": fault.row, "column": table.titles.get(fault.column or "", ""), "message": fault.message}
        for fault in faults[:_KEPT_ERRORS]
    ]
    outcome = {
        "errors": len(faults),
        "rows_with_errors": len({fault.row for fault in faults}),
        "described": table.described,
    }
    _finish(found, step="find_errors", errors=shown, outcome=outcome, at=at)


def _finish(
    found: UnitImport, *, step: str, errors: list[dict[str, object]], outcome: dict[str, Any], at: datetime
) -> None:
    found.status = IMPORT_FLOW.step(step, source=found.status).target
    found.rows_done = found.row_count
    found.errors = errors
    found.outcome = outcome
    found.finished_at = at
    found.save(
        update_fields=["status", "rows_done", "row_count", "errors", "outcome", "entries", "mapping", "finished_at"]
    )


def _events(import_id: int, loaded: _loading.Loaded, known: dict[int, KnownUnit]) -> list[audit.Event]:
    """One record for each unit that was there before; those that are new stand in the workbook, which is kept."""
    moved = [
        audit.Event(
            "unit.move",
            "unit",
            unit.node,
            unit.node,
            {
                "import": import_id,
                "from": known[unit.node].parent_id,
                "to": None if unit.parent is None else loaded.ids[unit.parent],
            },
        )
        for unit in loaded.moved
    ]
    renamed = [
        audit.Event(
            "unit.rename",
            "unit",
            unit.node,
            unit.node,
            {"import": import_id, "from": known[unit.node].name, "to": unit.name},
        )
        for unit in loaded.renamed
    ]
    changed = [
        audit.Event("unit.change", "unit", unit.node, unit.node, {"import": import_id, "fields": sorted(unit.changes)})
        for unit in loaded.changed
    ]
    return [*moved, *renamed, *changed]

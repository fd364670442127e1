"""Taking over a table of members: read row by row in a confined process, compared in the database, written as a whole."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor, path_end
from duban.kernel.errors import InvalidInput
from duban.kernel.events import publish
from duban.organisation import queries
from duban.organisation.commands import _member_sql as sql
from duban.organisation.commands.members import count_members
from duban.organisation.events import MembersConfirmed, MembersReceived
from duban.organisation.models import MemberImport, MemberRow
from duban.organisation.policy import may_keep_members
from duban.organisation.queries.numbers import NO_ORGANISATION
from duban.organisation.register.members import CATEGORIES, COLUMNS, PARTICIPATIONS, TEMPLATE_ID, fault_words
from duban.organisation.states import IMPORT_FLOW, ImportStatus
from duban.workbooks import commands as workbooks
from duban.workbooks import queries as ledgers
from duban.workbooks.reading import header_of
from duban.workbooks.streaming import LongTable, read_long_table

_KEPT_ERRORS = 1000
# Written between two looks at how far it is.
_CHUNK = 4 * 1024 * 1024


@transaction.atomic
def receive_members(*, actor: Actor, root_id: int, file_name: str, content: bytes, at: datetime) -> MemberImport:
    """
    Receive a table of members of branches at and below a root; it is read and checked in the background.

    :raises NotFound: if this actor cannot see the root
    :raises NotAllowed: if this actor does not keep the members there
    """
    root = queries.get_unit(actor=actor, unit_id=root_id)
    may_keep_members(actor, root).require()

    found = MemberImport.objects.create(
        root=root, file_name=file_name[-200:], content=content, started_by=actor.user_id or 0, started_at=at
    )

    audit.record(
        actor=actor,
        verb="member_import.receive",
        object_kind="member_import",
        object_id=found.pk,
        unit_id=root.pk,
        at=at,
        payload={"file_name": found.file_name, "sha256": hashlib.sha256(content).hexdigest()},
    )
    publish(MembersReceived(found.pk, get_language() or "zh-hans"))
    return found


def check_members(*, actor: Actor, import_id: int, at: datetime) -> MemberImport:
    """
    Read and check a table of members; the row tells meanwhile how far this is. Checking again does no harm.

    Not one transaction: progress must be seen by others, and nothing but the rows of the table is written before the end.

    :raises NotFound: if there is no such import, or this actor may not see it
    """
    found = queries.get_member_import(actor=actor, import_id=import_id)
    if found.status != ImportStatus.CHECKING:
        return found
    mappings = ledgers.mappings_of(actor=actor, unit_id=found.root_id, table=TEMPLATE_ID)
    try:
        table = read_long_table(
            content=bytes(found.content),
            file_name=found.file_name,
            columns=COLUMNS,
            sheet_marker=TEMPLATE_ID,
            mappings=mappings,
        )
    except InvalidInput as refusal:
        described = header_of(refusal)
        outcome: dict[str, Any] = {"errors": 1, "is_unreadable": True, "described": described}
        step = "ask_names" if described else "find_errors"
        _finish(found, step=step, errors=[{"row": 0, "column": "", "message": str(refusal)}], outcome=outcome, at=at)
        return found
    found.row_count = table.row_count
    found.mapping = table.mapping
    MemberImport.objects.filter(pk=found.pk).update(row_count=table.row_count, mapping=table.mapping)
    with connection.cursor() as cursor:
        cursor.execute(sql.STAGE)
    try:
        _stage(found, table)
        with transaction.atomic():
            _compare(found, table, at)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE member_stage")
    return found


@transaction.atomic
def name_member_columns(*, actor: Actor, import_id: int, mapping: Mapping[str, str], at: datetime) -> MemberImport:
    """
    Say which columns of a ledger are which of ours; it is remembered for the unit, and the table is checked (again).

    :raises NotFound: if there is no such import, or this actor may not see it
    :raises NotAllowed: if this actor does not keep the members there
    :raises IllegalStep: if it is being checked, taken over or put aside
    :raises InvalidInput: if a column that is needed has no title, or a title is used twice or is not in the file
    """
    found = queries.get_member_import(actor=actor, import_id=import_id)
    found = MemberImport.objects.select_for_update(of=("self",)).select_related("root").get(pk=found.pk)
    may_keep_members(actor, found.root).require()
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
    found.finished_at = None
    found.save(update_fields=["status", "finished_at"])

    audit.record(
        actor=actor,
        verb="member_import.name",
        object_kind="member_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
        payload={"mapping": kept},
    )
    publish(MembersReceived(found.pk, get_language() or "zh-hans"))
    return found


@transaction.atomic
def confirm_members(*, actor: Actor, import_id: int, at: datetime) -> MemberImport:
    """
    Confirm that a checked table is taken over; it is written in the background, as a whole or not at all.

    :raises NotFound: if there is no such import, or this actor may not see it
    :raises NotAllowed: if this actor does not keep the members there
    :raises IllegalStep: if it is not ready
    """
    found = queries.get_member_import(actor=actor, import_id=import_id)
    found = MemberImport.objects.select_for_update(of=("self",)).select_related("root").get(pk=found.pk)
    may_keep_members(actor, found.root).require()
    found.status = IMPORT_FLOW.step("begin_take_over", source=found.status).target
    found.save(update_fields=["status"])

    audit.record(
        actor=actor,
        verb="member_import.confirm",
        object_kind="member_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
    )
    publish(MembersConfirmed(found.pk, get_language() or "zh-hans"))
    return found


def take_over_members(*, actor: Actor, import_id: int, at: datetime) -> MemberImport:
    """
    Write everything in a confirmed table of members, or nothing; may run twice.

    Who is new is entered, who stands in another branch moves there, words that differ are corrected; who is not listed
    stays. Where members moved since the check, nothing is written and the table says so.

    :raises NotFound: if there is no such import, or this actor may not see it
    """
    found = queries.get_member_import(actor=actor, import_id=import_id)
    try:
        with transaction.atomic():
            return _write(actor, found, at)
    except (InvalidInput, IntegrityError):
        with transaction.atomic():
            found = MemberImport.objects.select_for_update().get(pk=found.pk)
            sentence = _("Members moved since this table was checked. Please upload it again.")
            errors: list[dict[str, object]] = [{"row": 0, "column": "", "message": str(sentence)}]
            outcome = {"errors": 1, "is_unreadable": True}
            _finish(found, step="give_up", errors=errors, outcome=outcome, at=at)
        return found


@transaction.atomic
def withdraw_members(*, actor: Actor, import_id: int, at: datetime) -> MemberImport:
    """
    Put a checked table of members aside; its rows and the file are removed.

    :raises NotFound: if there is no such import, or this actor may not see it
    :raises NotAllowed: if this actor does not keep the members there
    :raises IllegalStep: if it is being checked, taken over or put aside already
    """
    found = queries.get_member_import(actor=actor, import_id=import_id)
    found = MemberImport.objects.select_for_update(of=("self",)).select_related("root").get(pk=found.pk)
    may_keep_members(actor, found.root).require()
    found.status = IMPORT_FLOW.step("withdraw", source=found.status).target
    found.content = b""
    found.finished_at = at
    found.save(update_fields=["status", "content", "finished_at"])
    MemberRow.objects.filter(member_import=found).delete()

    audit.record(
        actor=actor,
        verb="member_import.withdraw",
        object_kind="member_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
    )
    return found


def _stage(found: MemberImport, table: LongTable) -> None:
    """Copy the rows into the session's table, telling how far it is."""
    start, done = 0, 0
    while start < len(table.lines):
        end = table.lines.find(b"\n", start + _CHUNK) + 1 or len(table.lines)
        with connection.cursor() as cursor, cursor.copy(sql.COPY) as copy:
            copy.write(table.lines[start:end])
        done += table.lines.count(b"\n", start, end)
        start = end
        MemberImport.objects.filter(pk=found.pk).update(rows_done=done)


def _compare(found: MemberImport, table: LongTable, at: datetime) -> None:
    parameters: dict[str, Any] = {
        "import": found.pk,
        "path": found.root.path,
        "end": path_end(found.root.path),
        "today": timezone.localdate(at).isoformat(),
        "without": list(NO_ORGANISATION),
        **_words("category_words", "categories", CATEGORIES),
        **_words("participation_words", "participations", PARTICIPATIONS),
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM organisation_memberrow WHERE member_import_id = %(import)s", parameters)
        cursor.execute("ANALYZE member_stage")
        cursor.execute(sql.COMPARE, parameters)
        cursor.execute(
            'SELECT number, "column", fault FROM organisation_memberrow'
            " WHERE member_import_id = %(import)s AND fault <> '' ORDER BY number LIMIT 1000",
            parameters,
        )
        faults = cursor.fetchall()
        cursor.execute(
            "SELECT count(*) FROM organisation_memberrow WHERE member_import_id = %(import)s AND fault <> ''",
            parameters,
        )
        (wrong,) = cursor.fetchone() or (0,)
        cursor.execute(sql.OUTCOME, parameters)
        new, moved, changed, returning, rows = cursor.fetchone() or (0, 0, 0, 0, 0)
    if wrong:
        errors: list[dict[str, object]] = [
            {"row": number, "column": table.titles.get(column, ""), "message": fault_words(fault)}
            for number, column, fault in faults[:_KEPT_ERRORS]
        ]
        outcome = {"errors": wrong, "rows_with_errors": wrong, "described": table.described}
        _finish(found, step="find_errors", errors=errors, outcome=outcome, at=at)
        return
    outcome = {
        "created": new + returning,
        "moved": moved,
        "changed": changed,
        "unchanged": rows - new - returning - moved - changed,
        "described": table.described,
    }
    _finish(found, step="find_clean", errors=[], outcome=outcome, at=at)


def _words(words: str, values: str, meanings: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    pairs = [(word, value) for value, said in meanings.items() for word in said]
    return {words: [word for word, _value in pairs], values: [value for _word, value in pairs]}


def _write(actor: Actor, found: MemberImport, at: datetime) -> MemberImport:
    found = MemberImport.objects.select_for_update().get(pk=found.pk)
    if found.status != ImportStatus.TAKING_OVER:
        return found
    parameters: dict[str, Any] = {"import": found.pk, "today": timezone.localdate(at).isoformat()}
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE, parameters)
        cursor.execute("ANALYZE member_taken")
        cursor.execute("SELECT DISTINCT unit_id FROM member_taken")
        touched = {row[0] for row in cursor.fetchall()}
        if queries.ended_among(actor=actor, unit_ids=sorted(touched)):
            raise InvalidInput(_("A unit has ended since this table was checked. Please upload it again."))
        cursor.execute(sql.STALE)
        if (cursor.fetchone() or (True,))[0]:
            raise InvalidInput(_("Members moved since this table was checked. Please upload it again."))
        # Names first: whoever is new or adopted bears the right one already.
        for statement in (sql.RENAME_PEOPLE, sql.DESCRIBE, sql.ADOPT, sql.ADD_PEOPLE):
            cursor.execute(statement)
        cursor.execute(sql.LEAVE)
        touched |= {row[0] for row in cursor.fetchall()}
        cursor.execute(sql.JOIN)
        cursor.execute("DROP TABLE member_taken")
        cursor.execute("DELETE FROM organisation_memberrow WHERE member_import_id = %(import)s", parameters)
    count_members(actor=actor, unit_ids=sorted(touched))
    found.status = IMPORT_FLOW.step("finish_take_over", source=found.status).target
    # From here on the register itself says it, and names lie in one place only.
    found.content = b""
    found.finished_at = at
    found.save(update_fields=["status", "content", "finished_at"])

    payload = {key: value for key, value in found.outcome.items() if key != "described"}
    audit.record(
        actor=actor,
        verb="member_import.take_over",
        object_kind="member_import",
        object_id=found.pk,
        unit_id=found.root_id,
        at=at,
        payload=payload,
    )
    return found


def _finish(
    found: MemberImport, *, step: str, errors: list[dict[str, object]], outcome: dict[str, Any], at: datetime
) -> None:
    found.status = IMPORT_FLOW.step(step, source=found.status).target
    found.rows_done = found.row_count
    found.errors = errors
    found.outcome = outcome
    found.finished_at = at
    found.save(update_fields=["status", "rows_done", "errors", "outcome", "finished_at"])

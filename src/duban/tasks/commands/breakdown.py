"""Taking in a breakdown table: checked first, then taken over as drafts as a whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.campaigns import queries as campaigns
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotFound, Stale
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import policy, queries
from duban.tasks.breakdown import COLUMNS, READ, TEMPLATE_ID, read_row
from duban.tasks.choosing import unit_names
from duban.tasks.commands.drafting import AssignmentText, create_assignment, update_draft
from duban.tasks.commands.issuing import issue
from duban.tasks.models import Assignment, BreakdownImport
from duban.tasks.states import (
    BREAKDOWN_FLOW,
    CLOSING_OF_NATURE,
    AssignmentStatus,
    BreakdownStatus,
    ClosingMode,
    Importance,
    Nature,
)
from duban.workbooks import commands as workbooks
from duban.workbooks import queries as ledgers
from duban.workbooks.columns import CellError, Row
from duban.workbooks.reading import header_of, read_table
from duban.workdays import queries as workdays

MOST_ROWS = 2000
# What a row can change in a draft. The deadline is compared as a day: its words are lost in an export.
COMPARED = (
    "wording",
    "heading",
    "standard",
    "lead_person",
    "contact",
    "remark",
    "target",
    "target_rule",
    "due_kind",
    "due_on",
    "starts_on",
    "rhythm",
    "closing_mode",
)


@transaction.atomic
def receive_breakdown(
    *, actor: Actor, campaign_id: int, assigner_id: int, file_name: str, content: bytes, at: datetime
) -> BreakdownImport:
    """
    Read a breakdown table (.xlsx, .xls, .csv or a table in .docx) and say what taking it over would do; nothing changes yet.

    A table with other heads waits until somebody says which of its columns is which of ours; what an office once said of
    such a header is used without asking.

    :raises NotFound: if this actor cannot see campaign or unit
    :raises NotAllowed: if this actor may not assign in the name of the unit
    :raises InvalidInput: if the file cannot be read, was made from another template, or has more than 2,000 rows
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    assigner = organisation.get_unit(actor=actor, unit_id=assigner_id)
    policy.may_assign(actor, assigner).require()

    fields = _read(actor=actor, campaign_id=campaign.pk, assigner=assigner, content=content, file_name=file_name, at=at)
    received = BreakdownImport.objects.create(
        campaign=campaign,
        assigner=assigner,
        file_name=file_name[:200],
        content=content,
        started_by=actor.user_id or 0,
        started_at=at,
        **fields,
    )
    audit.record(
        actor=actor,
        verb="breakdown.receive",
        object_kind="breakdown",
        object_id=received.pk,
        unit_id=assigner.pk,
        at=at,
        payload={"file": file_name, "rows": len(received.rows), "errors": len(received.errors)},
    )
    return received


@transaction.atomic
def name_breakdown_columns(
    *, actor: Actor, import_id: int, mapping: Mapping[str, str], version: int, at: datetime
) -> BreakdownImport:
    """
    Say which columns of a table are which of ours; it is remembered for the office, and the table is read (again).

    `mapping` is key of our column → title in the file. Nothing else changes yet.

    :raises NotFound: if there is no such import of this actor's office, or its file was let go
    :raises IllegalStep: if it was taken over or put aside already
    :raises NotAllowed: if this actor may not assign in the name of the unit
    :raises Stale: if somebody named its columns since the form was opened
    :raises InvalidInput: if a column that is needed has no title, a title is used twice or is not in the file, or the table
        as it is read then has no rows or more than 2,000
    """
    received = queries.get_breakdown(actor=actor, import_id=import_id)
    received = BreakdownImport.objects.select_for_update(of=("self",)).select_related("assigner").get(pk=received.pk)

    BREAKDOWN_FLOW.step("find_clean", source=received.status)
    policy.may_assign(actor, received.assigner).require()
    _require_version(received, version, yours=mapping)
    if not received.content:
        raise NotFound(_("This file was kept for 30 days. Please upload it again."))

    kept = workbooks.remember_mapping(
        actor=actor,
        unit_id=received.assigner_id,
        table=TEMPLATE_ID,
        described=received.described,
        mapping=mapping,
        columns=READ,
        at=at,
    )
    fields = _read(
        actor=actor,
        campaign_id=received.campaign_id,
        assigner=received.assigner,
        content=bytes(received.content),
        file_name=received.file_name,
        at=at,
    )
    step = BREAKDOWN_FLOW.step("find_errors" if fields["errors"] else "find_clean", source=received.status)
    for name, value in {**fields, "status": step.target, "version": received.version + 1}.items():
        setattr(received, name, value)
    received.save(update_fields=[*fields, "version"])

    audit.record(
        actor=actor,
        verb="breakdown.name",
        object_kind="breakdown",
        object_id=received.pk,
        unit_id=received.assigner_id,
        at=at,
        payload={"mapping": kept, "rows": len(received.rows), "errors": len(received.errors)},
    )
    return received


def _read(
    *, actor: Actor, campaign_id: int, assigner: Unit, content: bytes, file_name: str, at: datetime
) -> dict[str, Any]:
    """Return what an import keeps of a table: its status, rows, errors, and how its columns were known or can be named."""
    try:
        table = read_table(
            content=content,
            file_name=file_name,
            columns=COLUMNS,
            sheet_marker=TEMPLATE_ID,
            mappings=ledgers.mappings_of(actor=actor, unit_id=assigner.pk, table=TEMPLATE_ID),
        )
    except InvalidInput as refusal:
        described = header_of(refusal)
        if not described:
            raise
        return {
            "status": BreakdownStatus.TO_NAME,
            "rows": [],
            "errors": [{"row": 0, "column": "", "message": str(refusal)}],
            "mapping": {},
            "described": described,
        }
    if not table.rows:
        raise InvalidInput(_("This table has no rows below its header."))
    if len(table.rows) > MOST_ROWS:
        raise InvalidInput(_("A breakdown table may have 2,000 rows at most. Please split it."))
    today = timezone.localdate(at)
    names = unit_names(assigner=assigner, on=today)
    calendar = workdays.calendar(actor=actor)
    rows: list[dict[str, object]] = []
    errors = list(table.problems)
    for row in table.rows:
        fields, wrong = read_row(row=row, names=names, calendar=calendar, today=today)
        told = {(error.row, error.column_key) for error in errors}
        errors += [error for error in wrong if (error.row, error.column_key) not in told]
        rows.append({"number": row.number, **fields})
    _mark_outcome(rows=rows, campaign_id=campaign_id, assigner_id=assigner.pk)
    return {
        "status": BreakdownStatus.WITH_ERRORS if errors else BreakdownStatus.READY,
        "rows": rows,
        "errors": [
            {"row": error.row, "column": error.column_key, "message": str(error.message)}
            for error in sorted(errors, key=lambda error: error.row)
        ],
        "mapping": table.mapping,
        "described": table.described,
    }


def _require_version(received: BreakdownImport, version: int, *, yours: Mapping[str, str] | None = None) -> None:
    if received.version != version:
        raise Stale(
            _("Somebody has named the columns of this table meanwhile. Please look at it as it is read now."),
            theirs=_mapping_words(received.mapping),
            yours=_mapping_words(yours or {}),
        )


def _mapping_words(mapping: Mapping[str, str]) -> str:
    return "\n".join(f"{column.titles[0]} = {mapping[column.key]}" for column in COLUMNS if mapping.get(column.key))


def _mark_outcome(*, rows: Sequence[dict[str, Any]], campaign_id: int, assigner_id: int) -> None:
    """Say of each row what taking it over would do; a row is known by the key that its export carries."""
    keys = [row["row_key"] for row in rows]
    found = Assignment.objects.filter(
        Q(row_key__in=keys) | Q(uuid__in=[key for key in keys if _is_uuid(key)]),
        campaign_id=campaign_id,
        assigner_id=assigner_id,
    ).prefetch_related("helpers")
    known = {key: assignment for assignment in found for key in (assignment.row_key, str(assignment.uuid)) if key}
    seen: set[str] = set()
    for row in rows:
        if row["row_key"] in seen:
            row["outcome"] = "repeated"
            continue
        seen.add(row["row_key"])
        assignment = known.get(row["row_key"])
        if assignment is None:
            row["outcome"] = "new"
            continue
        row["assignment_id"] = assignment.pk
        if assignment.status == AssignmentStatus.DRAFT:
            row["outcome"] = "change" if _differs(assignment, row) else "same"
        else:
            row["outcome"] = "issued"


def _differs(assignment: Assignment, row: Mapping[str, Any]) -> bool:
    text = _text_of(row, known=assignment)
    helpers = sorted(assignment.helpers.all(), key=lambda helper: (helper.position, helper.pk))
    same = [getattr(assignment, name) == getattr(text, name) for name in COMPARED]
    return not all(same) or tuple(helper.unit_id for helper in helpers) != text.helper_ids


def _is_uuid(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True


@transaction.atomic
def take_over_breakdown(
    *, actor: Actor, import_id: int, version: int, at: datetime, and_issue: bool = False
) -> BreakdownImport:
    """
    Turn the rows into drafts, and issue them if asked: all of them or none.

    :raises NotFound: if there is no such import of this actor's office
    :raises IllegalStep: if it has errors, its columns are not named, or it was taken over or put aside already
    :raises NotAllowed: if this actor may not assign in the name of the unit
    :raises Stale: if somebody named its columns anew since the page was opened
    """
    received = queries.get_breakdown(actor=actor, import_id=import_id)
    received = BreakdownImport.objects.select_for_update(of=("self",)).select_related("assigner").get(pk=received.pk)

    step = BREAKDOWN_FLOW.step("take_over", source=received.status)
    policy.may_assign(actor, received.assigner).require()
    _require_version(received, version)

    for row in received.rows:
        if row["outcome"] not in {"new", "change"}:
            continue
        if row["outcome"] == "new":
            text = _text_of(row)
            assignment = create_assignment(
                actor=actor,
                campaign_id=received.campaign_id,
                assigner_id=received.assigner_id,
                text=text,
                at=at,
            )
        else:
            known = queries.get_assignment(actor=actor, assignment_id=row["assignment_id"])
            text = _text_of(row, known=known)
            assignment = update_draft(actor=actor, assignment_id=known.pk, text=text, version=known.version, at=at)
        row["assignment_id"] = assignment.pk
        if and_issue:
            issue(actor=actor, assignment_id=assignment.pk, at=at)
    received.status = step.target
    received.finished_at = at
    received.save(update_fields=["status", "finished_at", "rows"])

    audit.record(
        actor=actor,
        verb="breakdown.take_over",
        object_kind="breakdown",
        object_id=received.pk,
        unit_id=received.assigner_id,
        at=at,
        payload={"rows": len(received.rows), "issued": and_issue},
    )
    return received


@transaction.atomic
def withdraw_breakdown(*, actor: Actor, import_id: int, version: int, at: datetime) -> BreakdownImport:
    """
    Put a table aside; nothing of it is taken over.

    :raises NotFound: if there is no such import of this actor's office
    :raises IllegalStep: if it was taken over or put aside already
    :raises NotAllowed: if this actor may not assign in the name of the unit
    :raises Stale: if somebody named its columns since the page was opened
    """
    received = queries.get_breakdown(actor=actor, import_id=import_id)
    received = BreakdownImport.objects.select_for_update(of=("self",)).select_related("assigner").get(pk=received.pk)

    step = BREAKDOWN_FLOW.step("withdraw", source=received.status)
    policy.may_assign(actor, received.assigner).require()
    _require_version(received, version)

    received.status = step.target
    received.finished_at = at
    received.save(update_fields=["status", "finished_at"])

    audit.record(
        actor=actor,
        verb="breakdown.withdraw",
        object_kind="breakdown",
        object_id=received.pk,
        unit_id=received.assigner_id,
        at=at,
    )
    return received


@transaction.atomic
def draft_from_words(
    *,
    actor: Actor,
    campaign_id: int,
    assigner_id: int,
    words: Mapping[str, str],
    is_key: bool,
    at: datetime,
    is_principals_own: bool = False,
    minutes: int | None = None,
    requirement_id: int | None = None,
    source_path: str = "",
    assignment_id: int | None = None,
    version: int = 0,
    inspected_by_two: bool = False,
    changes_by_two: bool = False,
) -> Assignment:
    """
    Write or change one draft from the words of a form, read exactly as a row of a breakdown table is.

    `words` has the keys of `breakdown.COLUMNS` and `nature`; 各部门 chooses a class, names with 、 between them a
    list. Without a nature the verb of the sentence says it, without a way of closing the nature.

    :raises InvalidInput: with a sentence for each field that cannot be used; otherwise as `create_assignment`
    """
    assigner = organisation.get_unit(actor=actor, unit_id=assigner_id)
    today = timezone.localdate(at)
    fields, errors = read_row(
        row=Row(number=0, values=dict(words), raw=dict(words)),
        names=unit_names(assigner=assigner, on=today),
        calendar=workdays.calendar(actor=actor),
        today=today,
    )
    if not str(fields["wording"]):
        errors.append(CellError(row=0, column_key="wording", message=_("Please say what is to be done.")))
    if errors:
        told = {error.column_key or "wording": error.message for error in errors}
        raise InvalidInput(next(iter(told.values())), fields=told)
    fields["nature"] = words.get("nature") or fields["nature"]
    text = replace(
        _text_of(fields),
        inspected_by_two=inspected_by_two,
        changes_by_two=changes_by_two,
        importance=Importance.KEY if is_key else Importance.NORMAL,
        is_principals_own=is_principals_own,
        minutes=minutes,
        source_path=source_path,
        source_label="",
        source_sentence=str(fields["source_sentence"]),
        row_key="",
    )
    if assignment_id is None:
        return create_assignment(
            actor=actor,
            campaign_id=campaign_id,
            assigner_id=assigner_id,
            text=text,
            at=at,
            requirement_id=requirement_id,
        )
    return update_draft(actor=actor, assignment_id=assignment_id, text=text, version=version, at=at)


def _text_of(row: Mapping[str, Any], *, known: Assignment | None = None) -> AssignmentText:
    """What a row leaves open, and what no table says, stays as it is in the draft that is known."""
    nature = known.nature if known else row.get("nature", Nature.WORK)
    closing = row.get("closing_mode") or (
        known.closing_mode if known else CLOSING_OF_NATURE.get(nature, ClosingMode.CHECK)
    )
    return AssignmentText(
        nature=nature,
        closing_mode=closing,
        inspected_by_two=known is not None and known.inspected_by_two,
        changes_by_two=known is not None and known.changes_by_two,
        is_principals_own=known is not None and known.is_principals_own,
        minutes=known.minutes if known else None,
        wording=row["wording"],
        heading=row["heading"],
        standard=row["standard"],
        lead_person=row["lead_person"][:60],
        contact=row["contact"][:120],
        remark=row["remark"],
        target=row["target"],
        target_rule=row["target_rule"],
        helper_ids=tuple(row["helper_ids"]),
        due_kind=row["due_kind"],
        due_on=date.fromisoformat(row["due_on"]) if row["due_on"] else None,
        starts_on=date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
        due_text=row["due_text"][:120],
        rhythm=row["rhythm"],
        source_sentence=row["source_sentence"],
        source_label=row["source_label"],
        row_key=row["row_key"],
    )

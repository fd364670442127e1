"""Writing down what is asked, before it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.burden.states import MOST_MINUTES
from duban.campaigns import queries as campaigns
from duban.campaigns.states import CampaignStatus
from duban.directives import queries as directives
from duban.directives.states import DocumentStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, Stale
from duban.kernel.words import bigrams
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import policy, queries
from duban.tasks.models import Assignment, AssignmentHelper
from duban.tasks.states import AssignmentStatus, ClosingMode, DueKind, Importance, Nature, Rhythm, Target


@dataclass(frozen=True, slots=True)
class AssignmentText:
    """
    What is asked, in words and dates; one row of a breakdown table (forms: 任务分解表).

    `target_rule` is {"unit": id}, {"units": [id, …]} or {"levels": […], "fields": […], "kinds": […], "ranks": […]}.
    """

    wording: str
    target: str
    target_rule: dict[str, object]
    heading: str = ""
    standard: str = ""
    result_form: str = ""
    lead_person: str = ""
    contact: str = ""
    remark: str = ""
    due_kind: str = DueKind.DATE
    starts_on: date | None = None
    due_on: date | None = None
    due_text: str = ""
    rhythm: str = Rhythm.ONCE
    importance: str = Importance.NORMAL
    nature: str = Nature.WORK
    closing_mode: str = ClosingMode.CHECK
    inspected_by_two: bool = False
    changes_by_two: bool = False
    helper_ids: Sequence[int] = field(default_factory=tuple)
    source_label: str = ""
    source_path: str = ""
    source_sentence: str = ""
    row_key: str = ""
    is_principals_own: bool = False
    # What one answer takes a unit; None: the usual minutes.
    minutes: int | None = None


COLUMNS = (
    "wording",
    "target",
    "target_rule",
    "heading",
    "standard",
    "result_form",
    "lead_person",
    "contact",
    "remark",
    "due_kind",
    "starts_on",
    "due_on",
    "due_text",
    "rhythm",
    "importance",
    "nature",
    "closing_mode",
    "inspected_by_two",
    "changes_by_two",
    "source_label",
    "source_path",
    "source_sentence",
    "row_key",
    "is_principals_own",
    "minutes",
)


@transaction.atomic
def create_assignment(
    *,
    actor: Actor,
    campaign_id: int,
    assigner_id: int,
    text: AssignmentText,
    at: datetime,
    requirement_id: int | None = None,
) -> Assignment:
    """
    Write a draft; nobody receives anything before `issue`.

    :raises NotFound: if this actor cannot see the campaign, the unit or the requirement
    :raises NotAllowed: if this actor may not assign in the name of the unit
    :raises InvalidInput: if something is missing, or does not fit together
    :raises IllegalStep: if the campaign has ended or the document is not confirmed
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    assigner = organisation.get_unit(actor=actor, unit_id=assigner_id)

    policy.may_assign(actor, assigner).require()
    if campaign.status == CampaignStatus.ENDED:
        raise IllegalStep(_("This campaign has ended. Assign in one that runs."))
    if requirement_id is not None:
        text = _with_source(actor=actor, requirement_id=requirement_id, text=text)
    helpers = _checked(text)

    assignment = Assignment.objects.create(
        campaign=campaign,
        assigner=assigner,
        requirement_id=requirement_id,
        created_by=actor.user_id,
        created_at=at,
        **{column: getattr(text, column) for column in COLUMNS},
    )
    _set_helpers(assignment, helpers)
    index_words([assignment.pk])

    audit.record(
        actor=actor,
        verb="assignment.create",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assigner.pk,
        at=at,
        payload={"wording": text.wording, "due_on": text.due_on, "target": text.target, "rule": text.target_rule},
    )
    return assignment


@transaction.atomic
def update_draft(*, actor: Actor, assignment_id: int, text: AssignmentText, version: int, at: datetime) -> Assignment:
    """
    Change a draft.

    :raises NotFound: if this actor's office did not write it
    :raises IllegalStep: if it has been issued
    :raises Stale: if somebody changed it since the form was opened
    :raises InvalidInput: as for `create_assignment`
    """
    assignment = locked_draft(actor=actor, assignment_id=assignment_id)

    if assignment.version != version:
        raise Stale(
            _("Somebody has changed this draft meanwhile. Both texts are shown; please save again."),
            theirs=assignment.wording,
            yours=text.wording,
        )
    text = replace(
        text,
        source_label=assignment.source_label,
        source_path=assignment.source_path,
        source_sentence=assignment.source_sentence,
        row_key=assignment.row_key,
    )
    helpers = _checked(text)
    before = {column: getattr(assignment, column) for column in COLUMNS}

    for column in COLUMNS:
        setattr(assignment, column, getattr(text, column))
    assignment.version += 1
    assignment.changed_by = actor.user_id
    assignment.save(update_fields=[*COLUMNS, "version", "changed_by"])
    assignment.helpers.all().delete()
    _set_helpers(assignment, helpers)
    index_words([assignment.pk])

    audit.record(
        actor=actor,
        verb="assignment.change",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assignment.assigner_id,
        at=at,
        payload={"wording": text.wording, "due_on": text.due_on},
        before=before,
        after={column: getattr(text, column) for column in COLUMNS},
    )
    return assignment


@transaction.atomic
def discard_draft(*, actor: Actor, assignment_id: int, at: datetime) -> None:
    """
    Throw a draft away; nobody has relied on it, so it does not stay.

    :raises NotFound: if this actor's office did not write it
    :raises IllegalStep: if it has been issued
    """
    assignment = locked_draft(actor=actor, assignment_id=assignment_id)
    wording, assigner_id = assignment.wording, assignment.assigner_id
    assignment.delete()
    audit.record(
        actor=actor,
        verb="assignment.discard",
        object_kind="assignment",
        object_id=assignment_id,
        unit_id=assigner_id,
        at=at,
        payload={"wording": wording},
    )


def locked_draft(*, actor: Actor, assignment_id: int) -> Assignment:
    """
    Return a draft of this actor's office, locked until the end of the transaction.

    :raises NotFound: if this actor's office did not write it
    :raises IllegalStep: if it has been issued, or waits for a head
    """
    assignment = queries.get_assignment(actor=actor, assignment_id=assignment_id)
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("assigner", "campaign").get(pk=assignment.pk)
    )
    policy.may_edit_draft(actor, assignment).require()
    if assignment.status == AssignmentStatus.TO_APPROVE:
        raise IllegalStep(_("This waits for the head's consent. Take it back first, then change it."))
    if assignment.status != AssignmentStatus.DRAFT:
        raise IllegalStep(_("This has been issued already and can no longer be changed."))
    return assignment


def _with_source(*, actor: Actor, requirement_id: int, text: AssignmentText) -> AssignmentText:
    requirement = directives.get_requirement(actor=actor, requirement_id=requirement_id)
    if requirement.document.status != DocumentStatus.CONFIRMED:
        raise IllegalStep(_("The document is not confirmed yet. Confirm it first, then assign from it."))
    if requirement.repeats_id is not None:
        raise NotAllowed(_("This sentence stands twice in the document. Assign from its first place."))
    return replace(
        text,
        source_label=directives.cite(actor=actor, requirement=requirement)[:300],
        source_sentence=requirement.sentence,
    )


def _checked(text: AssignmentText) -> list[Unit]:
    fields: dict[str, object] = {}
    if not text.wording.strip():
        fields["wording"] = _("Please say what is to be done.")
    if text.due_kind == DueKind.DATE and text.due_on is None:
        fields["due_on"] = _("Please give a date, or choose long-term.")
    if text.due_on is not None and text.starts_on is not None and text.due_on < text.starts_on:
        fields["due_on"] = _("The date lies before the start.")
    if text.nature not in Nature.values or text.closing_mode not in ClosingMode.values:
        fields["closing_mode"] = _("Please choose how it is closed.")
    if text.target not in Target.values:
        fields["target"] = _("Please choose who is to do it.")
    if text.target == Target.UNIT and not text.target_rule.get("unit"):
        fields["target"] = _("Please choose the unit that is to do it.")
    if text.target == Target.LISTED and not text.target_rule.get("units"):
        fields["target"] = _("Please choose at least one unit.")
    if text.minutes is not None and not 0 <= text.minutes <= MOST_MINUTES:
        fields["minutes"] = _("Please give the minutes as a number from 0 to 10,000.")
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)
    chosen = {text.target_rule["unit"]} if text.target == Target.UNIT else set()
    helpers = {unit.pk: unit for unit in Unit.objects.filter(pk__in=list(text.helper_ids))}
    if set(helpers) != set(text.helper_ids):
        raise InvalidInput(_("A helping unit does not exist."))
    if chosen & set(helpers):
        raise InvalidInput(_("The owner cannot help itself. Take it off the helping units."))
    return [helpers[unit_id] for unit_id in dict.fromkeys(text.helper_ids)]


def _set_helpers(assignment: Assignment, helpers: Sequence[Unit]) -> None:
    AssignmentHelper.objects.bulk_create(
        AssignmentHelper(assignment=assignment, unit=unit, position=position) for position, unit in enumerate(helpers)
    )


def index_words(assignment_ids: Sequence[int]) -> None:
    """Write the search words of assignments: pairs of characters of wording, heading, source and standard."""
    rows = Assignment.objects.filter(pk__in=list(assignment_ids)).values_list(
        "pk", "wording", "added_wording", "heading", "source_sentence", "standard", "source_label"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE tasks_assignment SET search = array_to_tsvector(%s::text[]) WHERE id = %s",
            [(bigrams(" ".join(texts)), assignment_id) for assignment_id, *texts in rows],
        )

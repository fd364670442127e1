"""Issuing: the rule chooses the units once, then a job gives each its task."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.burden import commands as burden
from duban.burden.commands import DemandText
from duban.burden.states import DemandKind
from duban.directives import commands as directives
from duban.figures import commands as figures
from duban.kernel.authority import Actor, Decision
from duban.kernel.errors import InvalidInput
from duban.kernel.events import publish
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import policy, queries
from duban.tasks.choosing import units_of
from duban.tasks.events import FanOutConfirmed, TasksLeftBehind
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, AssignmentUnit
from duban.tasks.states import ASSIGNMENT_FLOW, AssignmentStatus, Importance

# One transaction of the job.
STEP = 5000
# Up to here the units are served in the request itself, so that the page shows them at once.
SERVED_AT_ONCE = 200


@transaction.atomic
def issue(*, actor: Actor, assignment_id: int, at: datetime) -> Assignment:
    """
    Issue a draft: fix the units that its rule chooses and give each its task (交办).

    Above the number that the office has set, a head who did not write it has to consent first: then it only waits.
    Up to 200 units are served now, more by a job. One audit row names the rule, the number and a hash of the units.

    :raises NotFound: if this actor's office did not write it
    :raises NotAllowed: if this actor may not assign in the name of its unit
    :raises IllegalStep: if it has been issued
    :raises InvalidInput: if the rule chooses no unit, its checking unit would get more answers than it can look at, or
        the ledger refuses (a cap that refuses, a closed period)
    """
    assignment = _locked(actor=actor, assignment_id=assignment_id)

    step = ASSIGNMENT_FLOW.step("issue", source=assignment.status)
    policy.may_issue(actor, assignment).require()
    choice = _fix_choice(assignment, units_of(assignment=assignment, on=timezone.localdate(at)))
    if _guarded(actor=actor, assignment=assignment, count=choice.count, on=timezone.localdate(at)):
        # It is chosen again on the day on which the head consents.
        AssignmentUnit.objects.filter(assignment=assignment).delete()
        return _ask_consent(actor=actor, assignment=assignment, at=at)
    return _send_out(actor=actor, assignment=assignment, status=step.target, choice=choice, at=at)


@transaction.atomic
def consent(*, actor: Actor, assignment_id: int, at: datetime) -> Assignment:
    """
    Consent as a head to a large assignment that others wrote; it goes out with that (请示后交办).

    :raises NotFound: if this actor's office did not write it
    :raises NotAllowed: if this actor is no head there, or wrote it or asked for it
    :raises IllegalStep: if it does not wait for consent
    :raises InvalidInput: as for `issue`
    """
    assignment = _locked(actor=actor, assignment_id=assignment_id)
    step = ASSIGNMENT_FLOW.step("consent", source=assignment.status)
    _may_consent(actor, assignment).require()
    choice = _fix_choice(assignment, units_of(assignment=assignment, on=timezone.localdate(at)))
    _guarded(actor=actor, assignment=assignment, count=choice.count, on=timezone.localdate(at))
    _record(actor=actor, assignment=assignment, verb="consent", at=at, payload={"units": choice.count})
    return _send_out(actor=actor, assignment=assignment, status=step.target, choice=choice, at=at)


@transaction.atomic
def send_back(*, actor: Actor, assignment_id: int, reason: str, at: datetime) -> Assignment:
    """
    Send a draft that waits for consent back to its office, which may also take it back itself.

    :raises NotFound: if this actor's office did not write it
    :raises NotAllowed: if this actor may not assign there
    :raises IllegalStep: if it does not wait for consent
    :raises InvalidInput: if there is no reason
    """
    assignment = _locked(actor=actor, assignment_id=assignment_id)
    step = ASSIGNMENT_FLOW.step("send_back", source=assignment.status)
    policy.may_assign(actor, assignment.assigner).require()
    if not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})
    assignment.status = step.target
    assignment.sent_back_reason = reason.strip()
    assignment.version += 1
    assignment.save(update_fields=["status", "sent_back_reason", "version"])
    _record(actor=actor, assignment=assignment, verb="send_back", at=at, payload={"reason": reason})
    return assignment


def _locked(*, actor: Actor, assignment_id: int) -> Assignment:
    assignment = queries.get_assignment(actor=actor, assignment_id=assignment_id)
    return (
        Assignment.objects.select_for_update(of=("self",)).select_related("assigner", "campaign").get(pk=assignment.pk)
    )


def _guarded(*, actor: Actor, assignment: Assignment, count: int, on: date) -> bool:
    """Refuse more answers than the checking unit can look at; return whether a head has to consent first."""
    set_to = queries.limits_of(actor=actor, campaign_id=assignment.campaign_id)
    too_many = queries.too_many_answers(actor=actor, assignment=assignment, count=count, set_to=set_to, on=on)
    if too_many is not None:
        raise InvalidInput(too_many.sentence, fields={"to": too_many.sentence})
    # What is passed down was consented to where it began.
    if assignment.passed_from_id is not None or set_to.consent_above is None or count <= set_to.consent_above:
        return False
    return not _may_consent(actor, assignment)


def _may_consent(actor: Actor, assignment: Assignment) -> Decision:
    return policy.may_consent(
        actor, assignment, handed_over_by=queries.handed_over_by(actor=actor, assignment=assignment)
    )


def _ask_consent(*, actor: Actor, assignment: Assignment, at: datetime) -> Assignment:
    assignment.status = ASSIGNMENT_FLOW.step("ask_consent", source=assignment.status).target
    assignment.consent_asked_by = actor.user_id
    assignment.consent_asked_at = at
    assignment.sent_back_reason = ""
    assignment.save(update_fields=["status", "consent_asked_by", "consent_asked_at", "sent_back_reason"])
    _record(actor=actor, assignment=assignment, verb="ask_consent", at=at, payload={"wording": assignment.wording})
    return assignment


def _record(*, actor: Actor, assignment: Assignment, verb: str, at: datetime, payload: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        verb=f"assignment.{verb}",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assignment.assigner_id,
        at=at,
        payload=payload,
    )


def _send_out(*, actor: Actor, assignment: Assignment, status: str, choice: "_Choice", at: datetime) -> Assignment:
    if not choice.count:
        refusal = _("No unit belongs to this choice today. Please choose again.")
        if assignment.passed_from_id is not None:
            refusal = _("No unit is left in this choice: those that belong to it have their part already.")
        raise InvalidInput(refusal, fields={"to": refusal})

    chosen = AssignmentUnit.objects.filter(assignment=assignment).values("unit_id")
    book_burden(actor=actor, assignment=assignment, units=Unit.objects.filter(pk__in=chosen), at=at)

    assignment.status = status
    assignment.unit_count = choice.count
    assignment.issued_at = at
    assignment.issued_by = actor.user_id
    assignment.save(update_fields=["status", "unit_count", "issued_at", "issued_by"])
    if assignment.requirement_id is not None:
        directives.mark_assigned(actor=actor, requirement_ids=[assignment.requirement_id], at=at)

    _record(
        actor=actor,
        assignment=assignment,
        verb="issue",
        at=at,
        payload={
            "target": assignment.target,
            "rule": assignment.target_rule,
            "units": choice.count,
            "units_sha256": choice.digest,
            "due_on": assignment.due_on,
        },
    )
    figures.ensure_day(actor=actor, campaign_id=assignment.campaign_id, today=timezone.localdate(at))
    if choice.count <= SERVED_AT_ONCE:
        serve_next_units(actor=actor, assignment_id=assignment.pk, at=at)
        assignment.refresh_from_db()
    else:
        publish(FanOutConfirmed(assignment.pk))
    return assignment


def book_burden(*, actor: Actor, assignment: Assignment, units: QuerySet[Unit], at: datetime) -> None:
    """
    Book in the ledger of these units what an assignment asks of them.

    :raises InvalidInput: if a cap that refuses would be passed, or the due date lies in a closed period
    """
    in_force = assignment.tightened_due or assignment.due_on
    burden.book(
        actor=actor,
        text=DemandText(
            source=f"assignment {assignment.pk}",
            kind=DemandKind.TASK,
            asker_id=assignment.assigner_id,
            what=assignment.wording,
            path=reverse("tasks:task-of", args=[assignment.pk]),
            campaign_id=assignment.campaign_id,
            due_on=in_force,
            minutes=assignment.minutes,
            rhythm=assignment.rhythm,
            # An earlier date set on the way down is a burden (下级提前要求), counted where it reaches the unit.
            days_earlier=(assignment.due_on - in_force).days if assignment.due_on and in_force else 0,
            is_earlier=assignment.tightened_due is not None,
        ),
        units=units,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """How many units were fixed for an assignment, and the hash of their numbers."""

    count: int
    digest: str


def _fix_choice(assignment: Assignment, units: QuerySet[Unit]) -> _Choice:
    query, parameters = units.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH added AS (INSERT INTO tasks_assignmentunit (assignment_id, unit_id)"
            f" SELECT %s, chosen.id FROM ({query}) AS chosen(id) ORDER BY chosen.id RETURNING unit_id)"
            " SELECT count(*), coalesce(string_agg(unit_id::text, ',' ORDER BY unit_id), '') FROM added",
            [assignment.pk, *parameters],
        )
        row = cursor.fetchone()
    count, ids = row or (0, "")
    return _Choice(count, hashlib.sha256(ids.encode()).hexdigest())


@transaction.atomic
def serve_next_units(*, actor: Actor, assignment_id: int, at: datetime, step: int = STEP) -> bool:
    """
    Give the next units their tasks and move the assignment's own progress; return whether units are left.

    May run twice and at once: the row of the assignment is locked, a unit has one task per assignment, and what
    was committed is not done again after a crash.
    """
    assignment = Assignment.objects.select_for_update().get(pk=assignment_id)
    if assignment.status != AssignmentStatus.ISSUING:
        return False
    unit_ids = list(
        AssignmentUnit.objects.filter(assignment=assignment, unit_id__gt=assignment.cursor)
        .order_by("unit_id")
        .values_list("unit_id", flat=True)[:step]
    )
    give(assignment=assignment, unit_ids=unit_ids, at=assignment.issued_at or at)
    if unit_ids and organisation.ended_among(actor=actor, unit_ids=unit_ids):
        publish(TasksLeftBehind(assignment.pk))
    if unit_ids:
        figures.recount(actor=actor, table=TASK_FIGURES, campaign_id=assignment.campaign_id, unit_ids=unit_ids)
        assignment.cursor = unit_ids[-1]
        assignment.units_done += len(unit_ids)
    if assignment.units_done >= assignment.unit_count:
        assignment.status = ASSIGNMENT_FLOW.step("finish_issuing", source=assignment.status).target
    assignment.save(update_fields=["cursor", "units_done", "status"])
    return assignment.status == AssignmentStatus.ISSUING


def give(*, assignment: Assignment, unit_ids: Sequence[int], at: datetime) -> list[int]:
    """
    Give units their tasks of an assignment, with everything that a task has from it; return those that had none.

    A unit has one task per assignment, and one part of a task that was passed down.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_task (uuid, campaign_id, assignment_id, unit_id, checker_unit_id, status, is_key,"
            "  closing_mode, passed_from_id, original_due, tightened_due, agreed_due, issued_at, version)"
            " SELECT gen_random_uuid(), %(campaign)s, %(assignment)s, unit_id, %(checker)s, 'to_sign', %(key)s,"
            "  %(closing)s, %(passed_from)s, %(due)s, %(tightened)s, COALESCE(%(tightened)s, %(due)s)::date, %(at)s, 1"
            " FROM unnest(%(units)s::bigint[]) AS chosen (unit_id)"
            " ON CONFLICT DO NOTHING RETURNING unit_id",
            {
                "campaign": assignment.campaign_id,
                "assignment": assignment.pk,
                "checker": assignment.assigner_id,
                "key": assignment.importance == Importance.KEY,
                "closing": assignment.closing_mode,
                "passed_from": assignment.passed_from_id,
                "due": assignment.due_on,
                "tightened": assignment.tightened_due,
                "at": at,
                "units": list(unit_ids),
            },
        )
        return [unit_id for (unit_id,) in cursor.fetchall()]

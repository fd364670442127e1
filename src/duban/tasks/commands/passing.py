"""Passing received tasks down to one's own subordinates (转办), and transferring a task to an equal unit (转交)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.campaigns.states import CampaignStatus
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotFound
from duban.organisation import queries as organisation
from duban.tasks import choosing, limits, policy, queries
from duban.tasks.commands.answering import add_entry, count_again, locked_task, not_stale, record
from duban.tasks.commands.drafting import index_words
from duban.tasks.commands.issuing import issue
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, AssignmentHelper, Task
from duban.tasks.states import TASK_FLOW, TRANSFER_FLOW, EntryKind, Target, TaskStatus

# What a part has from the task that it came from, unchanged.
INHERITED = (
    "campaign_id",
    "heading",
    "wording",
    "source_path",
    "source_sentence",
    "standard",
    "result_form",
    "lead_person",
    "contact",
    "remark",
    "due_kind",
    "starts_on",
    "due_text",
    "rhythm",
    "importance",
    "is_principals_own",
    "minutes",
    "nature",
    "closing_mode",
    "inspected_by_two",
    "changes_by_two",
)


@dataclass(frozen=True, slots=True)
class Passing:
    """
    How received tasks are passed down: to whom, with which words of one's own, by when.

    `target` and `rule` are those of `choosing.units_of_rule`. `own_due` may be earlier than the date received, and is
    then stored beside it; None keeps the date received.
    """

    target: str
    rule: dict[str, object] = field(default_factory=dict)
    added_wording: str = ""
    own_due: date | None = None


@transaction.atomic
def pass_down(*, actor: Actor, task_ids: Sequence[int], given: Passing, at: datetime) -> list[Assignment]:
    """
    Pass received tasks down, all with the same choice and all or none: their unit keeps them and gets parts to check.

    Passing down an unsigned task signs for it. Each becomes one assignment, issued at once; up to 200 units are served
    now, more by a job. A unit that has a part of the task already gets no second one.

    :raises NotFound: if this actor cannot see one of them
    :raises NotAllowed: if this actor does not pass down for its unit
    :raises IllegalStep: if one is no longer open, or its campaign has ended
    :raises InvalidInput: if nothing or nobody was chosen, or the own date is past or later than the one received
    """
    # In one order, so that two who pass the same ones down wait instead of blocking each other.
    wanted = sorted(set(task_ids))
    tasks = list(
        queries.visible_tasks(actor=actor)
        .select_for_update(of=("self",))
        .select_related("assignment__assigner", "unit", "campaign")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if not wanted:
        raise InvalidInput(_("Please choose what is to be passed down."))
    if len(tasks) != len(wanted):
        raise NotFound(_("There is no such item."))

    for task in tasks:
        policy.may_pass_down(actor, task.unit).require()
        if task.status not in {TaskStatus.TO_SIGN, TaskStatus.IN_HAND}:
            raise IllegalStep(_("Only what is still to be done can be passed down. Please look at its present state."))
        if task.campaign.status == CampaignStatus.ENDED:
            raise IllegalStep(_("This campaign has ended. Assign in one that runs."))
        _check_date(task, given.own_due, timezone.localdate(at))
    if given.target not in Target.values:
        raise InvalidInput(_("Please choose who is to do it."), fields={"to": _("Please choose who is to do it.")})

    return [_pass(actor=actor, task=task, given=given, at=at) for task in tasks]


def _pass(*, actor: Actor, task: Task, given: Passing, at: datetime) -> Assignment:
    assignment = _drafted(actor=actor, task=task, given=given, at=at)
    before = task.status
    if task.status == TaskStatus.TO_SIGN:
        task.status = TASK_FLOW.step("sign", source=task.status).target
        task.signed_at = at
        add_entry(actor=actor, task=task, kind=EntryKind.SIGN, text="", at=at)
    task.version += 1
    task.save(update_fields=["status", "signed_at", "version"])
    if task.status != before:
        count_again(actor=actor, task=task)
        record(actor=actor, task=task, verb="sign", at=at, payload={"from": before, "to": task.status})

    issued = issue(actor=actor, assignment_id=assignment.pk, at=at)
    add_entry(
        actor=actor,
        task=task,
        kind=EntryKind.PASS_DOWN,
        text=given.added_wording,
        at=at,
        new_due=assignment.tightened_due if assignment.tightened_by_id == task.unit_id else None,
    )
    record(
        actor=actor,
        task=task,
        verb="pass_down",
        at=at,
        payload={
            "assignment": issued.pk,
            "units": issued.unit_count,
            "added_wording": given.added_wording.strip(),
            "tightened_due": issued.tightened_due,
        },
    )
    return issued


def _drafted(*, actor: Actor, task: Task, given: Passing, at: datetime) -> Assignment:
    source = task.assignment
    due_on, tightened = _dates(task, given.own_due)
    is_own = given.own_due is not None and given.own_due != task.agreed_due
    root_id = source.root_id or source.pk
    # A task that a sample found untrue is checked from then on, and so are its parts.
    inherited = {name: getattr(source, name) for name in INHERITED} | {"closing_mode": task.closing_mode}
    assignment = Assignment.objects.create(
        **inherited,
        assigner=task.unit,
        passed_from=task,
        root_id=root_id,
        chain=f"{source.chain}{task.pk}/",
        added_wording=given.added_wording.strip(),
        source_label=queries.passed_label(actor=actor, task=task)[:300],
        due_on=due_on,
        tightened_due=tightened,
        tightened_by_id=None if tightened is None else task.unit_id if is_own else source.tightened_by_id,
        target=given.target,
        target_rule=given.rule,
        created_by=actor.user_id,
        created_at=at,
    )
    # The unit that passes it down checks the parts, so it cannot be one that helps with them.
    helpers = source.helpers.exclude(unit_id=task.unit_id).order_by("position", "pk")
    AssignmentHelper.objects.bulk_create(
        AssignmentHelper(assignment=assignment, unit_id=helper.unit_id, position=helper.position) for helper in helpers
    )
    index_words([assignment.pk])
    return assignment


def _dates(task: Task, own_due: date | None) -> tuple[date | None, date | None]:
    """Return the date received, and the earlier one that is in force instead, if there is one."""
    in_force = own_due or task.agreed_due
    received = task.agreed_due
    # An earlier date that was set further up goes on being counted as one.
    if task.tightened_due is not None and (
        task.original_due is None or received is None or received < task.original_due
    ):
        received = task.original_due
    is_tightened = in_force is not None and (received is None or in_force < received)
    return received, in_force if is_tightened else None


def _check_date(task: Task, own_due: date | None, today: date) -> None:
    if own_due is None:
        return
    if own_due < today:
        refusal = _("This date has passed already.")
        raise InvalidInput(refusal, fields={"own_due": refusal})
    if task.agreed_due is not None and own_due > task.agreed_due:
        later = _("Your own date may be earlier than the one you received (%(due)s), not later.")
        raise InvalidInput(later % {"due": task.agreed_due}, fields={"own_due": later % {"due": task.agreed_due}})


@transaction.atomic
def transfer(
    *, actor: Actor, task_id: int, unit_id: int, reason: str, at: datetime, version: int | None = None
) -> Task:
    """
    Give a task that is unsigned or came back to another unit of the same level (转交); counted, and limited.

    :raises NotFound: if this actor cannot see the task or the unit
    :raises Stale: if it changed since the page was opened
    :raises NotAllowed: if this actor's office did not assign it
    :raises IllegalStep: if it is signed for already, or was transferred as often as is allowed
    :raises InvalidInput: if there is no reason, or the unit is not an equal one below the assigner without a part in it
    """
    task = locked_task(actor=actor, task_id=task_id)
    step = TRANSFER_FLOW.step("transfer", source=task.status)
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)

    policy.may_decide_declined(actor, task, queries.involved(actor=actor, task=task)).require()
    not_stale(task, version, reason)
    if not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})
    equals = choosing.equals_of(task=task, on=timezone.localdate(at))
    if not equals.filter(pk=unit.pk).exists():
        refusal = _("It goes to a unit of the same level below the assigner that has no part in it yet.")
        raise InvalidInput(refusal, fields={"unit": refusal})

    before, old_unit = task.status, task.unit
    taken = _("This unit has received the item meanwhile.")
    try:
        with transaction.atomic():
            moved = Task.objects.filter(pk=task.pk, transfers__lt=limits.TRANSFERS).update(
                unit=unit,
                status=step.target,
                transfers=F("transfers") + 1,
                version=F("version") + 1,
                signed_at=None,
                # The new unit has its own time for returning it.
                issued_at=at,
                checker_unit=task.assignment.assigner,
            )
    except IntegrityError:
        raise InvalidInput(taken, fields={"unit": taken}) from None
    if not moved:
        raise IllegalStep(
            _("It has been transferred %(times)d times already. Decide with the units whose it is, then send it again.")
            % {"times": limits.TRANSFERS}
        )
    task.refresh_from_db()

    said = f"{old_unit.shown_name} → {unit.shown_name}：{reason.strip()}"
    add_entry(actor=actor, task=task, kind=EntryKind.TRANSFER, text=said, at=at)
    figures.recount(
        actor=actor, table=TASK_FIGURES, campaign_id=task.campaign_id, unit_ids=sorted({old_unit.pk, unit.pk})
    )
    record(
        actor=actor,
        task=task,
        verb="transfer",
        at=at,
        payload={
            "from": before,
            "to": task.status,
            "from_unit": old_unit.pk,
            "to_unit": unit.pk,
            "times": task.transfers,
            "reason": reason.strip(),
        },
    )
    return task

"""Requests for a change: a later date, a part done, suspension, long-term work, merging. One flow for all."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput
from duban.tasks import policy, queries
from duban.tasks.commands.answering import (
    STEP_FIELDS,
    add_entry,
    count_again,
    find_checker,
    locked_task,
    record,
    take_back_change,
)
from duban.tasks.commands.reserved import OwnWord, own_word, settle_waiting
from duban.tasks.models import ChangeRequest, Task
from duban.tasks.states import (
    ASKED_AS,
    CHANGE_FLOW,
    DATED_CHANGES,
    OPEN_CHANGES,
    STEP_OF_CHANGE,
    TASK_FLOW,
    WORKED_ON,
    ChangeKind,
    ChangeStatus,
    EntryKind,
    TaskStatus,
)


@transaction.atomic
def ask_change(
    *,
    actor: Actor,
    task_id: int,
    kind: str,
    reason: str,
    at: datetime,
    new_due: date | None = None,
    into_id: int | None = None,
    word: OwnWord | None = None,
) -> ChangeRequest:
    """
    Ask for a change (申请延期、阶段性办结、中止、转长期坚持、归并); the original date stays whatever is granted.

    `new_due` is the later date, or that of the rest of what is done in part; `into_id` the item to merge into,
    `word` the principal's own where the item is reserved for them.

    :raises NotFound: if this actor cannot see the task
    :raises NotAllowed: if this actor's unit does not own it
    :raises IllegalStep: if it is not in hand, or a request waits already
    :raises InvalidInput: if the reason, the date or the other item is missing or does not fit
    """
    task = locked_task(actor=actor, task_id=task_id)
    policy.may_answer(actor, task, queries.involved(actor=actor, task=task)).require()
    if kind not in ChangeKind.values:
        raise InvalidInput(_("Please choose what you ask for."), fields={"kind": _("Please choose what you ask for.")})
    if task.status not in WORKED_ON:
        raise IllegalStep(_("A change can be asked for while an item is in hand."))
    if kind == ChangeKind.EXTENSION and task.agreed_due is None:
        raise IllegalStep(_("A later date can be asked for while an item with a date is in hand."))
    if queries.open_change(actor=actor, task=task) is not None:
        raise IllegalStep(_("A request waits already. Wait for its decision, or take it back first."))
    if not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})
    new_due = _date_asked_for(task, kind, new_due, timezone.localdate(at))
    into = _into(actor, task, into_id) if kind == ChangeKind.MERGE else None

    word = own_word(actor=actor, task=task, given=word, on=timezone.localdate(at))
    settle_waiting(task=task, at=at)
    find_checker(actor=actor, task=task, at=at)
    task.save(update_fields=["checker_unit"])
    change = ChangeRequest.objects.create(
        task=task,
        kind=kind,
        new_due=new_due,
        into=into,
        reason=reason.strip(),
        needs_two=task.assignment.changes_by_two,
        asked_by=actor.user_id,
        asked_at=at,
    )
    asked = ASKED_AS[kind]
    add_entry(actor=actor, task=task, kind=asked, text=reason, at=at, new_due=new_due, word=word)
    record(
        actor=actor,
        task=task,
        verb=asked,
        at=at,
        payload={"new_due": new_due, "reason": reason, "into": into.pk if into else None},
    )
    return change


@transaction.atomic
def take_back_request(*, actor: Actor, task_id: int, at: datetime) -> None:
    """
    Take back the request that waits; its unit no longer needs it.

    :raises NotFound: if this actor cannot see the task
    :raises NotAllowed: if this actor's unit does not own it
    :raises IllegalStep: if no request is waiting
    """
    task = locked_task(actor=actor, task_id=task_id)
    policy.may_answer(actor, task, queries.involved(actor=actor, task=task)).require()
    if queries.open_change(actor=actor, task=task) is None:
        raise IllegalStep(_("No request is waiting."))
    take_back_change(actor=actor, task=task, at=at)


@transaction.atomic
def decide_change(*, actor: Actor, task_id: int, step_name: str, at: datetime, reason: str = "") -> ChangeRequest:
    """
    Grant or refuse the request that waits; whoever may check the task decides.

    Where the assigner asks for two, the first `grant` passes it to the head, who is another person. The original date
    never changes.

    :raises NotFound: if this actor cannot see the task
    :raises IllegalStep: if no request is waiting, or the item to merge into has ended meanwhile
    :raises NotAllowed: if this actor had a part in the task, may not check there, or gave the first consent
    :raises InvalidInput: if it is refused without a reason
    """
    _lock_both(task_id)
    task = locked_task(actor=actor, task_id=task_id)
    change = queries.open_change(actor=actor, task=task)
    parts = queries.involved(actor=actor, task=task)

    if change is None:
        policy.may_check(actor, task, parts).require()
        raise IllegalStep(_("No request is waiting."))
    policy.may_decide_change(actor, task, change, parts).require()
    if step_name == "grant" and change.needs_two and change.status == ChangeStatus.ASKED:
        step_name = "endorse"
    if step_name not in {"grant", "endorse", "refuse"}:
        raise IllegalStep(_("A request is granted or refused."))
    step = CHANGE_FLOW.step(step_name, source=change.status)
    if step.reason_required and not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})

    change.status = step.target
    if step.name == "endorse":
        change.endorsed_by = actor.user_id
        change.endorsed_person_id = actor.person_id
        change.endorsed_at = at
    else:
        change.decided_by = actor.user_id
        change.decided_at = at
    before = task.status
    if step.name == "grant":
        _carry_out(task, change)
        task.save(update_fields=STEP_FIELDS)
        count_again(actor=actor, task=task)
    change.save()
    verb = _verb(change, step.name)
    told = change.new_due if step.name == "grant" else None
    add_entry(actor=actor, task=task, kind=verb, text=reason or _told(change, step.name), at=at, new_due=told)
    payload: dict[str, object] = {"new_due": change.new_due, "reason": reason, "into": change.into_id}
    if step.name == "grant" and change.kind in STEP_OF_CHANGE:
        payload |= {"from": before, "to": task.status}
    record(actor=actor, task=task, verb=verb, at=at, payload=payload)
    return change


def _date_asked_for(task: Task, kind: str, new_due: date | None, today: date) -> date | None:
    if kind not in DATED_CHANGES:
        return None
    if kind == ChangeKind.EXTENSION and (new_due is None or task.agreed_due is None or new_due <= task.agreed_due):
        message = _("The new date must be later than the agreed one.")
        raise InvalidInput(message, fields={"new_due": message})
    if new_due is None or new_due < today:
        message = _("Please give the next date of what goes on.")
        raise InvalidInput(message, fields={"new_due": message})
    return new_due


def _into(actor: Actor, task: Task, into_id: int | None) -> Task:
    into = queries.mergeable(actor=actor, task=task).filter(pk=into_id).first() if into_id else None
    if into is None:
        message = _("Please choose another item that your unit has in hand.")
        raise InvalidInput(message, fields={"into": message})
    return into


def _lock_both(task_id: int) -> None:
    """Two that are to be merged into each other are locked in one order, or two people could wait for each other."""
    into_id = (
        ChangeRequest.objects.filter(task_id=task_id, status__in=OPEN_CHANGES, kind=ChangeKind.MERGE)
        .values_list("into_id", flat=True)
        .first()
    )
    if into_id is not None:
        list(Task.objects.select_for_update(of=("self",)).filter(pk__in=[task_id, into_id]).order_by("pk"))


def _carry_out(task: Task, change: ChangeRequest) -> None:
    task.version += 1
    if change.kind == ChangeKind.EXTENSION:
        if task.status not in WORKED_ON:
            raise IllegalStep(_("Meanwhile this item has moved on. Please look at its present state."))
        task.agreed_due = change.new_due
        return
    if change.kind == ChangeKind.MERGE:
        into = change.into
        if into is None or into.status not in {*WORKED_ON, TaskStatus.LONG_TERM}:
            raise IllegalStep(_("The item to merge into has ended or was merged itself. Please refuse the request."))
        task.merged_into = into
    task.status = TASK_FLOW.step(STEP_OF_CHANGE[change.kind], source=task.status).target
    if change.kind == ChangeKind.PART_DONE:
        task.agreed_due = change.new_due
    elif change.kind == ChangeKind.LONG_TERM:
        task.agreed_due = None


def _verb(change: ChangeRequest, step_name: str) -> str:
    if step_name == "endorse":
        return EntryKind.ENDORSE
    if change.kind == ChangeKind.EXTENSION:
        return EntryKind.GRANT_EXTENSION if step_name == "grant" else EntryKind.REFUSE_EXTENSION
    return STEP_OF_CHANGE[change.kind] if step_name == "grant" else EntryKind.REFUSE_CHANGE


def _told(change: ChangeRequest, step_name: str) -> str:
    """Where something goes on is said in the thread itself."""
    return str(change.into.assignment.wording) if step_name == "grant" and change.into is not None else ""

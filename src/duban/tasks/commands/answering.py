"""What units, and those who check, do about a task."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.access import queries as access
from duban.attachments import commands as attachments
from duban.audit import commands as audit
from duban.figures import commands as figures
from duban.kernel.authority import Actor, Decision
from duban.kernel.errors import IllegalStep, InvalidInput, NotFound, Stale
from duban.organisation.models import Person, Unit
from duban.tasks import policy, queries
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import ChangeRequest, Evidence, Task, TaskEntry
from duban.tasks.states import OPEN_STATUSES, TASK_FLOW, EntryKind, TaskStatus

# A unit may return an item as not theirs within so many days after it was issued.
DECLINE_DAYS = 7


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was uploaded."""

    name: str
    content: bytes


@transaction.atomic
def take_step(
    *,
    actor: Actor,
    task_id: int,
    step_name: str,
    at: datetime,
    text: str = "",
    new_due: date | None = None,
    version: int | None = None,
    files: Sequence[GivenFile] = (),
) -> Task:
    """
    Move a task one step along its flow: sign, decline, insist, withdraw, ask_done, accept, return.

    `return` names what is missing and a new date; `version` is that of the page on which the step was offered.

    :raises NotFound: if this actor cannot see the task
    :raises Stale: if it changed since the page was opened
    :raises IllegalStep: if its status does not permit the step, or the time for it has passed
    :raises NotAllowed: if this actor may not take it
    :raises InvalidInput: if a reason or a date is missing
    """
    task = locked_task(actor=actor, task_id=task_id)
    step = TASK_FLOW.step(step_name, source=task.status)
    parts = queries.involved(actor=actor, task=task)

    policy.WHO_MAY[step.name](actor, task, parts).require()
    _not_stale(task, version, text)
    if step.reason_required and not text.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"text": _("Please say why, in a sentence.")})
    today = timezone.localdate(at)
    if step.name == "decline" and today > timezone.localdate(task.issued_at) + timedelta(days=DECLINE_DAYS):
        raise IllegalStep(
            _("An item can be returned within %(days)d days after it was issued. Ask for an extension instead.")
            % {"days": DECLINE_DAYS}
        )
    if step.name == "return":
        new_due = _return_date(task, new_due, today)

    before = task.status
    task.status = step.target
    task.version += 1
    if step.name == "sign":
        task.signed_at = at
    elif step.name == "ask_done":
        task.asked_at = at
    elif step.name == "accept":
        task.finished_on = timezone.localdate(task.asked_at or at)
    elif step.name == "return" and new_due is not None:
        task.agreed_due = new_due
    entry = add_entry(actor=actor, task=task, kind=step.name, text=text, at=at, new_due=new_due)
    _keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
    if step.name == "ask_done":
        _find_checker(actor=actor, task=task, at=at)
    task.save(update_fields=["status", "version", "signed_at", "asked_at", "finished_on", "agreed_due", "checker_unit"])

    count_again(actor=actor, task=task)
    record(
        actor=actor,
        task=task,
        verb=step.name,
        at=at,
        payload={"from": before, "to": task.status, "text": text, "new_due": new_due, "files": len(files)},
    )
    return task


@transaction.atomic
def give_feedback(*, actor: Actor, task_id: int, text: str, at: datetime, files: Sequence[GivenFile] = ()) -> TaskEntry:
    """
    Say what has been done so far; the owner and every helping unit may (进展反馈).

    :raises NotFound: if this actor cannot see the task
    :raises IllegalStep: if the task is not in hand
    :raises NotAllowed: if this actor belongs to neither owner nor helper
    :raises InvalidInput: if nothing was said
    """
    task = locked_task(actor=actor, task_id=task_id)
    _may_report(actor, task).require()
    if task.status != TaskStatus.IN_HAND:
        raise IllegalStep(_("Progress is reported while the item is in hand. Sign for it first."))
    if not text.strip():
        raise InvalidInput(_("Please say what has been done."), fields={"text": _("Please say what has been done.")})
    entry = add_entry(actor=actor, task=task, kind=EntryKind.FEEDBACK, text=text, at=at)
    _keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
    record(actor=actor, task=task, verb="feedback", at=at, payload={"text": text, "files": len(files)})
    return entry


@transaction.atomic
def attach_evidence(
    *, actor: Actor, task_id: int, files: Sequence[GivenFile], at: datetime, text: str = ""
) -> TaskEntry:
    """
    Attach files that show what was done.

    :raises NotFound: if this actor cannot see the task
    :raises IllegalStep: if the task is not open
    :raises NotAllowed: if this actor belongs to neither owner nor helper
    :raises InvalidInput: if there is no file, or one is of a kind that is not kept
    """
    task = locked_task(actor=actor, task_id=task_id)
    _may_report(actor, task).require()
    if task.status not in OPEN_STATUSES:
        raise IllegalStep(_("This item is finished. Evidence can no longer be attached."))
    if not files:
        raise InvalidInput(_("Please choose a file."))
    entry = add_entry(actor=actor, task=task, kind=EntryKind.EVIDENCE, text=text, at=at)
    _keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
    record(actor=actor, task=task, verb="evidence", at=at, payload={"files": [file.name for file in files]})
    return entry


@transaction.atomic
def ask_extension(*, actor: Actor, task_id: int, new_due: date | None, reason: str, at: datetime) -> ChangeRequest:
    """
    Ask for a later date (申请延期); the original date stays beside it.

    :raises NotFound: if this actor cannot see the task
    :raises NotAllowed: if this actor's unit does not own it
    :raises IllegalStep: if it is not in hand, has no date, or a request waits already
    :raises InvalidInput: if reason or date is missing, or the date is not later
    """
    task = locked_task(actor=actor, task_id=task_id)
    policy.may_answer(actor, task, queries.involved(actor=actor, task=task)).require()
    if task.status != TaskStatus.IN_HAND or task.agreed_due is None:
        raise IllegalStep(_("A later date can be asked for while an item with a date is in hand."))
    if queries.open_change(actor=actor, task=task) is not None:
        raise IllegalStep(_("A request for a later date is waiting already."))
    if not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})
    if new_due is None or new_due <= task.agreed_due:
        raise InvalidInput(_("The new date must be later than the agreed one."))

    change = ChangeRequest.objects.create(
        task=task, new_due=new_due, reason=reason.strip(), asked_by=actor.user_id, asked_at=at
    )
    add_entry(actor=actor, task=task, kind=EntryKind.ASK_EXTENSION, text=reason, at=at, new_due=new_due)
    record(actor=actor, task=task, verb="ask_extension", at=at, payload={"new_due": new_due, "reason": reason})
    return change


def locked_task(*, actor: Actor, task_id: int) -> Task:
    """
    Return a task that this actor may see, locked until the end of the transaction.

    :raises NotFound: if there is none, or this actor may not see it
    """
    # Locked before its status is read: two people may press at once.
    task = (
        queries.visible_tasks(actor=actor)
        .select_for_update(of=("self",))
        .select_related("assignment__assigner", "unit", "checker_unit", "campaign")
        .filter(pk=task_id)
        .first()
    )
    if task is None:
        raise NotFound(_("There is no such item."))
    return task


def _not_stale(task: Task, version: int | None, text: str) -> None:
    if version is not None and version != task.version:
        raise Stale(_("This item has changed since you opened it. Please look at its present state."), yours=text)


def _return_date(task: Task, new_due: date | None, today: date) -> date | None:
    if task.agreed_due is None:
        return None
    if new_due is None:
        raise InvalidInput(
            _("Please set a new date for what is missing."),
            fields={"new_due": _("Please set a new date for what is missing.")},
        )
    if new_due < today:
        raise InvalidInput(_("The new date has passed already."), fields={"new_due": _("The new date has passed.")})
    return new_due


def _may_report(actor: Actor, task: Task) -> Decision:
    own = policy.may_answer(actor, task, queries.involved(actor=actor, task=task))
    if own:
        return own
    helpers = queries.helpers_of(actor=actor, assignment_ids=[task.assignment_id])[task.assignment_id]
    return policy.may_help(actor, [*helpers])


def _keep_files(*, actor: Actor, task: Task, entry: TaskEntry, files: Sequence[GivenFile], at: datetime) -> None:
    for file in files:
        stored = attachments.store_file(actor=actor, name=file.name, content=file.content, at=at)
        Evidence.objects.create(task=task, file=stored, entry=entry)


def _find_checker(*, actor: Actor, task: Task, at: datetime) -> None:
    """Put the task before the lowest level at which somebody may check it, and say where it had to move up."""
    unit: Unit = task.assignment.assigner
    while True:
        users = access.users_holding(actor=actor, capability=policy.TasksCapability.CHECK, unit_id=unit.pk, at=at)
        people = dict(Person.objects.filter(user_id__in=users).values_list("user_id", "pk"))
        parts = queries.involved(actor=actor, task=task, person_ids=list(people.values()))
        if any(user not in parts.users and people.get(user) not in parts.people for user in users):
            break
        if unit.parent_id is None:
            add_entry(
                actor=Actor.system("task.moved_up"),
                task=task,
                kind=EntryKind.MOVED_UP,
                text=gettext("Nobody at any level may check this at present: everybody who could had a part in it."),
                at=at,
            )
            break
        upper = Unit.objects.get(pk=unit.parent_id)
        add_entry(
            actor=Actor.system("task.moved_up"),
            task=task,
            kind=EntryKind.MOVED_UP,
            text=gettext(
                "Nobody at %(unit)s may check this, because everybody there had a part in it. It goes to %(upper)s."
            )
            % {"unit": unit.shown_name, "upper": upper.shown_name},
            at=at,
        )
        unit = upper
    task.checker_unit = unit


def add_entry(
    *, actor: Actor, task: Task, kind: str, text: str, at: datetime, new_due: date | None = None
) -> TaskEntry:
    """Add one line to the thread of a task, with who did it as they were then."""
    return TaskEntry.objects.create(
        task=task,
        kind=kind,
        user_id=actor.user_id,
        person_id=actor.person_id,
        by=f"{actor.name} {actor.post_title}".strip() if not actor.is_system else "",
        unit_id=actor.unit_id,
        text=text.strip(),
        new_due=new_due,
        made_at=at,
    )


def count_again(*, actor: Actor, task: Task) -> None:
    """Count the figures of the task's owner again; the campaign has had its day since the first issue."""
    figures.recount(actor=actor, table=TASK_FIGURES, campaign_id=task.campaign_id, unit_ids=[task.unit_id])


def record(*, actor: Actor, task: Task, verb: str, at: datetime, payload: dict[str, object]) -> None:
    """Record one act about a task."""
    audit.record(
        actor=actor,
        verb=f"task.{verb}",
        object_kind="task",
        object_id=task.pk,
        unit_id=task.unit_id,
        at=at,
        payload=payload,
    )

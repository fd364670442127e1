"""What units, and those who check, do about a task."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from duban.access import queries as access
from duban.attachments import commands as attachments
from duban.audit import commands as audit
from duban.figures import commands as figures
from duban.kernel.authority import Actor, Decision
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, Stale
from duban.kernel.events import publish
from duban.kernel.rows import Part, cut_up
from duban.organisation import queries as organisation
from duban.organisation.models import Person, Unit
from duban.tasks import policy, queries
from duban.tasks.commands.reserved import OwnWord, own_word, settle_waiting
from duban.tasks.commands.withdrawing import no_longer_asked, tell_parts
from duban.tasks.events import TasksLeftBehind
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, Evidence, Task, TaskEntry
from duban.tasks.states import (
    CHANGE_FLOW,
    LEFT_OUT,
    OPEN_STATUSES,
    REPORTED_ON,
    TAKEN_BY_HAND,
    TASK_FLOW,
    ClosingMode,
    EntryKind,
)

# A unit may return an item as not theirs within so many days after it was issued.
DECLINE_DAYS = 7
PART_OF_WITHDRAWN = _("What this was a part of has been withdrawn. Accept the answer as it is; nothing more is asked.")
# What a step may change in a task.
STEP_FIELDS = [
    "status",
    "version",
    "signed_at",
    "asked_at",
    "finished_on",
    "agreed_due",
    "checker_unit",
    "closing_mode",
    "merged_into",
]


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
    despite: str = "",
    word: OwnWord | None = None,
) -> Task:
    """
    Move a task one step along its flow: sign, decline, insist, withdraw, ask_done, call_back, declare, accept,
    return, resume.

    `return` names what is missing and a new date, `resume` why and a new date. Asking for completion or declaring it
    takes back a request that waits; `version` is that of the page on which the step was offered; `despite` says why a
    task is finished although parts of it that were passed down are still open; `word` is the principal's own where the
    step is reserved for them.

    :raises NotFound: if this actor cannot see the task
    :raises Stale: if it changed since the page was opened
    :raises IllegalStep: if its status does not permit the step, or the time for it has passed
    :raises NotAllowed: if this actor may not take it
    :raises InvalidInput: if a reason or a date is missing
    """
    task = locked_task(actor=actor, task_id=task_id)
    step = TASK_FLOW.step(step_name, source=task.status)
    _require_by_hand(task, step.name)
    parts = queries.involved(actor=actor, task=task)

    policy.WHO_MAY[step.name](actor, task, parts).require()
    not_stale(task, version, text)
    if step.reason_required and not text.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"text": _("Please say why, in a sentence.")})
    today = timezone.localdate(at)
    _require_its_time(actor, task, step.name, today)
    if step.name in {"return", "resume"}:
        new_due = new_date(new_due, today) if queries.needs_date(task, step.name) else None
    if step.name in {"ask_done", "declare"}:
        word = own_word(actor=actor, task=task, given=word, on=today)
        text = _with_open_parts(actor, task, text, despite)
    if step.name in {"ask_done", "declare", "withdraw"}:
        settle_waiting(task=task, at=at)
        take_back_change(actor=actor, task=task, at=at)
    before = task.status
    task.status = step.target
    task.version += 1
    if step.name == "sign":
        task.signed_at = at
    elif step.name in {"ask_done", "call_back"}:
        task.asked_at = at if step.name == "ask_done" else None
    elif step.name == "accept":
        task.finished_on = timezone.localdate(task.asked_at or at)
    elif step.name == "declare":
        task.finished_on = today
    elif step.name in {"return", "resume"} and new_due is not None:
        task.agreed_due = new_due
    if step.name == "resume":
        task.merged_into = None
    entry = add_entry(actor=actor, task=task, kind=step.name, text=text, at=at, new_due=new_due, word=word)
    keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
    if step.name == "ask_done":
        find_checker(actor=actor, task=task, at=at)
    task.save(update_fields=STEP_FIELDS)
    if step.name == "resume":
        tell_if_left_behind(actor=actor, task=task)
    if step.name == "withdraw":
        tell_parts([task.pk])

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
    if task.status not in REPORTED_ON:
        raise IllegalStep(_("Progress is reported while the item is in hand. Sign for it first."))
    if not text.strip():
        raise InvalidInput(_("Please say what has been done."), fields={"text": _("Please say what has been done.")})
    entry = add_entry(actor=actor, task=task, kind=EntryKind.FEEDBACK, text=text, at=at)
    keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
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
    keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
    record(actor=actor, task=task, verb="evidence", at=at, payload={"files": [file.name for file in files]})
    return entry


_LOCKED_PARTS = (Part(Task, "task"), Part(Assignment, "assignment"), Part(Unit, "unit"), Part(Unit, "checker"))
# By hand: it stands before every step, and to put it together took as long as the step itself.
_LOCKED = f"""
SELECT {", ".join(part.sql for part in _LOCKED_PARTS)}
  FROM tasks_task AS task
  JOIN tasks_assignment AS assignment ON assignment.id = task.assignment_id
  JOIN organisation_unit AS unit ON unit.id = task.unit_id
  JOIN organisation_unit AS checker ON checker.id = task.checker_unit_id
 WHERE task.id = %s
   FOR UPDATE OF task
"""  # noqa: S608 - columns of ours


def locked_task(*, actor: Actor, task_id: int) -> Task:
    """
    Return a task that this actor may see, locked until the end of the transaction.

    :raises NotFound: if there is none, or this actor may not see it
    """
    # Locked before its status is read: two people may press at once. One that went to another unit while we waited
    # for it no longer meets the condition as it was asked, and is found, or not, by asking again.
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(_LOCKED, [task_id])
            row = cursor.fetchone()
        if row is not None:
            task: Task
            task, task.assignment, task.unit, task.checker_unit = cut_up(row, *_LOCKED_PARTS)
            if not queries.is_visible(actor=actor, task=task):
                break
            return task
    raise NotFound(_("There is no such item."))


def not_stale(task: Task, version: int | None, text: str) -> None:
    """
    Go on only if the task is still as it was on the page.

    :raises Stale: otherwise
    """
    if version is not None and version != task.version:
        raise Stale(_("This item has changed since you opened it. Please look at its present state."), yours=text)


def _with_open_parts(actor: Actor, task: Task, text: str, despite: str) -> str:
    """Return what the unit says, with the parts that are still open, so that whoever checks reads of them."""
    count = queries.count_open_parts(actor=actor, task_id=task.pk)
    if not count:
        return text
    if not despite.strip():
        refusal = ngettext(
            "%(count)d part that was passed down is still open. Wait for it, or say why the item is finished all the same.",
            "%(count)d parts that were passed down are still open. Wait for them, or say why the item is finished all"
            " the same.",
            count,
        ) % {"count": count}
        raise InvalidInput(refusal, fields={"despite": refusal})
    told = ngettext("%(count)d part still open: %(why)s", "%(count)d parts still open: %(why)s", count)
    return f"{text.strip()}\n{told % {'count': count, 'why': despite.strip()}}"


def _require_its_time(actor: Actor, task: Task, step_name: str, today: date) -> None:
    if step_name == "decline" and today > timezone.localdate(task.issued_at) + timedelta(days=DECLINE_DAYS):
        raise IllegalStep(
            _("An item can be returned within %(days)d days after it was issued. Ask for an extension instead.")
            % {"days": DECLINE_DAYS}
        )
    if step_name == "call_back":
        _require_untouched(actor, task, today)
    if step_name == "return" and no_longer_asked([task]):
        raise IllegalStep(PART_OF_WITHDRAWN)
    if step_name == "resume" and queries.merged_with_its_unit(actor=actor, task=task):
        raise IllegalStep(queries.MERGED_WITH_ITS_UNIT)
    unseen = queries.unseen_on_the_spot(actor=actor, tasks=[task]) if step_name == "accept" else {}
    if unseen:
        raise IllegalStep(unseen[task.pk])


def _require_untouched(actor: Actor, task: Task, today: date) -> None:
    """What was reported is taken back by whose word it was, before anybody was there, while it is still asked."""
    seen = queries.seen_since_reported(actor=actor, task=task)
    if seen:
        raise IllegalStep(seen)
    if no_longer_asked([task]):
        raise IllegalStep(
            _("What this was a part of has been withdrawn; nothing more is asked. The answer stays as it is.")
        )
    try:
        own_word(actor=actor, task=task, given=None, on=today)
    except NotAllowed as refused:
        raise NotAllowed(queries.WORD_OF_PRINCIPAL) from refused


def _require_by_hand(task: Task, step_name: str) -> None:
    if step_name not in TAKEN_BY_HAND:
        raise IllegalStep(_("This comes of a request that is granted, or of a sample. Please use the request."))
    if step_name == LEFT_OUT[ClosingMode(task.closing_mode)]:
        raise IllegalStep(
            _("This item is declared done by the unit itself; samples are looked at afterwards.")
            if task.closing_mode == ClosingMode.DECLARE
            else _("This item is not finished by a declaration. Ask for completion; somebody else has to look.")
        )


def tell_if_left_behind(*, actor: Actor, task: Task) -> None:
    """Let a successor take over what opened again after its unit, or one of those that ask and check, had ended."""
    concerned = [task.unit_id, task.checker_unit_id, task.assignment.assigner_id]
    if organisation.ended_among(actor=actor, unit_ids=concerned):
        publish(TasksLeftBehind(task.assignment_id))


def take_back_change(*, actor: Actor, task: Task, at: datetime) -> None:
    """Take back the request that waits for this task, if there is one: the unit no longer needs it."""
    change = queries.open_change(actor=actor, task=task)
    if change is None:
        return
    change.status = CHANGE_FLOW.step("take_back", source=change.status).target
    change.decided_by = actor.user_id
    change.decided_at = at
    change.save(update_fields=["status", "decided_by", "decided_at"])
    add_entry(actor=actor, task=task, kind=EntryKind.TAKE_BACK, text="", at=at)
    record(actor=actor, task=task, verb=EntryKind.TAKE_BACK, at=at, payload={"kind": change.kind})


def new_date(new_due: date | None, today: date) -> date:
    """
    Return the new date of what came back.

    :raises InvalidInput: if there is none, or it has passed
    """
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


def keep_files(*, actor: Actor, task: Task, entry: TaskEntry, files: Sequence[GivenFile], at: datetime) -> None:
    """Keep files as evidence of one line of the thread."""
    for file in files:
        stored = attachments.store_file(actor=actor, name=file.name, content=file.content, at=at)
        Evidence.objects.create(task=task, file=stored, entry=entry)


def find_checker(*, actor: Actor, task: Task, at: datetime) -> None:
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
    *,
    actor: Actor,
    task: Task,
    kind: str,
    text: str,
    at: datetime,
    new_due: date | None = None,
    word: OwnWord | None = None,
) -> TaskEntry:
    """
    Add one line to the thread of a task, with who did it as they were then.

    Where somebody of another unit answers, the line says whose act it is and who keyed it (代录). A principal's own word
    is theirs, whoever keyed it.
    """
    for_unit = _recorded_for(actor, task) if kind in queries.ANSWERING and word is None else None
    own = f"{actor.name} {actor.post_title}".strip() if not actor.is_system else ""
    return TaskEntry.objects.create(
        task=task,
        kind=kind,
        user_id=actor.user_id,
        person_id=actor.person_id,
        by=word.by if word else for_unit.shown_name if for_unit else own,
        unit_id=actor.unit_id,
        for_unit=for_unit,
        for_person_id=word.person_id if word else None,
        keyed_by=word.keyed_by if word else keyed_by(actor) if for_unit else "",
        way=word.way if word else "",
        text=text.strip(),
        new_due=new_due,
        made_at=at,
    )


def _recorded_for(actor: Actor, task: Task) -> Unit | None:
    if actor.is_system or actor.unit_id == task.unit_id or not actor.holds(policy.TasksCapability.ANSWER):
        return None
    helpers = queries.helpers_of(actor=actor, assignment_ids=[task.assignment_id])[task.assignment_id]
    return policy.recorded_for(actor, [task.unit, *helpers])


def keyed_by(actor: Actor) -> str:
    """Return who keyed something for others, as the thread shows it: name and unit."""
    unit = Unit.objects.filter(pk=actor.unit_id or 0).first()
    return f"{actor.name}（{unit.shown_name}）" if unit else actor.name or f"#{actor.user_id}"


def count_again(*, actor: Actor, task: Task) -> None:
    """Count the figures of the task's owner again; the campaign has had its day since the first issue."""
    figures.recount(actor=actor, table=TASK_FIGURES, campaign_id=task.campaign_id, unit_ids=[task.unit_id])


def record(
    *,
    actor: Actor,
    task: Task,
    verb: str,
    at: datetime,
    payload: dict[str, object],
    on_behalf_of: int | None = None,
) -> None:
    """Record one act about a task; what somebody keyed for another unit names that unit and its principal's account."""
    for_unit = _recorded_for(actor, task) if verb in queries.ANSWERING else None
    audit.record(
        actor=actor,
        verb=f"task.{verb}",
        object_kind="task",
        object_id=task.pk,
        unit_id=task.unit_id,
        at=at,
        payload=payload | ({"recorded_for_unit": for_unit.pk} if for_unit else {}),
        on_behalf_of=_account_of_principal(actor, for_unit, at) if for_unit else on_behalf_of,
    )


def _account_of_principal(actor: Actor, unit: Unit, at: datetime) -> int | None:
    on = timezone.localdate(at)
    post = organisation.principals_of(actor=actor, unit_ids=[unit.pk], on=on).get(unit.pk)
    return post.person.user_id if post else None

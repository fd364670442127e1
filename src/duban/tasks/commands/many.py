"""The same step for many at once: each row is done, or refused with its own sentence; the rule holds for each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, Refused
from duban.kernel.results import RowResult, RowResults
from duban.tasks import limits, policy, queries
from duban.tasks.commands.answering import PART_OF_WITHDRAWN, new_date
from duban.tasks.commands.issuing import issue
from duban.tasks.commands.withdrawing import no_longer_asked
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Task, TaskEntry
from duban.tasks.states import TASK_FLOW, TaskStatus

# Steps that a checker takes for many at once.
FOR_MANY = ("accept", "return")


@transaction.atomic
def check_many(
    *, actor: Actor, task_ids: Sequence[int], step_name: str, at: datetime, text: str = "", new_due: date | None = None
) -> RowResults:
    """
    Accept or return many items in one transaction; `text` and `new_due` of a return hold for all of them.

    May be repeated: what was accepted already is refused with that sentence, and nothing happens twice.

    :raises InvalidInput: if nothing or too much was chosen, it is no step of a checker, or a return has no reason
    """
    wanted = list(dict.fromkeys(task_ids))
    _require_some(wanted)
    if step_name not in FOR_MANY:
        raise InvalidInput(_("Many items are accepted or returned at once; other steps are taken one by one."))
    if step_name == "return" and not text.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"text": _("Please say why, in a sentence.")})
    today = timezone.localdate(at)

    # In one order, so that two who choose the same ones wait for each other instead of blocking each other.
    tasks = {
        task.pk: task
        for task in queries.visible_tasks(actor=actor)
        .select_for_update(of=("self",))
        .select_related("assignment", "unit", "checker_unit")
        .filter(pk__any_of=wanted)
        .order_by("pk")
    }
    parts = queries.involved_in_many(actor=actor, tasks=list(tasks.values()))
    hindered = _hindered(actor, list(tasks.values()), step_name)
    results: list[RowResult] = []
    going: list[Task] = []
    for task_id in wanted:
        task = tasks.get(task_id)
        if task is None:
            results.append(RowResult(task_id, f"#{task_id}", str(_("There is no such item."))))
            continue
        words = f"{task.unit.shown_name} · {task.assignment.wording[:60]}"
        try:
            _require(actor, task, parts[task.pk], step_name, str(hindered.get(task.pk, "")))
            if step_name == "return" and queries.needs_date(task, step_name):
                new_date(new_due, today)
        except Refused as refusal:
            results.append(RowResult(task_id, words, str(refusal)))
        else:
            going.append(task)
            results.append(RowResult(task_id, words))
    if going:
        _move(actor=actor, tasks=going, step_name=step_name, at=at, text=text, new_due=new_due)
    return RowResults(results)


@transaction.atomic
def issue_many(*, actor: Actor, assignment_ids: Sequence[int], at: datetime) -> RowResults:
    """
    Issue many drafts: each goes out, waits for a head, or is refused with its own sentence, whatever becomes of others.

    :raises InvalidInput: if nothing or too much was chosen
    """
    wanted = list(dict.fromkeys(assignment_ids))
    _require_some(wanted)
    known = dict(queries.visible_assignments(actor=actor).filter(pk__any_of=wanted).values_list("pk", "wording"))
    results = []
    for assignment_id in wanted:
        words = known.get(assignment_id, f"#{assignment_id}")[:80]
        try:
            # A draft that is refused half-way leaves nothing behind.
            with transaction.atomic():
                issue(actor=actor, assignment_id=assignment_id, at=at)
        except Refused as refusal:
            results.append(RowResult(assignment_id, words, str(refusal)))
        else:
            results.append(RowResult(assignment_id, words))
    return RowResults(results)


def _require_some(wanted: Sequence[int]) -> None:
    if not wanted:
        raise InvalidInput(_("Please choose at least one."))
    if len(wanted) > limits.ROWS_AT_ONCE:
        raise InvalidInput(_("Please choose %(most)d at most.") % {"most": limits.ROWS_AT_ONCE})


def _hindered(actor: Actor, tasks: Sequence[Task], step_name: str) -> Mapping[int, object]:
    """Return why some of these items cannot be accepted or returned now, whoever asks."""
    if step_name == "accept":
        return queries.unseen_on_the_spot(actor=actor, tasks=tasks)
    return dict.fromkeys(no_longer_asked(tasks), PART_OF_WITHDRAWN)


def _require(actor: Actor, task: Task, parts: policy.Involved, step_name: str, hindrance: str) -> None:
    if step_name == "accept" and task.status == TaskStatus.DONE:
        raise InvalidInput(_("This is accepted already."))
    TASK_FLOW.step(step_name, source=task.status)
    policy.WHO_MAY[step_name](actor, task, parts).require()
    if hindrance:
        raise InvalidInput(hindrance)


def _move(
    *, actor: Actor, tasks: Sequence[Task], step_name: str, at: datetime, text: str, new_due: date | None
) -> None:
    """One statement for the items, one for the thread, one for the figures of each campaign, one for the record."""
    target = TASK_FLOW.step(step_name, source=TaskStatus.ASKED_DONE).target
    for task in tasks:
        task.status = target
        if step_name == "accept":
            task.finished_on = timezone.localdate(task.asked_at or at)
        elif task.agreed_due is not None:
            task.agreed_due = new_due
        task.version += 1
    Task.objects.bulk_update(tasks, ["status", "finished_on", "agreed_due", "version"], batch_size=limits.ROWS_AT_ONCE)
    TaskEntry.objects.bulk_create(
        TaskEntry(
            task=task,
            kind=step_name,
            user_id=actor.user_id,
            person_id=actor.person_id,
            by=f"{actor.name} {actor.post_title}".strip(),
            unit_id=actor.unit_id,
            text=text.strip(),
            new_due=task.agreed_due if step_name == "return" else None,
            made_at=at,
        )
        for task in tasks
    )
    for campaign_id in sorted({task.campaign_id for task in tasks}):
        figures.recount(
            actor=actor,
            table=TASK_FIGURES,
            campaign_id=campaign_id,
            unit_ids=sorted({task.unit_id for task in tasks if task.campaign_id == campaign_id}),
        )
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event(
                verb=f"task.{step_name}",
                object_kind="task",
                object_id=task.pk,
                unit_id=task.unit_id,
                payload={
                    "from": str(TaskStatus.ASKED_DONE),
                    "to": task.status,
                    "text": text,
                    "new_due": new_due if step_name == "return" else None,
                    "files": 0,
                    "together": len(tasks),
                },
            )
            for task in tasks
        ],
    )

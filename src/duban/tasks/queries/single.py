"""Reading one task: its thread, who has a part in it, and the steps offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.attachments import queries as attachments
from duban.figures.commands import NEAR_WORKDAYS
from duban.kernel.authority import Actor, Decision
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import words
from duban.tasks.models import AssignmentHelper, ChangeRequest, Evidence, Task, TaskEntry
from duban.tasks.policy import WHO_MAY, Involved, TasksCapability, may_answer, may_check, may_help
from duban.tasks.states import TASK_FLOW, ChangeStatus, EntryKind
from duban.workdays import queries as workdays

# What makes somebody a person who answered or submitted.
ANSWERING = (
    EntryKind.SIGN,
    EntryKind.DECLINE,
    EntryKind.FEEDBACK,
    EntryKind.EVIDENCE,
    EntryKind.ASK_DONE,
    EntryKind.ASK_EXTENSION,
)


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step out of the present status; `refusal` is empty where this actor may take it."""

    name: str
    reason_required: bool
    refusal: str


def visible_tasks(*, actor: Actor) -> QuerySet[Task]:
    """
    Return every task this actor may see.

    Those of units in their scope, those that their office assigned, and those with which their units help.
    """
    tasks = Task.objects.all()
    if actor.is_system:
        return tasks
    view = actor.scope(TasksCapability.VIEW)
    helps = AssignmentHelper.objects.filter(
        organisation.scope_filter(scope=view, unit="unit"), assignment=OuterRef("assignment")
    )
    return tasks.filter(
        organisation.scope_filter(scope=view, unit="unit")
        | organisation.scope_filter(scope=actor.scope(TasksCapability.ASSIGN), unit="assignment__assigner")
        | Q(Exists(helps))
    )


def get_task(*, actor: Actor, task_id: int) -> Task:
    """
    Return one task with its assignment, owner and checking unit.

    :raises NotFound: if there is none, or this actor may not see it
    """
    task = (
        visible_tasks(actor=actor)
        .select_related("assignment__assigner", "assignment__requirement__document", "unit", "checker_unit", "campaign")
        .filter(pk=task_id)
        .first()
    )
    if task is None:
        raise NotFound(_("There is no such item."))
    return task


def helpers_of(*, actor: Actor, assignment_ids: Sequence[int]) -> dict[int, list[Unit]]:
    """Return the helping units of assignments, in the order given when assigning."""
    found: dict[int, list[Unit]] = {assignment_id: [] for assignment_id in assignment_ids}
    rows = AssignmentHelper.objects.filter(assignment_id__in=list(assignment_ids)).select_related("unit")
    for row in rows.order_by("position", "id"):
        found[row.assignment_id].append(row.unit)
    return found


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything that the page of one task shows."""

    task: Task
    steps: list[OfferedStep]
    thread: list[TaskEntry]
    helpers: list[Unit]
    change: ChangeRequest | None
    may_decide_change: Decision
    may_answer: Decision
    may_report: Decision
    tone: str
    word: str


def task_page(*, actor: Actor, task_id: int, on: date) -> TaskPage:
    """
    Return one task with its thread, the steps offered and what this actor may do about it.

    :raises NotFound: if there is none, or this actor may not see it
    """
    task = get_task(actor=actor, task_id=task_id)
    parts = involved(actor=actor, task=task)
    helpers = helpers_of(actor=actor, assignment_ids=[task.assignment_id])[task.assignment_id]
    answers = may_answer(actor, task, parts)
    near = workdays.calendar(actor=actor).add_workdays(on, NEAR_WORKDAYS)
    tone, word = words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind=task.assignment.due_kind,
        as_of=on,
        near_until=near,
    )
    return TaskPage(
        task=task,
        steps=_offered(actor, task, parts),
        thread=thread(actor=actor, task=task),
        helpers=helpers,
        change=open_change(actor=actor, task=task),
        may_decide_change=may_check(actor, task, parts),
        may_answer=answers,
        may_report=answers or may_help(actor, [*helpers]),
        tone=tone,
        word=word,
    )


def evidence_file(*, actor: Actor, task_id: int, evidence_id: int) -> tuple[str, str, bytes]:
    """
    Return name, media type and bytes of one file of a task.

    :raises NotFound: if the task is not this actor's to see, or the file is not its
    """
    task = get_task(actor=actor, task_id=task_id)
    found = Evidence.objects.filter(task=task, pk=evidence_id).select_related("file").first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return found.file.name, found.file.media_type, attachments.read_file(actor=actor, stored_file=found.file)


def thread(*, actor: Actor, task: Task) -> list[TaskEntry]:
    """Return everything done about a task, oldest first, with its evidence."""
    return list(
        TaskEntry.objects.filter(task=task).select_related("unit").prefetch_related("evidence__file").order_by("pk")
    )


def open_change(*, actor: Actor, task: Task) -> ChangeRequest | None:
    """Return the request for a later date that waits for a decision."""
    return ChangeRequest.objects.filter(task=task, status=ChangeStatus.ASKED).first()


def involved(*, actor: Actor, task: Task, person_ids: Sequence[int] | None = None) -> Involved:
    """
    Return everybody with a part in the task, as far as they are among the people asked about.

    Without `person_ids` the actor alone is asked about.
    """
    asked = [actor.person_id] if person_ids is None and actor.person_id is not None else list(person_ids or [])
    units = frozenset(
        AssignmentHelper.objects.filter(assignment_id=task.assignment_id).values_list("unit_id", flat=True)
    ) | {task.unit_id}
    held = organisation.units_of_people(actor=actor, person_ids=asked)
    users = TaskEntry.objects.filter(task=task, kind__in=ANSWERING).values_list("user_id", flat=True).distinct()
    return Involved(
        units=units,
        people=frozenset(person for person, unit in held if unit in units),
        users=frozenset(user for user in users if user is not None),
    )


def offered_steps(*, actor: Actor, task: Task) -> list[OfferedStep]:
    """Return the steps out of the task's present status, in table order, each with the refusal if there is one."""
    return _offered(actor, task, involved(actor=actor, task=task))


def _offered(actor: Actor, task: Task, parts: Involved) -> list[OfferedStep]:
    offered = []
    for step in TASK_FLOW.steps_from(task.status):
        decision = WHO_MAY[step.name](actor, task, parts)
        offered.append(OfferedStep(step.name, step.reason_required, "" if decision else str(decision.reason)))
    return offered

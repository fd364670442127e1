"""Reading one task: its thread, who has a part in it, and the steps offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.attachments import queries as attachments
from duban.figures.commands import NEAR_WORKDAYS
from duban.kernel.authority import Actor, Decision, denied
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import words
from duban.tasks.models import (
    AssignmentHelper,
    ChangeRequest,
    Confirmation,
    Evidence,
    Inspection,
    SampledTask,
    Task,
    TaskEntry,
)
from duban.tasks.policy import WHO_MAY, Involved, TasksCapability, may_answer, may_check, may_decide_change, may_help
from duban.tasks.queries.confirming import waiting_of_task
from duban.tasks.queries.many import involved
from duban.tasks.states import (
    LEFT_OUT,
    OPEN_CHANGES,
    REPORTED_ON,
    TAKEN_BY_HAND,
    TASK_FLOW,
    WORKED_ON,
    ClosingMode,
    EntryKind,
    TaskStatus,
)
from duban.workdays import queries as workdays

# Items offered to merge into.
MOST_CHOICES = 200
WORD_OF_PRINCIPAL = _("The principal reported this themselves. They take it back, or whoever checks returns it.")
MERGED_WITH_ITS_UNIT = _("The unit has ended, and this goes on in the item of its successor. Please continue there.")


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step out of the present status; `refusal` is empty where this actor may take it."""

    name: str
    reason_required: bool
    refusal: str
    needs_date: bool


def visible_tasks(*, actor: Actor) -> QuerySet[Task]:
    """
    Return every task this actor may see.

    Those of units in their scope, those that their office assigned, those that their units passed down, and those
    with which their units help.
    """
    tasks = Task.objects.all()
    if actor.is_system:
        return tasks
    view = actor.scope(TasksCapability.VIEW)
    if view.is_whole:
        return tasks
    passed = Task.objects.filter(organisation.scope_filter(scope=view, unit="unit"), pk=OuterRef("passed_from"))
    helps = AssignmentHelper.objects.filter(
        organisation.scope_filter(scope=view, unit="unit"), assignment=OuterRef("assignment")
    )
    return tasks.filter(
        organisation.scope_filter(scope=view, unit="unit")
        | organisation.scope_filter(scope=actor.scope(TasksCapability.ASSIGN), unit="assignment__assigner")
        # Asked apart: joined, they would double the time that it takes to plan how to find one task.
        | Q(Exists(passed))
        | Q(Exists(helps))
    )


def is_visible(*, actor: Actor, task: Task) -> bool:
    """Return whether this actor may see a task that was read with its unit."""
    # Most often for the first of the reasons of `visible_tasks`, which needs no question.
    if actor.is_system or actor.scope(TasksCapability.VIEW).covers(task.unit):
        return True
    return visible_tasks(actor=actor).filter(pk=task.pk).exists()


def task_of_unit(*, actor: Actor, assignment_id: int, unit_id: int) -> Task:
    """
    Return one unit's share of an assignment.

    :raises NotFound: if it has none, or this actor may not see it
    """
    task = visible_tasks(actor=actor).filter(assignment_id=assignment_id, unit_id=unit_id).first()
    if task is None:
        raise NotFound(_("There is no such item."))
    return task


def get_task(*, actor: Actor, task_id: int) -> Task:
    """
    Return one task with its assignment, owner and checking unit.

    :raises NotFound: if there is none, or this actor may not see it
    """
    task = (
        visible_tasks(actor=actor)
        .select_related(
            "assignment__assigner",
            "assignment__tightened_by",
            "assignment__requirement__document",
            "unit",
            "checker_unit",
            "campaign",
            "merged_into__assignment",
            "in_charge",
        )
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
    may_ask_change: bool
    # Items into which it could be merged, and those that go on inside it.
    others: list[tuple[int, str]]
    merged_here: list[Task]
    # Draws in which it was, and whether a visit can be recorded now.
    samples: list[SampledTask]
    may_record_visit: bool
    may_answer: Decision
    may_report: Decision
    is_reported_on: bool
    # Completion and change requests are the principal's, and this actor is somebody else.
    is_reserved: bool
    waiting: Confirmation | None
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
    reserved = task.assignment.is_principals_own
    is_reserved = reserved and not _is_principal(actor, task, on)
    near = workdays.calendar(actor=actor).add_workdays(on, NEAR_WORKDAYS)
    change = open_change(actor=actor, task=task)
    tone, word = words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind=task.assignment.due_kind,
        as_of=on,
        near_until=near,
    )
    return TaskPage(
        task=task,
        steps=_offered(actor, task, parts, is_reserved=is_reserved),
        thread=thread(actor=actor, task=task),
        helpers=helpers,
        change=change,
        may_decide_change=may_decide_change(actor, task, change, parts) if change else may_check(actor, task, parts),
        may_ask_change=change is None and bool(answers) and task.status in WORKED_ON,
        others=_merge_choices(actor, task) if change is None and answers and task.status in WORKED_ON else [],
        merged_here=list(Task.objects.filter(merged_into=task).select_related("assignment").order_by("pk")[:20]),
        samples=list(SampledTask.objects.filter(task=task).select_related("sample").order_by("pk")),
        may_record_visit=task.closing_mode == ClosingMode.INSPECT
        and task.status == TaskStatus.ASKED_DONE
        and bool(may_check(actor, task, parts)),
        may_answer=answers,
        may_report=answers or may_help(actor, [*helpers]),
        is_reported_on=task.status in REPORTED_ON,
        is_reserved=is_reserved,
        waiting=waiting_of_task(actor=actor, task=task) if reserved else None,
        tone=tone,
        word=word,
    )


def _is_principal(actor: Actor, task: Task, on: date) -> bool:
    post = organisation.principals_of(actor=actor, unit_ids=[task.unit_id], on=on).get(task.unit_id)
    return post is not None and post.person_id == actor.person_id


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
    """Return the request that waits for a decision."""
    return ChangeRequest.objects.filter(task=task, status__in=OPEN_CHANGES).select_related("into__assignment").first()


def merge_choices(*, actor: Actor, task_id: int) -> list[tuple[int, str]]:
    """
    Return numbers and words of the items into which a task could be merged, the newest first.

    :raises NotFound: if there is no such task, or this actor may not see it
    """
    return _merge_choices(actor, get_task(actor=actor, task_id=task_id))


def _merge_choices(actor: Actor, task: Task) -> list[tuple[int, str]]:
    found = mergeable(actor=actor, task=task)[:MOST_CHOICES]
    return [(other.pk, other.assignment.wording[:80]) for other in found]


def mergeable(*, actor: Actor, task: Task) -> QuerySet[Task]:
    """Return the items of the same unit and campaign into which this one could be merged."""
    return (
        visible_tasks(actor=actor)
        .filter(campaign_id=task.campaign_id, unit_id=task.unit_id, status__in=[*WORKED_ON, TaskStatus.LONG_TERM])
        .exclude(pk=task.pk)
        .select_related("assignment")
        .order_by("-pk")
    )


def seen_since_reported(*, actor: Actor, task: Task) -> object:
    """Return why the unit cannot take its report back any more: somebody has been there since; empty if nobody has."""
    looked = Inspection.objects.filter(task=task, entry__made_at__gte=task.asked_at) if task.asked_at else None
    if looked is not None and looked.exists():
        return _("Somebody has looked at it on the spot since. It is accepted or returned now.")
    return ""


def unseen_on_the_spot(*, actor: Actor, tasks: Sequence[Task]) -> dict[int, object]:
    """
    Return for each item that is inspected on the spot why it cannot be accepted yet; the others are absent.

    Somebody has to have looked since it was reported; where two are asked for, whoever looked does not accept.
    """
    asked = {task.pk: task for task in tasks if task.closing_mode == ClosingMode.INSPECT}
    if not asked:
        return {}
    visits: dict[int, set[int | None]] = {}
    rows = Inspection.objects.filter(task_id__in=asked).values_list("task_id", "entry__user_id", "entry__made_at")
    for task_id, user_id, made_at in rows:
        since = asked[task_id].asked_at
        if since is None or made_at >= since:
            visits.setdefault(task_id, set()).add(user_id)
    found: dict[int, object] = {}
    for task_id, task in asked.items():
        if task_id not in visits:
            found[task_id] = _("This is inspected on the spot. Record the visit first.")
        elif task.assignment.inspected_by_two and visits[task_id] == {actor.user_id}:
            found[task_id] = _("You recorded the visit. The second person has to accept.")
    return found


def merged_with_its_unit(*, actor: Actor, task: Task) -> bool:
    """Return whether a merger of units, and nobody's request, merged this item: it would be merged again at once."""
    last = TaskEntry.objects.filter(task=task, kind=EntryKind.MERGE).order_by("-pk").values_list("user_id").first()
    return last == (None,)


def offered_steps(*, actor: Actor, task: Task) -> list[OfferedStep]:
    """
    Return the steps that somebody can take by hand now, in table order, each with the refusal if there is one.

    Those that the closing mode leaves out are not among them.
    """
    return _offered(actor, task, involved(actor=actor, task=task))


def _offered(actor: Actor, task: Task, parts: Involved, *, is_reserved: bool = False) -> list[OfferedStep]:
    offered = []
    for step in TASK_FLOW.steps_from(task.status):
        if step.name not in TAKEN_BY_HAND or step.name == LEFT_OUT[ClosingMode(task.closing_mode)]:
            continue
        decision = WHO_MAY[step.name](actor, task, parts)
        if not decision and step.name in {"withdraw", "call_back"}:
            # To a unit the first would mean taking its own report back, which is the second, and nobody else's.
            continue
        if step.name == "call_back":
            kept = WORD_OF_PRINCIPAL if is_reserved else seen_since_reported(actor=actor, task=task)
            decision = denied(kept) if kept else decision
        if decision and step.name == "accept":
            unseen = unseen_on_the_spot(actor=actor, tasks=[task]).get(task.pk)
            decision = denied(unseen) if unseen else decision
        if decision and step.name == "resume" and merged_with_its_unit(actor=actor, task=task):
            decision = denied(MERGED_WITH_ITS_UNIT)
        offered.append(
            OfferedStep(
                step.name, step.reason_required, "" if decision else str(decision.reason), needs_date(task, step.name)
            )
        )
    return offered


def needs_date(task: Task, step_name: str) -> bool:
    """Return whether a step sets a new date: what came back, or goes on again, and had one."""
    if step_name == "return":
        return task.agreed_due is not None
    return step_name in {"resume", "reopen"} and task.original_due is not None

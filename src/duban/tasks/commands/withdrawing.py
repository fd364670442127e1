"""What is no longer asked: the unanswered parts below a withdrawn task, and the unanswered tasks of a data request."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from duban.audit import commands as audit
from duban.figures import commands as figures
from duban.kernel.authority import Actor, path_end
from duban.kernel.events import publish
from duban.tasks.events import TaskWithdrawn
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, ChangeRequest, Confirmation, ConfirmationLink, Task, TaskEntry
from duban.tasks.states import (
    ASSIGNMENT_FLOW,
    OPEN_CHANGES,
    TASK_FLOW,
    UNANSWERED,
    AssignmentStatus,
    ChangeStatus,
    ConfirmationStatus,
    EntryKind,
    TaskStatus,
)

# One transaction of the job.
STEP = 5000


@transaction.atomic
def withdraw_parts(*, actor: Actor, task_id: int, at: datetime, step: int = STEP) -> bool:
    """
    Take back the next unanswered parts of a withdrawn task, at every level below; return whether there may be more.

    What was answered stays and can be accepted. May run twice, and goes on until it finds nothing: somebody below may
    have passed a part down meanwhile. Units that had not received theirs yet receive nothing more.
    """
    task = Task.objects.select_related("assignment").get(pk=task_id)
    if task.status != TaskStatus.WITHDRAWN:
        return False
    source = task.assignment
    prefix = f"{source.chain}{task.pk}/"
    below = Assignment.objects.filter(root_id=source.root_id or source.pk).filter(
        chain__gte=prefix, chain__lt=path_end(prefix)
    )
    stopped = below.select_for_update().filter(status=AssignmentStatus.ISSUING).order_by("pk")
    for assignment in stopped:
        stop_issuing(assignment)
    told = TaskEntry.objects.filter(task=task, kind=EntryKind.WITHDRAW).order_by("pk").last()
    taken = take_back(
        actor=actor,
        tasks=Task.objects.filter(assignment__in=below),
        by=told.by if told else "",
        unit_id=told.unit_id if told else None,
        reason=told.text if told else "",
        at=at,
        step=step,
    )
    if taken:
        audit.record(
            actor=actor,
            verb="task.withdraw_parts",
            object_kind="task",
            object_id=task.pk,
            unit_id=task.unit_id,
            at=at,
            payload={"parts": len(taken), "reason": told.text if told else ""},
        )
    return bool(taken)


def stop_issuing(assignment: Assignment) -> None:
    """End a fan-out that runs, so that no further unit receives what is no longer asked; the row is locked."""
    assignment.status = ASSIGNMENT_FLOW.step("finish_issuing", source=assignment.status).target
    assignment.save(update_fields=["status"])


def take_back(
    *,
    actor: Actor,
    tasks: QuerySet[Task],
    by: str,
    unit_id: int | None,
    reason: str,
    at: datetime,
    step: int,
) -> list[int]:
    """Withdraw the next of these tasks that nobody has answered, with a line in each thread; return their numbers."""
    found = list(
        tasks.select_for_update(of=("self",))
        .filter(status__in=UNANSWERED)
        .order_by("pk")
        .values_list("pk", "unit_id", "status", "campaign_id")[:step]
    )
    for status in UNANSWERED:
        ids = [task_id for task_id, _unit, before, _campaign in found if before == status]
        Task.objects.filter(pk__any_of=ids).update(
            status=TASK_FLOW.step("withdraw", source=status).target, version=F("version") + 1
        )
    taken = [task_id for task_id, *_rest in found]
    # Whatever waited about them is no longer needed.
    ChangeRequest.objects.filter(task_id__any_of=taken, status__in=OPEN_CHANGES).update(
        status=ChangeStatus.TAKEN_BACK, decided_at=at
    )
    waiting = Confirmation.objects.filter(task_id__any_of=taken, status=ConfirmationStatus.WAITING)
    ConfirmationLink.objects.filter(confirmation__in=waiting, ended_at__isnull=True).update(ended_at=at)
    waiting.update(status=ConfirmationStatus.ENDED, decided_at=at)
    TaskEntry.objects.bulk_create(
        TaskEntry(task_id=task_id, kind=EntryKind.WITHDRAW, by=by, unit_id=unit_id, text=reason, made_at=at)
        for task_id in taken
    )
    for campaign_id in sorted({campaign for *_rest, campaign in found}):
        figures.recount(
            actor=actor,
            table=TASK_FIGURES,
            campaign_id=campaign_id,
            unit_ids=sorted({unit for _task, unit, _status, campaign in found if campaign == campaign_id}),
        )
    return taken


def tell_parts(task_ids: Sequence[int]) -> None:
    """Have the parts of withdrawn tasks taken back, where they were passed down."""
    passed = Assignment.objects.filter(passed_from_id__any_of=task_ids).values_list("passed_from_id", flat=True)
    for task_id in passed.distinct():
        publish(TaskWithdrawn(task_id))


def no_longer_asked(tasks: Sequence[Task]) -> set[int]:
    """
    Return the numbers of those of these tasks that are parts of a withdrawn one: nobody wants more from them.

    Their upper tasks are locked, so that none is withdrawn between this and what follows.
    """
    above = {task.passed_from_id for task in tasks if task.passed_from_id is not None}
    if not above:
        return set()
    found = Task.objects.select_for_update(of=("self",)).filter(pk__any_of=sorted(above)).order_by("pk")
    gone = {pk for pk, status in found.values_list("pk", "status") if status == TaskStatus.WITHDRAWN}
    return {task.pk for task in tasks if task.passed_from_id in gone}

"""REST of one task: its thread, its steps, and requests for a change."""

from datetime import date, datetime

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.api.shapes import ReasonIn, TaskLineOut, TaskOut

router = Router(tags=["tasks"])


class StepIn(Schema):
    text: str = Field("", max_length=4000)
    new_due: date | None = None
    version: int | None = None


class FeedbackIn(Schema):
    text: str = Field(max_length=4000)


class ChangeIn(Schema):
    kind: str
    reason: str = Field(max_length=2000)
    new_due: date | None = None
    into_id: int | None = None


class ChangeOut(Schema):
    id: int
    kind: str
    status: str
    new_due: date | None
    into_id: int | None
    needs_two: bool


class VisitIn(Schema):
    visited_on: date
    place_id: int
    visitors: str = Field(max_length=200)
    finding: str = Field(max_length=2000)


class EntryOut(Schema):
    id: int
    kind: str
    by: str
    # How the principal's own word came, where the act was reserved for them.
    way: str
    # Set where somebody of another unit keyed it: whose act it is, and who keyed it.
    for_unit_id: int | None
    for_person_id: int | None
    keyed_by: str
    text: str
    new_due: date | None
    made_at: datetime


@router.get("/tasks/{task_id}", response=TaskLineOut)
def get_task(request: Request, task_id: int) -> object:
    """Return one task."""
    return queries.get_task(actor=request.actor, task_id=task_id)


@router.get("/tasks/{task_id}/entries", response=list[EntryOut])
def get_thread(request: Request, task_id: int) -> object:
    """Return everything done about a task, oldest first."""
    task = queries.get_task(actor=request.actor, task_id=task_id)
    return queries.thread(actor=request.actor, task=task)


@router.post("/tasks/{task_id}/steps/{step_name}", response=TaskOut)
def take_step(request: Request, task_id: int, step_name: str, given: StepIn) -> object:
    """Move a task one step along its flow."""
    return commands.take_step(
        actor=request.actor,
        task_id=task_id,
        step_name=step_name,
        at=timezone.now(),
        text=given.text,
        new_due=given.new_due,
        version=given.version,
    )


@router.post("/tasks/{task_id}/feedback", response=EntryOut)
def give_feedback(request: Request, task_id: int, given: FeedbackIn) -> object:
    """Say what has been done so far."""
    return commands.give_feedback(actor=request.actor, task_id=task_id, text=given.text, at=timezone.now())


@router.post("/tasks/{task_id}/changes", response=ChangeOut)
def ask_change(request: Request, task_id: int, given: ChangeIn) -> object:
    """Ask for a later date, acceptance of a part, suspension, long-term work or merging."""
    return commands.ask_change(actor=request.actor, task_id=task_id, at=timezone.now(), **given.dict())


@router.post("/tasks/{task_id}/changes/take-back", response={200: None})
def take_back_request(request: Request, task_id: int) -> object:
    """Take back the request that waits."""
    commands.take_back_request(actor=request.actor, task_id=task_id, at=timezone.now())
    return None


@router.post("/tasks/{task_id}/changes/{step_name}", response=ChangeOut)
def decide_change(request: Request, task_id: int, step_name: str, given: ReasonIn) -> object:
    """Grant or refuse the request that waits; of two consents the first leaves it open."""
    return commands.decide_change(
        actor=request.actor, task_id=task_id, step_name=step_name, reason=given.reason, at=timezone.now()
    )


@router.post("/tasks/{task_id}/visit", response={200: None})
def record_visit(request: Request, task_id: int, given: VisitIn) -> object:
    """Record a visit on the spot."""
    commands.record_visit(actor=request.actor, task_id=task_id, at=timezone.now(), **given.dict())
    return None

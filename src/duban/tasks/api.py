"""REST of assignments and tasks: the same calls as the pages."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries

router = Router(tags=["tasks"])


class TaskOut(Schema):
    id: int
    uuid: str
    unit_id: int
    assignment_id: int
    status: str
    is_key: bool
    original_due: date | None
    agreed_due: date | None
    finished_on: date | None
    version: int

    @staticmethod
    def resolve_uuid(task: Any) -> str:
        return str(task.uuid)


class TaskLineOut(TaskOut):
    wording: str = Field(alias="assignment.wording")
    unit: str = Field(alias="unit.name")


class TaskListOut(Schema):
    rows: list[TaskLineOut]
    after: str


class TaskQuery(Schema):
    campaign_id: int
    q: str = Field("", max_length=100)
    status: str = "open"
    unit_id: int | None = None
    after: str = Field("", max_length=1000)
    size: int = Field(queries.PAGE_SIZE, ge=1, le=200)


class StepIn(Schema):
    text: str = Field("", max_length=4000)
    new_due: date | None = None
    version: int | None = None


class FeedbackIn(Schema):
    text: str = Field(max_length=4000)


class ExtensionIn(Schema):
    new_due: date
    reason: str = Field(max_length=2000)


class DecisionIn(Schema):
    reason: str = Field("", max_length=2000)


class EntryOut(Schema):
    id: int
    kind: str
    by: str
    text: str
    new_due: date | None
    made_at: datetime


class AssignmentIn(Schema):
    """One row of a breakdown table, in its own words."""

    campaign_id: int
    assigner_id: int
    wording: str = Field(max_length=4000)
    owner: str = Field(max_length=4000)
    due: str = Field(max_length=120)
    heading: str = Field("", max_length=300)
    standard: str = Field("", max_length=2000)
    helpers: str = Field("", max_length=4000)
    lead_person: str = Field("", max_length=60)
    contact: str = Field("", max_length=120)
    rhythm: str = Field("", max_length=60)
    remark: str = Field("", max_length=2000)
    is_key: bool = False
    requirement_id: int | None = None


class AssignmentOut(Schema):
    id: int
    status: str
    wording: str
    due_on: date | None
    unit_count: int
    units_done: int
    version: int


@router.get("/tasks", response=TaskListOut)
def list_tasks(request: Request, given: Query[TaskQuery]) -> object:
    """Return one page of the work list; late and near are judged on the day for which the figures are true."""
    day = queries.day_of(actor=request.actor, campaign_id=given.campaign_id, today=timezone.localdate())
    narrowed = queries.TaskFilter(
        campaign_id=given.campaign_id,
        words=given.q,
        status=given.status,
        unit_id=given.unit_id,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    page = queries.work_list(actor=request.actor, given=narrowed, after=given.after, size=given.size)
    return {"rows": list(page.rows), "after": page.after}


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


@router.post("/tasks/{task_id}/extension", response={200: None})
def ask_extension(request: Request, task_id: int, given: ExtensionIn) -> object:
    """Ask for a later date."""
    commands.ask_extension(
        actor=request.actor, task_id=task_id, new_due=given.new_due, reason=given.reason, at=timezone.now()
    )
    return None


@router.post("/tasks/{task_id}/extension/{step_name}", response={200: None})
def decide_extension(request: Request, task_id: int, step_name: str, given: DecisionIn) -> object:
    """Grant or refuse a later date."""
    commands.decide_extension(
        actor=request.actor, task_id=task_id, step_name=step_name, reason=given.reason, at=timezone.now()
    )
    return None


@router.post("/assignments", response=AssignmentOut)
def create_assignment(request: Request, given: AssignmentIn) -> object:
    """Write a draft."""
    words = given.dict(exclude={"campaign_id", "assigner_id", "is_key", "requirement_id"})
    return commands.draft_from_words(
        actor=request.actor,
        campaign_id=given.campaign_id,
        assigner_id=given.assigner_id,
        words=words,
        is_key=given.is_key,
        requirement_id=given.requirement_id,
        source_path=queries.requirement_path(actor=request.actor, requirement_id=given.requirement_id)
        if given.requirement_id
        else "",
        at=timezone.now(),
    )


@router.post("/assignments/{assignment_id}/issue", response=AssignmentOut)
def issue(request: Request, assignment_id: int) -> object:
    """Issue a draft."""
    return commands.issue(actor=request.actor, assignment_id=assignment_id, at=timezone.now())


@router.get("/assignments/{assignment_id}", response=AssignmentOut)
def get_assignment(request: Request, assignment_id: int) -> object:
    """Return one assignment of this office, with how far it has been issued."""
    return queries.get_assignment(actor=request.actor, assignment_id=assignment_id)

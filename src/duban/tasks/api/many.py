"""REST of many items at once: the work list, urging, and acts with a result for each row."""

from datetime import date

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.api.shapes import RowsOut, TaskLineOut

router = Router(tags=["tasks"])


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


class UrgeIn(Schema):
    """Which list's units are reminded; the filters of the work list."""

    campaign_id: int
    q: str = Field("", max_length=100)
    status: str = "open"
    unit_id: int | None = None
    assignment_id: int | None = None
    # The parts into which this task was passed down.
    task_id: int | None = None
    text: str = Field("", max_length=500)
    # Put before the principals as well; between 8:00 and 20:00 only.
    to_principal: bool = False


class UrgedOut(Schema):
    """Per item: reminded now, or already reminded today."""

    now: list[int]
    already: list[int]


class ManyIn(Schema):
    ids: list[int] = Field(max_length=1000)
    text: str = Field("", max_length=4000)
    new_due: date | None = None


class ChosenIn(Schema):
    ids: list[int] = Field(max_length=1000)


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


@router.post("/tasks/urge", response=UrgedOut)
def urge(request: Request, given: UrgeIn) -> object:
    """Remind the units of every item of a list that waits for themselves, each item once a day."""
    at = timezone.now()
    day = queries.day_of(actor=request.actor, campaign_id=given.campaign_id, today=timezone.localdate(at))
    narrowed = queries.TaskFilter(
        campaign_id=given.campaign_id,
        words=given.q,
        status=given.status,
        unit_id=given.unit_id,
        assignment_id=given.assignment_id,
        passed_from_id=given.task_id,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    return commands.urge(actor=request.actor, given=narrowed, text=given.text, to_principal=given.to_principal, at=at)


@router.post("/tasks/many/{step_name}", response=RowsOut)
def check_many(request: Request, step_name: str, given: ManyIn) -> object:
    """Accept or return up to 1,000 items; the answer has a result for each."""
    return commands.check_many(
        actor=request.actor,
        task_ids=given.ids,
        step_name=step_name,
        text=given.text,
        new_due=given.new_due,
        at=timezone.now(),
    )


@router.post("/assignments/many/issue", response=RowsOut)
def issue_many(request: Request, given: ChosenIn) -> object:
    """Issue up to 1,000 drafts; the answer has a result for each."""
    return commands.issue_many(actor=request.actor, assignment_ids=given.ids, at=timezone.now())

"""REST of passing down, of its parts, and of transfers between equals."""

from datetime import date

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.api.shapes import AssignmentOut, TaskOut

router = Router(tags=["tasks"])


class PassDownIn(Schema):
    """To whom several received tasks of one unit are passed down, in the words of the page."""

    task_ids: list[int] = Field(min_length=1, max_length=100)
    # "below", a word for a class such as 各村, "line:" with the number of a line, or "listed".
    to: str = Field("below", max_length=120)
    unit_ids: list[int] = []
    added_wording: str = Field("", max_length=2000)
    own_due: date | None = None


class TransferIn(Schema):
    unit_id: int
    reason: str = Field(max_length=2000)
    version: int | None = None


class LevelOut(Schema):
    level: int
    counts: dict[str, int]


class PartOut(Schema):
    task_id: int = Field(alias="task.pk")
    unit_id: int = Field(alias="task.unit_id")
    unit: str = Field(alias="task.unit.name")
    status: str = Field(alias="task.status")
    original_due: date | None = Field(alias="task.original_due")
    tightened_due: date | None = Field(alias="task.tightened_due")
    agreed_due: date | None = Field(alias="task.agreed_due")
    below: dict[str, int] | None


class PartsOut(Schema):
    levels: list[LevelOut]
    rows: list[PartOut]
    after: str


class PartsQuery(Schema):
    status: str = "all"
    after: str = Field("", max_length=1000)


@router.get("/tasks/{task_id}/parts", response=PartsOut)
def get_parts(request: Request, task_id: int, given: Query[PartsQuery]) -> object:
    """Return the parts of a task that was passed down, and how far everything below has come."""
    return _parts(request, task_id, None, given)


@router.get("/assignments/{assignment_id}/parts", response=PartsOut)
def get_chain(request: Request, assignment_id: int, given: Query[PartsQuery]) -> object:
    """Return the units of an assignment, and how far the whole chain below them has come."""
    return _parts(request, None, assignment_id, given)


def _parts(request: Request, task_id: int | None, assignment_id: int | None, given: PartsQuery) -> object:
    today = timezone.localdate()
    return queries.parts_page(
        actor=request.actor,
        task_id=task_id,
        assignment_id=assignment_id,
        status=given.status,
        day=queries.Day(today, today),
        after=given.after,
    )


@router.post("/pass-down", response=list[AssignmentOut])
def pass_down(request: Request, given: PassDownIn) -> object:
    """Pass received tasks of one unit down to its own subordinates, all or none."""
    today = timezone.localdate()
    tasks = queries.received_together(actor=request.actor, task_ids=given.task_ids)
    target, rule = queries.rule_of_choice(
        actor=request.actor, unit=tasks[0].unit, choice=given.to, unit_ids=given.unit_ids, names=(), on=today
    )
    return commands.pass_down(
        actor=request.actor,
        task_ids=given.task_ids,
        given=commands.Passing(target=target, rule=rule, added_wording=given.added_wording, own_due=given.own_due),
        at=timezone.now(),
    )


@router.post("/tasks/{task_id}/transfer", response=TaskOut)
def transfer(request: Request, task_id: int, given: TransferIn) -> object:
    """Give a task that is unsigned or came back to an equal unit."""
    return commands.transfer(
        actor=request.actor,
        task_id=task_id,
        unit_id=given.unit_id,
        reason=given.reason,
        version=given.version,
        at=timezone.now(),
    )

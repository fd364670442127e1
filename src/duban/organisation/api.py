"""REST."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema, Status

from duban.organisation import commands, queries
from duban.shell.requests import Request

router = Router(tags=["organisation"])


class UnitOut(Schema):
    """One unit; `order_path` sorts in protocol order."""

    id: int
    uuid: UUID
    name: str
    short_name: str
    parent_id: int | None
    path: str
    order_path: str
    level: str
    field: str
    kind: str
    rank: str
    line_id: int | None
    party_parent_id: int | None
    member_count: int
    special_conditions: str
    valid_from: date
    valid_until: date | None
    version: int


class UnitsOut(Schema):
    """One page of units; `after` asks for the next one and is empty on the last."""

    rows: list[UnitOut]
    after: str


class PostOut(Schema):
    """One post."""

    id: int
    unit_id: int
    person_id: int
    kind: str
    title: str
    field_in_charge: str
    rank: str
    starts_on: date
    ends_on: date | None


class NumbersOut(Schema):
    """Numbers of a unit and everything below it."""

    units: int
    organisations: int
    members: int
    leaders: int
    as_of: date


class UnitsQuery(Schema):
    """What the list is narrowed to; empty means all."""

    below: int | None = None
    level: str = ""
    field: str = ""
    kind: str = ""
    rank: str = ""
    line: int | None = None
    words: str = ""
    on: date | None = None
    after: str = ""


class CreateIn(Schema):
    parent_id: int
    name: str
    level: str
    field: str
    kind: str
    valid_from: date
    short_name: str = ""
    rank: str = ""
    line_id: int | None = None
    member_count: int = 0


class RenameIn(Schema):
    name: str
    on: date
    short_name: str = ""
    version: int | None = None


class MoveIn(Schema):
    new_parent_id: int
    version: int | None = None


class ReorderIn(Schema):
    unit_ids: list[int]


class EndIn(Schema):
    valid_until: date
    reason: str
    version: int | None = None


class AppointIn(Schema):
    person_id: int
    kind: str
    starts_on: date
    title: str = ""
    field_in_charge: str = ""
    rank: str = ""


@router.get("/units", response=UnitsOut)
def list_units(request: Request, given: Query[UnitsQuery]) -> object:
    """List units in protocol order."""
    asked = given.dict()
    after, on = asked.pop("after"), asked.pop("on") or _today()
    page = queries.unit_list(actor=request.actor, filters=queries.UnitFilters(**asked), on=on, after=after)
    return {"rows": [row.unit for row in page.rows], "after": page.after}


@router.post("/units", response={201: UnitOut})
def create_unit(request: Request, given: CreateIn) -> object:
    """Create a unit as the last of its sisters."""
    return Status(201, commands.create_unit(actor=request.actor, at=_now(), **given.dict()))


@router.get("/units/{unit_id}", response=UnitOut)
def get_unit(request: Request, unit_id: int) -> object:
    """Return one unit."""
    return queries.get_unit(actor=request.actor, unit_id=unit_id)


@router.get("/units/{unit_id}/numbers", response=NumbersOut)
def get_numbers(request: Request, unit_id: int, on: date | None = None) -> object:
    """Count organisations, members and leaders of a unit and everything below it."""
    return queries.count_organisations(actor=request.actor, unit_id=unit_id, on=on or _today())


@router.get("/units/{unit_id}/posts", response=list[PostOut])
def list_posts(request: Request, unit_id: int, on: date | None = None) -> object:
    """List who holds which post in a unit on a day."""
    unit = queries.get_unit(actor=request.actor, unit_id=unit_id)
    return queries.posts_of_unit(actor=request.actor, unit_id=unit.pk, on=on or _today())


@router.post("/units/{unit_id}/posts", response={201: PostOut})
def appoint(request: Request, unit_id: int, given: AppointIn) -> object:
    """Give somebody a post; a new principal ends the former one on that day."""
    return Status(201, commands.appoint(actor=request.actor, unit_id=unit_id, at=_now(), **given.dict()))


@router.post("/units/{unit_id}/rename", response=UnitOut)
def rename_unit(request: Request, unit_id: int, given: RenameIn) -> object:
    """Give a unit another name from a day on."""
    return commands.rename_unit(actor=request.actor, unit_id=unit_id, at=_now(), **given.dict())


@router.post("/units/{unit_id}/move", response=UnitOut)
def move_unit(request: Request, unit_id: int, given: MoveIn) -> object:
    """Put a unit, with everything below it, under another."""
    return commands.move_unit(actor=request.actor, unit_id=unit_id, at=_now(), **given.dict())


@router.post("/units/{unit_id}/reorder", response={204: None})
def reorder(request: Request, unit_id: int, given: ReorderIn) -> object:
    """Set the protocol order of the units directly below one."""
    commands.reorder(actor=request.actor, parent_id=unit_id, at=_now(), **given.dict())
    return 204, None


@router.post("/units/{unit_id}/end", response=UnitOut)
def end_unit(request: Request, unit_id: int, given: EndIn) -> object:
    """End a unit; its posts end with it."""
    return commands.end_unit(actor=request.actor, unit_id=unit_id, at=_now(), **given.dict())


def _now() -> datetime:
    return timezone.now()


def _today() -> date:
    return timezone.localdate()

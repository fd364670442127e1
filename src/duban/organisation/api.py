"""REST."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

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
    """The end of a unit; without a successor the unit above takes over."""

    valid_until: date
    reason: str
    successor_id: int | None = None
    version: int | None = None


class MergeIn(Schema):
    unit_ids: list[int]
    on: date
    reason: str


class PartIn(Schema):
    name: str
    short_name: str = ""
    child_ids: list[int] = []


class SplitIn(Schema):
    parts: list[PartIn]
    on: date
    reason: str
    version: int | None = None


class HeldOut(Schema):
    """How much of one kind a unit holds open, and what becomes of it when the unit ends."""

    name: str
    label: str
    count: int
    fate: str


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
    filters = queries.UnitFilters(**asked)
    page = queries.unit_list(actor=request.actor, filters=filters, on=on, after=after, with_principals=False)
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
    return queries.post_list(actor=request.actor, unit_id=unit_id, on=on or _today())


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
    """End a unit; a successor takes over what it holds open, and its posts end with it."""
    return commands.end_unit(actor=request.actor, unit_id=unit_id, at=_now(), **given.dict())


@router.post("/units/{unit_id}/merge", response=list[UnitOut])
def merge_units(request: Request, unit_id: int, given: MergeIn) -> object:
    """Merge others into a unit; they end, and it takes over."""
    return commands.merge_units(actor=request.actor, into_id=unit_id, at=_now(), **given.dict())


@router.post("/units/{unit_id}/split", response=list[UnitOut])
def split_unit(request: Request, unit_id: int, given: SplitIn) -> object:
    """Divide a unit into new ones; the first takes over what it holds open."""
    parts = [commands.Part(name=p.name, short_name=p.short_name, child_ids=tuple(p.child_ids)) for p in given.parts]
    return commands.split_unit(
        actor=request.actor,
        unit_id=unit_id,
        parts=parts,
        on=given.on,
        reason=given.reason,
        version=given.version,
        at=_now(),
    )


@router.get("/units/{unit_id}/holdings", response=list[HeldOut])
def list_holdings(request: Request, unit_id: int) -> object:
    """Say what a unit holds open: what its successor would take over."""
    held = queries.holdings_of(actor=request.actor, unit_id=unit_id, on=_today())
    return [
        {"name": one.holding.name, "label": str(one.holding.label), "count": one.count, "fate": str(one.holding.fate)}
        for one in held
    ]


class MemberOut(Schema):
    """One membership or attachment."""

    id: int
    unit_id: int
    person_id: int
    name: str = Field(alias="person.name")
    external_id: str = Field(alias="person.external_id")
    kind: str
    category: str
    participation: str
    starts_on: date
    ends_on: date | None


class MembersOut(Schema):
    """One page of members; `after` asks for the next one and is empty on the last."""

    rows: list[MemberOut]
    after: str


class MembersQuery(Schema):
    """What a list of members is narrowed to; empty means all."""

    category: str = ""
    kind: str = ""
    on: date | None = None
    after: str = ""


class CategoryCountOut(Schema):
    category: str
    count: int


class MemberCountsOut(Schema):
    """Members of a unit and everything below it: main members by category, and attachments beside them."""

    categories: list[CategoryCountOut]
    members: int
    floating: int
    temporary: int


class EnterMemberIn(Schema):
    name: str
    external_id: str
    category: str
    starts_on: date


class TransferIn(Schema):
    unit_id: int
    on: date


class AttachIn(Schema):
    unit_id: int
    kind: str
    on: date


class DescribeMemberIn(Schema):
    category: str
    participation: str


class LeaveIn(Schema):
    on: date


@router.get("/units/{unit_id}/members", response=MembersOut)
def list_members(request: Request, unit_id: int, given: Query[MembersQuery]) -> object:
    """List the members of one branch; who read their names is recorded."""
    page = queries.member_list(
        actor=request.actor,
        unit_id=unit_id,
        on=given.on or _today(),
        filters=queries.MemberFilters(category=given.category, kind=given.kind),
        after=given.after,
    )
    return {"rows": list(page.rows), "after": page.after}


@router.get("/units/{unit_id}/members/counts", response=MemberCountsOut)
def count_members(request: Request, unit_id: int, on: date | None = None) -> object:
    """Count the members of a unit and everything below it by category; no names."""
    return queries.member_counts(actor=request.actor, unit_id=unit_id, on=on or _today())


@router.post("/units/{unit_id}/members", response={201: MemberOut})
def enter_member(request: Request, unit_id: int, given: EnterMemberIn) -> object:
    """Enter a member of a branch."""
    return Status(201, commands.enter_member(actor=request.actor, unit_id=unit_id, at=_now(), **given.dict()))


@router.post("/members/{membership_id}/transfer", response=MemberOut)
def transfer_member(request: Request, membership_id: int, given: TransferIn) -> object:
    """Move a member to another branch."""
    return commands.transfer_member(actor=request.actor, membership_id=membership_id, at=_now(), **given.dict())


@router.post("/members/{membership_id}/attach", response=MemberOut)
def attach_member(request: Request, membership_id: int, given: AttachIn) -> object:
    """Attach a member to a host beside the main branch."""
    return commands.attach_member(actor=request.actor, membership_id=membership_id, at=_now(), **given.dict())


@router.post("/members/{membership_id}/describe", response=MemberOut)
def describe_member(request: Request, membership_id: int, given: DescribeMemberIn) -> object:
    """Set the category and the form of taking part."""
    return commands.describe_member(actor=request.actor, membership_id=membership_id, at=_now(), **given.dict())


@router.post("/members/{membership_id}/end", response=MemberOut)
def end_membership(request: Request, membership_id: int, given: LeaveIn) -> object:
    """End a membership or an attachment."""
    return commands.end_membership(actor=request.actor, membership_id=membership_id, at=_now(), **given.dict())


def _now() -> datetime:
    return timezone.now()


def _today() -> date:
    return timezone.localdate()

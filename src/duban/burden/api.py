"""REST of the ledger, data requests and objections: the same calls as the pages."""

from datetime import date, datetime

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.burden import commands, queries
from duban.burden.commands import RequestText
from duban.burden.queries import LedgerFilter
from duban.burden.weeks import week_of
from duban.shell.requests import Request

router = Router(tags=["burden"])


class LedgerQuery(Schema):
    week: date | None = None
    unit_id: int | None = None
    level: list[str] = []
    kind: list[str] = []
    asker_id: int | None = None
    show: str = "asked"
    after: str = Field("", max_length=1000)


class LedgerRowOut(Schema):
    unit_id: int = Field(alias="unit.pk")
    unit: str = Field(alias="unit.name")
    counts: dict[str, int] = Field(alias="now.counts")
    above: list[str]


class LedgerOut(Schema):
    scope: str
    filters: str
    week: date = Field(alias="given.week")
    rows: list[LedgerRowOut] = Field(alias="page.rows")
    after: str = Field(alias="page.after")
    total: dict[str, int]
    units_above: int


class DemandLineOut(Schema):
    row_id: int
    kind: str = Field(alias="demand.kind")
    what: str = Field(alias="demand.what")
    asker: str = Field(alias="demand.asker.name")
    asked_on: date = Field(alias="demand.asked_on")
    due_on: date | None = Field(alias="demand.due_on")
    minutes: int = Field(alias="demand.minutes")
    days_earlier: int = Field(alias="demand.days_earlier")
    is_earlier: bool = Field(alias="demand.is_earlier")
    is_item: bool


class AskedOut(Schema):
    unit_id: int = Field(alias="unit.pk")
    week: date
    counts: dict[str, int]
    above: list[str]
    lines: list[DemandLineOut]


class RequestIn(Schema):
    campaign_id: int
    asker_id: int
    what: str = Field(max_length=300)
    serves: str = Field(max_length=2000)
    justification: str = Field(max_length=2000)
    due_on: date
    minutes: int
    kinds: list[str] = []
    names: str = Field("", max_length=8000)


class RequestOut(Schema):
    id: int
    what: str
    status: str
    due_on: date
    minutes: int
    unit_count: int
    reason: str


class RequestListOut(Schema):
    rows: list[RequestOut]
    after: str


class ReasonIn(Schema):
    reason: str = Field("", max_length=2000)


class ObjectionIn(Schema):
    reason: str = Field(max_length=20)
    words: str = Field("", max_length=300)


class AnswerIn(Schema):
    answer: str = Field("", max_length=300)


class ObjectionOut(Schema):
    id: int
    status: str
    reason: str
    words: str
    answer: str
    made_at: datetime


@router.get("/burden/ledger", response=LedgerOut)
def ledger(request: Request, given: Query[LedgerQuery]) -> object:
    """Return one page of the burden ledger: what was asked of each unit in one week."""
    today = timezone.localdate()
    chosen = LedgerFilter(
        week=week_of(given.week or today),
        unit_id=given.unit_id,
        levels=tuple(given.level),
        kinds=tuple(given.kind),
        asker_id=given.asker_id,
        show=given.show,
    )
    return queries.ledger(actor=request.actor, given=chosen, today=today, after=given.after)


@router.get("/burden/units/{unit_id}", response=AskedOut)
def asked(request: Request, unit_id: int, week: date | None = None) -> object:
    """Return everything asked of one unit in one week."""
    return queries.asked_of(actor=request.actor, unit_id=unit_id, week=week or timezone.localdate())


@router.get("/burden/requests", response=RequestListOut)
def list_requests(request: Request, status: str = "", after: str = "") -> object:
    """Return one page of the register of data requests."""
    return queries.request_list(actor=request.actor, status=status, after=after)


@router.post("/burden/requests", response=RequestOut)
def register_request(request: Request, given: RequestIn) -> object:
    """Register a data request; nothing is sent before somebody else approves."""
    text = RequestText(**given.dict(exclude={"campaign_id", "asker_id"}))
    return commands.register_request(
        actor=request.actor, campaign_id=given.campaign_id, asker_id=given.asker_id, text=text, at=timezone.now()
    )


@router.get("/burden/requests/{request_id}", response=RequestOut)
def get_request(request: Request, request_id: int) -> object:
    """Return one data request."""
    return queries.get_request(actor=request.actor, request_id=request_id)


@router.post("/burden/requests/{request_id}/steps/{step_name}", response=RequestOut)
def take_request_step(request: Request, request_id: int, step_name: str, given: ReasonIn) -> object:
    """Submit, approve, return or withdraw a data request."""
    return commands.take_request_step(
        actor=request.actor, request_id=request_id, step_name=step_name, reason=given.reason, at=timezone.now()
    )


@router.post("/burden/rows/{row_id}/objection", response=ObjectionOut)
def object_to(request: Request, row_id: int, given: ObjectionIn) -> object:
    """Say that an item need not be asked of the unit."""
    return commands.object_to(
        actor=request.actor, row_id=row_id, reason=given.reason, words=given.words, at=timezone.now()
    )


@router.post("/burden/objections/{objection_id}/steps/{step_name}", response=ObjectionOut)
def answer_objection(request: Request, objection_id: int, step_name: str, given: AnswerIn) -> object:
    """Answer a unit that objected."""
    return commands.answer_objection(
        actor=request.actor, objection_id=objection_id, step_name=step_name, answer=given.answer, at=timezone.now()
    )

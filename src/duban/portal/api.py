"""REST of the pages that span subjects: the same queries as the pages."""

from datetime import date

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.campaigns import queries as campaigns
from duban.portal import queries
from duban.portal.queries import UnitChoice
from duban.shell.requests import Request

router = Router(tags=["portal"])


class TableQuery(Schema):
    campaign_id: int
    unit_id: int | None = None
    level: list[str] = []
    field: list[str] = []
    kind: list[str] = []
    rank: list[str] = []
    on: date | None = None
    after: str = Field("", max_length=1000)


class UnitRowOut(Schema):
    unit_id: int = Field(alias="unit.pk")
    unit: str = Field(alias="unit.name")
    is_own: bool
    has_below: bool
    figures: dict[str, int]
    done_share: float | None


class TableOut(Schema):
    scope: str
    filters: str
    as_of: date = Field(alias="day.as_of")
    elapsed: float | None
    rows: list[UnitRowOut]
    total: dict[str, int]
    after: str


class OwedLineOut(Schema):
    task_id: int = Field(alias="task.pk")
    wording: str = Field(alias="task.assignment.wording")
    source: str = Field(alias="task.assignment.source_sentence")
    unit: str = Field(alias="task.unit.name")
    original_due: date | None = Field(alias="task.original_due")
    agreed_due: date | None = Field(alias="task.agreed_due")
    status: str = Field(alias="task.status")
    pace: str = Field(alias="tone")
    next_step: str


class OwedOut(Schema):
    scope: str
    filters: str
    as_of: date = Field(alias="day.as_of")
    unit_id: int = Field(alias="unit.pk")
    tab: str
    counts: dict[str, int]
    lines: list[OwedLineOut]
    has_more: bool


@router.get("/table", response=TableOut)
def unit_table(request: Request, given: Query[TableQuery]) -> object:
    """Return the table of units: figures of the units below one unit, in protocol order."""
    return queries.unit_table(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=given.campaign_id),
        unit_id=given.unit_id,
        choice=UnitChoice(tuple(given.level), tuple(given.field), tuple(given.kind), tuple(given.rank)),
        on=given.on,
        today=timezone.localdate(),
        after=given.after,
    )


@router.get("/owed", response=OwedOut)
def owed(request: Request, campaign_id: int, unit_id: int | None = None, tab: str = "mine") -> object:
    """Return what a unit still owes: what, why, by when, and the next step."""
    return queries.owed(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=campaign_id),
        unit_id=unit_id,
        tab=tab,
        today=timezone.localdate(),
    )

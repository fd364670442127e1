"""REST of the pages that span subjects: the same queries as the pages."""

from datetime import date

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.campaigns import queries as campaigns
from duban.portal import queries
from duban.portal.queries import UnitChoice
from duban.shell.requests import Request
from duban.tasks.figures import TASK_FIGURES

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
    wording: str = Field(alias="task.wording")
    source: str = Field(alias="task.source_sentence")
    unit: str = Field(alias="task.unit")
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


class DeskRowOut(Schema):
    name: str
    number: int
    oldest: date | None


class DueDayOut(Schema):
    day: date
    items: int
    units: int


class CrowdedOut(Schema):
    week: date
    level: str
    kind: str
    units: int
    most: int


class DeskOut(Schema):
    as_of: date = Field(alias="day.as_of")
    elapsed: float | None
    done_share: float | None
    rows: list[DeskRowOut]


class ComingOut(Schema):
    days: list[DueDayOut]
    crowded: list[CrowdedOut]

    @staticmethod
    def resolve_crowded(coming: queries.Coming) -> list[queries.Crowded]:
        return [one for classes in coming.crowded.values() for one in classes]


@router.get("/desk", response=DeskOut)
def desk(request: Request, campaign_id: int) -> object:
    """Return the office's desk: what waits today, and since when."""
    return queries.office_desk(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=campaign_id),
        today=timezone.localdate(),
    )


@router.get("/desk/coming", response=ComingOut)
def coming(request: Request, campaign_id: int) -> object:
    """Return what falls due in the next ten working days, and which classes of units then have too much."""
    return queries.coming(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=campaign_id),
        today=timezone.localdate(),
    )


class FollowingOut(Schema):
    assignments: int
    owed: int
    done: int
    overdue: int


class FollowedLineOut(Schema):
    speech: int
    requirement_id: int = Field(alias="requirement.pk")
    sentence: str = Field(alias="requirement.sentence")
    status: str = Field(alias="requirement.status")
    following: FollowingOut


class FollowedOut(Schema):
    meeting_id: int = Field(alias="meeting.pk")
    as_of: date = Field(alias="day.as_of")
    lines: list[FollowedLineOut]
    total: FollowingOut
    waiting: int


@router.get("/meetings/{meeting_id}/follow-up", response=FollowedOut)
def follow_up(request: Request, meeting_id: int) -> object:
    """Return what became of the requirements of all speeches of a meeting."""
    return queries.followed_meeting(actor=request.actor, meeting_id=meeting_id, today=timezone.localdate())


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
        names=TASK_FIGURES.columns,
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


class AheadLineOut(Schema):
    day: date
    kind: str
    wording: str
    number: int


class DisplacedOut(Schema):
    unit_id: int = Field(alias="unit.pk")
    is_campaign_first: bool
    duties: int
    items: int
    items_late: int

    @staticmethod
    def resolve_duties(found: queries.Displaced) -> int:
        return len(found.duties)


class BusyDaysOut(Schema):
    name: str
    from_on: date
    until_on: date


class ToReplanOut(Schema):
    task_id: int
    wording: str
    due_on: date
    can_ask: bool
    is_asked: bool


class ReplanningOut(Schema):
    unit_id: int = Field(alias="unit.pk")
    since: date
    periods: list[BusyDaysOut]
    items: list[ToReplanOut]


class AheadOut(Schema):
    scope: str
    as_of: date = Field(alias="day.as_of")
    lines: list[AheadLineOut]
    displaced: list[DisplacedOut]
    replanning: ReplanningOut | None

    @staticmethod
    def resolve_lines(found: queries.Ahead) -> list[queries.AheadLine]:
        return [line for _day, lines in found.days for line in lines]


class AheadQuery(Schema):
    campaign_id: int
    unit_id: int | None = None
    workdays: int = Field(queries.DAYS, ge=1, le=queries.MOST_DAYS)


class MeasurePartOut(Schema):
    wording: str
    starts_on: date | None
    due_on: date | None
    total: int
    done: int
    overdue: int


class MeasureOut(Schema):
    heading: str
    parts: list[MeasurePartOut]


@router.get("/ahead", response=AheadOut)
def ahead(request: Request, given: Query[AheadQuery]) -> object:
    """Return everything due or starting in the next working days."""
    return queries.ahead(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=given.campaign_id),
        unit_id=given.unit_id,
        workdays_ahead=given.workdays,
        today=timezone.localdate(),
    )


@router.get("/measures", response=list[MeasureOut])
def measures(request: Request, campaign_id: int) -> object:
    """Return the key measures over the whole period."""
    return queries.key_measures(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=campaign_id),
        today=timezone.localdate(),
    ).measures

"""REST of an office's own work: the same calls as the pages."""

from datetime import date, datetime

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from duban.campaigns import queries as campaigns
from duban.office import commands, queries
from duban.office.commands import MatterText
from duban.office.queries import MatterFilter
from duban.shell.requests import Request

router = Router(tags=["office"])


class WantedOut(Schema):
    assignment_id: int = Field(alias="assignment.pk")
    giver: str
    kind: str
    matter: str = Field(alias="assignment.wording")
    received_on: date | None
    due_on: date | None = Field(alias="assignment.due_on")
    units: int
    done: int
    finished_on: date | None
    proofs: int
    is_finished: bool


class WantedListOut(Schema):
    rows: list[WantedOut]
    after: str


class WantedQuery(Schema):
    campaign_id: int
    is_unfinished: bool | None = None
    after: str = Field("", max_length=1000)


class RegisterIn(Schema):
    campaign_id: int
    kind: str = "call"
    giver: str = Field(max_length=120)
    matter: str = Field(max_length=2000)
    due: str = Field(max_length=120)
    owner: str = Field(max_length=4000)


class RegisteredOut(Schema):
    document_id: int = Field(alias="document.pk")
    assignment_id: int = Field(alias="assignment.pk")


class InstructionIn(Schema):
    campaign_id: int
    words: str = Field(max_length=2000)
    matter_id: int | None = None
    task_id: int | None = None
    given_on: date | None = None


class InstructionOut(Schema):
    document_id: int = Field(alias="pk")
    title: str


class KnownOut(Schema):
    figures: list[str]
    assignment_ids: list[int]
    matter_ids: list[int]

    @staticmethod
    def resolve_figures(known: queries.Known) -> list[str]:
        return [f"{figure.label} {figure.value}" for figure in known.figures]

    @staticmethod
    def resolve_assignment_ids(known: queries.Known) -> list[int]:
        return [assignment.pk for assignment in known.assignments]

    @staticmethod
    def resolve_matter_ids(known: queries.Known) -> list[int]:
        return [matter.pk for matter in known.matters]


class MatterOut(Schema):
    id: int
    kind: str
    status: str
    title: str
    text: str
    addressee: str
    unit_id: int | None
    due_on: date | None
    options: list[str]
    chosen: int | None
    outcome: str
    is_shared: bool
    opened_at: datetime
    closed_at: datetime | None


class MatterListOut(Schema):
    rows: list[MatterOut]
    after: str


class MatterQuery(Schema):
    campaign_id: int
    kind: str = ""
    status: str = ""
    q: str = Field("", max_length=100)
    after: str = Field("", max_length=1000)


class MatterIn(Schema):
    campaign_id: int
    kind: str
    title: str = Field(max_length=300)
    text: str = Field("", max_length=20_000)
    addressee: str = Field("", max_length=120)
    place: str = Field("", max_length=120)
    task_id: int | None = None
    due_on: date | None = None
    interval_days: int | None = Field(None, ge=1, le=366)
    options: list[str] = []
    checklist_id: int | None = None


class SettleIn(Schema):
    outcome: str = Field("", max_length=20_000)
    chosen: int | None = None
    is_shared: bool = False


class StepIn(Schema):
    text: str = Field(max_length=300)
    owner: str = Field("", max_length=120)
    due_on: date | None = None
    days_before: int = Field(0, ge=0, le=365)


class StepOut(Schema):
    id: int
    text: str
    owner: str
    due_on: date | None
    done_on: date | None
    assignment_id: int | None


@router.get("/office/wanted", response=WantedListOut)
def wanted(request: Request, given: Query[WantedQuery]) -> object:
    """Return one page of what upper levels want, unfinished first."""
    return queries.wanted_list(actor=request.actor, **given.dict())


@router.post("/office/wanted", response={201: RegisteredOut})
def register(request: Request, given: RegisterIn) -> object:
    """Register what an upper level wants and issue its one task."""
    return Status(201, commands.register_wanted(actor=request.actor, at=timezone.now(), **given.dict()))


@router.post("/office/instructions", response={201: InstructionOut})
def instruct(request: Request, given: InstructionIn) -> object:
    """Write an instruction of the leading group for its own office."""
    return Status(201, commands.instruct(actor=request.actor, at=timezone.now(), **given.dict()))


@router.get("/office/known", response=KnownOut)
def known(request: Request, campaign_id: int, text: str) -> object:
    """Return what may answer these words already."""
    return queries.known_already(
        actor=request.actor,
        campaign=campaigns.get_campaign(actor=request.actor, campaign_id=campaign_id),
        unit=queries.keeping_office(actor=request.actor),
        text=text[:2000],
    )


@router.get("/office/matters", response=MatterListOut)
def list_matters(request: Request, given: Query[MatterQuery]) -> object:
    """Return one page of matters, the newest first."""
    return queries.matter_list(
        actor=request.actor,
        given=MatterFilter(given.campaign_id, given.kind, given.status, given.q),
        after=given.after,
    )


@router.post("/office/matters", response={201: MatterOut})
def open_matter(request: Request, given: MatterIn) -> object:
    """Open a matter."""
    words = given.dict()
    campaign_id, kind = words.pop("campaign_id"), words.pop("kind")
    opened = commands.open_matter(
        actor=request.actor, campaign_id=campaign_id, kind=kind, text=MatterText(**words), at=timezone.now()
    )
    return Status(201, opened)


@router.get("/office/matters/{matter_id}", response=MatterOut)
def get_matter(request: Request, matter_id: int) -> object:
    """Return one matter."""
    return queries.get_matter(actor=request.actor, matter_id=matter_id)


@router.post("/office/matters/{matter_id}/settle", response=MatterOut)
def settle(request: Request, matter_id: int, given: SettleIn) -> object:
    """Settle a matter."""
    return commands.settle(actor=request.actor, matter_id=matter_id, at=timezone.now(), **given.dict())


@router.post("/office/matters/{matter_id}/steps", response={201: StepOut})
def add_step(request: Request, matter_id: int, given: StepIn) -> object:
    """Add a step to a matter."""
    done = commands.add_step(actor=request.actor, matter_id=matter_id, at=timezone.now(), **given.dict())
    return Status(201, done)


@router.post("/office/matters/{matter_id}/steps/{step_id}/done", response=StepOut)
def finish_step(request: Request, matter_id: int, step_id: int) -> object:
    """Tick a step off."""
    return commands.finish_step(actor=request.actor, matter_id=matter_id, step_id=step_id, at=timezone.now())


class DutyIn(Schema):
    campaign_id: int
    unit_id: int
    text: str = Field(max_length=300)
    kind: str = "central"
    due_on: date | None = None
    task_id: int | None = None


class DutyOut(Schema):
    id: int
    unit_id: int
    kind: str
    text: str
    due_on: date
    task_id: int | None
    result: str
    done_on: date | None


class DoneIn(Schema):
    result: str = Field("", max_length=300)


@router.post("/office/duties", response={201: DutyOut})
def write_duty(request: Request, given: DutyIn) -> object:
    """Write down one duty of a unit."""
    return Status(201, commands.write_duty(actor=request.actor, at=timezone.now(), **given.dict()))


@router.post("/office/duties/{duty_id}/done", response=DutyOut)
def finish_duty(request: Request, duty_id: int, given: DoneIn) -> object:
    """Say that a duty is done, and what came of it."""
    return commands.finish_duty(actor=request.actor, duty_id=duty_id, result=given.result, at=timezone.now())

"""REST of papers and requirements: the same calls as the pages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from duban.directives import commands, queries
from duban.directives.states import CarryingKind, DocumentKind, Manner, MeetingKind, NodeKind, OriginLevel
from duban.figures.queries import UnitChoice
from duban.kernel.errors import NotFound
from duban.shell.requests import Request

router = Router(tags=["directives"])
PageSize = Annotated[int, Field(ge=1, le=200)]


class DocumentIn(Schema):
    """A paper as text; files come through the page."""

    campaign_id: int
    unit_id: int
    text: str
    kind: DocumentKind = DocumentKind.SPEECH
    origin_level: OriginLevel | Literal[""] = ""
    received_on: date | None = None


class IncomingIn(Schema):
    """An instruction, minutes, a paper or a call, by what it asks for."""

    campaign_id: int
    unit_id: int
    kind: DocumentKind
    giver: str = Field(max_length=120)
    matter: str
    deadline: str = Field("", max_length=120)
    received_on: date | None = None
    dated_on: date | None = None
    origin_level: OriginLevel | Literal[""] = ""
    concerns: str = Field("", max_length=300)
    paper_number: str = Field("", max_length=60)


class DocumentOut(Schema):
    id: int
    uuid: UUID
    campaign_id: int
    unit_id: int
    kind: str
    status: str
    title: str
    speaker_role: str
    on_behalf_of: str
    dated_on: date | None
    based_on: str
    origin_level: str
    giver: str
    concerns: str
    paper_number: str
    received_on: date | None
    taken_in_at: datetime
    version: int


class DocumentLineOut(Schema):
    document: DocumentOut
    proposed: int
    to_assign: int
    assigned: int
    not_decomposed: int


class DocumentListOut(Schema):
    rows: list[DocumentLineOut]
    after: str


class FactsIn(Schema):
    version: int
    title: str = Field(max_length=300)
    dated_on: date | None
    speaker_role: str = Field("", max_length=120)
    on_behalf_of: str = Field("", max_length=60)
    based_on: str = Field("", max_length=300)
    kind: DocumentKind = DocumentKind.SPEECH
    origin_level: OriginLevel | Literal[""] = ""
    giver: str = Field("", max_length=120)
    concerns: str = Field("", max_length=300)
    paper_number: str = Field("", max_length=60)
    received_on: date | None = None


class RequirementOut(Schema):
    """`start` and `end` count characters of the raw text; `due` is {kind, start, end, period, raw} where one is said."""

    id: int
    uuid: UUID
    document_id: int
    node_id: int | None
    position: int
    sentence: str
    start: int
    end: int
    kind: str
    responsible: str
    inherited_responsible: str
    deadline: str
    inherited_deadline: str
    due: dict[str, Any]
    quantity: str
    is_concrete: bool
    repeats_id: int | None
    status: str
    version: int


class IncomingOut(Schema):
    document: DocumentOut
    requirement: RequirementOut


class RequirementIn(Schema):
    """What was read wrongly; a field that is left out stays."""

    version: int
    kind: NodeKind | None = None
    responsible: str | None = Field(None, max_length=500)
    deadline: str | None = Field(None, max_length=500)
    quantity: str | None = Field(None, max_length=500)


class SentenceIn(Schema):
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class NodeOut(Schema):
    id: int
    parent_id: int | None
    position: int
    level: int
    marker: str
    title: str
    kind: str
    is_implicit: bool
    ranges: list[list[int]]
    responsible: str
    deadline: str
    quantity: str
    version: int


class CoverageOut(Schema):
    """Sentences by decision; `shares` are of the characters of the text without noise."""

    sentences: int
    assigned: int
    to_assign: int
    not_decomposed: int
    proposed: int
    decided: float | None
    shares: dict[str, float]


class OutlineOut(Schema):
    document: DocumentOut
    nodes: list[NodeOut]
    requirements: list[RequirementOut]
    coverage: CoverageOut
    reservations: list[str]
    warnings: list[str]
    raw_text: str


class NumberOut(Schema):
    number: int


class AttendantIn(Schema):
    """Somebody at a meeting; the name is empty where it is masked."""

    name: str = Field("", max_length=60)
    title: str = Field("", max_length=120)


class MeetingIn(Schema):
    campaign_id: int
    unit_id: int
    title: str = Field(max_length=300)
    held_on: date
    convener: str = Field(max_length=120)
    kind: MeetingKind = MeetingKind.PROMOTION
    level: OriginLevel = OriginLevel.CITY
    venue: str = Field("", max_length=120)
    attendance: str = Field("", max_length=2000)
    cause: str = Field("", max_length=300)
    cause_path: str = Field("", max_length=300)
    unit_ids: list[int] = Field(default_factory=list, max_length=500)
    people: list[AttendantIn] = Field(default_factory=list, max_length=300)


class MeetingOut(Schema):
    id: int
    uuid: UUID
    campaign_id: int
    unit_id: int
    kind: str
    level: str
    convener: str
    title: str
    held_on: date
    venue: str
    attendance: str
    cause: str
    cause_path: str
    withdrawn_at: datetime | None
    version: int


class MeetingLineOut(Schema):
    meeting: MeetingOut
    number: int
    speeches: int
    texts: int
    unresolved: int


class MeetingListOut(Schema):
    rows: list[MeetingLineOut]
    after: str


class PersonOut(Schema):
    id: int
    name: str
    title: str


class ReferenceOut(Schema):
    """Where one speech speaks of another; `refers_to_id` is null while nobody knows which."""

    id: int = Field(alias="reference.pk")
    words: str = Field(alias="reference.words")
    start: int = Field(alias="reference.start")
    end: int = Field(alias="reference.end")
    person_id: int | None = Field(alias="reference.person_id")
    refers_to_id: int | None = Field(alias="reference.refers_to_id")
    is_resolved: bool


class SpeechOut(Schema):
    id: int = Field(alias="speech.pk")
    position: int = Field(alias="speech.position")
    person_id: int | None = Field(alias="speech.person_id")
    title: str = Field(alias="speech.title")
    document_id: int | None = Field(alias="speech.document_id")
    requirements: int
    references: list[ReferenceOut]


class MeetingPageOut(Schema):
    meeting: MeetingOut
    number: int
    said_number: int | None
    unit_ids: list[int]
    people: list[PersonOut]
    speeches: list[SpeechOut]


class SpeechIn(Schema):
    person_id: int | None = None
    title: str = Field("", max_length=300)
    document_id: int | None = None


class TextIn(Schema):
    document_id: int | None


class HeldOut(Schema):
    id: int
    meeting_id: int
    position: int
    document_id: int | None


class PassingIn(Schema):
    """A paper or a meeting that the units of a class below `unit_id` relay; empty lists mean all."""

    unit_id: int
    document_id: int | None = None
    meeting_id: int | None = None
    limit_days: int = Field(7, ge=0, le=366)
    is_workdays: bool = False
    levels: list[str] = Field(default_factory=list, max_length=20)
    fields: list[str] = Field(default_factory=list, max_length=20)
    kinds: list[str] = Field(default_factory=list, max_length=20)
    ranks: list[str] = Field(default_factory=list, max_length=20)


class PassingOut(Schema):
    id: int
    uuid: UUID
    unit_id: int
    document_id: int | None
    meeting_id: int | None
    title: str
    dated_on: date
    limit_days: int
    is_workdays: bool
    limit_until: date
    unit_count: int
    ended_at: datetime | None


class PassingLineOut(Schema):
    passing: PassingOut
    units: int
    recorded: int
    over: int


class PassingListOut(Schema):
    rows: list[PassingLineOut]
    after: str


class PassingRowOut(Schema):
    """When and how one unit relayed it; days are null where nothing is recorded."""

    unit_id: int = Field(alias="row.unit_id")
    unit: str = Field(alias="row.unit.name")
    passed_on: date | None = Field(alias="row.passed_on")
    manner: str = Field(alias="row.manner")
    remark: str = Field(alias="row.remark")
    days: int | None
    workdays: int | None
    is_over: bool


class PassingTableOut(Schema):
    passing: PassingOut
    rows: list[PassingRowOut]
    after: str


class PassedIn(Schema):
    unit_ids: list[int] = Field(max_length=1000)
    passed_on: date
    manner: Manner
    remark: str = Field("", max_length=200)


class UpperIn(Schema):
    upper_document_id: int
    requirement_id: int | None = None
    upper_requirement_id: int | None = None
    kind: CarryingKind = CarryingKind.CARRIES_OUT


class LinkOut(Schema):
    id: int
    document_id: int
    requirement_id: int | None
    upper_document_id: int
    upper_requirement_id: int | None
    kind: str


class BranchOut(Schema):
    link: LinkOut
    title: str = Field(alias="document.title")
    depth: int
    may_open: bool
    is_change: bool


class HierarchyOut(Schema):
    upwards: list[BranchOut]
    downwards: list[BranchOut]


@router.get("/documents", response=DocumentListOut)
def list_documents(request: Request, campaign_id: int, q: str = "", after: str = "", size: PageSize = 30) -> object:
    """Return one page of papers, newest first."""
    return queries.document_lines(actor=request.actor, campaign_id=campaign_id, words=q, after=after, size=size)


@router.post("/documents", response={201: DocumentOut})
def take_in_document(request: Request, given: DocumentIn) -> object:
    """Take in a paper."""
    document = commands.take_in_document(actor=request.actor, at=timezone.now(), **given.dict())
    return Status(201, document)


@router.post("/incoming", response={201: IncomingOut})
def register_incoming(request: Request, given: IncomingIn) -> object:
    """Register an instruction, minutes, a paper or a call by what it asks for."""
    return Status(201, commands.register_incoming(actor=request.actor, at=timezone.now(), **given.dict()))


@router.get("/documents/{document_id}", response=OutlineOut)
def get_document(request: Request, document_id: int) -> object:
    """Return a paper with its outline, its requirements and its coverage."""
    page = queries.speech_page(actor=request.actor, document_id=document_id)
    return {
        "document": page.document,
        "nodes": [point.node for point in page.points],
        "requirements": sorted([*page.concrete, *page.rest], key=lambda row: row.start),
        "coverage": page.coverage,
        "reservations": page.reservations,
        "warnings": [warned.sentence for warned in page.warnings],
        "raw_text": page.document.raw_text,
    }


@router.put("/documents/{document_id}", response=DocumentOut)
def set_facts(request: Request, document_id: int, given: FactsIn) -> object:
    """Correct what is known about a paper."""
    return commands.set_document_facts(actor=request.actor, document_id=document_id, at=timezone.now(), **given.dict())


@router.post("/documents/{document_id}/steps/{step_name}", response=DocumentOut)
def take_document_step(request: Request, document_id: int, step_name: str) -> object:
    """Confirm a paper, or keep it as reference."""
    return commands.take_document_step(
        actor=request.actor, document_id=document_id, step_name=step_name, at=timezone.now()
    )


@router.post("/documents/{document_id}/take-all", response=NumberOut)
def take_all_concrete(request: Request, document_id: int) -> object:
    """Take every undecided sentence that names a body, a date or a quantity."""
    return {"number": commands.take_all_concrete(actor=request.actor, document_id=document_id, at=timezone.now())}


@router.post("/documents/{document_id}/set-aside-rest", response=NumberOut)
def set_aside_rest(request: Request, document_id: int) -> object:
    """Confirm that the sentences still undecided make no tasks."""
    return {"number": commands.set_aside_rest(actor=request.actor, document_id=document_id, at=timezone.now())}


@router.post("/documents/{document_id}/requirements", response={201: RequirementOut})
def add_requirement(request: Request, document_id: int, given: SentenceIn) -> object:
    """Make a requirement of a sentence that was not read as one."""
    added = commands.add_requirement(actor=request.actor, document_id=document_id, at=timezone.now(), **given.dict())
    return Status(201, added)


@router.patch("/documents/{document_id}/requirements/{requirement_id}", response=RequirementOut)
def correct_requirement(request: Request, document_id: int, requirement_id: int, given: RequirementIn) -> object:
    """Correct who, by when, how much and the kind of a requirement."""
    _belongs(request, document_id, requirement_id)
    return commands.correct_requirement(
        actor=request.actor, requirement_id=requirement_id, at=timezone.now(), **given.dict()
    )


@router.post("/documents/{document_id}/requirements/{requirement_id}/{step_name}", response=RequirementOut)
def decide_requirement(
    request: Request, document_id: int, requirement_id: int, step_name: Literal["take", "set_aside"]
) -> object:
    """Take a requirement, or set it aside."""
    _belongs(request, document_id, requirement_id)
    step = {"take": commands.take_requirement, "set_aside": commands.set_aside}[step_name]
    return step(actor=request.actor, requirement_id=requirement_id, at=timezone.now())


@router.get("/meetings", response=MeetingListOut)
def list_meetings(
    request: Request,
    campaign_id: int,
    *,
    q: str = "",
    kind: MeetingKind | Literal[""] = "",
    level: OriginLevel | Literal[""] = "",
    after: str = "",
    size: PageSize = 30,
) -> object:
    """Return one page of the register of meetings, newest first."""
    given = queries.MeetingFilter(campaign_id=campaign_id, words=q, kind=kind, level=level)
    return queries.meeting_lines(actor=request.actor, given=given, after=after, size=size)


@router.post("/meetings", response={201: MeetingOut})
def register_meeting(request: Request, given: MeetingIn) -> object:
    """Enter a meeting into the register."""
    words = given.dict(exclude={"campaign_id", "unit_id", "people"})
    facts = commands.MeetingFacts(**words, people=[commands.Attendant(**one.dict()) for one in given.people])
    return Status(
        201,
        commands.register_meeting(
            actor=request.actor,
            campaign_id=given.campaign_id,
            unit_id=given.unit_id,
            facts=facts,
            at=timezone.now(),
        ),
    )


@router.get("/meetings/{meeting_id}", response=MeetingPageOut)
def get_meeting(request: Request, meeting_id: int) -> object:
    """Return a meeting with its people, its speeches in their order and what they say of each other."""
    page = queries.meeting_page(actor=request.actor, meeting_id=meeting_id)
    return {
        "meeting": page.meeting,
        "number": page.number,
        "said_number": page.said_number,
        "unit_ids": [unit.pk for unit in page.units],
        "people": page.people,
        "speeches": page.speeches,
    }


@router.post("/meetings/{meeting_id}/speeches", response={201: HeldOut})
def add_speech(request: Request, meeting_id: int, given: SpeechIn) -> object:
    """Register the next speech of a meeting; its text may come later."""
    added = commands.add_speech(actor=request.actor, meeting_id=meeting_id, at=timezone.now(), **given.dict())
    return Status(201, added)


@router.put("/speeches/{speech_id}/text", response=HeldOut)
def attach_text(request: Request, speech_id: int, given: TextIn) -> object:
    """Attach the text of a speech, or take it off (null)."""
    return commands.attach_text(
        actor=request.actor, speech_id=speech_id, document_id=given.document_id, at=timezone.now()
    )


@router.get("/passing", response=PassingListOut)
def list_passing(request: Request, campaign_id: int, after: str = "", size: PageSize = 30) -> object:
    """Return one page of what must be relayed, newest first."""
    return queries.passing_lines(actor=request.actor, campaign_id=campaign_id, after=after, size=size)


@router.post("/passing", response={201: PassingOut})
def require_passing(request: Request, given: PassingIn) -> object:
    """Say that a paper or a meeting must be relayed, and by which units."""
    choice = UnitChoice(tuple(given.levels), tuple(given.fields), tuple(given.kinds), tuple(given.ranks))
    words = given.dict(exclude={"levels", "fields", "kinds", "ranks"})
    return Status(201, commands.require_passing(actor=request.actor, choice=choice, at=timezone.now(), **words))


@router.get("/passing/{passing_id}", response=PassingTableOut)
def get_passing(request: Request, passing_id: int, after: str = "", size: PageSize = 200) -> object:
    """Return the units that relay it, in protocol order, with the days that each took."""
    return queries.passing_table(
        actor=request.actor, passing_id=passing_id, on=timezone.localdate(), after=after, size=size
    )


@router.post("/passing/{passing_id}/records", response=NumberOut)
def record_passing(request: Request, passing_id: int, given: PassedIn) -> object:
    """Record when and how units relayed it; return how many were recorded."""
    number = commands.record_passing(actor=request.actor, passing_id=passing_id, at=timezone.now(), **given.dict())
    return {"number": number}


@router.get("/documents/{document_id}/hierarchy", response=HierarchyOut)
def get_hierarchy(request: Request, document_id: int) -> object:
    """Return what a paper carries out and what carries it out."""
    document = queries.get_document(actor=request.actor, document_id=document_id)
    return queries.hierarchy(actor=request.actor, document=document)


@router.post("/documents/{document_id}/upper", response={201: LinkOut})
def name_upper(request: Request, document_id: int, given: UpperIn) -> object:
    """Name an upper paper, or one requirement of it, that a paper or one of its requirements carries out."""
    link = commands.name_upper(actor=request.actor, document_id=document_id, at=timezone.now(), **given.dict())
    return Status(201, link)


def _belongs(request: Request, document_id: int, requirement_id: int) -> None:
    """Refuse an address whose two parts do not belong together."""
    requirement = queries.get_requirement(actor=request.actor, requirement_id=requirement_id)
    if requirement.document_id != document_id:
        raise NotFound(_("There is no such requirement."))

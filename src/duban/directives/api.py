"""REST of papers and requirements: the same calls as the pages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from duban.directives import commands, queries
from duban.directives.states import DocumentKind, NodeKind
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


@router.get("/documents", response=DocumentListOut)
def list_documents(request: Request, campaign_id: int, q: str = "", after: str = "", size: PageSize = 30) -> object:
    """Return one page of papers, newest first."""
    return queries.document_lines(actor=request.actor, campaign_id=campaign_id, words=q, after=after, size=size)


@router.post("/documents", response={201: DocumentOut})
def take_in_document(request: Request, given: DocumentIn) -> object:
    """Take in a paper."""
    document = commands.take_in_document(actor=request.actor, at=timezone.now(), **given.dict())
    return Status(201, document)


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


def _belongs(request: Request, document_id: int, requirement_id: int) -> None:
    """Refuse an address whose two parts do not belong together."""
    requirement = queries.get_requirement(actor=request.actor, requirement_id=requirement_id)
    if requirement.document_id != document_id:
        raise NotFound(_("There is no such requirement."))

"""Lists and single rows: papers, points, requirements."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.attachments import queries as attachments
from duban.directives.models import Document, OutlineNode, Requirement
from duban.directives.policy import DirectivesCapability
from duban.directives.states import RequirementStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import plain
from duban.organisation import queries as organisation
from duban.organisation.models import Unit

PAGE_SIZE = 30
# A list shows neither; both may be large.
_HEAVY = ("raw_text", "findings")


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of the list of papers, with the number of its requirements by what became of them."""

    document: Document
    proposed: int
    to_assign: int
    assigned: int
    not_decomposed: int
    reservations: list[str]


def visible_documents(*, actor: Actor, campaign_id: int | None = None) -> QuerySet[Document]:
    """Return the papers that this actor may see, newest first."""
    documents = Document.objects.select_related("unit", "campaign").order_by("-id")
    if campaign_id is not None:
        documents = documents.filter(campaign_id=campaign_id)
    if actor.is_system:
        return documents
    return documents.filter(organisation.scope_filter(scope=actor.scope(DirectivesCapability.VIEW), unit="unit"))


def visible_requirements(*, actor: Actor) -> QuerySet[Requirement]:
    """Return the requirements of the papers that this actor may see, in the order of each text."""
    requirements = Requirement.objects.select_related("document__unit", "node").defer(
        "document__raw_text", "document__findings"
    )
    requirements = requirements.order_by("document_id", "start")
    if actor.is_system:
        return requirements
    return requirements.filter(
        organisation.scope_filter(scope=actor.scope(DirectivesCapability.VIEW), unit="document__unit")
    )


def document_lines(
    *, actor: Actor, campaign_id: int | None, words: str = "", after: str = "", size: int = PAGE_SIZE
) -> Page[DocumentLine]:
    """
    Return one page of papers, newest first, whose title holds each of the words.

    :raises InvalidInput: if `after` is damaged
    """
    documents = visible_documents(actor=actor, campaign_id=campaign_id).defer(*_HEAVY)
    documents = documents.annotate(labels=F("findings__labels"), completeness=F("findings__completeness"))
    for word in plain(words).split()[:5]:
        documents = documents.filter(title__icontains=word)
    if after:
        (last,) = decode_key(after, length=1, kinds=(int,))
        documents = documents.filter(pk__lt=last)
    page = cut(list(documents[: size + 1]), size=size, key=lambda document: (document.pk,))

    counted: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Requirement.objects.filter(document__in=[document.pk for document in page.rows])
    for document_id, status, number in rows.values_list("document_id", "status").annotate(number=Count("id")):
        counted[document_id][status] = number
    return Page([_line(document, counted[document.pk]) for document in page.rows], page.after)


def _line(document: Any, counted: dict[str, int]) -> DocumentLine:
    return DocumentLine(
        document=document,
        proposed=counted.get(RequirementStatus.PROPOSED, 0),
        to_assign=counted.get(RequirementStatus.TO_ASSIGN, 0),
        assigned=counted.get(RequirementStatus.ASSIGNED, 0),
        not_decomposed=counted.get(RequirementStatus.NOT_DECOMPOSED, 0),
        reservations=_said(document.labels, document.completeness),
    )


def get_document(*, actor: Actor, document_id: int) -> Document:
    """
    Return one paper.

    :raises NotFound: if there is none, or this actor may not see it
    """
    document = visible_documents(actor=actor).select_related("original").filter(pk=document_id).first()
    if document is None:
        raise NotFound(_("There is no such text."))
    return document


def get_node(*, actor: Actor, node_id: int) -> OutlineNode:
    """
    Return one point of an outline.

    :raises NotFound: if there is none, or this actor may not see its text
    """
    node = (
        OutlineNode.objects.select_related("document__unit")
        .filter(pk=node_id, document__in=visible_documents(actor=actor).order_by())
        .first()
    )
    if node is None:
        raise NotFound(_("There is no such point."))
    return node


def get_requirement(*, actor: Actor, requirement_id: int) -> Requirement:
    """
    Return one requirement with its text and its point.

    :raises NotFound: if there is none, or this actor may not see its text
    """
    requirement = visible_requirements(actor=actor).filter(pk=requirement_id).first()
    if requirement is None:
        raise NotFound(_("There is no such requirement."))
    return requirement


def cite(*, actor: Actor, requirement: Requirement) -> str:
    """
    Return how a requirement's source is named wherever it is cited: title, date, number, and how complete the text is.

    An incomplete, unreviewed or model text says so each time (R-698, R-701, R-706).
    """
    document = Document.objects.only("title", "dated_on", "findings").get(pk=requirement.document_id)
    parts = [f"《{document.title}》"]
    if document.dated_on is not None:
        parts.append(document.dated_on.isoformat())
    parts.append(gettext("no. %(number)d") % {"number": requirement.position})
    parts += reservations(document)
    return "，".join(parts)


def reservations(document: Document) -> list[str]:
    """Return what must be said of a text wherever it is cited: not reviewed, extract, outline, model text, share present."""
    return _said(document.findings.get("labels"), document.findings.get("completeness"))


def _said(labels: list[str] | None, completeness: dict[str, Any] | None) -> list[str]:
    words = {
        "transcript": gettext("transcript, not reviewed by the speaker"),
        "extract": gettext("extract"),
        "outline": gettext("outline only"),
        "model_text": gettext("model text"),
    }
    said = [words[label] for label in labels or [] if label in words]
    completeness = completeness or {}
    if completeness.get("percent") is not None:
        said.append(
            gettext("incomplete: %(shown)d of %(total)d characters, %(percent)s%%")
            % {
                "shown": completeness["shown"],
                "total": completeness["total"],
                "percent": f"{completeness['percent']:g}",
            }
        )
    elif completeness.get("omitted_middle"):
        said.append(gettext("incomplete: %(number)d characters left out") % {"number": completeness["omitted_middle"]})
    return said


def original_file(*, actor: Actor, document_id: int) -> tuple[str, str, bytes]:
    """
    Return name, media type and bytes of a paper as it came; a pasted text comes as a text file.

    :raises NotFound: if there is none, this actor may not see it, or its bytes are missing
    """
    document = get_document(actor=actor, document_id=document_id)
    if document.original is None:
        return f"{document.title}.txt", "text/plain; charset=utf-8", document.raw_text.encode()
    stored = document.original
    return stored.name, stored.media_type, attachments.read_file(actor=actor, stored_file=stored)


def places_to_take_in(*, actor: Actor) -> list[Unit]:
    """Return the units for which this actor may take in papers: the unit of the present post first, at most twenty."""
    units = organisation.units_where(actor=actor, capability=DirectivesCapability.EDIT).order_by("order_path")
    own = list(units.filter(pk=actor.unit_id or 0))
    return own + list(units.exclude(pk=actor.unit_id or 0)[: 20 - len(own)])

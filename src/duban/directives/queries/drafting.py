"""The draft of the breakdown table, as the leader gets it before anything is assigned (领导审定稿)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from duban.directives.models import Document, OutlineNode, Requirement
from duban.directives.queries.papers import get_document, reservations
from duban.directives.states import RequirementStatus
from duban.kernel.authority import Actor

TAKEN = (RequirementStatus.TO_ASSIGN, RequirementStatus.ASSIGNED)


@dataclass(frozen=True, slots=True)
class DraftTable:
    """
    Head and rows of the draft table: page, print, Word and Excel show exactly these.

    `columns` are (key, title, width in characters); each row has one text per column.
    """

    document: Document
    title: str
    head: list[tuple[str, str]]
    columns: list[tuple[str, str, int]]
    rows: list[list[str]]
    undecided: int


def draft_table(*, actor: Actor, document_id: int) -> DraftTable:
    """
    Return the draft table of a paper: one row for each requirement taken, in the order of the text.

    Columns of the task breakdown table that offices know, with room for the leader's pen.

    :raises NotFound: if there is none, or this actor may not see it
    """
    document = get_document(actor=actor, document_id=document_id)
    nodes = {node.pk: node for node in document.nodes.all()}
    taken = list(document.requirements.filter(status__in=TAKEN).order_by("start"))
    undecided = document.requirements.filter(status=RequirementStatus.PROPOSED).count()
    return DraftTable(
        document=document,
        title=_("Task breakdown table (draft for decision)"),
        head=_head(document, len(taken), undecided),
        columns=[
            ("number", _("No."), 5),
            ("point", _("Key task"), 18),
            ("sentence", _("Specific item"), 46),
            ("lead_person", _("Leader in charge"), 10),
            ("owner", _("Lead unit"), 18),
            ("helpers", _("Supporting units"), 14),
            ("due", _("Time limit"), 14),
            ("result", _("Standard or form of result"), 14),
            ("source", _("Basis in the original"), 16),
            ("pen", _("Leader's decision"), 16),
        ],
        rows=list(_rows(taken, nodes)),
        undecided=undecided,
    )


def _head(document: Document, taken: int, undecided: int) -> list[tuple[str, str]]:
    head = [(_("Source"), "，".join([f"《{document.title}》", *reservations(document)]))]
    if document.dated_on is not None:
        head.append((_("Date of the text"), document.dated_on.isoformat()))
    if document.speaker_role:
        head.append((_("Post of the speaker"), document.speaker_role))
    said = _("%(taken)d items") % {"taken": taken}
    if undecided:
        said += "，" + _("%(number)d sentences still to be decided") % {"number": undecided}
    head.append((_("Items"), said))
    return head


def _rows(taken: list[Requirement], nodes: dict[int, OutlineNode]) -> Iterator[list[str]]:
    for number, row in enumerate(taken, start=1):
        section = _section(nodes.get(row.node_id or 0), nodes)
        yield [
            str(number),
            f"{section.marker}{section.title}" if section else "",
            row.sentence,
            "",
            row.responsible or row.inherited_responsible,
            "",
            row.deadline or row.inherited_deadline,
            row.quantity,
            _("no. %(number)d") % {"number": row.position},
            "",
        ]


def _section(node: OutlineNode | None, nodes: dict[int, OutlineNode]) -> OutlineNode | None:
    """Return the section to which a point belongs."""
    while node is not None and node.parent_id is not None:
        node = nodes.get(node.parent_id)
    return node

"""The speech page: the original cut into pieces that know what was read from them, and everything read beside it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from duban.directives.models import Document, OutlineNode, Requirement
from duban.directives.policy import may_assign, may_edit
from duban.directives.queries.papers import get_document, reservations
from duban.directives.queries.remarks import Announcement, Warned, announcements, warnings
from duban.directives.states import DOCUMENT_FLOW, RequirementStatus
from duban.kernel.authority import Actor

NOT_SPEECH = frozenset({"noise"})
# Parts outside the numbered points in which something may be asked.
LOOSE = frozenset({"intro", "closing"})
ASKS_NOTHING = "asks_nothing"
STRIPES = (
    RequirementStatus.ASSIGNED,
    RequirementStatus.TO_ASSIGN,
    RequirementStatus.NOT_DECOMPOSED,
    RequirementStatus.PROPOSED,
    ASKS_NOTHING,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A stretch of the raw text; the pieces of a page put together are the raw text.

    `requirement_id` and `node_id` say what was read here; `opens` marks the first piece of its requirement and
    `opens_node` that of its point, which carry the anchors.
    """

    text: str
    kind: str
    node_id: int | None = None
    requirement_id: int | None = None
    number: int = 0
    status: str = ""
    opens: bool = False
    opens_node: bool = False

    @property
    def is_noise(self) -> bool:
        return self.kind in NOT_SPEECH


@dataclass(frozen=True, slots=True)
class OtherSentence:
    """A sentence of a point that was not read as a requirement, by its place in the raw text."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Point:
    """One point of the outline as the page shows it, with the requirements below it and its other sentences."""

    node: OutlineNode
    depth: int
    requirements: list[Requirement] = field(default_factory=list)
    others: list[OtherSentence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stripe:
    """One part of the coverage bar: where it begins and how wide it is, in hundredths of the text."""

    status: str
    begin: str
    width: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    How much of the text somebody has decided about.

    Sentences are the requirements by status. Shares count characters of the text without noise: of each status, and of
    what asks for nothing. `decided` is the share of requirement sentences with a decision, None where there are none.
    """

    sentences: int
    assigned: int
    to_assign: int
    not_decomposed: int
    proposed: int
    shares: dict[str, float]

    @property
    def decided(self) -> float | None:
        return 1 - self.proposed / self.sentences if self.sentences else None

    @property
    def stripes(self) -> list[Stripe]:
        """The shares side by side, as the bar shows them."""
        found: list[Stripe] = []
        begin = 0.0
        for status in STRIPES:
            width = round(self.shares[status] * 100, 2)
            if width > 0:
                found.append(Stripe(status, f"{begin:g}", f"{width:g}"))
            begin = round(begin + width, 2)
        return found


@dataclass(frozen=True, slots=True)
class SpeechPage:
    """Everything that the speech page shows."""

    document: Document
    pieces: list[Piece]
    points: list[Point]
    # Sentences of the introduction and the end that were not read as requirements.
    loose: list[OtherSentence]
    concrete: list[Requirement]
    rest: list[Requirement]
    coverage: Coverage
    announced: list[Announcement]
    sets: list[dict[str, Any]]
    toc: list[str]
    figures: list[dict[str, Any]]
    noise_count: int
    warnings: list[Warned]
    reservations: list[str]
    steps: list[str]
    may_edit: bool
    may_assign: bool
    needs_date: int

    @property
    def proposed_concrete(self) -> int:
        """How many requirements the button “take all” would take."""
        return sum(1 for row in self.concrete if row.status == RequirementStatus.PROPOSED and row.repeats_id is None)

    @property
    def to_assign(self) -> list[Requirement]:
        return [row for row in [*self.concrete, *self.rest] if row.status == RequirementStatus.TO_ASSIGN]


def speech_page(*, actor: Actor, document_id: int) -> SpeechPage:
    """
    Return a paper with its original in pieces, its outline, its requirements and what the reader should know.

    :raises NotFound: if there is none, or this actor may not see it
    """
    document = get_document(actor=actor, document_id=document_id)
    nodes = list(document.nodes.order_by("position"))
    requirements = list(document.requirements.order_by("start"))
    by_node = {node.pk: node for node in nodes}
    for requirement in requirements:
        requirement.document = document
        requirement.node = by_node.get(requirement.node_id or 0)
    points, loose = _points(document, nodes, requirements)
    editable = may_edit(actor, document).allowed
    return SpeechPage(
        document=document,
        pieces=_pieces(document, nodes, requirements),
        points=points,
        loose=loose,
        concrete=[row for row in requirements if row.is_concrete],
        rest=[row for row in requirements if not row.is_concrete],
        coverage=_coverage(document, requirements),
        announced=announcements(document),
        sets=document.findings.get("sets", []),
        toc=document.findings.get("toc", []),
        figures=document.findings.get("figures", []),
        noise_count=document.findings.get("noise_count", 0),
        warnings=warnings(document, nodes, requirements),
        reservations=reservations(document),
        steps=[step.name for step in DOCUMENT_FLOW.steps_from(document.status)] if editable else [],
        may_edit=editable,
        may_assign=editable and bool(may_assign(actor, Requirement(document=document))),
        needs_date=sum(1 for row in requirements if row.due.get("needs_date")),
    )


def _pieces(document: Document, nodes: Sequence[OutlineNode], requirements: Sequence[Requirement]) -> list[Piece]:
    text = document.raw_text
    ranges = document.findings.get("ranges") or [[0, len(text), "head", None]]
    bounds = {0, len(text)}
    bounds.update(edge for start, end, *_ in ranges for edge in (start, end))
    bounds.update(edge for row in requirements for edge in (row.start, row.end))
    cuts = sorted(edge for edge in bounds if 0 <= edge <= len(text))
    starts = [start for start, *_ in ranges]
    firsts = [row.start for row in requirements]
    seen_nodes: set[int] = set()
    seen_requirements: set[int] = set()
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        _first, _last, kind, place = ranges[max(bisect_right(starts, start) - 1, 0)]
        node = nodes[place] if place is not None and place < len(nodes) else None
        index = bisect_right(firsts, start) - 1
        row = requirements[index] if index >= 0 and start < requirements[index].end and kind != "noise" else None
        opens = row is not None and row.pk not in seen_requirements and bool(text[start:end].strip())
        if row is not None and opens:
            seen_requirements.add(row.pk)
        opens_node = node is not None and node.pk not in seen_nodes
        if node is not None:
            seen_nodes.add(node.pk)
        pieces.append(
            Piece(
                text=text[start:end],
                kind=kind,
                node_id=node.pk if node else None,
                requirement_id=row.pk if row else None,
                number=row.position if row else 0,
                status=row.status if row else "",
                opens=opens,
                opens_node=opens_node,
            )
        )
    return pieces


def _points(
    document: Document, nodes: Sequence[OutlineNode], requirements: Sequence[Requirement]
) -> tuple[list[Point], list[OtherSentence]]:
    depths: dict[int, int] = {}
    points: dict[int, Point] = {}
    for node in nodes:
        depths[node.pk] = depths.get(node.parent_id or 0, -1) + 1
        points[node.pk] = Point(node=node, depth=min(depths[node.pk], 4))
    for requirement in requirements:
        if requirement.node_id in points:
            points[requirement.node_id].requirements.append(requirement)
    loose: list[OtherSentence] = []
    ranges = document.findings.get("ranges", [])
    starts = [start for start, *_ in ranges]
    index = 0
    for start, end in document.findings.get("sentences", []):
        while index < len(requirements) and requirements[index].end <= start:
            index += 1
        if index < len(requirements) and requirements[index].start < end:
            continue
        _first, _last, kind, place = ranges[max(bisect_right(starts, start) - 1, 0)]
        sentence = OtherSentence(document.raw_text[start:end].strip(), start, end)
        if place is not None and place < len(nodes):
            points[nodes[place].pk].others.append(sentence)
        elif kind in LOOSE:
            loose.append(sentence)
    return list(points.values()), loose


def _coverage(document: Document, requirements: Sequence[Requirement]) -> Coverage:
    counted = Counter(row.status for row in requirements)
    noise = [(start, end) for start, end, kind, _ in document.findings.get("ranges", []) if kind in NOT_SPEECH]
    whole = len(document.raw_text) - sum(end - start for start, end in noise)
    characters: Counter[str] = Counter()
    index = 0
    for row in requirements:
        while index < len(noise) and noise[index][1] <= row.start:
            index += 1
        inside = sum(
            min(end, row.end) - max(start, row.start)
            for start, end in noise[index : index + 50]
            if start < row.end and end > row.start
        )
        characters[row.status] += row.end - row.start - inside
    shares = {str(status): characters[status] / whole if whole else 0.0 for status in RequirementStatus.values}
    shares[ASKS_NOTHING] = max(0.0, 1 - sum(shares.values()))
    return Coverage(
        sentences=len(requirements),
        assigned=counted[RequirementStatus.ASSIGNED],
        to_assign=counted[RequirementStatus.TO_ASSIGN],
        not_decomposed=counted[RequirementStatus.NOT_DECOMPOSED],
        proposed=counted[RequirementStatus.PROPOSED],
        shares=shares,
    )

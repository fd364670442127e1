"""A text as rows: what the outline found, ready to be kept, with every deadline reckoned from the text's date."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from duban.directives.models import OutlineNode, Requirement
from duban.directives.outline import Outline, read_outline
from duban.directives.outline.model import Node, Sentence
from duban.directives.states import DocumentStatus, NodeKind
from duban.kernel.errors import InvalidInput
from duban.workdays.expressions import Calendar, read_due

# Texts with these labels bind nobody until the office says so.
NEEDS_CONFIRMING = frozenset({"transcript", "model_text"})
# Kinds of sentence that ask for something.
DEMANDING = frozenset({NodeKind.REQUIREMENT, NodeKind.GATE})
# Between the verbatim pieces that a sentence names; people read and type lists with the second.
OUTLINE_SEPARATOR = " | "
SEPARATOR = "、"


@dataclass
class Reading:
    """Rows that are not saved yet: `nodes` in reading order with the place of each one's parent, and requirements."""

    title: str
    dated_on: date | None
    speaker_role: str
    on_behalf_of: str
    status: DocumentStatus
    findings: dict[str, Any]
    nodes: list[OutlineNode] = field(default_factory=list)
    # For each node the place of its parent in `nodes`; None for a section.
    parents: list[int | None] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    # For each requirement the place of its node, and the place of the earlier requirement that it repeats.
    homes: list[int | None] = field(default_factory=list)
    repeats: list[int | None] = field(default_factory=list)


def read_text(*, text: str, calendar: Calendar) -> Reading:
    """
    Read a text: its outline, its requirements and their deadlines; nothing is saved.

    :raises InvalidInput: if there are no words in it
    """
    try:
        outline = read_outline(text=text)
    except InvalidInput:
        # The outline reads without translations; a text without words is all that it refuses here.
        raise InvalidInput(_("There are no words in it. Please paste the text or choose another file.")) from None
    dated_on = iso_day(outline.date)
    reading = Reading(
        title=outline.title.strip()[:300],
        dated_on=dated_on,
        speaker_role=(outline.speaker_role or "")[:120],
        on_behalf_of=(outline.on_behalf_of or "")[:60],
        status=(DocumentStatus.UNCONFIRMED if NEEDS_CONFIRMING & set(outline.labels) else DocumentStatus.CONFIRMED),
        findings={},
    )
    places, homes = _add_nodes(reading, outline.nodes())
    reading.findings = _findings(outline, places)
    _add_requirements(reading, outline.sentences, homes, dated_on, calendar)
    return reading


def iso_day(text: str | None) -> date | None:
    """Return the day that an ISO date names; None for anything else, a 31 June included."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def due_of(*, deadline: str, on: date | None, calendar: Calendar) -> dict[str, Any]:
    """
    Return a deadline as kept: {kind, start, end, period, raw} and, where they hold, needs_date, event, impossible.

    Empty where nothing is said. Relative dates count from the text's date; without it they are marked (R-714).
    """
    if not deadline.strip():
        return {}
    due = read_due(text=deadline, on=on, calendar=calendar)
    kept: dict[str, Any] = dict(due.as_dict())
    marks = {
        "needs_date": due.needs_date,
        "event": due.event,
        "impossible": due.impossible,
        "beyond_calendar": due.beyond_calendar,
    }
    return kept | {name: value for name, value in marks.items() if value}


def listed(pieces: str | None) -> str:
    """Return the verbatim pieces of the outline as people write a list; empty where nothing is said."""
    return SEPARATOR.join(part for part in (pieces or "").split(OUTLINE_SEPARATOR) if part)


def is_concrete(*, kind: str, responsible: str, deadline: str, quantity: str) -> bool:
    """Return whether a requirement itself names a body, a date or a quantity, so that it is shown first."""
    return kind in DEMANDING and bool(responsible or deadline or quantity)


def _add_nodes(reading: Reading, nodes: Iterable[Node]) -> tuple[dict[str, int], dict[int, int]]:
    """Add the nodes; return the place of each by its id, and the place of the node of each sentence by its index."""
    places: dict[str, int] = {}
    homes: dict[int, int] = {}
    parents: dict[str, int] = {}
    for place, node in enumerate(nodes):
        places[node.id] = place
        reading.nodes.append(
            OutlineNode(
                position=place + 1,
                level=node.level,
                marker=(node.marker or "")[:20],
                title=node.title,
                kind=node.kind,
                is_implicit=node.implicit,
                ranges=[list(stretch) for stretch in node.ranges],
                responsible=listed(node.responsible),
                deadline=listed(node.deadline),
                quantity=listed(node.quantity),
            )
        )
        reading.parents.append(parents.get(node.id))
        parents.update((child.id, place) for child in node.children)
        homes.update((sentence.index, place) for sentence in node.sentences)
    return places, homes


def _add_requirements(
    reading: Reading, sentences: Iterable[Sentence], homes: dict[int, int], on: date | None, calendar: Calendar
) -> None:
    places: dict[int, int] = {}
    for sentence in sentences:
        if not sentence.is_requirement:
            continue
        home = homes.get(sentence.index)
        responsible, deadline, quantity = map(listed, (sentence.responsible, sentence.deadline, sentence.quantity))
        kind = NodeKind.REQUIREMENT
        if home is not None and reading.nodes[home].kind == NodeKind.GATE:
            kind = NodeKind.GATE
        earlier = places.get(sentence.repeats) if sentence.repeats is not None else None
        inherited_responsible = listed(sentence.inherited_responsible)
        if earlier is not None:
            _merge_addressees(reading.requirements[earlier], inherited_responsible)
        inherited_deadline = listed(sentence.inherited_deadline)
        places[sentence.index] = len(reading.requirements)
        reading.requirements.append(
            Requirement(
                position=len(reading.requirements) + 1,
                sentence=sentence.text,
                start=sentence.start,
                end=sentence.end,
                kind=kind,
                responsible=responsible,
                inherited_responsible=inherited_responsible,
                deadline=deadline,
                inherited_deadline=inherited_deadline,
                due=due_of(deadline=deadline or inherited_deadline, on=on, calendar=calendar),
                quantity=quantity,
                is_concrete=is_concrete(kind=kind, responsible=responsible, deadline=deadline, quantity=quantity),
            )
        )
        reading.homes.append(home)
        reading.repeats.append(earlier)


def _merge_addressees(first: Requirement, addressees: str) -> None:
    """The first of two equal sentences stands for both, so it is addressed to everybody whom either addresses (R-711)."""
    known = [part for part in first.inherited_responsible.split(SEPARATOR) if part]
    added = [part for part in addressees.split(SEPARATOR) if part and part not in known]
    first.inherited_responsible = SEPARATOR.join(known + added)


def _findings(outline: Outline, places: dict[str, int]) -> dict[str, Any]:
    return {
        "labels": list(outline.labels),
        "salutation": outline.salutation,
        "addressees": outline.addressees,
        "occasion": outline.occasion,
        "completeness": dict(outline.completeness),
        "announced_counts": list(outline.announced_counts),
        "figures": list(outline.figures),
        "warnings": [_placed(warning, places, outline.sentences) for warning in outline.warnings],
        "toc": list(outline.toc),
        "noise_count": len(outline.noise),
        "sets": _named_sets(outline.nodes()),
        # [start, end, kind, place of the node or null]: in order, without overlap, covering the raw text.
        "ranges": [
            [start, end, kind, None if node is None else places.get(node)] for start, end, kind, node in outline.ranges
        ],
        # [start, end] of every sentence, so that one that was not read as a requirement can be made one.
        "sentences": [[sentence.start, sentence.end] for sentence in outline.sentences],
    }


def _placed(warning: dict[str, Any], places: dict[str, int], sentences: list[Sentence]) -> dict[str, Any]:
    """A warning with the places in the raw text of the point or sentences that it is about; its words are the page's."""
    kept = {name: value for name, value in warning.items() if name not in {"message", "node", "sentence", "first"}}
    if warning.get("node") in places:
        kept["node"] = places[warning["node"]]
    for name in ("sentence", "first"):
        if warning.get(name) is not None:
            kept[name] = [sentences[warning[name]].start, sentences[warning[name]].end]
    return kept


def _named_sets(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """Named sets (五不放过) with their members, in the order of the text."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        if node.implicit and node.set:
            found.setdefault(node.set, []).append(node.title)
    return [{"name": name, "members": members} for name, members in found.items()]

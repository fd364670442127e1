"""What reading a text yields: the outline, its nodes and the sentences in them."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["achievement", "problem", "requirement", "gate", "principle", "fact"]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the text; who, when and how much as the text says, joined with " | ", None where it does not say.

    `inherited_responsible` and `inherited_deadline` come from an earlier sentence or the heading above. `repeats` is the
    index (in reading order over the whole text) of the earlier sentence with the same words. `heading` marks a heading
    that has text of its own below it.
    """

    index: int
    text: str
    start: int
    end: int
    responsible: str | None
    deadline: str | None
    quantity: str | None
    is_requirement: bool
    inherited_responsible: str | None = None
    inherited_deadline: str | None = None
    repeats: int | None = None
    heading: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "responsible": self.responsible,
            "deadline": self.deadline,
            "quantity": self.quantity,
            "is_requirement": self.is_requirement,
            "inherited_responsible": self.inherited_responsible,
            "inherited_deadline": self.inherited_deadline,
            "repeats": self.repeats,
        }


@dataclass(slots=True)
class Node:
    """A heading or an item: `marker` as written (None for a member of a named set), `ranges` in the raw text."""

    id: str
    marker: str | None
    title: str
    level: int
    kind: Kind = "requirement"
    children: list["Node"] = field(default_factory=list)
    responsible: str | None = None
    deadline: str | None = None
    quantity: str | None = None
    implicit: bool = False
    set: str | None = None
    source: Literal["body", "toc", "both"] = "body"
    omitted: bool | str = False
    lead: str = ""
    body: str = ""
    tail: str = ""
    ranges: list[Range] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "marker": self.marker,
            "title": self.title,
            "level": self.level,
            "kind": self.kind,
            "responsible": self.responsible,
            "deadline": self.deadline,
            "quantity": self.quantity,
            "source": self.source,
        }
        if self.implicit:
            shown |= {"implicit": True, "set": self.set}
        if self.omitted:
            shown["omitted"] = self.omitted
        shown |= {"lead": self.lead, "tail": self.tail} if self.children else {"body": self.body}
        shown["ranges"] = [list(item) for item in self.ranges]
        shown["sentences"] = [sentence.as_json() for sentence in self.sentences]
        shown["children"] = [child.as_json() for child in self.children]
        return shown


@dataclass(frozen=True, slots=True)
class Outline:
    """A text as read. `ranges` are (start, end, kind, node id or None) in order; they cover the raw text without overlap."""

    title: str
    salutation: str | None
    date: str | None
    speaker_role: str | None
    on_behalf_of: str | None
    labels: list[str]
    addressees: str | None
    occasion: str | None
    completeness: dict[str, int | float | None]
    noise: list[str]
    announced_counts: list[dict[str, Any]]
    sections: list[Node]
    explicit_tasks: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    toc: list[str]
    ranges: list[tuple[int, int, str, str | None]]
    sentences: list[Sentence]
    intro: str
    closing: str | None

    def nodes(self) -> list[Node]:
        """Every node in reading order of the tree."""
        found: list[Node] = []
        waiting = list(reversed(self.sections))
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += reversed(node.children)
        return found

    def as_json(self) -> dict[str, Any]:
        """The outline as plain lists and dictionaries, in the shape `duban outline --json` prints."""
        return {
            "title": self.title,
            "speaker_role": self.speaker_role,
            "on_behalf_of": self.on_behalf_of,
            "occasion": self.occasion,
            "date": self.date,
            "labels": self.labels,
            "addressees": self.addressees,
            "salutation": self.salutation,
            "intro": self.intro,
            "closing": self.closing,
            "completeness": self.completeness,
            "noise": self.noise,
            "toc": self.toc,
            "announced_counts": self.announced_counts,
            "figures": self.figures,
            "explicit_tasks": self.explicit_tasks,
            "warnings": self.warnings,
            "sections": [node.as_json() for node in self.sections],
            "sentences": [sentence.as_json() for sentence in self.sentences],
            "ranges": [
                {"start": start, "end": end, "kind": kind, "node": node} for start, end, kind, node in self.ranges
            ],
        }

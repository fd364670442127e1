"""What the reader of a text should know, in words: warnings, announced against found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duban.directives.models import Document, OutlineNode, Requirement

# Said by the labels and the status of the text already.
_SAID_ELSEWHERE = frozenset({"transcript", "extract", "model_text", "outline", "incomplete"})


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning as a sentence; `requirement_id` or `node_id` say where to look."""

    sentence: str
    code: str = ""
    requirement_id: int | None = None
    node_id: int | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """A number that the text announces and the number found; `match` is None where it announces none (几点)."""

    text: str
    announced: int | None
    found: int
    match: bool | None


def announcements(document: Document) -> list[Announcement]:
    """Return announced against found, in the order of the text (R-690, R-691, R-710, R-715)."""
    return [
        Announcement(count["text"], count["announced"], count["found"], count["match"])
        for count in document.findings.get("announced_counts", [])
    ]


def warnings(document: Document, nodes: Sequence[OutlineNode], requirements: Sequence[Requirement]) -> list[Warned]:
    """Return the warnings of a text as sentences; equal ones about many points are counted in one."""
    found: list[Warned] = []
    only_in_contents = 0
    by_place = {(row.start, row.end): row.pk for row in requirements}
    for warning in document.findings.get("warnings", []):
        code = warning["code"]
        if code == "only_in_contents":
            only_in_contents += 1
        elif code not in _SAID_ELSEWHERE and not (code == "no_date" and document.dated_on is not None):
            place = warning.get("node")
            node = nodes[place] if isinstance(place, int) and place < len(nodes) else None
            found.append(
                Warned(
                    sentence=_sentence(code, warning, node),
                    code=code,
                    requirement_id=by_place.get(tuple(warning.get("sentence") or ())),
                    node_id=node.pk if node else None,
                )
            )
    if only_in_contents:
        found.append(
            Warned(
                ngettext(
                    "%(number)d heading stands only in the table of contents; its text is missing.",
                    "%(number)d headings stand only in the table of contents; their text is missing.",
                    only_in_contents,
                )
                % {"number": only_in_contents}
            )
        )
    return found


def _sentence(code: str, warning: dict[str, Any], node: OutlineNode | None) -> str:
    point = f"{node.marker}{node.title[:20]}" if node else str(warning.get("marker", ""))
    if code == "no_markers":
        return _("No numbered points were found; the requirements stand without an outline.")
    if code == "count_mismatch":
        return _("“%(text)s”: %(announced)s announced, %(found)s found. All were taken in.") % warning
    if code == "numbering_gap":
        return _("Numbers are missing before “%(point)s”.") % {"point": point}
    if code == "numbering_repeated":
        return _("The number of “%(point)s” stands twice in the same list.") % {"point": point}
    if code == "repeated_sentence":
        return _("A sentence stands twice; only the first can become a task.")
    if code == "other_campaign":
        return _("“%(text)s” belongs to another campaign: perhaps reused from an older text.") % warning
    if code == "masked_values":
        return _("Masked names and placeholders are unknown values: %(texts)s.") % {
            "texts": "、".join(warning.get("texts", []))
        }
    if code == "set_differs":
        return _("The text names %(named)s but details %(detailed)s.") % {
            key: "、".join(warning.get(key, [])) for key in ("named", "detailed")
        }
    if code == "slip":
        return _("Perhaps a slip of the pen: “%(text)s”.") % warning
    if code == "too_many_items":
        return _("Too many points; those at the end were not taken apart.")
    if code == "no_date":
        if warning.get("relative"):
            return _("The text has no date; “%(relative)s” and dates without a year wait for it.") % warning
        return _("The text has no date; dates without a year wait for it.")
    return _("Please look at this text again: %(code)s.") % {"code": code}

"""What a reader is warned about: each warning has a code for programs and an English sentence."""

from collections.abc import Iterator
from typing import Any

from duban.directives.outline import differences, remarks
from duban.directives.outline.model import Outline
from duban.directives.outline.nesting import Item
from duban.directives.outline.remarks import warning

_LABELS = {
    "transcript": "A transcript that the speaker has not reviewed; confirm before issuing tasks.",
    "extract": "An extract, not the full text.",
    "outline": "An outline of a speech, not the full text.",
    "model_text": "A model text; keep it as reference until confirmed.",
}


def cautions(
    *, outline: Outline, items: dict[str, Item], roots: list[Item], view: str, omitted: bool
) -> list[dict[str, Any]]:
    """Every warning about `outline`; `items` leads from node ids to markers, `omitted` where a notice names a hole."""
    return [
        *_structure(outline, items),
        *_differences(view, roots),
        *_words(outline),
        *_source(outline, view, omitted=omitted),
    ]


def _structure(outline: Outline, items: dict[str, Item]) -> Iterator[dict[str, Any]]:
    if not outline.sections:
        yield warning(
            "no_markers", "No numbered items were found; requirement sentences are listed without an outline."
        )
    for count in outline.announced_counts:
        if count["match"] is False:
            message = f"The text announces {count['announced']} points and {count['found']} were found."
            yield warning(
                "count_mismatch", message, text=count["text"], announced=count["announced"], found=count["found"]
            )
    for node in outline.nodes():
        item = items.get(node.id)
        if item and item.gap and node.source == "body":
            yield warning("numbering_gap", "Numbers are missing before this item.", node=node.id, marker=node.marker)
        if item and item.repeated:
            message = "The number of this item was used before in the same list."
            yield warning("numbering_repeated", message, node=node.id, marker=node.marker)
        if node.source == "toc":
            message = "This heading stands only in the table of contents; its text is missing."
            yield warning("only_in_contents", message, node=node.id)


def _differences(view: str, roots: list[Item]) -> Iterator[dict[str, Any]]:
    for named, detailed in differences.differing_sets(view=view, roots=roots):
        message = "The text names one set and details another."
        yield warning("set_differs", message, named=named, detailed=detailed)
    for text in differences.slips(view=view):
        yield warning("slip", "Perhaps a slip of the pen; the words are kept as they came.", text=text)


def _words(outline: Outline) -> Iterator[dict[str, Any]]:
    for sentence in outline.sentences:
        if sentence.repeats is not None:
            message = "The same words stand earlier in the text."
            yield warning("repeated_sentence", message, sentence=sentence.index, first=sentence.repeats)
    texts = [sentence.text for sentence in outline.sentences]
    for word, index in remarks.other_campaign(title=outline.title, sentences=texts):
        message = "A word of another campaign; the text may reuse an older one."
        yield warning("other_campaign", message, text=word, sentence=index)


def _source(outline: Outline, view: str, *, omitted: bool) -> Iterator[dict[str, Any]]:
    if masked := remarks.masked(view=view):
        yield warning("masked_values", "Masked names and placeholders are unknown values.", texts=masked)
    if omitted:
        percent = outline.completeness["percent"]
        yield warning("incomplete", "Part of the text was left out by its source.", percent=percent)
    if outline.date is None:
        message = "The text has no full date; dates without a year cannot be resolved until it is known."
        yield warning("no_date", message, relative=remarks.relative_date(view=view))
    for label in outline.labels:
        yield warning(label, _LABELS[label])

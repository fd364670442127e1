"""What `extraction` does inside the confined process: the text of a .docx (no Django)."""

import json
import re
from xml.etree import ElementTree

from duban.directives.word_numbering import Numbering
from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import OfficeFile, open_office
from duban.workbooks.wordtables import W, children, document_tree, paragraph_text

_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\ufeff]")
_MARKUP = {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}moveTo", f"{W}smartTag"}


def docx(content: bytes) -> bytes:
    """The text of a .docx as JSON: a line per paragraph, with the markers of automatic numbering; table cells by tabs."""
    opened = open_office(content, kind="docx")
    body = document_tree(opened).find(f"{W}body")
    numbering = Numbering(_optional(opened, "word/numbering.xml"), _optional(opened, "word/styles.xml"))
    lines: list[str] = []
    if body is not None:
        _blocks(body, numbering, lines)
    return told("\n".join(lines))


def _optional(opened: OfficeFile, name: str) -> ElementTree.Element | None:
    return document_tree(opened, name) if name in opened else None


def told(text: str) -> bytes:
    """The answer of the confined process; raises Unusable where no text is left."""
    text = _INVISIBLE.sub("", text)
    if not text.strip():
        raise Unusable("empty")
    return json.dumps(text).encode()


def _blocks(node: ElementTree.Element, numbering: Numbering, lines: list[str]) -> None:
    for child in node:
        if child.tag == f"{W}p":
            lines.append(_paragraph(child, numbering))
        elif child.tag == f"{W}tbl":
            lines.extend(_table(child, numbering))
        elif child.tag in _MARKUP:
            _blocks(child, numbering, lines)


def _paragraph(paragraph: ElementTree.Element, numbering: Numbering) -> str:
    text = paragraph_text(paragraph)
    # An empty paragraph keeps its number in Word too, but there it is a slip nobody sees the meaning of.
    return numbering.marker(paragraph) + text if text.strip() else text


def _table(table: ElementTree.Element, numbering: Numbering) -> list[str]:
    lines: list[str] = []
    for row in children(table, "tr"):
        cells: list[str] = []
        for cell in children(row, "tc"):
            inner: list[str] = []
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is None or merge.get(f"{W}val") == "restart":
                _blocks(cell, numbering, inner)
            cells.append(" ".join(" ".join(inner).split()))
        lines.append("\t".join(cells))
    return lines

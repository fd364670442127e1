"""Slips in Word: one box for each person, cut apart along dashed lines."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from duban.workbooks.exporting import printable
from duban.workbooks.reading import refuse
from duban.workbooks.wordexport import BODY, HEAD, MOST_ROWS, name_face

ACROSS = 2


def export_slips(*, title: str, slips: Sequence[Sequence[tuple[str, str]]], note: str = "") -> bytes:
    """
    Return a .docx of A4 pages with the slips in two columns; each is lines of (label, value) under the title.

    Raises InvalidInput for more slips than Word tables bear.
    """
    if len(slips) > MOST_ROWS:
        raise refuse("too-many-for-word", most=MOST_ROWS)
    document: Any = Document()
    properties = document.core_properties
    properties.author = properties.comments = ""
    properties.title = printable(title)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    table = document.add_table(rows=0, cols=ACROSS)
    _cut_lines(table)
    for start in range(0, len(slips), ACROSS):
        row = table.add_row()
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)  # noqa: SLF001 - the library cannot keep a row together
        for cell, lines in zip(row.cells, slips[start : start + ACROSS], strict=False):
            _fill(cell, title, lines, note)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _fill(cell: Any, title: str, lines: Sequence[tuple[str, str]], note: str) -> None:
    _line(cell.paragraphs[0], title, face=HEAD, size=14)
    for label, value in lines:
        _line(cell.add_paragraph(), f"{label}：{value}", face=BODY, size=12)
    if note:
        _line(cell.add_paragraph(), note, face=BODY, size=9)


def _line(paragraph: Any, text: str, *, face: str, size: float) -> None:
    paragraph.paragraph_format.space_after = Pt(3)
    run = paragraph.add_run(printable(text))
    run.font.size = Pt(size)
    name_face(run._r.get_or_add_rPr(), face)  # noqa: SLF001 - the library sets two of the four faces


def _cut_lines(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "dashed"), ("sz", "6"), ("space", "0"), ("color", "808080")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - the library has styles only

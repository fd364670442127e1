"""The same list as a Word table, for what is printed and signed."""

import io
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date
from itertools import islice
from typing import Any, Literal

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from duban.workbooks.exporting import ExportColumn, groups_of, printable
from duban.workbooks.reading import refuse

MOST_ROWS = 2_000
BODY, HEAD, TITLE = "仿宋_GB2312", "黑体", "方正小标宋简体"
_SIZES = {"A4": (297, 210), "A3": (420, 297)}
_MARGIN = 20


def export_word_table(
    *,
    title: str,
    head: Sequence[tuple[str, str]],
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[object]],
    paper: Literal["A3", "A4"] = "A4",
) -> bytes:
    """
    The rows as a table in a .docx: landscape, header rows repeated on each page, the faces of GB/T 9704 set for all scripts.

    Raises InvalidInput for more than `MOST_ROWS` rows: Word tables of that length cannot be handled.
    """
    taken = [list(values) for values in islice(iter(rows), MOST_ROWS + 1)]
    if len(taken) > MOST_ROWS:
        raise refuse("too-many-for-word", most=MOST_ROWS)
    document: Any = Document()
    properties = document.core_properties
    properties.author = properties.comments = ""
    properties.title = printable(title)
    _page(document, paper)
    _paragraph(document, title, face=TITLE, size=22, centred=True)
    for name, value in head:
        _paragraph(document, f"{name}：{value}", face=BODY, size=12)
    _table(document, columns, taken, width=_SIZES[paper][0] - 2 * _MARGIN)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any, paper: str) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(size) for size in _SIZES[paper])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    name_face(normal.element.get_or_add_rPr(), BODY)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for instruction in ("PAGE", "NUMPAGES"):
        if instruction == "NUMPAGES":
            footer.add_run(" / ")
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        footer._p.append(field)  # noqa: SLF001 - the library has no fields


def name_face(run_properties: Any, face: str) -> None:
    """Name the face for all four scripts; with one missing, Word takes the face of the theme for it."""
    fonts = run_properties.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), face)


def _paragraph(document: Any, text: str, *, face: str, size: float, centred: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(4)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, face=face, size=size)


def _run(paragraph: Any, text: str, *, face: str, size: float) -> None:
    run = paragraph.add_run(printable(text))
    run.font.size = Pt(size)
    name_face(run._r.get_or_add_rPr(), face)  # noqa: SLF001 - the library sets two of the four faces


def _table(document: Any, columns: Sequence[ExportColumn], rows: Sequence[Sequence[object]], *, width: float) -> None:
    grouped = any(column.group for column in columns)
    height = 2 if grouped else 1
    table = document.add_table(rows=height, cols=len(columns))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    total = sum(column.width for column in columns) or 1
    widths = [Mm(width * column.width / total) for column in columns]
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = wide
    for first, last, group in groups_of(columns):
        if grouped and group is None:
            table.cell(0, first).merge(table.cell(1, first))
        elif last > first:
            table.cell(0, first).merge(table.cell(0, last))
        _fill(table.cell(0, first), columns[first].title if group is None else group, face=HEAD)
    if grouped:
        for place, column in enumerate(columns):
            if column.group is not None:
                _fill(table.cell(1, place), column.title, face=HEAD)
    for row in table.rows:
        repeated = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - the library cannot repeat header rows
    model = _blank_row(widths)
    body = table._tbl  # noqa: SLF001 - see _blank_row
    for values in rows:
        body.append(_filled(model, values, columns))


def _fill(cell: Any, text: str, *, face: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, face=face, size=10.5)


def _blank_row(widths: Sequence[int]) -> Any:
    """A row to be copied: building each row through the library takes time that grows with the square of the rows."""
    row = OxmlElement("w:tr")
    keep = OxmlElement("w:trPr")
    keep.append(OxmlElement("w:cantSplit"))
    row.append(keep)
    for width in widths:
        cell = OxmlElement("w:tc")
        properties = OxmlElement("w:tcPr")
        size = OxmlElement("w:tcW")
        size.set(qn("w:w"), str(round(width / 635)))
        size.set(qn("w:type"), "dxa")
        properties.append(size)
        cell.append(properties)
        row.append(cell)
    return row


def _filled(model: Any, values: Sequence[object], columns: Sequence[ExportColumn]) -> Any:
    row = deepcopy(model)
    for cell, value, column in zip(row.findall(qn("w:tc")), values, columns, strict=True):
        for line in _text(value, column).split("\n"):
            paragraph = OxmlElement("w:p")
            run = OxmlElement("w:r")
            properties = OxmlElement("w:rPr")
            fonts = OxmlElement("w:rFonts")
            for name in ("ascii", "hAnsi", "eastAsia", "cs"):
                fonts.set(qn(f"w:{name}"), BODY)
            properties.append(fonts)
            run.append(properties)
            text = OxmlElement("w:t")
            text.text = line
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(text)
            paragraph.append(run)
            cell.append(paragraph)
    return row


def _text(value: object, column: ExportColumn) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if column.kind == "percent" and isinstance(value, int | float):
        return f"{value:.0%}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return printable(value).replace("\r\n", "\n")

"""Marking errors in a table of a .docx: a further column with the explanations, wrong cells shaded. Confined process."""

from collections.abc import Sequence
from typing import Any

from lxml import etree

from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import MAIN_PART, OfficeFile
from duban.workbooks.finding import Found
from duban.workbooks.marking_sheets import RED_FILL, RED_INK, Mark, parse, rewritten, unparsed
from duban.workbooks.wordtables import LOOSE, STRICT, W, children

COLUMN_TWIPS = "2400"
_BEFORE_SHADE = [f"{W}{name}" for name in ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders")]


def mark_word(opened: OfficeFile, found: Found, *, place: int, title: str, marks: Sequence[Mark]) -> bytes:
    """The document with the explanations in column `place` of the table and shaded cells."""
    part = MAIN_PART["docx"]
    root = parse(opened.read(part).replace(STRICT, LOOSE))
    body = root.find(f"{W}body")
    tables: list[Any] = [] if body is None else children(body, "tbl")
    if int(found.grid.part) > len(tables):
        raise Unusable("damaged")
    table = tables[int(found.grid.part) - 1]
    fresh = place not in found.titles
    if fresh:
        for grid in table.iterfind(f"{W}tblGrid"):
            etree.SubElement(grid, f"{W}gridCol").set(f"{W}w", COLUMN_TWIPS)
    by_row = {mark.row: mark for mark in marks}
    for number, row in enumerate(children(table, "tr"), start=1):
        mark = by_row.get(number)
        cells = _placed(row)
        for column, cell in cells.items():
            _shade(cell, wrong=mark is not None and column in mark.places)
        text = title if number == found.top else mark.text if mark else ""
        if fresh and cells:
            own: Any = etree.Element(f"{W}tc")
            width = etree.SubElement(etree.SubElement(own, f"{W}tcPr"), f"{W}tcW")
            width.set(f"{W}w", COLUMN_TWIPS)
            width.set(f"{W}type", "dxa")
            cells[max(cells)].addnext(own)
            _say(own, text)
        elif place in cells and number >= found.top and not found.top < number <= found.bottom:
            _say(cells[place], text)
    return rewritten(opened, {opened.names[part]: unparsed(root)})


def _placed(row: Any) -> dict[int, Any]:
    """The cells of a row by the first column of the grid that each covers."""
    before = row.find(f"{W}trPr/{W}gridBefore")
    place = 1 + (int(before.get(f"{W}val", "0")) if before is not None else 0)
    cells: dict[int, Any] = {}
    for cell in children(row, "tc"):
        cells[place] = cell
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        place += max(1, int(span.get(f"{W}val", "1"))) if span is not None else 1
    return cells


def _shade(cell: Any, *, wrong: bool) -> None:
    properties = cell.find(f"{W}tcPr")
    present = None if properties is None else properties.find(f"{W}shd")
    if not wrong:
        if present is not None and present.get(f"{W}fill") == RED_FILL[2:]:
            properties.remove(present)
        return
    if properties is None:
        properties = etree.Element(f"{W}tcPr")
        cell.insert(0, properties)
    if present is not None:
        properties.remove(present)
    shade = etree.Element(f"{W}shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", RED_FILL[2:])):
        shade.set(f"{W}{name}", value)
    spot = max((i + 1 for i, child in enumerate(properties) if child.tag in _BEFORE_SHADE), default=0)
    properties.insert(spot, shade)


def _say(cell: Any, text: str) -> None:
    for paragraph in cell.findall(f"{W}p"):
        cell.remove(paragraph)
    run = etree.SubElement(etree.SubElement(cell, f"{W}p"), f"{W}r")
    etree.SubElement(etree.SubElement(run, f"{W}rPr"), f"{W}color").set(f"{W}val", RED_INK[2:])
    node = etree.SubElement(run, f"{W}t")
    node.text = "".join(c for c in text if c >= " ")

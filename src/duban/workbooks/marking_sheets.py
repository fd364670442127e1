"""
Marking errors inside the markup of a worksheet, so that everything else in the workbook stays byte for byte or in meaning.

A general library would load the whole workbook as objects and write back only what it knows; here two parts change, the
sheet and the style table. Runs inside a confined process.
"""

import copy
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import MAIN_PART, OfficeFile, related
from duban.workbooks.finding import Found
from duban.workbooks.sheets import column_letters, column_number, range_of

RED_FILL, RED_INK = "FFFFC7CE", "FF9C0006"
COLUMN_WIDTH = 48
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The errors of one row: its number, the columns that are wrong, the explanation."""

    row: int
    places: list[int]
    text: str


def mark_sheet(opened: OfficeFile, found: Found, *, place: int, title: str, marks: Sequence[Mark]) -> bytes:
    """The workbook with red cells and the explanations in column `place`."""
    main = next((t for kind, t in related(opened, "").values() if kind == "officeDocument"), MAIN_PART["xlsx"])
    style_part = next((t for kind, t in related(opened, main).values() if kind == "styles"), None)
    if style_part is None:
        raise Unusable("damaged")
    sheet = parse(opened.read(found.grid.part))
    paint = Paint(parse(opened.read(style_part)))
    _write(sheet, paint, found, place=place, title=title, marks=marks)
    return rewritten(opened, {found.grid.part: unparsed(sheet), style_part: unparsed(paint.root)})


def parse(markup: bytes) -> Any:
    """An element tree that keeps prefixes; neither entities nor the network are touched."""
    try:
        return etree.fromstring(
            markup, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        )
    except etree.XMLSyntaxError as fault:
        raise Unusable("damaged") from fault


def unparsed(root: Any) -> bytes:
    """The markup of a part."""
    markup: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return markup


def rewritten(opened: OfficeFile, changed: dict[str, bytes]) -> bytes:
    """The archive with some parts exchanged and all others as they were, in the same order."""
    lowered = {name.lower(): markup for name, markup in changed.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for entry in opened.archive.infolist():
            archive.writestr(entry, lowered.get(entry.filename.lower()) or opened.archive.read(entry))
    return out.getvalue()


class Paint:
    """The style table, extended on demand by red variants of the styles that are used."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.ns = etree.QName(root).namespace
        self.styles = root.find(self._tag("cellXfs"))
        if self.styles is None:
            raise Unusable("damaged")
        self.red_fill = self._fill()
        self.red_font = self._font()
        self.variants: dict[tuple[str, int], int] = {}
        self.red = {i for i, style in enumerate(self.styles) if style.get("fillId") == str(self.red_fill)}

    def _tag(self, name: str) -> str:
        return f"{{{self.ns}}}{name}"

    def _list(self, name: str) -> Any:
        found = self.root.find(self._tag(name))
        if found is None:
            raise Unusable("damaged")
        return found

    def _fill(self) -> int:
        fills = self._list("fills")
        for index, fill in enumerate(fills):
            if any(color.get("rgb") == RED_FILL for color in fill.iter(self._tag("fgColor"))):
                return index
        pattern = etree.SubElement(etree.SubElement(fills, self._tag("fill")), self._tag("patternFill"))
        pattern.set("patternType", "solid")
        etree.SubElement(pattern, self._tag("fgColor")).set("rgb", RED_FILL)
        etree.SubElement(pattern, self._tag("bgColor")).set("indexed", "64")
        fills.set("count", str(len(fills)))
        return len(fills) - 1

    def _font(self) -> int:
        fonts = self._list("fonts")
        font = copy.deepcopy(fonts[0]) if len(fonts) else etree.Element(self._tag("font"))
        for color in font.findall(self._tag("color")):
            font.remove(color)
        color = etree.Element(self._tag("color"), rgb=RED_INK)
        size = font.find(self._tag("sz"))
        font.insert(0 if size is None else font.index(size) + 1, color)
        fonts.append(font)
        fonts.set("count", str(len(fonts)))
        return len(fonts) - 1

    def variant(self, kind: str, index: int) -> int:
        """The number of a variant of a style: "red", "plain" (red taken away again) or "text" (explanations)."""
        index = index if 0 <= index < len(self.styles) else 0
        if (kind, index) in self.variants:
            return self.variants[kind, index]
        style = copy.deepcopy(self.styles[index])
        if kind == "text":
            style.set("fontId", str(self.red_font))
            style.set("applyFont", "1")
            style.set("applyAlignment", "1")
            alignment = style.find(self._tag("alignment"))
            if alignment is None:
                alignment = etree.Element(self._tag("alignment"))
                style.insert(0, alignment)
            alignment.set("wrapText", "1")
            alignment.set("vertical", "center")
        else:
            style.set("fillId", str(self.red_fill) if kind == "red" else "0")
            style.set("applyFill", "1")
        self.styles.append(style)
        self.styles.set("count", str(len(self.styles)))
        self.variants[kind, index] = len(self.styles) - 1
        return len(self.styles) - 1


def _style(cell: Any) -> int:
    given = cell.get("s") or "0"
    return int(given) if given.isdigit() else 0


def _write(sheet: Any, paint: Paint, found: Found, *, place: int, title: str, marks: Sequence[Mark]) -> None:
    ns = etree.QName(sheet).namespace
    data = sheet.find(f"{{{ns}}}sheetData")
    if data is None:
        raise Unusable("damaged")
    rows = _numbered(data)
    red = _origins(found, {(mark.row, column) for mark in marks for column in mark.places})
    _clear(rows, paint, found, place=place, still_red=red)
    for row, column in sorted(red):
        cell = _cell(_row(data, rows, row), row, column)
        cell.set("s", str(paint.variant("red", _style(cell))))
    head = _row(data, rows, found.top)
    model = _existing(head, found.right if found.right != place else found.right - 1)
    _say(_cell(head, found.top, place), title, style=0 if model is None else _style(model))
    for mark in marks:
        row_node = _row(data, rows, mark.row)
        model = _existing(row_node, found.right if found.right != place else found.right - 1)
        base = 0 if model is None else _style(model)
        base = base if base not in paint.red and (mark.row, found.right) not in red else 0
        _say(_cell(row_node, mark.row, place), mark.text, style=paint.variant("text", base))
    _merge_title(sheet, ns, found, place)
    _widen(sheet, ns, data, place)
    _extend(sheet, ns, place)


def _origins(found: Found, cells: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The same cells, those inside a merged range replaced by the one that shows: the first of the range."""
    wanted = {row for row, _column in cells}
    hidden: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, right in found.grid.merges:
        if top > found.bottom:
            rows = (
                [row for row in wanted if top < row <= bottom] if bottom - top > len(wanted) else range(top, bottom + 1)
            )
            hidden.update(((row, column), (top, left)) for row in rows for column in range(left, right + 1))
    return {hidden.get(cell, cell) for cell in cells}


def _numbered(data: Any) -> dict[int, Any]:
    rows: dict[int, Any] = {}
    number = 0
    for row in data:
        given = row.get("r") or ""
        number = int(given) if given.isdigit() else number + 1
        rows[number] = row
        # Cells without a reference are counted from the left; written out, one can be inserted between them.
        column = 0
        row.set("r", str(number))
        row.attrib.pop("spans", None)
        for cell in row:
            reference = cell.get("r")
            column = column_number(reference.rstrip("0123456789")) if reference else column + 1
            if not reference:
                cell.set("r", f"{column_letters(column)}{number}")
    return rows


def _clear(rows: dict[int, Any], paint: Paint, found: Found, *, place: int, still_red: set[tuple[int, int]]) -> None:
    """Take away the marks of an earlier return; nothing happens in a file that was never returned."""
    returned = place in found.titles
    if not returned:
        return
    for number, row in rows.items():
        if number <= found.bottom:
            continue
        for cell in list(row):
            column = column_number(cell.get("r").rstrip("0123456789"))
            if column == place:
                row.remove(cell)
            elif _style(cell) in paint.red and (number, column) not in still_red:
                cell.set("s", str(paint.variant("plain", _style(cell))))


def _row(data: Any, rows: dict[int, Any], number: int) -> Any:
    if number in rows:
        return rows[number]
    row = etree.Element(etree.QName(etree.QName(data).namespace, "row"), r=str(number))
    later = [n for n in rows if n > number]
    if later:
        rows[min(later)].addprevious(row)
    else:
        data.append(row)
    rows[number] = row
    return row


def _existing(row: Any, column: int) -> Any:
    wanted = f"{column_letters(column)}{row.get('r')}"
    for cell in reversed(row):
        if cell.get("r") == wanted:
            return cell
    return None


def _cell(row: Any, number: int, column: int) -> Any:
    for cell in reversed(row):
        present = column_number(cell.get("r").rstrip("0123456789"))
        if present == column:
            return cell
        if present < column:
            fresh = etree.Element(etree.QName(etree.QName(row).namespace, "c"), r=f"{column_letters(column)}{number}")
            cell.addnext(fresh)
            return fresh
    fresh = etree.Element(etree.QName(etree.QName(row).namespace, "c"), r=f"{column_letters(column)}{number}")
    row.insert(0, fresh)
    return fresh


def _say(cell: Any, text: str, *, style: int) -> None:
    ns = etree.QName(cell).namespace
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "inlineStr")
    cell.set("s", str(style))
    node = etree.SubElement(etree.SubElement(cell, f"{{{ns}}}is"), f"{{{ns}}}t")
    node.text = "".join(c for c in text if c >= " " or c in "\n\t")
    node.set(XML_SPACE, "preserve")


def _merge_title(sheet: Any, ns: str, found: Found, place: int) -> None:
    merges = sheet.find(f"{{{ns}}}mergeCells")
    if found.bottom == found.top or merges is None:
        return
    letters = column_letters(place)
    reference = f"{letters}{found.top}:{letters}{found.bottom}"
    if all(merge.get("ref") != reference for merge in merges):
        etree.SubElement(merges, f"{{{ns}}}mergeCell").set("ref", reference)
        merges.set("count", str(len(merges)))


def _widen(sheet: Any, ns: str, data: Any, place: int) -> None:
    widths = sheet.find(f"{{{ns}}}cols")
    if widths is None:
        widths = etree.Element(f"{{{ns}}}cols")
        data.addprevious(widths)
    spot = 0
    for width in list(widths):
        first, last = int(width.get("min", "1")), int(width.get("max", "1"))
        if first == last == place:
            return
        if first <= place <= last:
            after = copy.deepcopy(width)
            after.set("min", str(place + 1))
            if place < last:
                width.addnext(after)
            width.set("max", str(place - 1))
            spot = widths.index(width) + 1
            if first > place - 1:
                widths.remove(width)
                spot -= 1
            break
        if last < place:
            spot = widths.index(width) + 1
    widths.insert(
        spot,
        etree.Element(f"{{{ns}}}col", min=str(place), max=str(place), width=str(COLUMN_WIDTH), customWidth="1"),
    )


def _extend(sheet: Any, ns: str, place: int) -> None:
    dimension = sheet.find(f"{{{ns}}}dimension")
    area = None if dimension is None else range_of(dimension.get("ref") or "")
    if area and area[3] < place:
        dimension.set("ref", f"{column_letters(area[1])}{area[0]}:{column_letters(place)}{area[2]}")

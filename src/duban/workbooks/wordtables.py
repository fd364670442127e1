"""Reading the tables of a .docx as grids: merged cells, paragraphs inside a cell as lines. Runs inside a confined process."""

from xml.etree import ElementTree

from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import MAIN_PART, OfficeFile
from duban.workbooks.columns import Cell, Grid
from duban.workbooks.sheets import MOST_COLUMNS, MOST_ROWS

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
LOOSE = W[1:-1].encode()


def document_tree(opened: OfficeFile, name: str = MAIN_PART["docx"]) -> ElementTree.Element:
    """A part of a .docx as a tree in the usual namespace (ISO strict files use another for the same words)."""
    try:
        return ElementTree.fromstring(opened.read(name).replace(STRICT, LOOSE))
    except (ElementTree.ParseError, ValueError) as fault:
        raise Unusable("damaged") from fault


def paragraph_text(paragraph: ElementTree.Element) -> str:
    """The visible text of a paragraph: inserted text included, deleted, hidden and field codes left out."""
    parts: list[str] = []
    _collect(paragraph, parts)
    return "".join(parts)


_SKIPPED = {"del", "moveFrom", "pPr", "rPr", "Fallback", "instrText", "delText", "txbxContent", "tbl"}
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _collect(node: ElementTree.Element, parts: list[str]) -> None:
    for child in node:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            hidden = child.find(f"{W}rPr/{W}vanish")
            if hidden is None or hidden.get(f"{W}val") in ("0", "false"):
                _collect(child, parts)
        elif name in _SIGNS:
            parts.append(_SIGNS[name])
        elif name not in _SKIPPED and len(child):
            _collect(child, parts)


def read_word_tables(opened: OfficeFile) -> list[Grid]:
    """Each table of the text as a grid, in order; tables inside cells are not read as tables of their own."""
    body = document_tree(opened).find(f"{W}body")
    grids: list[Grid] = []
    for table in [] if body is None else children(body, "tbl"):
        grids.append(_grid(table, name=str(len(grids) + 1)))
    if not grids:
        raise Unusable("no-table")
    return grids


_ENVELOPES = {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"}


def children(node: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """Direct children of one name, also those inside content controls; never those of a table inside a cell."""
    found: list[ElementTree.Element] = []
    for child in node:
        if child.tag == W + name:
            found.append(child)
        elif child.tag in _ENVELOPES:
            found.extend(children(child, name))
    return found


def _number(node: ElementTree.Element | None, *, otherwise: int) -> int:
    value = "" if node is None else node.get(f"{W}val", "")
    return int(value) if value.isdecimal() and len(value) < 6 else otherwise


def _grid(table: ElementTree.Element, *, name: str) -> Grid:
    grid = Grid(name=name, part=name)
    open_merges: dict[int, list[int]] = {}  # first column → [first row, last column, last row]
    for number, row in enumerate(children(table, "tr"), start=1):
        if number > MOST_ROWS:
            raise Unusable("too-many-rows", most=MOST_ROWS)
        place = 1 + _number(row.find(f"{W}trPr/{W}gridBefore"), otherwise=0)
        cells: dict[int, Cell] = {}
        going_on: set[int] = set()
        for cell in children(row, "tc"):
            span = min(MOST_COLUMNS, max(1, _number(cell.find(f"{W}tcPr/{W}gridSpan"), otherwise=1)))
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") == "continue" and place in open_merges:
                open_merges[place][2] = number
                going_on.add(place)
            else:
                text = "\n".join(paragraph_text(p) for p in cell.iterfind(f"{W}p")).strip("\n")
                if text.strip() and place <= MOST_COLUMNS:
                    cells[place] = Cell(text, grey=_grey(cell))
                if merge is not None or span > 1:
                    _close(grid, open_merges, place)
                    open_merges[place] = [number, place + span - 1, number]
                    going_on.add(place)
            place += span
        for first in [first for first in open_merges if first not in going_on]:
            _close(grid, open_merges, first)
        if cells:
            grid.rows[number] = cells
    for first in list(open_merges):
        _close(grid, open_merges, first)
    return grid


def _close(grid: Grid, open_merges: dict[int, list[int]], first: int) -> None:
    if first in open_merges:
        top, right, bottom = open_merges.pop(first)
        if bottom > top or right > first:
            grid.merges.append((top, first, bottom, right))


def _grey(cell: ElementTree.Element) -> bool:
    shade = cell.find(f"{W}tcPr/{W}shd")
    fill = "" if shade is None else shade.get(f"{W}fill", "")
    if len(fill) != 6:
        return False
    try:
        parts = [int(fill[i : i + 2], 16) for i in (0, 2, 4)]
    except ValueError:
        return False
    return max(parts) - min(parts) <= 6 and 0x60 <= min(parts) <= 0xF4

"""What `streaming` and the return of long tables do inside the confined process: rows one by one (no Django)."""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import open_office
from duban.workbooks.columns import Cell, Column, Grid, plain_code, unpacked
from duban.workbooks.csvtext import records_of
from duban.workbooks.finding import HEADER_ROWS, HEADER_WITHIN, is_no_content
from duban.workbooks.mapping import SAMPLES, described
from duban.workbooks.oldsheets import read_old_sheets
from duban.workbooks.reading_child import Located, located_in
from duban.workbooks.sheets import Book

MOST_ROWS = 600_000
HEAD = HEADER_WITHIN + HEADER_ROWS + SAMPLES * 3

_DAY = re.compile(r"^(\d{4})[年./-](\d{1,2})(?:[月./-](?:(\d{1,2})日?)?)?$")
_EIGHT_DIGITS = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " "})

Numbered = tuple[int, dict[int, Cell]]


class Source:
    """A file whose rows can be gone through as often as needed without all of them being held."""

    def __init__(self, kind: str, body: bytes) -> None:
        self.book: Book | None = None
        self.grids: list[Grid] = []
        self.body = body
        self.kind = kind
        if kind == "xlsx":
            self.book = Book(open_office(body, kind=kind))
            self.grids = self.book.heads(most=HEAD)
        elif kind == "csv":
            self.grids = [Grid(name="", part="")]
            for number, cells in self._listed():
                self.grids[0].rows[number] = cells
                if len(self.grids[0].rows) >= HEAD:
                    break
        elif kind == "xls":
            self.grids = read_old_sheets(body)
        else:
            raise Unusable("unknown-kind")

    def rows(self, grid: Grid) -> Iterator[Numbered]:
        """All rows of a sheet with something in them."""
        if self.book is not None:
            return self.book.rows(grid.part)
        return self._listed() if self.kind == "csv" else iter(sorted(grid.rows.items()))

    def _listed(self) -> Iterator[Numbered]:
        for number, record in enumerate(records_of(self.body), start=1):
            cells = {place: Cell(field) for place, field in enumerate(record, start=1) if field and not field.isspace()}
            if cells:
                yield number, cells


def opened(meta: dict[str, object], body: bytes) -> tuple[Source, Located]:
    """The file, and where its table is."""
    source = Source(str(meta["kind"]), body)
    columns = unpacked(meta["columns"])  # type: ignore[arg-type]
    marker = meta["marker"]
    mappings = meta["mappings"]
    assert isinstance(mappings, dict)
    return source, located_in(source.grids, columns, marker if isinstance(marker, str) else None, mappings)


def read_long(payload: bytes) -> bytes:
    """Read a table; payload is a line of JSON and the file, the result a line of JSON and the lines for COPY."""
    head, _, body = payload.partition(b"\n")
    source, place = opened(json.loads(head), body)
    found = place.found
    wanted = [(column, found.places.get(column.key)) for column in place.columns]
    example = place.marks.get("example", "")
    lines: list[bytes] = []
    for number, cells in source.rows(found.grid):
        if number <= found.bottom or is_no_content(found, cells, example=example):
            continue
        values = [_value(cells.get(at) if at is not None else None, column) for column, at in wanted]
        if not any(values):
            continue
        lines.append(f"{number}\t{chr(9).join(values)}\n".encode())
        if len(lines) > MOST_ROWS:
            raise Unusable("too-many-rows", most=MOST_ROWS)
    if not lines:
        raise Unusable("no-rows")
    told = {
        "rows": len(lines),
        "titles": {column.key: found.titles[at] for column, at in wanted if at is not None},
        "mapping": place.mapping,
        "described": described([found.grid]),
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n" + b"".join(lines)


def wrong_rows(payload: bytes) -> bytes:
    """The header and the rows named, as they stand in the file: a line of JSON each, [number, cells]."""
    head, _, body = payload.partition(b"\n")
    meta = json.loads(head)
    source, place = opened(meta, body)
    wanted = set(meta["numbers"])
    right = place.found.right
    out = [json.dumps([0, [place.found.titles.get(at, "") for at in range(1, right + 1)]], ensure_ascii=False)]
    for number, cells in source.rows(place.found.grid):
        if number in wanted:
            texts = [cells[at].text if at in cells else "" for at in range(1, right + 1)]
            out.append(json.dumps([number, texts], ensure_ascii=False))
    return "\n".join(out).encode()


def plain_day(text: str) -> str:
    """A date as 2019-05-01 (a month is its first day); what is none stays as it is."""
    found = "".join(unicodedata.normalize("NFKC", text).split())
    if len(found) > 10 and found[10] in "T0123456789":
        found = found[:10]
    match = _DAY.match(found) or _EIGHT_DIGITS.match(found)
    if match is None:
        return text
    try:
        return date(int(match[1]), int(match[2]), int(match[3] or 1)).isoformat()
    except ValueError:
        return text


def _value(cell: Cell | None, column: Column) -> str:
    if cell is None:
        return ""
    text = cell.text.strip()
    if column.kind == "code":
        text = text if text.isascii() and text.isalnum() else plain_code(text)
    elif column.kind == "date":
        text = plain_day(text)
    return text.translate(_ESCAPES)

"""What `reading` does inside the confined process: file to grid, grid to rows (no Django)."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import open_office
from duban.workbooks.columns import Cell, Column, Grid, plain_code, unpacked
from duban.workbooks.csvtext import grid_of, read_listing
from duban.workbooks.finding import Found, content, find_table
from duban.workbooks.mapping import described, remembered, to_be_named
from duban.workbooks.oldsheets import read_old_sheets
from duban.workbooks.sheets import read_sheets
from duban.workbooks.wordtables import read_word_tables

MARKER_SHEET = "_duban"
CHOICE_SHEET = "_choices"
NAMED_CHOICES = 12


def grids_of(kind: str, body: bytes) -> list[Grid]:
    """All sheets or tables of a file; raises Unusable."""
    if kind == "xls":
        return read_old_sheets(body)
    if kind == "csv":
        return [grid_of(read_listing(body))]
    opened = open_office(body, kind=kind)
    return read_sheets(opened) if kind == "xlsx" else read_word_tables(opened)


def marks_of(grids: Sequence[Grid]) -> dict[str, str]:
    """What the hidden sheet of a template says, as name → value."""
    for grid in grids:
        if grid.name == MARKER_SHEET:
            return {cells[1].text: cells[2].text for cells in grid.rows.values() if 1 in cells and 2 in cells}
    return {}


@dataclass(frozen=True, kw_only=True)
class Located:
    """The table in a file, the columns as its titles name them, the mapping that said so, the marks of its template."""

    found: Found
    columns: list[Column]
    mapping: dict[str, str]
    marks: dict[str, str]


def located(
    kind: str,
    body: bytes,
    columns: Sequence[Column],
    marker: str | None,
    mappings: Mapping[str, Mapping[str, str]] | None = None,
) -> Located:
    """The table in the file; raises Unusable for a file of another template, or one whose columns nobody has named yet."""
    return located_in(grids_of(kind, body), columns, marker, mappings or {})


def located_in(
    grids: Sequence[Grid], columns: Sequence[Column], marker: str | None, mappings: Mapping[str, Mapping[str, str]]
) -> Located:
    """As `located`, in sheets that were read already."""
    marks = marks_of(grids)
    if marker and marks.get("template") and marks["template"] != marker:
        raise Unusable("other-template", template=marks["template"], expected=marker)
    content_grids = [g for g in grids if g.name not in (MARKER_SHEET, CHOICE_SHEET)]
    named, mapping = remembered(content_grids, columns, mappings)
    try:
        found = find_table(content_grids, named)
    except Unusable as unusable:
        if unusable.code == "wrong-file":
            unusable.values["described"] = to_be_named(content_grids, columns)
        raise
    return Located(found=found, columns=named, mapping=mapping, marks=marks)


def read(payload: bytes) -> bytes:
    """Read a table; payload is a line of JSON (kind, columns, marker) and the file, the result is JSON."""
    head, _, body = payload.partition(b"\n")
    meta = json.loads(head)
    columns = unpacked(meta["columns"])
    place = located(meta["kind"], body, columns, meta["marker"], meta.get("mappings"))
    found, marks, columns = place.found, place.marks, place.columns
    present = [column for column in columns if column.key in found.places]
    serial = [found.places[column.key] for column in present if column.serial]
    required = [found.places[column.key] for column in present if column.required]
    lines, skipped = content(found, serial=serial, required=required, example=marks.get("example", ""))
    rows: list[list[Any]] = []
    problems: list[dict[str, Any]] = []
    for line in lines:
        values: list[str] = []
        raws: list[str] = []
        formulas: list[str] = []
        for column in present:
            cell = line.filled.get(found.places[column.key])
            value, code, filling = _value(cell, column)
            values.append(value)
            raws.append(cell.text if cell else "")
            if cell is not None and cell.formula:
                formulas.append(column.key)
            if code and not column.serial:
                problems.append({"row": line.number, "key": column.key, "code": code, "values": filling})
        rows.append([line.number, values, None if raws == values else raws, formulas])
    if not rows:
        raise Unusable("no-rows")
    return json.dumps(
        {
            "sheet": found.grid.name,
            "columns": [column.key for column in present],
            "rows": rows,
            "fingerprint": found.fingerprint,
            "titles": {column.key: found.titles[found.places[column.key]] for column in present},
            "mapping": place.mapping,
            "described": described([found.grid]),
            "template": marks.get("template", ""),
            "version": marks.get("version", ""),
            "context": {
                name.removeprefix("context."): value for name, value in marks.items() if name.startswith("context.")
            },
            "problems": problems,
            "skipped": skipped,
        },
        ensure_ascii=False,
    ).encode()


def _value(cell: Cell | None, column: Column) -> tuple[str, str, dict[str, Any]]:
    """The value of a cell, and the code of what is wrong with it."""
    text = "" if cell is None else cell.text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if cell is not None and cell.formula:
        return text, "formula", {"text": text[:60]}
    if not text:
        return "", "missing" if column.required else "", {}
    if column.kind == "code":
        return plain_code(text), "", {}
    if column.kind == "integer":
        digits = plain_code(text).replace(",", "")
        if not digits.lstrip("+-").isdecimal():
            return text, "not-a-number", {"text": text[:60]}
        return str(int(digits)) if len(digits) < 18 else digits, "", {}
    if column.kind == "choice" and column.choices:
        wanted = unicodedata.normalize("NFKC", "".join(text.split()))
        for choice in column.choices:
            if unicodedata.normalize("NFKC", "".join(choice.split())) == wanted:
                return choice, "", {}
        return text, "not-a-choice", {"text": text[:60], "choices": list(column.choices[:NAMED_CHOICES])}
    return text, "", {}

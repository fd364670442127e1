"""What `returning` does inside the confined process: choosing the column of explanations; the text file itself."""

import json
from collections.abc import Sequence

from duban.kernel.confined_child import Unusable
from duban.workbooks.archive import open_office
from duban.workbooks.columns import ERROR_TITLES, plain_title, unpacked
from duban.workbooks.csvtext import read_listing, write_listing
from duban.workbooks.finding import Found
from duban.workbooks.marking_sheets import Mark, mark_sheet
from duban.workbooks.marking_word import mark_word
from duban.workbooks.reading_child import located

Explained = Sequence[tuple[int, list[str], str]]


def mark(payload: bytes) -> bytes:
    """Mark the errors; payload is a line of JSON (kind, columns, marker, title, errors) and the file."""
    head, _, body = payload.partition(b"\n")
    meta = json.loads(head)
    found = located(meta["kind"], body, unpacked(meta["columns"]), meta["marker"], meta["mappings"]).found
    place = _place(found)
    marks = [
        Mark(row=row, places=[found.places[key] for key in keys if key in found.places], text=text)
        for row, keys, text in meta["errors"]
    ]
    if meta["kind"] == "csv":
        return _mark_listing(body, found, place, meta["title"], marks)
    found.grid.rows.clear()  # the cells are not needed any more, and the tree of a large sheet needs the room
    opened = open_office(body, kind=meta["kind"])
    marking = mark_sheet if meta["kind"] == "xlsx" else mark_word
    return marking(opened, found, place=place, title=meta["title"], marks=marks)


def _place(found: Found) -> int:
    """The column of explanations: the one of an earlier return, or the first free one right of the table."""
    for place, present in found.titles.items():
        if plain_title(present) in ERROR_TITLES:
            return place
    taken = {place for number, cells in found.grid.rows.items() if number >= found.top for place in cells}
    for _top, left, bottom, right in found.grid.merges:
        if bottom >= found.top:
            taken.update(range(left, right + 1))
    place = found.right + 1
    while place in taken:
        place += 1
    return place


def _mark_listing(body: bytes, found: Found, place: int, title: str, marks: Sequence[Mark]) -> bytes:
    listing = read_listing(body)
    explained = {mark.row: mark.text for mark in marks}
    if any(row > len(listing.records) for row in explained):
        raise Unusable("damaged")
    records = [list(record) for record in listing.records]
    for number, record in enumerate(records, start=1):
        if number < found.top or not any(record):
            continue
        record.extend([""] * (place - len(record)))
        record[place - 1] = title if number == found.bottom else explained.get(number, "")
    return write_listing(listing, records)

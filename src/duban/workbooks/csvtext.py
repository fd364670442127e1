"""Reading a .csv in any encoding and delimiter, and writing it back as it was."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from duban.kernel.confined_child import Unusable
from duban.workbooks.columns import Cell, Grid
from duban.workbooks.decoding import decode
from duban.workbooks.sheets import MOST_COLUMNS, MOST_ROWS

LONGEST_FIELD = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A .csv as found: its records, and what is needed to write it in the same way."""

    records: list[list[str]]
    encoding: str
    delimiter: str
    line_end: str


def read_listing(content: bytes) -> Listing:
    """The records of a .csv; a "\\ufeff" mark and the delimiter (comma, semicolon, tab) are found. Raises Unusable."""
    decoded = decode(content)
    text = decoded.text.removeprefix("\ufeff")
    if decoded.replaced:
        raise Unusable("binary")
    head = text[:20_000]
    delimiter = max(",\t;", key=head.count)
    csv.field_size_limit(LONGEST_FIELD)
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            records.append(record)
            if len(records) > MOST_ROWS:
                raise Unusable("too-many-rows", most=MOST_ROWS)
    except csv.Error as fault:
        raise Unusable("damaged") from fault
    encoding = decoded.encoding
    if encoding.startswith("utf-16"):
        encoding = "utf-16"
    return Listing(records=records, encoding=encoding, delimiter=delimiter, line_end="\r\n" if "\r\n" in head else "\n")


def records_of(content: bytes) -> Iterator[list[str]]:
    """The records of a .csv one by one, however many there are; raises Unusable."""
    decoded = decode(content)
    if decoded.replaced:
        raise Unusable("binary")
    text = decoded.text.removeprefix("\ufeff")
    delimiter = max(",\t;", key=text[:20_000].count)
    csv.field_size_limit(LONGEST_FIELD)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as fault:
        raise Unusable("damaged") from fault


def write_listing(listing: Listing, records: list[list[str]]) -> bytes:
    """Records as bytes in the encoding, delimiter and line ends of the listing they came from."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=listing.delimiter, lineterminator=listing.line_end).writerows(records)
    text = out.getvalue()
    try:
        return text.encode(listing.encoding)
    except UnicodeEncodeError:  # Big5 lacks the simplified characters of our sentences.
        return text.encode("utf-8-sig")


def grid_of(listing: Listing) -> Grid:
    """The records as a grid; a field that begins with = is a formula to the program that opens the file."""
    grid = Grid(name="", part="")
    for number, record in enumerate(listing.records, start=1):
        cells = {
            place: Cell(field, formula=field.lstrip().startswith("="))
            for place, field in enumerate(record[:MOST_COLUMNS], start=1)
            if field.strip()
        }
        if cells:
            grid.rows[number] = cells
    return grid

"""Reading the cells of a workbook of Excel 97 (.xls), as many offices still send it; runs inside a confined process."""

import datetime
import io

import python_calamine

from duban.kernel.confined_child import Unusable
from duban.workbooks.columns import Cell, Grid
from duban.workbooks.sheets import MOST_COLUMNS, MOST_SHEETS, unescaped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The part of a newer workbook that was encrypted, which looks the same from outside.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_old_sheets(content: bytes) -> list[Grid]:
    """All sheets of a .xls; a formula comes as the value that was calculated last. Raises Unusable."""
    if content.startswith(b"PK\x03\x04"):
        raise Unusable("not-xls")
    if not content.startswith(OLE):
        raise Unusable("damaged")
    if ENCRYPTED in content:
        raise Unusable("encrypted")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_grid(book, place) for place in range(min(len(book.sheet_names), MOST_SHEETS))]
    except python_calamine.PasswordError as fault:
        raise Unusable("encrypted") from fault
    except python_calamine.CalamineError as fault:
        raise Unusable("damaged") from fault


def _grid(book: python_calamine.CalamineWorkbook, place: int) -> Grid:
    sheet = book.get_sheet_by_index(place)
    about = book.sheets_metadata[place]
    visible = about.visible == python_calamine.SheetVisibleEnum.Visible
    grid = Grid(name=about.name, part="", hidden=not visible)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if right < MOST_COLUMNS:
            grid.merges.append((top + 1, left + 1, bottom + 1, right + 1))
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = {
            column: cell
            for column, value in enumerate(row[:MOST_COLUMNS], start=1)
            if (cell := _cell(value)).text.strip()
        }
        if cells:
            grid.rows[number] = cells
    return grid


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, datetime.datetime):
        return Cell(value.strftime("%Y-%m-%d %H:%M" if value.time() != datetime.time() else "%Y-%m-%d"), date=True)
    if isinstance(value, datetime.date):
        return Cell(value.isoformat(), date=True)
    if isinstance(value, float):
        return Cell(str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}")
    return Cell(unescaped(str(value)))

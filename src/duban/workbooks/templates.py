"""Templates as offices make them, to be filled in by hand and read back by `reading.read_table`."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import xlsxwriter
from django.utils.translation import gettext as _

from duban.workbooks.columns import Column, Kind
from duban.workbooks.finding import row_print
from duban.workbooks.reading_child import CHOICE_SHEET, MARKER_SHEET
from duban.workbooks.sheets import column_letters

LAST_ROW = 20_100  # drop-down lists and text format reach so far
FONT = "宋体"
PAPERS: dict[str, int] = {"A3": 8, "A4": 9}
_AS_TEXT: tuple[Kind, ...] = ("text", "code", "date", "choice")


def template(
    *,
    title: str,
    columns: Sequence[Column],
    example: Mapping[str, str],
    notes: Sequence[str],
    template_id: str,
    version: str,
    context: Mapping[str, str],
    paper: Literal["A3", "A4"] = "A4",
) -> bytes:
    """
    A .xlsx to fill in (R-014): title, reporting unit, notes, headers, a grey example row; below it free without limit.

    Headers are the first accepted titles; "top/sub" makes a merged header of two rows. Choices become drop-down lists over
    a named range of a hidden sheet (lists inside a cell are limited to 255 characters). A hidden sheet carries the id and
    version of the template, the context (the campaign) and a print of the example row, so that the example is known
    again. Landscape, one page wide, header rows repeated on each page. The notes stand above the table because below it
    they would be in the way of the rows.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "author": ""})
    sheet = book.add_worksheet(_("Form"))
    last = len(columns) - 1
    row = _above(book, sheet, title=title, notes=notes, last=last)
    top = row
    row = _headers(book, sheet, columns, top)
    example_texts = [example.get(column.key, "") for column in columns]
    grey = book.add_format(
        {"font_name": FONT, "font_size": 10.5, "border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
    )
    grey.set_bg_color("#D9D9D9")
    grey.set_font_color("#7F7F7F")
    for place, text in enumerate(example_texts):
        sheet.write_string(row, place, text, grey)
    for place, column in enumerate(columns):
        cell = book.add_format({"font_name": FONT, "font_size": 10.5, "text_wrap": True, "valign": "vcenter"})
        if column.kind in _AS_TEXT:
            cell.set_num_format("@")  # otherwise 2026.10 becomes the number 2026.1 and 0012 becomes 12
        sheet.set_column(place, place, column.width, cell)
    _choices(book, sheet, columns, first_row=row)
    telling = [text for text, column in zip(example_texts, columns, strict=True) if not column.serial]
    marks = {"template": template_id, "version": version, "example": row_print(telling)}
    marks.update({f"context.{name}": value for name, value in context.items()})
    hidden = book.add_worksheet(MARKER_SHEET)
    for number, (name, value) in enumerate(marks.items()):
        hidden.write_string(number, 0, name)
        hidden.write_string(number, 1, str(value))
    hidden.very_hidden()
    sheet.freeze_panes(row, 0)
    sheet.repeat_rows(top, row - 1)
    print_setup(sheet, paper=paper)
    sheet.activate()
    book.close()
    return out.getvalue()


def print_setup(sheet: Any, *, paper: str) -> None:
    """Landscape, one page wide, narrow margins, page numbers: how tables are printed."""
    sheet.set_landscape()
    sheet.set_paper(PAPERS[paper])
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")


def _above(book: Any, sheet: Any, *, title: str, notes: Sequence[str], last: int) -> int:
    """Title, reporting unit and notes; the number of the first row below them."""
    heading = book.add_format(
        {"font_name": "方正小标宋简体", "font_size": 20, "align": "center", "valign": "vcenter", "text_wrap": True}
    )
    plain = book.add_format({"font_name": FONT, "font_size": 11, "valign": "vcenter", "text_wrap": True})
    _merged(sheet, (0, 0, 0, last), title, heading)
    sheet.set_row(0, 36)
    blanks = "　" * 8
    unit_line = blanks.join([_("Reporting unit:"), _("Filled in by:"), _("Telephone:"), _("Date:")])
    _merged(sheet, (1, 0, 1, last), unit_line, plain)
    sheet.set_row(1, 20)
    if not notes:
        return 2
    _merged(sheet, (2, 0, 2, last), "\n".join(notes), plain)
    sheet.set_row(2, 16 * sum(1 + len(note) // 70 for note in notes))
    return 3


def _merged(sheet: Any, area: tuple[int, int, int, int], text: str, form: Any) -> None:
    top, left, bottom, right = area
    if (top, left) == (bottom, right):
        sheet.write_string(top, left, text, form)
    else:
        sheet.merge_range(top, left, bottom, right, "", form)
        sheet.write_string(top, left, text, form)


def _headers(book: Any, sheet: Any, columns: Sequence[Column], top: int) -> int:
    """The header rows; the number of the first row below them. Neighbours under the same top title share a merged cell."""
    form = book.add_format(
        {"font_name": "黑体", "font_size": 10.5, "border": 1, "align": "center", "valign": "vcenter"}
    )
    form.set_text_wrap()
    form.set_bg_color("#F2F7FC")
    shown = [_shown(column).rpartition("/") for column in columns]
    height = 2 if any(group for group, _slash, _title in shown) else 1
    place = 0
    while place < len(shown):
        group, _slash, name = shown[place]
        if not group:
            _merged(sheet, (top, place, top + height - 1, place), name, form)
            place += 1
            continue
        end = place
        while end + 1 < len(shown) and shown[end + 1][0] == group:
            end += 1
        _merged(sheet, (top, place, top, end), group, form)
        for under in range(place, end + 1):
            sheet.write_string(top + 1, under, shown[under][2], form)
        place = end + 1
    return top + height


def _shown(column: Column) -> str:
    return column.titles[0] + ("*" if column.required else "")


def _choices(book: Any, sheet: Any, columns: Sequence[Column], *, first_row: int) -> None:
    listed = [(place, column) for place, column in enumerate(columns) if column.choices]
    if not listed:
        return
    hidden = book.add_worksheet(CHOICE_SHEET)
    for number, (place, column) in enumerate(listed):
        hidden.write_column(0, number, column.choices)
        letters = column_letters(number + 1)
        name = f"choices_{number + 1}"
        book.define_name(name, f"={CHOICE_SHEET}!${letters}$1:${letters}${len(column.choices)}")
        sheet.data_validation(
            first_row,
            place,
            LAST_ROW,
            place,
            {"validate": "list", "source": f"={name}", "error_type": "warning", "ignore_blank": True},
        )
    hidden.very_hidden()

"""Cells as they stand in a workbook: numbers, dates, texts, whichever program wrote them."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.workbooks.archive import open_office
from duban.workbooks.columns import Grid
from duban.workbooks.sheets import read_sheets
from duban.workbooks.tests.made import changed, part

WORDS = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1)


def grid_of(content: bytes) -> Grid:
    return read_sheets(open_office(content, kind="xlsx"))[0]


def one_cell(value: Any, shown: str = "General", *, from_1904: bool = False) -> str:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": from_1904})
    book.add_worksheet().write(0, 0, value, book.add_format({"num_format": shown}))
    book.close()
    return grid_of(out.getvalue()).rows[1][1].text


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (12, "General", "12"),
        (12.0, "0.00", "12"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "1e+20"),
        (0.5, "0%", "50%"),
        (0.123, "0.0%", "12.3%"),
        (True, "General", "TRUE"),
        (datetime(2026, 6, 30), "yyyy-mm-dd", "2026-06-30"),
        (datetime(2026, 6, 30), 'yyyy"年"m"月"d"日"', "2026-06-30"),
        (datetime(2026, 6, 30), '[$-804]m"月"d"日";@', "2026-06-30"),
        (datetime(2026, 6, 1), 'yyyy"年"m"月";@', "2026-06"),
        (datetime(2026, 6, 30, 14, 30), "yyyy/m/d h:mm", "2026-06-30 14:30"),
        (0.604166666666667, "h:mm", "14:30"),
        (3, '0"人"', "3"),
        (3, '"第"0"批次 day"', "3"),
        (46203, "General", "46203"),
    ],
)
def test_a_number_reads_as_a_person_sees_it(value: Any, shown: str, text: str) -> None:
    assert one_cell(value, shown) == text


def test_dates_that_count_from_1904_are_the_same_dates() -> None:
    assert one_cell(datetime(2026, 6, 30), "yyyy-mm-dd", from_1904=True) == "2026-06-30"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_texts_come_back_as_two_different_programs_wrote_them(rows: list[list[str]]) -> None:
    streamed, whole = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(streamed, {"constant_memory": True})
    sheet = book.add_worksheet()
    other = openpyxl.Workbook()
    for number, values in enumerate(rows):
        for place, value in enumerate(values):
            sheet.write_string(number, place, value)
            cell = other.worksheets[0].cell(number + 1, place + 1)
            cell.value = value
            cell.data_type = "s"
    book.close()
    other.save(whole)
    expected = {
        number: kept
        for number, values in enumerate(rows, start=1)
        if (kept := {place: value for place, value in enumerate(values, start=1) if value.strip()})
    }
    for made in (streamed, whole):
        seen = {
            number: {place: cell.text for place, cell in cells.items()}
            for number, cells in grid_of(made.getvalue()).rows.items()
        }
        assert seen == expected


def test_cells_without_references_and_rich_texts_are_read() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    sheet = (
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData><row><c t="inlineStr"><is>'
        "<r><t>甲</t></r><rPh><t>jia</t></rPh><r><t xml:space='preserve'> 乙_x000D_</t></r></is></c><c><v>2</v></c></row>"
        '<row><c r="C2" t="str"><f t="shared" si="0"/><v>9</v></c></row></sheetData></worksheet>'
    )
    content = changed(out.getvalue(), {"xl/worksheets/sheet1.xml": sheet.encode()})
    assert part(content, "xl/worksheets/sheet1.xml")
    grid = grid_of(content)
    assert {place: cell.text for place, cell in grid.rows[1].items()} == {1: "甲 乙", 2: "2"}
    assert grid.rows[2][3].formula

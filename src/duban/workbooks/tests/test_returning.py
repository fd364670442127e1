"""The same file returned with its errors marked, everything else as it came (R-014)."""

import io
import time
import zipfile
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from duban.workbooks.columns import CellError, Column
from duban.workbooks.reading import read_table
from duban.workbooks.returning import error_workbook
from duban.workbooks.tests.made import COLUMNS, TITLES, office_form, plain_workbook, word_table, workbook

RED = "FFFFC7CE"
ERRORS = [
    CellError(row=6, column_key="owner", message="没有这个单位"),
    CellError(row=6, column_key="due", message="时限看不懂"),
    CellError(row=8, column_key="item", message="事项重复"),
    CellError(row=11, column_key=None, message="整行有误"),
]


def rich_form(book: Any, sheet: Any) -> None:
    office_form(book, sheet)
    sheet.set_column("A:A", 5)
    sheet.set_column("H:Z", 3)
    sheet.data_validation("G6:G20", {"validate": "list", "source": ["重要", "一般"]})
    sheet.conditional_format("A6:A20", {"type": "cell", "criteria": ">", "value": 3, "format": book.add_format()})
    sheet.set_landscape()
    sheet.repeat_rows(2, 3)
    other = book.add_worksheet("别的表")
    other.write_formula("A1", "=1+1")
    book.define_name("某名称", "=别的表!$A$1")


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def returned(content: bytes, errors: list[CellError], name: str = "表.xlsx") -> bytes:
    return error_workbook(content=content, file_name=name, errors=errors, columns=COLUMNS)


def test_wrong_cells_are_red_and_each_row_is_explained_in_one_column() -> None:
    sheet = sheet_of(returned(workbook(rich_form), ERRORS))
    assert sheet["H3"].value
    assert sheet["H6"].value == "没有这个单位；时限看不懂"
    assert sheet["H11"].value == "整行有误"
    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED}
    assert red == {"C6", "F6", "B6"}  # B8 lies in the merged cell that begins at B6
    assert sheet.column_dimensions["H"].width > 40


def test_everything_else_in_the_workbook_stays_as_it_was() -> None:
    before = workbook(rich_form)
    after = returned(before, ERRORS)
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert old.namelist() == new.namelist()
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    was, now = sheet_of(before), sheet_of(after)
    for row in was.iter_rows():
        for cell in row:
            twin = now[cell.coordinate]
            assert twin.value == cell.value
            assert twin.number_format == cell.number_format
            assert repr(twin.font) == repr(cell.font)
    assert {str(area) for area in was.merged_cells.ranges} <= {str(area) for area in now.merged_cells.ranges}
    assert now.data_validations.count == 1
    assert len(now.conditional_formatting) == 1
    assert now.column_dimensions["A"].width == was.column_dimensions["A"].width
    assert now.print_title_rows == was.print_title_rows


def test_a_file_returned_twice_keeps_one_column_and_loses_what_is_right_by_now() -> None:
    once = returned(workbook(rich_form), ERRORS)
    twice = sheet_of(returned(once, [CellError(row=7, column_key="owner", message="没有这个单位")]))
    assert twice["H6"].value is None
    assert twice["H7"].value == "没有这个单位"
    assert twice["I3"].value is None
    red = {cell.coordinate for row in twice.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED}
    assert red == {"C7"}


def test_a_returned_file_reads_as_before() -> None:
    before = workbook(rich_form)
    after = returned(before, ERRORS)
    old, new = (read_table(content=c, file_name="a.xlsx", columns=COLUMNS) for c in (before, after))
    assert new.rows == old.rows
    assert new.fingerprint == old.fingerprint


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_text_table_is_returned_in_its_own_encoding(encoding: str) -> None:
    content = (",".join(TITLES) + '\r\n1,"疏通,河道",市水务局\r\n2,植树,林业局\r\n').encode(encoding)
    errors = [CellError(row=3, column_key="owner", message="没有这个单位")]
    lines = returned(content, errors, "a.csv").decode(encoding).split("\r\n")
    assert lines[1] == '1,"疏通,河道",市水务局,,,,,'
    assert lines[2] == "2,植树,林业局,,,,,没有这个单位"


def test_a_document_is_returned_with_a_further_column_in_its_table() -> None:
    content = word_table([["1", "疏通河道", "水局", "", "", "", ""], ["2", "植树", "市林业局", "", "", "", ""]])
    errors = [CellError(row=2, column_key="owner", message="没有这个单位")]
    once = returned(content, errors, "a.docx")
    table = Document(io.BytesIO(once)).tables[1]
    assert [len(row.cells) for row in table.rows] == [8, 8, 8]
    assert table.cell(1, 7).text == "没有这个单位"
    shades = [cell._tc.find(".//" + qn("w:shd")) for cell in table.rows[1].cells]
    assert [shade is not None for shade in shades].index(True) == 2
    twice = Document(io.BytesIO(returned(once, [], "a.docx"))).tables[1]
    assert [len(row.cells) for row in twice.rows] == [8, 8, 8]
    assert twice.cell(1, 7).text == ""


def test_twenty_thousand_rows_of_twelve_columns_are_returned_in_time() -> None:
    columns = [Column(key=f"c{n}", titles=(f"列{n}",), required=n < 2) for n in range(12)]
    rows = [[f"第{row}行第{place}列" for place in range(12)] for row in range(20_000)]
    content = plain_workbook(rows, [column.titles[0] for column in columns])
    errors = [CellError(row=row, column_key="c1", message="没有这个单位") for row in range(2, 20_002, 2)]
    started = time.monotonic()
    out = error_workbook(content=content, file_name="a.xlsx", errors=errors, columns=columns)
    assert time.monotonic() - started < 20
    assert len(out) < 3 * len(content)

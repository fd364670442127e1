"""A ledger of Excel 97 (.xls), as many offices still keep it: merged heads of two rows, dates, Chinese text."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from duban.kernel.errors import InvalidInput
from duban.organisation.register.members import COLUMNS
from duban.workbooks.columns import CellError
from duban.workbooks.reading import read_table
from duban.workbooks.returning import error_workbook, returned_ending
from duban.workbooks.streaming import read_long_table

LEDGER = (Path(__file__).parent / "files" / "ledger.xls").read_bytes()
ROWS = [
    ["330000000101", "曹有根", "第1试验县第1镇第1村第1支部", "农民", "2019-05-01"],
    ["330000000102", "丁一凡", "第1试验县第1镇第1村第1支部", "离退休", "2021-12-31"],
    ["330000000103", "段守言", "没有这个支部", "农民", "2020-07-01"],
    ["330000000104", "林晓荷", "第1试验县第1镇第2村第1支部", "学生", "2022.9.1"],
]


def test_it_is_read_below_its_merged_head_and_above_its_total() -> None:
    table = read_table(content=LEDGER, file_name="党员台账.xls", columns=COLUMNS)

    assert [list(row.values.values()) for row in table.rows] == ROWS
    assert table.titles["branch"] == "所在支部"


def test_it_is_read_row_by_row_as_a_long_table_is() -> None:
    table = read_long_table(content=LEDGER, file_name="党员台账.xls", columns=COLUMNS)

    lines = [line.split("\t") for line in table.lines.decode().splitlines()]
    assert [line[1:5] + line[6:] for line in lines] == [
        [*row[:4], row[4].replace("2022.9.1", "2022-09-01")] for row in ROWS
    ]


def test_it_comes_back_as_xlsx_with_the_wrong_row_and_why() -> None:
    error = CellError(row=7, column_key="branch", message="没有这个单位")

    content = error_workbook(content=LEDGER, file_name="党员台账.xls", errors=[error], columns=COLUMNS, row_count=4)

    assert returned_ending(file_name="党员台账.xls", row_count=4) == ".xlsx"
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [[str(value) for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]
    assert ["7", "3", *ROWS[2], "没有这个单位"] in cells
    assert not any("曹有根" in row for row in cells)


def test_a_text_table_in_gbk_comes_back_in_gbk_with_a_column_of_explanations() -> None:
    content = "党员编号,姓名,所在支部\r\nM1,曹有根,没有这个支部\r\n".encode("gbk")
    error = CellError(row=2, column_key="branch", message="没有这个单位")

    back = error_workbook(content=content, file_name="台账.csv", errors=[error], columns=COLUMNS, row_count=1)

    header, row = back.decode("gbk").splitlines()
    assert header.startswith("党员编号,姓名,所在支部,")
    assert row == "M1,曹有根,没有这个支部,没有这个单位"


@pytest.mark.parametrize("name", ["党员台账.xlsx", "党员台账.csv"])
def test_under_another_name_it_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(InvalidInput):
        read_table(content=LEDGER, file_name=name, columns=COLUMNS)


def test_a_damaged_one_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_table(content=LEDGER[:700], file_name="党员台账.xls", columns=COLUMNS)

"""Reading tables: the forms of offices, texts in any encoding, Word tables, wrong files (R-014)."""

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.kernel.confined_child import Unusable
from duban.kernel.errors import InvalidInput
from duban.workbooks.columns import Column, Table
from duban.workbooks.csvtext import grid_of, read_listing, write_listing
from duban.workbooks.finding import content as rows_of
from duban.workbooks.finding import find_table
from duban.workbooks.reading import read_table
from duban.workbooks.sheets import column_letters, column_number, range_of
from duban.workbooks.templates import template
from duban.workbooks.tests.made import COLUMNS, TITLES, office_form, plain_workbook, word_table, workbook

ROW = ["1", "疏通河道", "市水务局", "市林业局、市住建局", "A01", "6月底前", "重要"]


def read(content: bytes, name: str = "表.xlsx", *, marker: str | None = None) -> Table:
    return read_table(content=content, file_name=name, columns=COLUMNS, sheet_marker=marker)


def test_an_office_form_is_read_below_its_titles_and_above_its_notes() -> None:
    table = read(workbook(office_form))
    assert [row.number for row in table.rows] == [6, 7, 8, 11]
    assert [row.values["owner"] for row in table.rows[:3]] == ["市水务局", "市林业局", "市住建局"]
    assert {(skip.number, skip.reason) for skip in table.skipped} == {
        (5, "example"),
        (10, "heading"),
        (12, "total"),
        (13, "note"),
        (15, "note"),
        (16, "note"),
    }


def test_rows_below_a_note_that_fill_all_required_columns_are_not_lost() -> None:
    table = read(plain_workbook([ROW, ["备注：以上为第一批"], ROW, ["", "零星的话"]]))
    assert [row.number for row in table.rows] == [2, 4]


def test_grey_stripes_are_content_and_one_grey_row_on_top_is_an_example() -> None:
    def striped(grey_rows: set[int]) -> bytes:
        def write(book: Any, sheet: Any) -> None:
            grey = book.add_format({"bg_color": "#D9D9D9"})
            for number, values in enumerate([TITLES, ROW, ROW, ROW, ROW]):
                for place, value in enumerate(values):
                    sheet.write_string(number, place, value, grey if number in grey_rows else None)

        return workbook(write)

    assert len(read(striped({1, 3})).rows) == 4
    assert len(read(striped({1})).rows) == 3
    assert len(read(striped({1, 2, 3, 4})).rows) == 4


def test_merged_cells_count_for_each_row_and_blank_cells_stay_blank() -> None:
    table = read(workbook(office_form))
    assert [row.values["item"] for row in table.rows[:3]] == ["疏通河道1.甲\n2.乙"] * 3
    assert [row.values["code"] for row in table.rows[:3]] == ["0123A", "", ""]


def test_dates_are_iso_and_dates_typed_as_text_stay_as_typed() -> None:
    table = read(workbook(office_form))
    assert [row.values["due"] for row in table.rows[:3]] == ["2026.6", "2026-06-30", "2026-06"]


def test_a_formula_is_its_text_and_is_told() -> None:
    table = read(workbook(office_form))
    row = table.rows[3]
    assert row.values["owner"].startswith("=HYPERLINK(")
    assert row.formulas == ("owner",)
    assert [(problem.row, problem.column_key) for problem in table.problems] == [(11, "owner")]


def test_a_template_filled_in_comes_back_with_its_marks_and_without_its_example() -> None:
    empty = template(
        title="任务分解表",
        columns=COLUMNS,
        example={"number": "1", "item": "示范事项", "owner": "市水务局", "weight": "重要"},
        notes=["填表说明：每行一项任务。"],
        template_id="tasks",
        version="3",
        context={"campaign": "17"},
    )
    book = openpyxl.load_workbook(io.BytesIO(empty))
    sheet = book.worksheets[0]
    top = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "示范事项")
    for place, value in enumerate(ROW, start=1):
        sheet.cell(top + 1, place).value = value
    filled = io.BytesIO()
    book.save(filled)
    table = read(filled.getvalue(), marker="tasks")
    assert (table.template, table.version, table.context) == ("tasks", "3", {"campaign": "17"})
    assert [row.values["item"] for row in table.rows] == ["疏通河道"]
    assert [skip.reason for skip in table.skipped] == ["example"]

    for place, value in enumerate(ROW, start=1):
        sheet.cell(top, place).value = value
    overwritten = io.BytesIO()
    book.save(overwritten)
    assert len(read(overwritten.getvalue(), marker="tasks").rows) == 2

    with pytest.raises(InvalidInput) as refused:
        read(filled.getvalue(), marker="units")
    assert "tasks" in str(refused.value)


def test_a_template_prints_landscape_on_one_page_width_with_repeated_headers_and_lists() -> None:
    made = template(
        title="表",
        columns=[*COLUMNS, Column(key="long", titles=("长列表",), choices=tuple(f"第{n}个选项" for n in range(90)))],
        example={},
        notes=[],
        template_id="t",
        version="1",
        context={},
    )
    book = openpyxl.load_workbook(io.BytesIO(made))
    sheet = book.worksheets[0]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$3:$4"
    assert "C3:D3" in {str(area) for area in sheet.merged_cells.ranges}
    assert [book[name].sheet_state for name in ("_duban", "_choices")] == ["veryHidden", "veryHidden"]
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} == {"choices_1", "choices_2"}


def test_an_empty_template_says_that_there_are_no_rows() -> None:
    made = template(
        title="表", columns=COLUMNS, example={"item": "例"}, notes=[], template_id="t", version="1", context={}
    )
    with pytest.raises(InvalidInput) as refused:
        read(made)
    assert refused.value.context["code"] == "no-rows"


def test_another_file_is_told_by_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(InvalidInput) as refused:
        read(plain_workbook([["张三", "男"]], ["姓名", "性别"]))
    sentence = str(refused.value)
    assert "牵头单位" in sentence
    assert "姓名、性别" in sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_text_table_is_read_in_any_encoding(encoding: str, delimiter: str) -> None:
    text = "".join(delimiter.join(row) + "\r\n" for row in [TITLES, ROW])
    table = read(text.encode(encoding), "表.CSV")
    assert table.rows[0].number == 2
    assert table.rows[0].values["owner"] == "市水务局"


def test_a_table_in_a_document_is_read() -> None:
    table = read(word_table([ROW, ["2", "植树", "市林业局", "", "", "长期坚持", "一般"]]), "任务.docx")
    assert [row.values["due"] for row in table.rows] == ["6月底前", "长期坚持"]
    assert table.fingerprint == read(plain_workbook([ROW])).fingerprint


def test_blank_required_cells_wrong_choices_and_numbers_are_told_per_cell() -> None:
    columns = [*COLUMNS, Column(key="count", titles=("数量",), kind="integer")]
    content = plain_workbook(
        [["1", "事项", "", "", "", "", "紧急", "１，２００"], ["2", "事项", "局", "", "", "", "", "若干"]],
        [*TITLES, "数量"],
    )
    table = read_table(content=content, file_name="a.xlsx", columns=columns)
    assert [(p.row, p.column_key) for p in table.problems] == [(2, "owner"), (2, "weight"), (3, "count")]
    assert table.rows[0].values["count"] == "1200"
    assert "牵头单位" in str(table.problems[0].message)


def test_rows_with_only_a_serial_number_are_blank_and_a_repeated_header_is_skipped() -> None:
    table = read(plain_workbook([ROW, ["2"], TITLES, ["3", *ROW[1:]], ["4"]]))
    assert [row.number for row in table.rows] == [2, 5]


@pytest.mark.parametrize("name", ["a.et", "a.wps", "a.doc", "a.xlsm", "a.png", "noending"])
def test_other_kinds_of_files_are_answered_with_how_to_save_them(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(b"something", name)
    assert ".xlsx" in str(refused.value) or ".docx" in str(refused.value)


def test_column_letters_and_numbers_are_inverse() -> None:
    for number in range(1, 800):
        assert column_number(column_letters(number)) == number
    assert range_of("$B$2:D5") == (2, 2, 5, 4)
    assert range_of("nonsense") is None


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(FIELDS, min_size=2, max_size=6), min_size=1, max_size=8), st.sampled_from(["utf-8", "gb18030"])
)
def test_any_text_table_is_read_or_refused_but_never_breaks(records: list[list[str]], encoding: str) -> None:
    content = "\r\n".join(",".join(f'"{f}"' for f in r) for r in [TITLES, *records]).encode(encoding)
    try:
        listing = read_listing(content)
        found = find_table([grid_of(listing)], COLUMNS)
        rows_of(found, serial=[1], required=[2, 3], example="")
    except Unusable:
        return
    again = read_listing(write_listing(listing, listing.records))
    assert again.records == listing.records


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_as_a_text_table_are_read_or_refused_but_never_break(content: bytes) -> None:
    try:
        find_table([grid_of(read_listing(content))], COLUMNS)
    except Unusable:
        return

"""Exports: text stays text, the head says what the rows are, long lists stream, Word carries its faces (R-014)."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from duban.kernel.errors import InvalidInput
from duban.workbooks.exporting import ExportColumn, export_workbook
from duban.workbooks.wordexport import MOST_ROWS, export_word_table

COLUMNS = (
    ExportColumn(key="number", title="序号", kind="integer", width=6),
    ExportColumn(key="item", title="具体事项", width=40),
    ExportColumn(key="owner", title="牵头单位", group="责任分工"),
    ExportColumn(key="helpers", title="配合单位", group="责任分工"),
    ExportColumn(key="due", title="完成时限", kind="date"),
    ExportColumn(key="done", title="任务进度", kind="percent"),
)
HEAD = (("范围", "青岚市"), ("截至日期", "2026-03-01"))
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "http://example.invalid", "0012", '=HYPERLINK("x")']


def test_text_is_never_a_formula_a_link_or_a_number() -> None:
    out = io.BytesIO()
    rows = [[n, text, "", None, "长期坚持", 0.5] for n, text in enumerate(DANGEROUS, start=1)]
    assert export_workbook(path=out, title="清单", head=HEAD, columns=COLUMNS, rows=iter(rows)) == len(rows)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    cells = [sheet.cell(6 + n, 2) for n in range(len(rows))]
    assert [cell.value for cell in cells] == DANGEROUS
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_head_the_merged_titles_and_the_print_settings_are_there() -> None:
    out = io.BytesIO()
    export_workbook(
        path=out, title="清单", head=HEAD, columns=COLUMNS, rows=[[1, "事项", "甲", "乙", date(2026, 6, 30), 1]]
    )
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == ["清单", "范围：青岚市", "截至日期：2026-03-01"]
    assert [cell.value for cell in sheet[4]] == ["序号", "具体事项", "责任分工", None, "完成时限", "任务进度"]
    assert [sheet["C5"].value, sheet["D5"].value] == ["牵头单位", "配合单位"]
    assert {"C4:D4", "A4:A5", "E4:E5"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert sheet["E6"].value.date() == date(2026, 6, 30)
    assert sheet.print_title_rows == "$4:$5"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_control_characters_vanish_and_overlong_texts_are_cut_visibly(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    rows = [[1, "甲\x00\x1b乙\ud800", "长" * 40_000, "", "", None]]
    export_workbook(path=str(path), title="清单", head=(), columns=COLUMNS, rows=rows)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet["B4"].value == "甲乙"
    assert sheet["C4"].value.endswith("…")


def test_a_list_without_rows_and_one_column_is_still_a_file() -> None:
    out = io.BytesIO()
    assert export_workbook(path=out, title="清单", head=HEAD, columns=COLUMNS[:1], rows=[]) == 0
    assert openpyxl.load_workbook(out).worksheets[0]["A4"].value == "序号"


def test_a_word_table_has_head_rows_faces_and_repeated_titles() -> None:
    rows = [[n, "=事项\n第二行", "甲", "乙", date(2026, 6, 30), 0.25] for n in range(300)]
    document = Document(io.BytesIO(export_word_table(title="清单", head=HEAD, columns=COLUMNS, rows=rows, paper="A3")))
    assert [p.text for p in document.paragraphs] == ["清单", "范围：青岚市", "截至日期：2026-03-01"]
    section = document.sections[0]
    assert section.page_width is not None and section.page_height is not None  # noqa: PT018
    assert section.page_width > section.page_height
    table = document.tables[0]
    assert len(table._tbl.tr_lst) == 302
    assert [cell.text for cell in table.rows[2].cells] == ["0", "=事项\n第二行", "甲", "乙", "2026-06-30", "25%"]
    assert [row._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for row in table.rows[:3]] == [
        True,
        True,
        False,
    ]
    faces = {
        tuple(fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "eastAsia", "cs"))
        for fonts in document.element.body.iter(qn("w:rFonts"))
    }
    assert faces == {("仿宋_GB2312",) * 4, ("黑体",) * 4, ("方正小标宋简体",) * 4}


def test_a_list_too_long_for_word_is_told() -> None:
    with pytest.raises(InvalidInput) as refused:
        export_word_table(title="清单", head=(), columns=COLUMNS[:1], rows=([n] for n in range(MOST_ROWS + 1)))
    assert str(MOST_ROWS) in str(refused.value)

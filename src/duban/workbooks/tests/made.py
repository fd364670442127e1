"""Files as offices send them, and files as attackers send them, made for the tests of this package."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from docx import Document

from duban.workbooks.columns import Column

COLUMNS = (
    Column(key="number", titles=("序号",), kind="integer", width=6),
    Column(key="item", titles=("重点任务", "具体事项"), required=True, width=30),
    Column(key="owner", titles=("责任分工/牵头单位", "牵头单位"), required=True),
    Column(key="helpers", titles=("责任分工/配合单位", "配合单位")),
    Column(key="code", titles=("单位编码",), kind="code"),
    Column(key="due", titles=("完成时限",), kind="date"),
    Column(key="weight", titles=("重要程度",), kind="choice", choices=("重要", "一般")),
)
TITLES = [column.titles[0].rpartition("/")[2] for column in COLUMNS]

Writing = Callable[[Any, Any], None]


def workbook(write: Writing) -> bytes:
    """A .xlsx whose first sheet is filled by `write(book, sheet)`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    write(book, book.add_worksheet("表"))
    book.close()
    return out.getvalue()


def plain_workbook(rows: Sequence[Sequence[str]], titles: Sequence[str] = TITLES) -> bytes:
    """A header in row 1 and rows of text below it."""

    def write(_book: Any, sheet: Any) -> None:
        for number, values in enumerate([titles, *rows]):
            for place, value in enumerate(values):
                if value:
                    sheet.write_string(number, place, value)

    return workbook(write)


def office_form(book: Any, sheet: Any) -> None:
    """Title, reporting unit, merged header of two rows, a grey example, merged body cells, total, note, signatures."""
    grey = book.add_format({"bg_color": "#D9D9D9"})
    dated = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    by_month = book.add_format({"num_format": 'yyyy"年"m"月"'})
    sheet.merge_range("A1:G1", "青岚市任务分解表")
    sheet.merge_range("A2:G2", "填报单位（盖章）：　　填报人：　　联系电话：")
    for place in (0, 1, 4, 5, 6):
        sheet.merge_range(2, place, 3, place, TITLES[place])
    sheet.merge_range("C3:D3", "责任分工")
    sheet.write("C4", "牵 头\n单 位")
    sheet.write("D4", "配合单位")
    for place, value in enumerate(["1", "开展学习（示范）", "市水务局", "市林业局", "1", "6月底", "重要"]):
        sheet.write_string(4, place, value, grey)
    sheet.write_number("A6", 1)
    sheet.merge_range("B6:B8", "　疏通河道1.甲\n2.乙 ")
    for row, owner in ((5, "市水务局"), (6, "市林业局"), (7, "市住建局")):
        sheet.write_string(row, 2, owner)
    sheet.write_string("E6", "０１２ ３Ａ")
    sheet.write_string("F6", "2026.6")
    sheet.write_datetime("F7", datetime(2026, 6, 30), dated)
    sheet.write_datetime("F8", datetime(2026, 6, 1), by_month)
    sheet.write_string("G6", "重 要")
    sheet.write_number("A9", 2)
    sheet.merge_range("A10:G10", "二、长期任务")
    sheet.write_string("B11", "建章立制")
    sheet.write_formula("C11", '=HYPERLINK("http://example.invalid","x")')
    sheet.write_string("A12", "合 计")
    sheet.write_number("B12", 4)
    sheet.merge_range("A13:G13", "备注：1.时限按文件填写。")
    sheet.write_string("A15", "审核人：")
    sheet.write_string("B16", "表下的话")


def word_table(rows: Sequence[Sequence[str]], titles: Sequence[str] = TITLES) -> bytes:
    """A .docx with a paragraph, a table of one row that is none of ours, and the table."""
    document = Document()
    document.add_paragraph("任务分解表")
    document.add_table(rows=1, cols=1).cell(0, 0).text = "附件"
    table = document.add_table(rows=1 + len(rows), cols=len(titles))
    for number, values in enumerate([titles, *rows]):
        for place, value in enumerate(values):
            table.cell(number, place).text = value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(content: bytes, parts: dict[str, bytes | None]) -> bytes:
    """An office file with parts exchanged, added or (None) taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry, old.read(entry))
        for name, body in parts.items():
            if body is not None:
                new.writestr(name, body)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    """One part of an office file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)

"""Breakdown tables with other heads than ours: named once by a person, remembered for their office, used without asking."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client

from duban.audit.models import AuditEvent
from duban.config.factories import actor_with
from duban.tasks.models import Assignment, BreakdownImport
from duban.tasks.tests.conftest import Cast
from duban.tasks.tests.test_breakdown import IMPORTS, bytes_of, outcomes, received, send, take_over
from duban.tasks.tests.test_views import form_of, page_of
from duban.workbooks.models import ColumnMapping

OLD_WORKBOOK = (Path(__file__).parent / "files" / "foreign.xls").read_bytes()
NAMED = {
    "wording": "工作内容",
    "owner": "谁来办",
    "due": "时间和要求/什么时候完成",
    "helpers": "时间和要求/配合的",
    "standard": "时间和要求/要求",
}
Rows = Sequence[tuple[str, str, str, str, str]]


def foreign(rows: Rows, *, title: str = "二〇二九年重点工作", numbered: bool = True) -> bytes:
    """Return a table as another office keeps it: a title, a merged head of two rows, and none of our words."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    hanging = (*(("序号",) if numbered else ()), "工作内容", "谁来办")
    width = len(hanging) + 3
    sheet.cell(1, 1, title)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    for place, text in enumerate(hanging, start=1):
        sheet.cell(2, place, text)
        sheet.merge_cells(start_row=2, end_row=3, start_column=place, end_column=place)
    sheet.cell(2, len(hanging) + 1, "时间和要求")
    sheet.merge_cells(start_row=2, end_row=2, start_column=len(hanging) + 1, end_column=width)
    for place, text in enumerate(("什么时候完成", "配合的", "要求"), start=len(hanging) + 1):
        sheet.cell(3, place, text)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate([*((number,) if numbered else ()), *row], start=1):
            sheet.cell(3 + number, place, value)
    return saved(book)


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word(rows: Rows) -> bytes:
    document = docx.Document()
    lines = [["工作内容", "谁来办", "什么时候完成", "配合的", "要求"], *map(list, rows)]
    grid = document.add_table(rows=len(lines), cols=5)
    for number, texts in enumerate(lines):
        for place, text in enumerate(texts):
            grid.cell(number, place).text = text
    return saved(document)


def some_rows(cast: Cast, year: int) -> Rows:
    return [
        (
            "核对党员名册",
            cast.tree.departments[1].name,
            f"{year}年6月30日前",
            cast.tree.departments[2].name,
            "名册一份",
        ),
        ("走访联系困难群众", "各乡镇", "长期坚持", "", "有记录"),
    ]


def name(client: Client, table: BreakdownImport, mapping: dict[str, str], **given: str) -> Any:
    address = f"{IMPORTS}{table.pk}/columns/"
    form = form_of(page_of(client, f"{IMPORTS}{table.pk}/"), address) | given
    return client.post(address, form | {f"column-{key}": title for key, title in mapping.items()})


def named(client: Client, table: BreakdownImport, mapping: dict[str, str]) -> BreakdownImport:
    response = name(client, table, mapping)
    assert response.status_code == 302, response.content.decode()[-2500:]
    table.refresh_from_db()
    return table


@pytest.fixture
def clerk(cast: Cast) -> Client:
    return cast.client(cast.office)


class TestNaming:
    def test_once_and_the_table_of_the_next_year_is_read_without_asking(self, cast, clerk, query_counts):
        table = received(clerk, foreign(some_rows(cast, 2029)), "二〇二九年.xlsx")
        assert (table.status, table.rows) == ("to_name", [])
        with query_counts():
            page = page_of(clerk, f"{IMPORTS}{table.pk}/")
        assert "Its heads are not those of our table." in page
        for shown in (*NAMED.values(), "核对党员名册", "名册一份"):
            assert shown in page
        assert "Take over" not in page
        assert clerk.post(f"{IMPORTS}{table.pk}/take-over/").status_code == 409

        table = named(clerk, table, NAMED)
        assert (table.status, outcomes(table), table.mapping) == ("ready", ["new", "new"], NAMED)
        assert not Assignment.objects.exists(), "naming changes nothing yet"
        take_over(clerk, table)
        first, second = Assignment.objects.order_by("pk")
        assert (first.wording, first.due_on, first.standard) == ("核对党员名册", date(2029, 6, 30), "名册一份")
        assert [helper.unit_id for helper in first.helpers.all()] == [cast.tree.departments[2].pk]
        assert (second.target, second.due_kind) == ("class", "long_term")

        rows = [*some_rows(cast, 2030), ("报送小结", "各部门", "2030年12月1日前", "", "")]
        table = received(clerk, foreign(rows, title="二〇三〇年重点工作"), "二〇三〇年.xlsx")
        assert (table.status, outcomes(table)) == ("ready", ["change", "same", "new"])
        assert "read as your unit once named them" in page_of(clerk, f"{IMPORTS}{table.pk}/")
        assert ColumnMapping.objects.count() == 1

    def test_a_head_of_two_rows_is_not_mistaken_for_a_row_without_numbers(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029), numbered=False))
        assert [one["title"] for one in table.described["titles"]] == list(NAMED.values())
        assert named(clerk, table, NAMED).status == "ready"
        again = [("其他工作", "各部门", "2030年6月30日前", "", "小结"), *some_rows(cast, 2030)]
        assert received(clerk, foreign(again, numbered=False)).status == "ready"

    def test_what_bears_one_of_our_titles_is_proposed(self, cast, clerk):
        table = received(clerk, _renamed(foreign(some_rows(cast, 2029)), {"工作内容": "工作任务", "要求": "工作标准"}))
        page = page_of(clerk, f"{IMPORTS}{table.pk}/")
        assert page.count(" selected>工作任务<") == 1
        assert page.count(" selected>时间和要求/工作标准<") == 1
        assert page.count(" selected>") == 3, "序号 is proposed as well, and nothing else"

    @pytest.mark.parametrize("kind", ["docx", "xls"])
    def test_works_for_a_table_in_word_and_for_an_old_workbook(self, cast, clerk, kind):
        heads = {key: title.rpartition("/")[2] for key, title in NAMED.items()} if kind == "docx" else NAMED
        content = word([("开展集中学习", "各部门", "2029年6月底前", "", "小结")]) if kind == "docx" else OLD_WORKBOOK
        table = received(clerk, content, f"分解.{kind}")
        assert table.status == "to_name"
        table = named(clerk, table, heads)
        assert (table.status, table.rows[0]["wording"]) == ("ready", "开展集中学习")
        assert received(clerk, content, f"分解.{kind}").status == "ready"

    def test_put_aside_changes_nothing_and_is_not_taken_up_again(self, cast, clerk):
        to_name = received(clerk, foreign(some_rows(cast, 2029)))
        wrong = named(clerk, received(clerk, foreign([("核对党员名册", "没有这个局", "尽快", "", "")])), NAMED)
        ready = received(clerk, foreign(some_rows(cast, 2030)))
        assert [table.status for table in (to_name, wrong, ready)] == ["to_name", "with_errors", "ready"]
        for table in (to_name, wrong, ready):
            address = f"{IMPORTS}{table.pk}/"
            assert f'action="{address}withdraw/"' in page_of(clerk, address)
            assert clerk.post(f"{address}withdraw/", {"version": str(table.version - 1)}).status_code == 409
            assert clerk.post(f"{address}withdraw/", {"version": str(table.version)})["Location"] == IMPORTS
            table.refresh_from_db()
            assert table.status == "withdrawn"
            page = page_of(clerk, address)
            assert "Put aside. Nothing was changed." in page
            assert "Take over" not in page
            for step in ("withdraw", "take-over", "columns"):
                given = {f"column-{key}": title for key, title in NAMED.items()} | {"version": str(table.version)}
                assert clerk.post(f"{address}{step}/", given).status_code == 409, step
        assert not Assignment.objects.exists()
        assert "Put aside" in page_of(clerk, IMPORTS)
        assert AuditEvent.objects.filter(verb="breakdown.withdraw").count() == 3

    def test_of_one_office_is_not_used_for_another(self, cast, clerk):
        named(clerk, received(clerk, foreign(some_rows(cast, 2029))), NAMED)
        county = cast.client(actor_with(unit=cast.tree.counties[0], role="county_office"))
        rows = [("开展集中学习", "各乡镇", "长期坚持", "", "")]
        assert received(county, foreign(rows)).status == "to_name"

    def test_is_done_by_who_assigns_for_that_office_only(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        county = cast.client(actor_with(unit=cast.tree.counties[0], role="county_office"))
        given = {f"column-{key}": title for key, title in NAMED.items()} | {"version": "1"}
        for client in (county, cast.client(cast.owner)):
            assert client.post(f"{IMPORTS}{table.pk}/columns/", given).status_code == 404
        assert not ColumnMapping.objects.exists()


class TestRefusals:
    def test_a_column_left_out_gets_one_sentence_and_nothing_chosen_is_lost(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        response = name(clerk, table, {key: title for key, title in NAMED.items() if key != "owner"})
        page = response.content.decode()
        assert response.status_code == 422
        assert page.count("Please say which column of the file is: 牵头单位.") == 1
        assert page.count(" selected>") == len(NAMED) - 1
        assert " selected>时间和要求/什么时候完成<" in page
        table.refresh_from_db()
        assert (table.status, ColumnMapping.objects.count()) == ("to_name", 0)
        assert named(clerk, table, NAMED).status == "ready"

    @pytest.mark.parametrize("title", ["工作内容", "没有这一栏"])
    def test_a_column_chosen_twice_or_not_in_the_file_is_refused(self, cast, clerk, title):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        assert name(clerk, table, NAMED | {"owner": title}).status_code == 422
        assert not ColumnMapping.objects.exists()

    def test_a_form_that_somebody_overtook_is_stale_and_says_both(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        other = cast.client(cast.second)
        named(other, table, NAMED)
        response = name(clerk, table, {key: NAMED[key] for key in ("wording", "owner", "due")}, version="1")
        assert response.status_code == 409
        page = response.content.decode()
        assert "Somebody has named the columns of this table meanwhile." in page
        assert "成果形式" not in page
        assert page.count("具体事项 = 工作内容") == 2
        table.refresh_from_db()
        assert table.mapping == NAMED

    def test_nobody_takes_over_what_they_did_not_see(self, cast, clerk):
        table = named(clerk, received(clerk, foreign(some_rows(cast, 2029))), NAMED)
        named(cast.client(cast.second), table, NAMED | {"standard": NAMED["helpers"], "helpers": ""})
        assert take_over(clerk, table, version="2").status_code == 409
        assert not Assignment.objects.exists()
        assert take_over(clerk, table).status_code == 302
        assert Assignment.objects.count() == 2

    def test_what_was_taken_over_is_not_named_any_more(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        address = f"{IMPORTS}{table.pk}/columns/"
        form = form_of(page_of(clerk, f"{IMPORTS}{table.pk}/"), address)
        take_over(clerk, named(clerk, table, NAMED))
        given = form | {f"column-{key}": title for key, title in NAMED.items()}
        assert clerk.post(address, given).status_code == 409

    def test_a_file_that_was_let_go_is_asked_for_again(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        form = form_of(page_of(clerk, f"{IMPORTS}{table.pk}/"), f"{IMPORTS}{table.pk}/columns/")
        BreakdownImport.objects.filter(pk=table.pk).update(content=b"")
        assert "kept for 30 days" in page_of(clerk, f"{IMPORTS}{table.pk}/")
        given = form | {f"column-{key}": title for key, title in NAMED.items()}
        assert clerk.post(f"{IMPORTS}{table.pk}/columns/", given).status_code == 404
        assert not ColumnMapping.objects.exists()

    def test_a_table_without_rows_is_refused_at_once(self, cast, clerk):
        named(clerk, received(clerk, foreign(some_rows(cast, 2029))), NAMED)
        assert send(clerk, foreign([])).status_code == 422


class TestErrors:
    def test_come_back_in_the_foreign_table_and_put_right_it_is_read_without_asking(self, cast, clerk):
        rows = [*some_rows(cast, 2029), ("走访", "无此单位", "不久", "", "")]
        table = named(clerk, received(clerk, foreign(rows)), NAMED)
        assert (table.status, {error["row"] for error in table.errors}) == ("with_errors", {6})
        # What the office says of another table later does not move the marks of this one.
        ColumnMapping.objects.all().delete()
        content = bytes_of(clerk, f"{IMPORTS}{table.pk}/marked/")
        sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
        red = {cell.value for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"}
        assert {"无此单位", "不久"} <= red
        assert sheet["B2"].value == "工作内容"

        table = named(clerk, received(clerk, foreign(rows)), NAMED)
        right = _renamed(content, {"无此单位": "各部门", "不久": "长期坚持"})
        assert (received(clerk, right).status, received(clerk, right).errors) == ("ready", [])

    def test_columns_named_wrongly_are_named_anew(self, cast, clerk):
        table = received(clerk, foreign(some_rows(cast, 2029)))
        swapped = NAMED | {"wording": NAMED["owner"], "owner": NAMED["wording"]}
        table = named(clerk, table, swapped)
        assert table.status == "with_errors"
        table = named(clerk, table, NAMED)
        assert (table.status, table.errors, table.version) == ("ready", [], 3)

    def test_a_column_that_only_counts_the_rows_is_no_key(self, cast, clerk):
        heads = {"序号": "编号"}
        take_over(clerk, named(clerk, received(clerk, _renamed(foreign(some_rows(cast, 2029)), heads)), NAMED))
        other = [("另一件事", "各部门", "长期坚持", "", ""), ("又一件事", "各乡镇", "长期坚持", "", "")]
        assert outcomes(received(clerk, _renamed(foreign(other), heads))) == ["new", "new"]


def _renamed(content: bytes, words: dict[str, str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value in words:
                cell.value = words[str(cell.value)]
    return saved(book)

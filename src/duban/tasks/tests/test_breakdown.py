"""The breakdown table end to end: the project's own template and export in, dry run, drafts, and out again."""

import io
from datetime import date
from typing import Any

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duban.config.factories import actor_with
from duban.organisation.models import Unit
from duban.tasks.breakdown import COLUMNS
from duban.tasks.models import Assignment, BreakdownImport, Task
from duban.tasks.tests.conftest import Cast
from duban.tasks.tests.test_views import form_of, page_of, write
from duban.workbooks.templates import template

IMPORTS = "/tasks/breakdown/"
EXPORT = "/tasks/breakdown/export.xlsx"
Rows = list[dict[str, str]]


@pytest.fixture
def clerk(cast: Cast) -> Client:
    return cast.client(cast.office)


def bytes_of(client: Client, address: str) -> bytes:
    response: Any = client.get(address)
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


def filled(client: Client, rows: Rows) -> bytes:
    """Fill the project's own template below its example row, as a person would."""
    book = openpyxl.load_workbook(io.BytesIO(bytes_of(client, f"{IMPORTS}template.xlsx")))
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("序号"))
    places = {str(cell.value).rstrip("*"): cell.column for cell in header}
    for number, row in enumerate(rows, start=header[0].row + 2):
        for title, text in row.items():
            sheet.cell(number, places[title], text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(client: Client, content: bytes, name: str = "任务分解表.xlsx") -> Any:
    given = form_of(page_of(client, IMPORTS), IMPORTS)
    return client.post(IMPORTS, given | {"file": SimpleUploadedFile(name, content)})


def received(client: Client, content: bytes, name: str = "任务分解表.xlsx") -> BreakdownImport:
    response = send(client, content, name)
    assert response.status_code == 302, response.content.decode()[-2500:]
    return BreakdownImport.objects.latest("pk")


def take_over(client: Client, table: BreakdownImport, **given: str) -> Any:
    address = f"{IMPORTS}{table.pk}/take-over/"
    return client.post(address, form_of(page_of(client, f"{IMPORTS}{table.pk}/"), address) | given)


def outcomes(table: BreakdownImport) -> list[str]:
    return [row["outcome"] for row in table.rows]


def some_rows(cast) -> Rows:
    return [
        {"重点任务": "学习教育", "具体事项": "组织支部书记培训", "牵头单位": "各部门", "完成时限": "12月20日前"},
        {
            "具体事项": "核对党员名册",
            "牵头单位": cast.tree.departments[1].name,
            "配合单位": f"{cast.tree.departments[2].name}、{cast.tree.departments[3].name}",
            "完成时限": "2030-06-30",
            "启动时间": "2030-01-01",
            "工作标准": "名册一份",
            "牵头领导": "某某",
            "备注": "分两步",
        },
        {
            "具体事项": "报送进展",
            "牵头单位": f"{cast.tree.counties[0].name}，{cast.tree.counties[1].name}",
            "完成时限": "每月25日前",
            "报送内容与频次": "每月",
        },
        {"具体事项": "保持联系群众制度", "牵头单位": "各乡镇", "完成时限": "长期坚持"},
    ]


class TestTakingIn:
    def test_changes_nothing_before_it_is_taken_over_then_drafts_then_tasks(self, cast, clerk):
        table = received(clerk, filled(clerk, some_rows(cast)))
        assert (table.status, outcomes(table)) == ("ready", ["new"] * 4)
        assert not Assignment.objects.exists()
        page = page_of(clerk, f"{IMPORTS}{table.pk}/")
        assert "New: 4" in page
        assert take_over(clerk, table).status_code == 302
        drafts = list(Assignment.objects.order_by("pk"))
        assert [draft.status for draft in drafts] == ["draft"] * 4
        assert [draft.target for draft in drafts] == ["class", "unit", "listed", "class"]
        assert [draft.due_kind for draft in drafts] == ["date", "date", "recurring", "long_term"]
        assert drafts[1].helpers.count() == 2
        assert drafts[2].rhythm == "monthly"
        assert not Task.objects.exists()
        address = f"/tasks/assignments/{drafts[0].pk}/"
        clerk.post(f"{address}issue/", form_of(page_of(clerk, address), f"{address}issue/"))
        assert Task.objects.count() == 4

    def test_may_issue_at_once(self, cast, clerk):
        table = received(clerk, filled(clerk, some_rows(cast)[:2]))
        take_over(clerk, table, issue="1")
        assert Task.objects.count() == 5

    def test_twice_gives_nothing_new(self, cast, clerk):
        content = filled(clerk, some_rows(cast))
        take_over(clerk, received(clerk, content))
        again = received(clerk, content)
        assert outcomes(again) == ["same"] * 4
        take_over(clerk, again)
        assert Assignment.objects.count() == 4

    def test_takes_a_table_over_once(self, cast, clerk):
        table = received(clerk, filled(clerk, some_rows(cast)))
        page = page_of(clerk, f"{IMPORTS}{table.pk}/")
        address = f"{IMPORTS}{table.pk}/take-over/"
        assert clerk.post(address, form_of(page, address)).status_code == 302
        assert clerk.post(address).status_code == 409
        assert Assignment.objects.count() == 4

    def test_one_row_twice_in_a_table_is_one_item(self, cast, clerk):
        rows = some_rows(cast)
        table = received(clerk, filled(clerk, [rows[0], rows[0]]))
        assert outcomes(table) == ["new", "repeated"]

    def test_a_row_that_changed_changes_its_draft(self, cast, clerk):
        rows = some_rows(cast)
        take_over(clerk, received(clerk, filled(clerk, rows)))
        rows[1]["完成时限"] = "2030-09-30"
        rows[2]["备注"] = "每月一次"
        table = received(clerk, filled(clerk, rows))
        assert outcomes(table) == ["same", "change", "change", "same"]
        take_over(clerk, table)
        assert Assignment.objects.get(wording="核对党员名册").due_on == date(2030, 9, 30)
        assert Assignment.objects.count() == 4

    def test_units_of_the_same_name_are_told_apart_by_the_upper_one(self, cast, clerk):
        first, second = cast.tree.villages[0], cast.tree.villages[-1]
        Unit.objects.filter(pk__in=[first.pk, second.pk]).update(name="新民村", short_name="")
        row = {"具体事项": "走访", "完成时限": "长期坚持"}
        table = received(clerk, filled(clerk, [row | {"牵头单位": "新民村"}]))
        assert "means several units" in table.errors[0]["message"]
        upper = Unit.objects.get(pk=second.parent_id)
        table = received(clerk, filled(clerk, [row | {"牵头单位": f"{upper.name}新民村"}]))
        assert table.rows[0]["target_rule"] == {"unit": second.pk}
        take_over(clerk, table)
        assert outcomes(received(clerk, bytes_of(clerk, EXPORT))) == ["same"]


class TestRoundTrip:
    def test_an_export_taken_in_again_changes_nothing(self, cast, clerk):
        take_over(clerk, received(clerk, filled(clerk, some_rows(cast))))
        first = Assignment.objects.order_by("pk")[0]
        address = f"/tasks/assignments/{first.pk}/"
        clerk.post(f"{address}issue/", form_of(page_of(clerk, address), f"{address}issue/"))
        kept = list(Assignment.objects.order_by("pk").values())
        table = received(clerk, bytes_of(clerk, EXPORT))
        assert (table.errors, outcomes(table)) == ([], ["issued", "same", "same", "same"])
        take_over(clerk, table)
        assert list(Assignment.objects.order_by("pk").values()) == kept
        assert Task.objects.count() == 4

    def test_a_draft_written_by_hand_is_known_again(self, cast, clerk):
        write(cast, due="6月底前", helpers=cast.tree.departments[2].name)
        assert outcomes(received(clerk, bytes_of(clerk, EXPORT))) == ["same"]

    def test_goes_through_word_as_well(self, cast, clerk):
        take_over(clerk, received(clerk, filled(clerk, some_rows(cast))))
        table = received(clerk, bytes_of(clerk, f"{IMPORTS}export.docx"), "任务分解表.docx")
        assert (table.errors, outcomes(table)) == ([], ["same"] * 4)

    def test_a_second_export_equals_the_first(self, cast, clerk):
        take_over(clerk, received(clerk, filled(clerk, some_rows(cast))))
        first = _cells(bytes_of(clerk, EXPORT))
        take_over(clerk, received(clerk, bytes_of(clerk, EXPORT)))
        assert _cells(bytes_of(clerk, EXPORT)) == first


class TestErrors:
    def test_come_back_in_the_same_workbook_with_red_cells(self, cast, clerk):
        rows = some_rows(cast)
        rows[1] |= {"牵头单位": "无此单位", "完成时限": "不久"}
        content = filled(clerk, rows)
        table = received(clerk, content)
        assert table.status == "with_errors"
        page = page_of(clerk, f"{IMPORTS}{table.pk}/")
        assert "2 places cannot be used. Nothing was changed." in page
        assert "Take over" not in page
        assert clerk.post(f"{IMPORTS}{table.pk}/take-over/").status_code == 409
        marked = openpyxl.load_workbook(io.BytesIO(bytes_of(clerk, f"{IMPORTS}{table.pk}/marked/")))
        sheet = marked.worksheets[0]
        red = [
            cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.fill.fgColor.rgb in {"FFFFC7CE", "FFFF9999", "FFFF0000"}
        ]
        told = [
            str(cell.value) for row in sheet.iter_rows() for cell in row if "无此单位” below yours" in str(cell.value)
        ]
        assert {"无此单位", "不久"} <= set(red), {cell.fill.fgColor.rgb for row in sheet.iter_rows() for cell in row}
        assert len(told) == 1
        before = _cells(content)
        after = [row[: len(before[0])] for row in _cells(bytes_of(clerk, f"{IMPORTS}{table.pk}/marked/"))]
        assert after == before, "everything else is as it came"
        assert not Assignment.objects.exists()

    def test_put_right_the_marked_workbook_is_taken_in(self, cast, clerk):
        table = received(clerk, filled(clerk, [some_rows(cast)[0] | {"牵头单位": "无此单位"}]))
        book = openpyxl.load_workbook(io.BytesIO(bytes_of(clerk, f"{IMPORTS}{table.pk}/marked/")))
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                if cell.value == "无此单位":
                    cell.value = "各部门"
        out = io.BytesIO()
        book.save(out)
        again = received(clerk, out.getvalue())
        assert (again.status, outcomes(again)) == ("ready", ["new"])

    def test_another_file_is_told_apart_with_the_columns_that_were_expected(self, cast, clerk):
        book = openpyxl.Workbook()
        book.active.append(["姓名", "电话"])
        book.active.append(["某某", "000"])
        out = io.BytesIO()
        book.save(out)
        response = send(clerk, out.getvalue())
        assert response.status_code == 422
        assert "具体事项" in response.content.decode()

    def test_a_template_of_another_form_is_refused(self, cast, clerk):
        other = template(title="x", columns=COLUMNS, example={}, notes=[], template_id="units", version="1", context={})
        response = send(clerk, other)
        assert response.status_code == 422
        assert not BreakdownImport.objects.exists()

    @pytest.mark.parametrize(
        "name, content",
        [
            ("a.xlsx", b""),
            ("a.xlsx", b"PK\x03\x04 not a zip"),
            ("a.pdf", b"%PDF-1.4"),
            ("a.xls", b"\xd0\xcf\x11\xe0"),
            ("a.csv", b"\x00\x01"),
        ],
    )
    def test_a_file_that_cannot_be_read_gets_a_sentence(self, cast, clerk, name, content):
        response = send(clerk, content, name)
        assert response.status_code == 422
        assert "field-error" in response.content.decode() or "notice-refused" in response.content.decode()
        assert not BreakdownImport.objects.exists()

    def test_a_formula_is_told_and_never_calculated(self, cast, clerk):
        table = received(clerk, filled(clerk, [some_rows(cast)[0] | {"具体事项": "=1+1"}]))
        assert table.status == "with_errors"
        assert any("formula" in error["message"] for error in table.errors)

    def test_an_empty_table_is_refused(self, cast, clerk):
        response = send(clerk, bytes_of(clerk, f"{IMPORTS}template.xlsx"))
        assert response.status_code == 422
        assert "no rows below it" in response.content.decode()

    def test_a_word_table_with_errors_comes_back_as_word(self, cast, clerk):
        document = docx.Document()
        grid = document.add_table(rows=2, cols=3)
        for row, texts in enumerate([["具体事项", "牵头单位", "完成时限"], ["走访", "无此单位", "长期坚持"]]):
            for column, text in enumerate(texts):
                grid.cell(row, column).text = text
        out = io.BytesIO()
        document.save(out)
        table = received(clerk, out.getvalue(), "分解.docx")
        assert table.status == "with_errors"
        marked = docx.Document(io.BytesIO(bytes_of(clerk, f"{IMPORTS}{table.pk}/marked/")))
        assert "无此单位" in marked.tables[0].rows[1].cells[-1].text

    def test_is_closed_to_who_does_not_assign(self, cast, clerk):
        table = received(clerk, filled(clerk, some_rows(cast)))
        owner = cast.client(cast.owner)
        for address in (f"{IMPORTS}{table.pk}/", f"{IMPORTS}{table.pk}/marked/"):
            assert owner.get(address).status_code == 404
        assert owner.post(f"{IMPORTS}{table.pk}/take-over/").status_code == 404
        given = {
            "assigner": str(cast.tree.city.pk),
            "file": SimpleUploadedFile("a.xlsx", filled(clerk, some_rows(cast))),
        }
        assert owner.post(IMPORTS, given).status_code in {403, 404}

    def test_a_table_of_the_office_never_names_units_outside_it(self, cast, clerk):
        county = cast.client(actor_with(unit=cast.tree.counties[0], role="county_office"))
        table = received(county, filled(county, [some_rows(cast)[1]]))
        assert ["no unit" in error["message"] for error in table.errors] == [True] * 3


def _cells(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]

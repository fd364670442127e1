"""Pages and REST over HTTP, in English."""

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from duban.config.factories import build_tree, make_person_with_account
from duban.organisation import jobs
from duban.organisation.models import Unit, UnitImport
from duban.organisation.tests.material import as_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return build_tree(counties=2, townships=2, villages=2, departments=2)


def signed_in(unit: Unit, role: str = "office_clerk") -> Client:
    client = Client()
    client.force_login(make_person_with_account(unit=unit, role=role).user)
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def jobs_run():
    """Do what a worker would: check every table that waits for it."""

    def run() -> None:
        for found in UnitImport.objects.filter(status="checking"):
            jobs.check_import(import_id=found.pk, language="en")

    return run


class TestPages:
    def test_the_list_of_units_stands_in_protocol_order_with_its_filters(self, small):
        answer = signed_in(small.city).get("/units/?level=county")

        assert answer.status_code == 200
        page = answer.content.decode()
        assert page.index("第1试验县") < page.index("第2试验县")
        assert "第1试验县第1镇" not in page

    def test_the_workbook_has_the_rows_filters_and_day_of_the_page(self, small):
        answer = signed_in(small.city).get("/units/export/?level=township&on=2026-03-02")

        sheet = load_workbook(io.BytesIO(answer.getvalue())).active
        assert sheet is not None
        cells = [str(row[0]) for row in sheet.iter_rows(values_only=True)]
        townships = [unit.name for unit in small.townships]
        assert cells[-len(townships) :] == townships
        assert any("Township level" in cell for cell in cells)
        assert any("2026-03-02" in cell for cell in cells)

    def test_one_unit_shows_its_chain_and_what_stands_below(self, small):
        page = signed_in(small.city).get(f"/units/{small.counties[0].pk}/").content.decode()

        assert "Chain of responsibility" in page
        assert "第1试验县第2镇" in page

    def test_a_stranger_cannot_tell_that_the_unit_exists(self, small):
        client = signed_in(small.counties[0], "county_office")

        assert client.get(f"/units/{small.counties[1].pk}/").status_code == 404
        assert client.get("/units/99999999/").status_code == 404

    def test_a_unit_is_entered_below_another(self, small):
        answer = signed_in(small.city).post(
            "/units/new/",
            {
                "parent": small.counties[0].name,
                "name": "县甲局",
                "level": "county",
                "field": "organ",
                "kind": "department",
                "rank": "",
                "valid_from": "2020-01-01",
            },
        )

        created = Unit.objects.get(name="县甲局")
        assert answer.headers["Location"] == f"/units/{created.pk}/"
        assert created.parent_id == small.counties[0].pk

    def test_a_refused_form_keeps_what_was_typed(self, small):
        answer = signed_in(small.city).post(f"/units/{small.city.pk}/move/", {"new_parent": "无此县", "version": "1"})

        assert answer.status_code == 422
        assert "无此县" in answer.content.decode()

    def test_a_unit_is_moved(self, small):
        answer = signed_in(small.city).post(
            f"/units/{small.townships[0].pk}/move/", {"new_parent": small.counties[1].name, "version": "1"}
        )

        assert answer.status_code == 302
        assert Unit.objects.get(pk=small.townships[0].pk).parent_id == small.counties[1].pk

    def test_the_order_is_set_by_numbers(self, small):
        first, second = small.counties
        places = {
            f"place-{unit.pk}": str(50 - number) for number, unit in enumerate([*small.departments, first, second])
        }

        answer = signed_in(small.city).post(f"/units/{small.city.pk}/reorder/", places)

        assert answer.status_code == 302
        ordered = Unit.objects.filter(parent=small.city).order_by("order_path")
        assert list(ordered[:2]) == [second, first]

    @pytest.mark.parametrize(
        "part, values",
        [
            ("name", {"name": "新名县", "short_name": "新县", "on": "2026-03-02"}),
            ("class", {"level": "county", "field": "organ", "kind": "top", "rank": "division", "line": ""}),
            ("conditions", {"text": "山区"}),
            ("members", {"count": "12"}),
            ("committee", {"committee": ""}),
            ("code", {"scheme": "名册", "value": "7"}),
        ],
    )
    def test_each_part_of_a_unit_is_changed_on_its_own(self, small, part, values):
        client = signed_in(small.city)
        page = f"/units/{small.counties[0].pk}/edit/"
        assert client.get(page).status_code == 200

        given = {f"{part}-{name}": value for name, value in values.items()}
        answer = client.post(page, {"part": part, f"{part}-version": "1", **given})

        assert answer.status_code == 302, answer.content.decode()

    def test_a_stale_form_is_refused(self, small):
        page = f"/units/{small.counties[0].pk}/edit/"

        answer = signed_in(small.city).post(page, {"part": "members", "members-version": "0", "members-count": "3"})

        assert answer.status_code == 409

    def test_somebody_is_appointed_and_leaves(self, small):
        client = signed_in(small.city)
        county = small.counties[0]

        client.post(
            f"/units/{county.pk}/appoint/", {"name": "甲某", "kind": "liaison", "rank": "", "starts_on": "2026-03-02"}
        )

        page = client.get(f"/units/{county.pk}/").content.decode()
        assert "甲某" in page
        post = page.split("/units/posts/")[1].split("/")[0]
        assert client.post(f"/units/posts/{post}/end/", {"ends_on": "2026-03-03"}).status_code == 302

    def test_lines_have_a_lead_department(self, small):
        client = signed_in(small.city)
        client.post("/units/lines/", {"name": "教育系统"})
        [address] = re.findall(r"/units/lines/\d+/lead/", client.get("/units/lines/").content.decode())

        client.post(address, {"unit": small.departments[1].name})

        assert small.departments[1].name in client.get("/units/lines/").content.decode()

    @pytest.mark.parametrize("page", ["edit", "move", "reorder", "appoint"])
    def test_whoever_only_reads_is_not_offered_a_form(self, small, page):
        client = signed_in(small.city, "leading_group_member")

        assert client.get(f"/units/{small.counties[0].pk}/{page}/").status_code == 403
        assert client.get(f"/units/{small.counties[0].pk}/").status_code == 200


class TestImportPages:
    def send(self, client: Client, root: Unit, content: bytes, name: str = "名册.csv"):
        return client.post("/units/import/", {"root": root.pk, "file": SimpleUploadedFile(name, content)})

    def test_a_good_table_is_shown_first_and_then_taken_over(self, small):
        client = signed_in(small.city)

        answer = self.send(client, small.city, as_csv([("A9", "市丁局", "", "市级", "机关", "部门")]))
        page = answer.headers["Location"]
        assert "Take over" in client.get(page).content.decode()
        assert client.post(f"{page}take-over/").status_code == 302

        assert Unit.objects.filter(name="市丁局").exists()
        assert "Taken over" in client.get(page).content.decode()

    def test_a_bad_table_comes_back_with_its_errors(self, small):
        client = signed_in(small.city)

        answer = self.send(client, small.city, as_csv([("A9", "市丁局", "", "省部级", "机关", "部门")]))
        page = answer.headers["Location"]
        assert "省部级" in client.get(page).content.decode()
        marked = client.get(f"{page}errors/")

        assert "省部级" in marked.getvalue().decode("utf-8-sig")
        assert client.post(f"{page}take-over/").status_code == 409

    def test_the_columns_of_another_ledger_are_named_once_and_known_the_next_time(self, small, jobs_run):
        client = signed_in(small.city)
        header = ("代号", "机构", "上级")
        page = self.send(client, small.city, as_csv([("N1", "新设局", "")], header=header)).headers["Location"]
        asked = client.get(page).content.decode()
        assert "not those of our table" in asked
        assert "新设局" in asked

        refused = client.post(f"{page}columns/", {"column-code": "代号"})
        assert refused.status_code == 422
        assert "Please say which column of the file is" in refused.content.decode()
        assert " selected>代号<" in refused.content.decode(), "what was chosen stands there still"
        named = {"column-code": "代号", "column-name": "机构", "column-parent": "上级"}
        assert client.post(f"{page}columns/", named).status_code == 302
        jobs_run()

        assert "errors have to be put right" in client.get(page).content.decode()
        again = self.send(client, small.city, as_csv([("N2", "新设二局", "")], header=header)).headers["Location"]
        assert UnitImport.objects.get(pk=int(again.rstrip("/").rpartition("/")[2])).mapping["code"] == "代号"

    def test_a_large_table_shows_its_progress(self, small):
        rows = [(f"V{number}", f"第{number}村", "", "村级", "农村", "村") for number in range(3000)]
        client = signed_in(small.city)

        page = self.send(client, small.city, as_csv(rows)).headers["Location"]

        assert "<progress" in client.get(page).content.decode()
        fragment = client.get(page, headers={"HX-Request": "true"}).content.decode()
        assert "<progress" in fragment
        assert "<html" not in fragment

    def test_the_template_is_handed_out(self, small):
        answer = signed_in(small.city).get("/units/import/template/")

        assert load_workbook(io.BytesIO(answer.getvalue())).worksheets

    def test_whoever_keeps_no_register_is_refused(self, small):
        assert signed_in(small.city, "leading_group_member").get("/units/import/").status_code == 403


class TestRest:
    def test_units_are_listed_fetched_and_moved(self, small):
        client = signed_in(small.city)
        township, county = small.townships[0], small.counties[1]

        listed = client.get("/api/units?kind=township").json()
        assert [row["id"] for row in listed["rows"]] == [unit.pk for unit in small.townships]

        answer = client.post(
            f"/api/units/{township.pk}/move",
            json.dumps({"new_parent_id": county.pk}),
            content_type="application/json",
        )
        assert answer.json()["parent_id"] == county.pk
        assert client.get(f"/api/units/{township.pk}").json()["path"].startswith(county.path)

    def test_a_refusal_is_a_sentence_and_changes_nothing(self, small):
        client = signed_in(small.city)
        answer = client.post(
            f"/api/units/{small.counties[0].pk}/move",
            json.dumps({"new_parent_id": small.townships[0].pk}),
            content_type="application/json",
        )

        assert answer.status_code == 422
        assert "below itself" in answer.json()["message"]

    def test_numbers_are_counted_for_a_day(self, small):
        numbers = signed_in(small.city).get(f"/api/units/{small.counties[0].pk}/numbers?on=2026-03-02").json()

        assert numbers["units"] == 1 + len(small.below(small.counties[0]))
        assert numbers["as_of"] == "2026-03-02"

"""Pages of the ledger over HTTP: page, Excel and Word show the same rows; forms say what is wrong."""

import io
from datetime import timedelta

import docx
import openpyxl
from django.utils import timezone

from duban.burden.models import BlockedPeriod, Cap

NOW = timezone.now()


def sheet(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [[str(value or "") for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]


def word(client, address):
    response = client.get(address)
    document = docx.Document(io.BytesIO(b"".join(response.streaming_content)))
    return [[cell.text for cell in row.cells] for row in document.tables[0].rows]


class TestLedgerPage:
    def test_shows_units_numbers_and_what_lies_above_the_cap(self, cast):
        for _time in range(3):
            cast.book([cast.village], at=NOW)
        page = cast.client(cast.head).get("/burden/").content.decode()
        assert cast.village.shown_name in page
        assert "requests 3/2" in page
        assert "1 unit above its cap" in page
        assert "3 items, about 90 minutes" in page

    def test_excel_and_word_hold_the_rows_of_the_page(self, cast):
        cast.book(cast.tree.villages[:7], at=NOW, minutes=12)
        client = cast.client(cast.head)
        names = [unit.name for unit in cast.tree.villages[:7]]
        rows = [row for row in sheet(client, "/burden/file/excel/?kind=village") if row[0] in names]
        assert [row[0] for row in rows] == names
        assert [row[6:8] for row in rows] == [["1", "12"]] * 7
        assert [row[0] for row in word(client, "/burden/file/word/?kind=village") if row[0] in names] == names

    def test_says_when_nothing_was_asked(self, cast):
        page = cast.client(cast.head).get("/burden/", {"week": "2021-01-01"}).content.decode()
        assert "In these weeks nothing was asked" in page

    def test_a_damaged_week_is_a_sentence(self, cast):
        response = cast.client(cast.head).get("/burden/", {"week": "yesterday"})
        assert response.status_code == 422
        assert "This is not a date" in response.content.decode()

    def test_asks_a_fixed_number_of_questions(self, cast, query_counts):
        cast.book(cast.tree.villages, at=NOW)
        client = cast.client(cast.head)
        with query_counts():
            assert client.get("/burden/").status_code == 200

    def test_who_asked_is_shown_with_a_way_to_what(self, cast):
        cast.book([cast.village], at=NOW)
        page = cast.client(cast.head).get("/burden/askers/").content.decode()
        assert f"?asker={cast.tree.city.pk}" in page
        assert sheet(cast.client(cast.head), "/burden/askers/excel/")[-1] == [
            cast.tree.city.name,
            "1",
            "1",
            "1",
            "30",
            "",
        ]


class TestUnitPages:
    def test_a_unit_sees_at_the_right_what_it_is_asked_this_week(self, cast):
        cast.book([cast.village], at=NOW, minutes=25)
        page = cast.client(cast.liaison).get("/owed/").content.decode()
        assert "Asked of us this week: 1 items, about 25 minutes" in page

    def test_its_files_hold_the_same_rows(self, cast):
        cast.book([cast.village], at=NOW, minutes=25)
        client = cast.client(cast.liaison)
        assert sheet(client, f"/burden/units/{cast.village.pk}/excel/")[-1][-2] == "25"
        assert word(client, f"/burden/units/{cast.village.pk}/word/")[-1][-2] == "25"


class TestLimitsPage:
    def test_a_cap_is_set_by_the_form(self, cast):
        given = {
            "unit_kind": "village",
            "requests": "4",
            "minutes": "99",
            "documents": "1",
            "falling_due": "2",
            "effect": "refuse",
        }
        assert cast.client(cast.head).post("/burden/limits/cap/", given).status_code == 302
        assert Cap.objects.get(unit_kind="village").minutes == 99

    def test_a_faulty_number_stands_beside_its_field(self, cast):
        response = cast.client(cast.head).post("/burden/limits/cap/", {"unit_kind": "village", "requests": "many"})
        assert response.status_code == 422
        assert "Enter a whole number" in response.content.decode()

    def test_a_unit_enters_its_own_busy_days_and_takes_them_away(self, cast):
        client = cast.client(cast.liaison)
        today = timezone.localdate()
        given = {"unit": cast.village.pk, "name": "三班倒", "from_on": today, "until_on": today + timedelta(days=3)}
        assert client.post("/burden/limits/days/", given).status_code == 302
        period = BlockedPeriod.objects.get()
        assert "三班倒" in client.get("/burden/limits/").content.decode()
        assert client.post(f"/burden/limits/days/{period.pk}/end/").status_code == 302
        assert "三班倒" not in client.get("/burden/limits/").content.decode()

    def test_a_period_that_ends_before_it_begins_stands_beside_its_field(self, cast):
        given = {"unit": cast.tree.city.pk, "name": "麦收", "from_on": "2031-06-14", "until_on": "2031-06-01"}
        response = cast.client(cast.head).post("/burden/limits/days/", given)
        assert response.status_code == 422
        assert "The last day must not lie before the first" in response.content.decode()

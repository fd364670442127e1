"""A unit on one page, and what stands where for the next meeting."""

import io
from datetime import UTC, datetime, time, timedelta

import docx
import openpyxl
import pytest
from django.db import connection
from pypdf import PdfReader

from duban.config import factories
from duban.config.factories import SOME_DAY
from duban.figures import queries as figures
from duban.kernel.errors import NotFound
from duban.papers import queries as papers
from duban.reporting import queries
from duban.reporting.tests.conftest import Office
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Task, TaskEntry


def lines(office: Office, unit_id: int | None = None) -> list[queries.Standing]:
    return queries.promotion(actor=office.actor, campaign=office.campaign, unit_id=unit_id, today=SOME_DAY)[2]


class TestPromotion:
    def test_each_unit_below_stands_once_in_protocol_order(self, office: Office) -> None:
        found = [row.unit.order_path for row in lines(office)]
        assert found == sorted(found)
        assert len(found) == len(office.tree.departments) + len(office.tree.counties)

    def test_its_numbers_are_the_figures(self, office: Office) -> None:
        rows = lines(office)
        sums = figures.sums(
            actor=office.actor,
            table=TASK_FIGURES,
            campaign_id=office.campaign.pk,
            whole=[row.unit.pk for row in rows],
        )
        for row in rows:
            kept = sums.get(row.unit.pk, dict.fromkeys(TASK_FIGURES.columns, 0))
            assert (row.total, row.done, row.overdue) == (kept["total"], kept["done"], kept["overdue"])
        assert sum(row.overdue for row in rows) == 6

    def test_a_returned_item_counts_once_however_often_it_came_back(self, office: Office) -> None:
        assert sum(row.returned for row in lines(office)) == 1

    def test_a_return_of_the_next_morning_is_not_of_the_day_before(self, office: Office) -> None:
        # One in the morning of the next day here is still the same day in UTC.
        entry = TaskEntry.objects.filter(kind="return")[0]
        other = Task.objects.exclude(pk=entry.task_id).filter(assignment__campaign=office.campaign)[0]
        entry.pk, entry.task, entry._state.adding = None, other, True
        entry.made_at = datetime.combine(SOME_DAY, time(17), tzinfo=UTC)
        entry.save()
        assert sum(row.returned for row in lines(office)) == 1

    def test_the_fact_is_what_waits_longest_else_what_was_done_last(self, office: Office) -> None:
        row = next(row for row in lines(office) if row.overdue)
        assert "公开惠民资金" in row.fact
        assert str((SOME_DAY - SOME_DAY.replace(day=1)).days) in row.fact
        Task.objects.filter(assignment__wording__contains="公开惠民资金").update(
            agreed_due=SOME_DAY + timedelta(days=9)
        )
        assert any("修好路灯" in row.fact for row in lines(office))

    def test_no_word_about_persons(self, office: Office) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM organisation_person")
            names = [row[0] for row in cursor.fetchall()]
        said = "".join(row.fact for row in lines(office))
        assert not [name for name in names if name in said]

    def test_a_county_sees_its_own_and_nothing_beside(self, office: Office) -> None:
        county = office.tree.counties[0]
        actor = factories.actor_with(unit=county, role="county_office")
        upper, _day, rows = queries.promotion(actor=actor, campaign=office.campaign, unit_id=None, today=SOME_DAY)
        assert upper == county
        assert {row.unit.parent_id for row in rows} == {county.pk}
        with pytest.raises(NotFound):
            queries.promotion(actor=actor, campaign=office.campaign, unit_id=office.tree.counties[1].pk, today=SOME_DAY)

    def test_page_excel_and_word_show_the_same_lines(self, office: Office) -> None:
        client = office.client()
        page = client.get("/papers/promotion/").content.decode()
        rows = lines(office)
        word = docx.Document(io.BytesIO(client.get("/papers/promotion/word/").content)).tables[0]
        told = [[cell.text for cell in row.cells] for row in word.rows][1:]
        _upper, day, found = queries.promotion(
            actor=office.actor, campaign=office.campaign, unit_id=None, today=SOME_DAY
        )
        listing = queries.promotion_listing(
            actor=office.actor, campaign=office.campaign, upper=office.tree.city, day=day, rows=found
        )
        assert [row[0] for row in told] == [row.unit.name for row in rows] == [next(iter(row)) for row in listing.rows]
        assert all(row.unit.name in page for row in rows)
        workbook = openpyxl.load_workbook(io.BytesIO(client.get("/papers/promotion/excel/").getvalue()))
        kept = [
            ["" if value is None else str(value) for value in row]
            for row in workbook.worksheets[0].iter_rows(values_only=True)
        ]
        assert [row for row in kept if row[0] in {line[0] for line in told}] == told
        assert client.get("/papers/promotion/odt/").status_code == 404


class TestSheet:
    def test_figures_are_the_units_own_and_with_everything_below(self, office: Office) -> None:
        county = office.tree.villages[0]
        sheet = queries.unit_sheet(actor=office.actor, campaign=office.campaign, unit_id=county.pk, today=SOME_DAY)
        assert (sheet.own["total"], sheet.own["done"], sheet.own["overdue"]) == (2, 1, 1)
        assert sheet.principal
        assert [task.unit_id for task in sheet.overdue] == [county.pk]
        city = queries.unit_sheet(
            actor=office.actor, campaign=office.campaign, unit_id=office.tree.city.pk, today=SOME_DAY
        )
        assert city.own["total"] == 0
        assert city.with_below["overdue"] == 6
        # A leader reads which ones, with their units, and how many more there are.
        assert (len(city.overdue), city.unlisted_overdue) == (5, 1)
        page = office.client().get(f"/papers/sheet/{office.tree.city.pk}/").content.decode()
        assert all(task.unit.shown_name in page for task in city.overdue)

    def test_the_paper_is_one_page_however_much_is_overdue(self, office: Office) -> None:
        village = office.tree.villages[0]
        for number in range(20):
            factories.make_work(
                campaign=office.campaign,
                assigner=office.tree.city,
                units=[village],
                wording=f"第{number}件很长很长的事项" * 8,
                due_on=SOME_DAY - timedelta(days=3) if number % 2 else SOME_DAY,
            )
        factories.make_campaign(root=office.tree.city)
        from_records = queries.unit_sheet(
            actor=office.actor, campaign=office.campaign, unit_id=village.pk, today=SOME_DAY
        )
        assert len(from_records.overdue) == len(from_records.near) == 5
        content = queries.sheet_content(actor=office.actor, sheet=from_records)
        assert len(PdfReader(io.BytesIO(papers.as_pdf(actor=office.actor, content=content))).pages) == 1

    def test_page_word_and_pdf_say_the_same(self, office: Office) -> None:
        village = office.tree.villages[0]
        client = office.client()
        page = client.get(f"/papers/sheet/{village.pk}/").content.decode()
        word = docx.Document(io.BytesIO(client.get(f"/papers/sheet/{village.pk}/word/").content))
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        assert any("公开惠民资金" in cell for cell in cells)
        assert "公开惠民资金" in page
        pdf = client.get(f"/papers/sheet/{village.pk}/pdf/").content
        assert "公开惠民资金" in "".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
        assert client.get(f"/papers/sheet/{village.pk}/txt/").status_code == 404

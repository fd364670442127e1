"""The four pages over HTTP: what they show, that their files show the same, and that each number opens its records."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Case, Value, When
from django.test import Client
from django.urls import reverse

from duban.access.states import Reach
from duban.config.factories import SOME_DAY, SOME_MOMENT, make_person_with_account
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.portal import charts
from duban.portal.tests.conftest import Office, client_of, liaison
from duban.portal.tests.pages import content_of, page_of, sheet_of, table_of, word_of
from duban.tasks import commands
from duban.tasks.models import Assignment, Task

TABLE = "/table/"
WORK = "/work/"
OWED = "/owed/"


class TestDesk:
    def test_before_anything_is_assigned_says_how_to_begin(self, clerk: Client) -> None:
        page = page_of(clerk, "/")
        assert "Nothing has been assigned yet." in page
        assert reverse("directives:take-in") in page

    def test_of_an_office_shows_what_waits_and_its_lower_level(self, busy: Office, clerk: Client) -> None:
        page = page_of(clerk, "/")
        assert "Waiting for our check" in page
        assert 'hx-get="/desk/beside/"' in page
        # Asked for by the page, it is a piece of it; opened by hand, a page.
        piece = clerk.get("/desk/beside/", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in piece
        for beside in (piece, page_of(clerk, "/desk/beside/")):
            assert busy.tree.counties[0].name in beside
            assert "The next 10 working days" in beside
            # A link of the table leads to the table, not back to the desk.
            assert f'href="/table/?unit={busy.tree.counties[0].pk}"' in beside

    def test_of_a_unit_is_what_it_owes(self, busy: Office) -> None:
        page = page_of(client_of(liaison(busy.tree.departments[1])), "/")
        assert "What we still owe" in page

    def test_of_a_reader_is_the_table(self, busy: Office) -> None:
        reader = client_of(make_person_with_account(unit=busy.tree.city, role="line_clerk"))
        assert reader.get("/")["Location"] == TABLE

    def test_without_a_campaign_says_so(self, client: Client, tree) -> None:
        client.cookies["language"] = "en"
        client.force_login(liaison(tree.departments[1]).user)
        assert "There is no campaign yet." in page_of(client, "/")
        assert client.get(TABLE).status_code == 404


class TestTable:
    def test_a_last_page_with_one_unit_is_still_the_table_of_all(self, busy: Office) -> None:
        listed = busy.tree.villages[:201]
        given: dict[str, Any] = {"unit": busy.tree.departments[-1], "role": "group_member", "reach": Reach.LISTED}
        group = client_of(make_person_with_account(listed=listed, **given))
        first = page_of(group, TABLE)
        (last,) = re.findall(r'href="(\?[^"]*after=[^"]+)"', first)
        page = page_of(group, TABLE + last.replace("&amp;", "&"))
        assert len(table_of(page).rows) == 3, "head, unit, sum"
        assert "Units covered" in page
        alone = client_of(make_person_with_account(listed=listed[:1], **given))
        assert "Units covered" not in page_of(alone, TABLE)

    def test_names_and_words_are_words_and_not_markup(self, busy: Office, clerk: Client) -> None:
        for unit in (busy.tree.counties[0], busy.tree.departments[1]):
            Unit.objects.filter(pk=unit.pk).update(name=f"<i>甲&乙</i>{unit.pk}", short_name="")
        Assignment.objects.update(
            wording="<b>查&改</b>",
            due_text="<u>尽快</u>",
            added_wording="<u>尽早</u>",
            source_sentence=Case(When(heading="", then=Value("<b>查清</b>")), default=Value("")),
            source_label="<i>甲方</i>",
        )
        addresses = (TABLE, WORK, f"{OWED}?unit={busy.tree.departments[1].pk}")
        pages = [content_of(clerk.get(address)).decode() for address in addresses]
        for page in pages:
            assert "&lt;i&gt;甲&amp;乙&lt;/i&gt;" in page
            assert not re.search(r"<[ibu]>(甲|查|尽)", page)
        assert ["&lt;b&gt;查&amp;改&lt;/b&gt;" in page for page in pages] == [False, True, True]
        # Whoever answers for it also signs, chooses what is passed down, and sees with what it helps.
        county = client_of(make_person_with_account(unit=busy.tree.counties[0], role="county_office"))
        helper = client_of(liaison(busy.tree.departments[3]))
        answering = page_of(client_of(liaison(busy.tree.departments[1])), OWED)
        for page in (
            answering,
            page_of(helper, f"{OWED}?tab=help"),
            page_of(county, f"{OWED}?unit={busy.tree.counties[0].pk}"),
        ):
            assert "&lt;b&gt;查&amp;改&lt;/b&gt;" in page
            assert "&lt;u&gt;尽早&lt;/u&gt;" in page
            assert not re.search(r"<[ibu]>(甲|查|尽)", page)
        filtered = content_of(clerk.get(TABLE, {"kind": 'village"><b>尽'})).decode()
        assert not re.search(r"<b>尽", filtered)

    @pytest.mark.parametrize(
        "query", ["", "?unit={county}", "?kind=village", "?unit={county}&kind=village&level=village"]
    )
    def test_each_number_is_the_count_of_the_list_it_opens(self, busy: Office, clerk: Client, query: str) -> None:
        table = table_of(page_of(clerk, TABLE + query.format(county=busy.tree.counties[0].pk)))
        opened = 0
        for cells, links in zip(table.rows[1:-1], table.links[1:-1], strict=True):
            for number, link in list(zip(cells, links, strict=True))[1:-1]:
                if number == "0":
                    assert not link
                    continue
                count = re.search(r"Items (\d+)", page_of(clerk, link))
                assert count is not None
                assert count.group(1) == number, link
                opened += 1
        assert opened > 4

    def test_rows_are_in_protocol_order_with_a_sum_below(self, busy: Office, clerk: Client) -> None:
        table = table_of(page_of(clerk, TABLE))
        names = [row[0] for row in table.rows[1:-1]]
        assert names == [unit.shown_name for unit in [*busy.tree.departments, *busy.tree.counties]]
        columns = list(zip(*[row[1:-1] for row in table.rows[1:-1]], strict=True))
        assert table.rows[-1][1:-1] == [str(sum(map(int, column))) for column in columns]

    def test_signed_and_unsigned_make_up_what_is_owed(self, busy: Office, clerk: Client) -> None:
        header, *_rows, total = table_of(page_of(clerk, TABLE)).rows
        found = dict(zip(header, total, strict=True))
        assert int(found["Owed"]) == int(found["Unsigned"]) + int(found["Signed for"]) == 13

    def test_of_a_group_counts_listed_units_alone_and_opens_no_others(self, busy: Office) -> None:
        listed = [busy.tree.counties[0], *busy.tree.departments[1:3]]
        group = client_of(
            make_person_with_account(
                unit=busy.tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=listed
            )
        )
        table = table_of(page_of(group, TABLE))
        by_name = {row[0]: row[1] for row in table.rows[1:-1]}
        assert by_name[busy.tree.counties[0].shown_name] == "1", "its villages are not in the list"
        township = busy.tree.townships[0]
        assert group.get(TABLE, {"unit": township.pk}).status_code == 404
        for cells, links in zip(table.rows[1:-1], table.links[1:-1], strict=True):
            if cells[1] != "0":
                assert f"Items {cells[1]}" in page_of(group, links[1])

    def test_is_closed_to_who_sees_units_but_no_tasks(self, busy: Office) -> None:
        administrator = client_of(make_person_with_account(unit=busy.tree.city, role="system_admin"))
        assert administrator.get(TABLE, {"unit": busy.tree.city.pk}).status_code == 404
        assert administrator.get(OWED, {"unit": busy.tree.city.pk}).status_code == 404
        assert administrator.get(WORK, {"unit": busy.tree.city.pk}).status_code == 404

    def test_a_sibling_county_does_not_exist_for_a_county_office(self, busy: Office) -> None:
        county = client_of(make_person_with_account(unit=busy.tree.counties[0], role="county_office"))
        page = page_of(county, TABLE)
        assert busy.tree.townships[0].shown_name in page
        assert county.get(TABLE, {"unit": busy.tree.counties[1].pk}).status_code == 404
        assert county.get(TABLE, {"unit": busy.tree.city.pk}).status_code == 404

    def test_a_damaged_address_gets_a_sentence(self, busy: Office, clerk: Client) -> None:
        for query in ("unit=x", "on=2026-13-40", "after=zzz", "unit=99999999999999999999"):
            response = clerk.get(f"{TABLE}?{query}")
            assert response.status_code == 422, query


class TestChart:
    def test_shows_the_rows_of_the_table_with_its_links_and_no_styles(self, busy: Office, clerk: Client) -> None:
        page = page_of(clerk, TABLE + "chart/")
        figure = page[page.index("<figure") : page.index("</figure>")]
        assert busy.tree.counties[0].shown_name in figure
        assert f"/table/?unit={busy.tree.counties[0].pk}" in figure
        assert "Overdue" in figure
        assert " style=" not in figure
        assert "<style" not in figure
        assert "<script" not in figure

    def test_is_a_bare_fragment_for_the_page_that_asks_for_it(self, busy: Office, clerk: Client) -> None:
        fragment = clerk.get(TABLE + "chart/", headers={"HX-Request": "true"}).content.decode()
        assert fragment.lstrip().startswith("<figure")
        assert "<html" not in fragment

    def test_is_drawn_once_for_the_same_data(self, busy: Office, clerk: Client) -> None:
        first = page_of(clerk, TABLE + "chart/")
        hits = charts._drawn.cache_info().hits
        second = page_of(clerk, TABLE + "chart/")
        assert charts._drawn.cache_info().hits == hits + 1
        assert (
            first[first.index("<svg") : first.index("</svg>")] == second[second.index("<svg") : second.index("</svg>")]
        )

    def test_names_cannot_carry_markup(self, busy: Office, clerk: Client) -> None:
        county = busy.tree.counties[0]
        type(county).objects.filter(pk=county.pk).update(name="<b>县</b>")
        page = page_of(clerk, TABLE + "chart/")
        assert "<b>县" not in page


class TestFiles:
    @pytest.mark.parametrize("query", ["", "?unit={county}", "?kind=village", "?unit={county}&level=village"])
    def test_the_table_as_excel_and_word_has_the_rows_of_the_page(
        self, busy: Office, clerk: Client, query: str
    ) -> None:
        query = query.format(county=busy.tree.counties[0].pk)
        page = table_of(page_of(clerk, TABLE + query))
        sheet = sheet_of(clerk, f"{TABLE}excel/{query}")
        head = ["\n".join(cell for cell in row if cell) for row in sheet]
        start = next(place for place, row in enumerate(sheet) if row[0] == "Unit")
        assert sheet[start] == page.rows[0]
        assert [row[:-1] for row in sheet[start + 1 :]] == [row[:-1] for row in page.rows[1:]]
        shares = [f"{float(row[-1]):.0%}" if row[-1] else "—" for row in sheet[start + 1 :]]
        assert shares == [row[-1] for row in page.rows[1:]]
        paragraphs, rows = word_of(clerk, f"{TABLE}word/{query}")
        assert [row[:-1] for row in rows] == [page.rows[0][:-1], *(row[:-1] for row in page.rows[1:])]
        for lines in (head, paragraphs):
            _says_the_same("\n".join(lines[: start + 4]), page.caption)

    @pytest.mark.parametrize("query", ["?", "?status=overdue", "?status=all&kind=department", "?q=学习&status=all"])
    def test_the_work_list_as_excel_and_word_has_the_rows_of_the_page(
        self, busy: Office, clerk: Client, query: str
    ) -> None:
        page = table_of(page_of(clerk, WORK + query))
        sheet = sheet_of(clerk, f"{WORK}excel/{query}")
        start = next(place for place, row in enumerate(sheet) if row[0] == "Owner unit")
        shown = [(row[1], row[0]) for row in page.rows[1:]]
        assert shown
        assert [(row[0], row[1]) for row in sheet[start + 1 :]] == shown
        paragraphs, rows = word_of(clerk, f"{WORK}word/{query}")
        assert [(row[0], row[1]) for row in rows[1:]] == shown
        head = "\n".join("\n".join(cell for cell in row if cell) for row in sheet[:start])
        for text in (head, "\n".join(paragraphs)):
            _says_the_same(text, page.caption)

    @pytest.mark.parametrize("tab", ["mine", "lead", "help"])
    def test_what_is_owed_as_excel_and_word_has_the_lines_of_the_page(self, busy: Office, tab: str) -> None:
        client = client_of(liaison(busy.tree.departments[3 if tab == "help" else 2]))
        page = table_of(page_of(client, OWED, tab=tab))
        shown = [row[0] for row, kind in zip(page.rows[1:], page.classes[1:], strict=True) if kind != "group"]
        assert shown
        sheet = sheet_of(client, f"{OWED}excel/?tab={tab}")
        start = next(place for place, row in enumerate(sheet) if row[0] == "Owner unit")
        wordings = [row[1] for row in sheet[start + 1 :]]
        assert [line.startswith(wording) for line, wording in zip(shown, wordings, strict=True)] == [True] * len(shown)
        paragraphs, rows = word_of(client, f"{OWED}word/?tab={tab}")
        assert [row[1] for row in rows[1:]] == wordings
        head = "\n".join("\n".join(cell for cell in row if cell) for row in sheet[:start])
        for text in (head, "\n".join(paragraphs)):
            _says_the_same(text, page.caption)

    def test_another_kind_of_file_does_not_exist(self, busy: Office, clerk: Client) -> None:
        for address in (TABLE, WORK, OWED):
            unit = {"unit": busy.tree.city.pk}
            assert clerk.get(f"{address}pdf/", unit).status_code == 404

    def test_a_name_that_begins_like_a_formula_stays_text(self, busy: Office, clerk: Client) -> None:
        busy.assign(units=[busy.tree.departments[1]], wording='=HYPERLINK("http://x","y")')
        response = clerk.get(f"{WORK}excel/", {"q": "HYPERLINK"})
        assert b"<f>" not in content_of(response)
        assert any('=HYPERLINK("http://x","y")' in row for row in sheet_of(clerk, f"{WORK}excel/?q=HYPERLINK"))


def _says_the_same(head: str, caption: str) -> None:
    """Scope, filters and as-of date of a file's head stand in the caption of the page."""
    scope = re.search(r"Scope：(.+)", head)
    filters = re.search(r"Filters：(.+)", head)
    assert scope is not None
    assert filters is not None
    assert scope.group(1) in caption
    assert filters.group(1) in {"none", *re.findall(r"Filters: ([^\n]+)", caption)}
    assert "As of：2026-03-02" in head
    assert "As of 2 Mar" in caption


class TestOwed:
    def test_says_what_why_by_when_and_has_one_button(self, busy: Office) -> None:
        page = page_of(client_of(liaison(busy.tree.departments[2])), OWED)
        assert "组织一次专题学习" in page
        assert "要组织一次专题学习。" in page
        assert "5 Mar" in page
        assert "Sign for" in page

    def test_signing_from_the_list_comes_back_to_it(self, busy: Office) -> None:
        client = client_of(liaison(busy.tree.departments[2]))
        page = page_of(client, OWED, tab="lead")
        action = re.search(r'action="(/tasks/\d+/steps/sign/)"', page)
        fields = dict(re.findall(r'name="(version|request_id|next)" value="([^"]*)"', page[page.index("steps/sign") :]))
        assert action is not None
        response = client.post(action.group(1), fields)
        assert (response.status_code, response["Location"]) == (302, f"{OWED}?tab=lead")
        assert "Signed for. It is in hand now." in page_of(client, OWED, tab="lead")

    def test_an_empty_list_says_what_will_stand_there(self, office: Office) -> None:
        page = page_of(client_of(liaison(office.tree.departments[4])), OWED)
        assert "At present nothing is owed." in page

    def test_of_another_unit_does_not_exist(self, busy: Office) -> None:
        client = client_of(liaison(busy.tree.departments[2]))
        assert client.get(OWED, {"unit": busy.tree.departments[1].pk}).status_code == 404

    def test_seen_from_above_offers_no_button(self, busy: Office, clerk: Client) -> None:
        page = page_of(clerk, OWED, unit=busy.tree.departments[2].pk)
        assert "组织一次专题学习" in page
        assert "steps/sign" not in page


class TestWorkList:
    def test_two_characters_find_an_item(self, busy: Office, clerk: Client) -> None:
        assert "组织一次专题学习" in page_of(clerk, WORK, q="专题", status="all")
        assert "No item matches." in page_of(clerk, WORK, q="防汛")

    def test_pages_by_key_without_losing_a_row(self, office: Office, clerk: Client) -> None:
        villages = office.tree.villages[:120]
        office.assign(units=villages, wording="核对党员名册")
        seen: list[str] = []
        address = WORK
        for _page in range(5):
            page = page_of(clerk, address)
            seen += re.findall(r'href="/tasks/(\d+)/"', page)
            after = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
            if after is None:
                break
            address = WORK + after.group(1).replace("&amp;", "&")
        assert len(seen) == len(set(seen)) == 120

    def test_never_counts_beyond_a_thousand(self, office: Office, clerk: Client) -> None:
        for number in range(4):
            office.assign(units=office.tree.villages, wording=f"第{number}项", closing_mode="declare")
            while commands.serve_next_units(
                actor=Actor.system("test"), assignment_id=Assignment.objects.latest("pk").pk, at=SOME_MOMENT
            ):
                pass
        assert "Items 1000+" in page_of(clerk, WORK)

    def test_a_search_with_signs_of_its_own_language_is_only_words(self, busy: Office, clerk: Client) -> None:
        for searched in ("'", "\\", "a' | 'b", "&", "%", "<b>", "学习 & !党员", ":*"):
            assert clerk.get(WORK, {"q": searched}).status_code == 200, searched


class TestPastDays:
    def test_a_past_day_stands_as_it_was_at_its_close(self, busy: Office, clerk: Client) -> None:
        job = Actor.system("test")
        before = table_of(page_of(clerk, TABLE)).rows
        tomorrow, day_after = SOME_DAY + timedelta(days=1), SOME_DAY + timedelta(days=2)
        figures.close_days(actor=job, campaign_id=busy.campaign.pk, today=tomorrow, at=SOME_MOMENT)
        late = Task.objects.filter(status="to_sign").first()
        assert late is not None
        Task.objects.filter(pk=late.pk).update(status="done", finished_on=tomorrow)
        busy.recount()
        second = table_of(page_of(clerk, TABLE)).rows
        figures.close_days(actor=job, campaign_id=busy.campaign.pk, today=day_after, at=SOME_MOMENT)
        Task.objects.exclude(status="done").update(status="in_hand")
        busy.recount()
        assert table_of(page_of(clerk, TABLE, on=SOME_DAY.isoformat())).rows == before
        assert table_of(page_of(clerk, TABLE, on=tomorrow.isoformat())).rows == second
        assert before != second
        now = table_of(page_of(clerk, TABLE)).rows
        assert now not in (before, second)

    def test_its_numbers_open_no_list_and_its_files_carry_its_date(self, busy: Office, clerk: Client) -> None:
        figures.close_days(
            actor=Actor.system("test"), campaign_id=busy.campaign.pk, today=SOME_DAY + timedelta(days=2), at=SOME_MOMENT
        )
        page = page_of(clerk, TABLE, on=SOME_DAY.isoformat())
        assert "status=total" not in page
        assert "A past day" in page
        sheet = sheet_of(clerk, f"{TABLE}excel/?on={SOME_DAY.isoformat()}")
        assert any("2026-03-02" in cell for row in sheet[:6] for cell in row)

    def test_a_day_before_figures_were_kept_is_refused_with_the_first_one(self, busy: Office, clerk: Client) -> None:
        response = clerk.get(TABLE, {"on": "2026-03-01"})
        assert response.status_code == 422
        figures.close_days(
            actor=Actor.system("test"), campaign_id=busy.campaign.pk, today=SOME_DAY + timedelta(days=1), at=SOME_MOMENT
        )
        assert "2026-03-02" in clerk.get(TABLE, {"on": "2026-03-01"}).content.decode()

    def test_a_day_to_come_is_today(self, busy: Office, clerk: Client) -> None:
        assert table_of(page_of(clerk, TABLE, on="2030-01-01")).rows == table_of(page_of(clerk, TABLE)).rows


class TestRest:
    def test_the_table_has_the_numbers_of_the_page(self, busy: Office, clerk: Client) -> None:
        found = clerk.get("/api/table", {"campaign_id": busy.campaign.pk}).json()
        page = table_of(page_of(clerk, TABLE))
        assert [[row["unit"], str(row["figures"]["total"])] for row in found["rows"]] == [
            row[:2] for row in page.rows[1:-1]
        ]
        assert found["as_of"] == SOME_DAY.isoformat()
        narrowed = clerk.get(f"/api/table?campaign_id={busy.campaign.pk}&kind=village").json()
        assert narrowed["total"]["total"] < found["total"]["total"]

    def test_what_is_owed_has_the_lines_of_the_page(self, busy: Office) -> None:
        client = client_of(liaison(busy.tree.departments[2]))
        found = client.get("/api/owed", {"campaign_id": busy.campaign.pk}).json()
        assert [line["wording"] for line in found["lines"]] == ["组织一次专题学习", "核对党员名册"]
        assert [line["next_step"] for line in found["lines"]] == ["sign", "sign"]

    def test_refuses_like_the_pages(self, busy: Office) -> None:
        client = client_of(liaison(busy.tree.departments[2]))
        given = f"?campaign_id={busy.campaign.pk}&unit_id={busy.tree.departments[1].pk}"
        assert client.get(f"/api/owed{given}").status_code == 404
        assert client.get(f"/api/table{given}").status_code == 404
        assert client.get("/api/table", {"campaign_id": 0}).status_code == 404
        assert Client().get("/api/table", {"campaign_id": 1}).status_code == 401

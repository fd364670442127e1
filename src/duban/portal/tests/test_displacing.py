"""Where the campaign displaces other work or the reverse: what is said, from which records, and to whom."""

from datetime import timedelta

import pytest

from duban.access.states import Reach
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_with, make_person_with_account
from duban.config.fixtures import Noise
from duban.config.query_counts import QueryCounts
from duban.office import commands as office_commands
from duban.office.models import Duty
from duban.organisation.models import Unit
from duban.portal import queries
from duban.portal.tests.conftest import Office, client_of, liaison, make_office
from duban.portal.tests.pages import page_of
from duban.tasks import commands
from duban.tasks.models import Task

LATE, COMING = SOME_DAY - timedelta(days=5), SOME_DAY + timedelta(days=20)


@pytest.fixture
def office(tree: Tree, noise: Noise) -> Office:
    return make_office(tree)


def write(office: Office, unit: Unit, *, days: int, done: int | None = None, task: Task | None = None) -> Duty:
    """Write a duty of the unit due so many days from today, done on another day where given."""
    actor = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
    duty = office_commands.write_duty(
        actor=actor,
        campaign_id=office.campaign.pk,
        unit_id=unit.pk,
        text=f"{unit.name}的秋粮收购",
        due_on=SOME_DAY + timedelta(days=days),
        task_id=task.pk if task else None,
        at=SOME_MOMENT,
    )
    if done is not None:
        office_commands.finish_duty(actor=actor, duty_id=duty.pk, result="收完", at=SOME_MOMENT + timedelta(days=done))
    return duty


def answer(task: Task) -> None:
    actor = actor_with(unit=task.unit, role="unit_liaison", reach=Reach.UNIT)
    for step in ("sign", "ask_done"):
        commands.take_step(actor=actor, task_id=task.pk, step_name=step, text="已办好", at=SOME_MOMENT)


def say_first(office: Office, unit: Unit) -> Duty:
    """Let the unit answer its campaign items and leave a duty of its own."""
    task, _other = *office.assign(units=[unit], wording="专题学习"), *office.assign(units=[unit], wording="走访")
    answer(task)
    return write(office, unit, days=-5)


def told(office: Office, unit: Unit) -> list[tuple[bool, int, int, int]]:
    actor = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
    found = queries.ahead(
        actor=actor, campaign=office.campaign, unit_id=unit.pk, workdays_ahead=10, today=SOME_DAY
    ).displaced
    return [(one.is_campaign_first, len(one.duties), one.items, one.items_late) for one in found]


class TestWhatIsSaid:
    def test_duties_past_their_day_beside_items_in_time(self, office: Office) -> None:
        unit = office.tree.villages[0]
        say_first(office, unit)
        write(office, unit, days=-9, done=-10)
        assert told(office, unit) == [(True, 1, 2, 0)]
        # An item that is overdue as well: both are late, nothing displaces the other.
        office.assign(units=[unit], wording="迟了的", due_on=LATE)
        assert told(office, unit) == []

    def test_items_overdue_beside_duties_done_in_time(self, office: Office) -> None:
        unit = office.tree.villages[0]
        office.assign(units=[unit], wording="迟了的", due_on=LATE)
        write(office, unit, days=-2, done=-3)
        assert told(office, unit) == [(False, 1, 1, 1)]
        write(office, unit, days=-1)
        assert told(office, unit) == []

    def test_without_records_on_both_sides_nothing_is_said(self, office: Office) -> None:
        quiet, idle, later = office.tree.villages[:3]
        # Nothing was answered of the campaign yet, so it displaced nothing.
        office.assign(units=[quiet], wording="专题学习")
        write(office, quiet, days=-5)
        # No duty was ever written, or one was done after its day.
        office.assign(units=[idle, later], wording="迟了的", due_on=LATE)
        write(office, later, days=-6, done=-1)
        for unit in (quiet, idle, later):
            assert told(office, unit) == []

    def test_a_duty_that_goes_with_an_item_is_one_thing_with_it(self, office: Office) -> None:
        unit = office.tree.villages[0]
        task = office.assign(units=[unit], wording="专题学习")[0]
        answer(task)
        write(office, unit, days=-5, task=task)
        assert told(office, unit) == []

    def test_both_counts_stand_on_the_calendar_with_what_is_behind_them(self, office: Office) -> None:
        first, reverse = office.tree.villages[:2]
        say_first(office, first)
        page = page_of(client_of(liaison(first)), f"/ahead/?unit={first.pk}")
        assert "1 duty of its own is past its day," in page
        assert "of 2 campaign items none is overdue." in page
        assert f"/work/?unit={first.pk}&amp;own=1&amp;status=total" in page
        assert f"<li>{first.name}的秋粮收购" in page
        office.assign(units=[reverse], wording="迟了的", due_on=LATE)
        write(office, reverse, days=-2, done=-3)
        client = client_of(liaison(reverse))
        page = page_of(client, f"/ahead/?unit={reverse.pk}")
        assert "1 campaign item is overdue," in page
        assert "1 duty of its own was done in time and none is past its day." in page
        listed = page_of(client, f"/work/?unit={reverse.pk}&own=1&status=overdue")
        assert "迟了的" in listed


class TestWhoIsTold:
    def test_the_unit_itself_and_its_own_contact_never_a_level_above(self, office: Office) -> None:
        tree, campaign = office.tree, office.campaign
        village = tree.villages[0]
        county = next(unit for unit in tree.counties if village in tree.below(unit))
        township = next(unit for unit in tree.townships if village in tree.below(unit))
        say_first(office, village)
        own = liaison(village)
        contact = make_person_with_account(
            unit=tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=[village, tree.villages[5]]
        )
        above = [
            office.clerk,
            make_person_with_account(unit=county, role="county_office"),
            make_person_with_account(unit=township, role="township_recorder"),
            make_person_with_account(unit=tree.city, role="leading_group_member"),
        ]
        neighbour = liaison(tree.villages[1])
        here, sentence = f"/ahead/?unit={village.pk}", "past its day,"
        for account in (own, contact):
            client = client_of(account)
            assert sentence in page_of(client, here)
            rest = client.get("/api/ahead", {"campaign_id": campaign.pk, "unit_id": village.pk}).json()
            assert rest["displaced"] == [
                {"unit_id": village.pk, "is_campaign_first": True, "duties": 1, "items": 2, "items_late": 0}
            ]
        # A contact sees all its units together, too.
        assert sentence in page_of(client_of(contact), "/ahead/")
        assert sentence not in page_of(client_of(contact), f"/ahead/?unit={tree.villages[5].pk}")
        for account in above:
            client = client_of(account)
            for address, unit in ((here, village.pk), ("/ahead/", None)):
                assert sentence not in page_of(client, address)
                asked = {"campaign_id": campaign.pk} | ({"unit_id": unit} if unit else {})
                assert client.get("/api/ahead", asked).json()["displaced"] == []
        foreign = client_of(neighbour)
        assert foreign.get(here).status_code == 404
        assert foreign.get("/api/ahead", {"campaign_id": campaign.pk}).json()["displaced"] == []

    def test_no_file_and_no_print_has_it(self, office: Office) -> None:
        unit = office.tree.villages[0]
        say_first(office, unit)
        client = client_of(liaison(unit))
        page = page_of(client, f"/ahead/?unit={unit.pk}")
        assert page.count('class="notice notice-hint no-print"') == page.count("notice-hint") > 0
        actor = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
        found = queries.ahead(actor=actor, campaign=office.campaign, unit_id=unit.pk, workdays_ahead=10, today=SOME_DAY)
        listing = queries.ahead_listing(actor=actor, found=found)
        assert not any("displace" in str(cell) for row in listing.rows for cell in row)

    def test_it_asks_a_fixed_number_of_questions(self, office: Office, query_counts: QueryCounts) -> None:
        units = office.tree.villages[:12]
        contact = make_person_with_account(
            unit=office.tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=units
        )
        client = client_of(contact)
        say_first(office, units[0])
        page_of(client, "/ahead/")
        with query_counts():
            page_of(client, "/ahead/")
        for unit in units[1:]:
            say_first(office, unit)
        with query_counts():
            page_of(client, "/ahead/")

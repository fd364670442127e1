"""Busy days in which a unit's campaign work came to rest: what is said, the way to a later date, and who is told."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from duban.access.states import Reach
from duban.burden.models import BlockedPeriod
from duban.campaigns.models import Campaign
from duban.config.factories import Tree, actor_with, make_person_with_account
from duban.config.fixtures import Noise
from duban.config.query_counts import QueryCounts
from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.portal import queries
from duban.portal.queries import Replanning
from duban.portal.tests.conftest import Office, client_of, liaison, make_office
from duban.portal.tests.pages import page_of
from duban.tasks import commands
from duban.tasks.models import Task

SENTENCE = "No work on the items of this unit was recorded since"
# The pages tell of today, whichever day it is.
NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture
def office(tree: Tree, noise: Noise) -> Office:
    office = make_office(tree)
    Campaign.objects.filter(pk=office.campaign.pk).update(planned_end_on=None)
    office.campaign.refresh_from_db()
    return office


def days_ago(number: int) -> datetime:
    return NOW - timedelta(days=number)


def waiting(office: Office, *units: Unit, since: int = 25, due: int = 3, signed: int | None = 20) -> list[Task]:
    """Issue an item to units so many days ago, signed for some days later, due so many days from today."""
    tasks = office.assign(units=list(units), wording="走访困难党员", due_on=TODAY + timedelta(days=due))
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(issued_at=days_ago(since))
    if signed is not None:
        for task in tasks:
            actor = actor_with(unit=task.unit, role="unit_liaison", reach=Reach.UNIT)
            commands.take_step(actor=actor, task_id=task.pk, step_name="sign", at=days_ago(signed))
    return tasks


def busy(unit: Unit, *, first: int = -10, last: int = 4, with_below: bool = True, kinds: tuple[str, ...] = ()) -> None:
    BlockedPeriod.objects.create(
        unit=unit,
        with_below=with_below,
        kinds=list(kinds),
        name="秋收冬种",
        from_on=TODAY + timedelta(days=first),
        until_on=TODAY + timedelta(days=last),
    )


def told(office: Office, unit: Unit, *, today: date = TODAY) -> Replanning | None:
    actor = Actor.system("test")
    found = queries.ahead(actor=actor, campaign=office.campaign, unit_id=unit.pk, workdays_ahead=10, today=today)
    assert found.replanning == queries.replanning(actor=actor, campaign=office.campaign, unit=unit, today=today)
    return found.replanning


class TestWhatIsSaid:
    def test_silence_in_busy_days_is_said_with_what_falls_due_in_them(self, office: Office) -> None:
        unit = office.tree.villages[0]
        in_them, soon, later = (waiting(office, unit, due=days)[0] for days in (3, 11, 12))
        busy(office.tree.city, kinds=("village",))
        found = told(office, unit)
        assert found is not None
        assert found.since == TODAY - timedelta(days=20)
        assert [period.name for period in found.periods] == ["秋收冬种"]
        assert [item.task_id for item in found.items] == [in_them.pk, soon.pk]
        assert later.pk not in {item.task_id for item in found.items}

    def test_a_record_within_the_weeks_that_are_no_gap_says_nothing(self, office: Office) -> None:
        unit = office.tree.villages[0]
        (task,) = waiting(office, unit)
        busy(unit)
        assert told(office, unit) is not None
        actor = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
        commands.give_feedback(actor=actor, task_id=task.pk, text="走了三户", at=days_ago(14))
        assert told(office, unit) is None
        # Three weeks of silence are set to be a gap: the last two of them say nothing yet.
        commands.set_limits(
            actor=actor_with(unit=office.tree.city, role="office_head"),
            campaign_id=office.campaign.pk,
            answers_per_checker=200,
            consent_above=None,
            quiet_weeks=1,
            at=NOW,
        )
        assert told(office, unit) is not None

    def test_without_busy_days_of_its_own_it_is_a_gap_and_nothing_more(self, office: Office) -> None:
        unit, other = office.tree.villages[:2]
        waiting(office, unit, other)
        busy(other)
        busy(unit.parent or unit, with_below=False)
        busy(office.tree.city, kinds=("school",))
        busy(unit, first=-30, last=-15)
        busy(unit, first=1, last=9)
        assert told(office, unit) is None
        busy(unit, first=-30, last=-14)
        assert told(office, unit) is not None

    def test_where_nothing_waited_nothing_is_said(self, office: Office) -> None:
        unit = office.tree.villages[0]
        waiting(office, unit, since=13, signed=None)
        busy(unit)
        assert told(office, unit) is None
        # Nothing was ever recorded: since the first item came.
        waiting(office, unit, since=16, signed=None)
        found = told(office, unit)
        assert found is not None
        assert found.since == TODAY - timedelta(days=16)
        assert [item.can_ask for item in found.items] == [False, False]

    def test_what_works_through_its_villages_is_not_silent(self, office: Office) -> None:
        tree = office.tree
        county = tree.counties[0]
        village = next(unit for unit in tree.below(county) if unit in tree.villages)
        waiting(office, county)
        busy(county)
        assert told(office, county) is not None
        waiting(office, village, signed=2)
        assert told(office, county) is None


class TestPages:
    def test_each_item_leads_to_a_later_date(self, office: Office) -> None:
        unit = office.tree.villages[0]
        (task,) = waiting(office, unit)
        busy(unit)
        client = client_of(liaison(unit))
        link = f"/tasks/{task.pk}/#change"
        for address in (f"/ahead/?unit={unit.pk}", f"/activity/?unit={unit.pk}"):
            page = page_of(client, address)
            assert SENTENCE in page
            assert "秋收冬种" in page
            assert link in page
        assert 'id="change"' in page_of(client, f"/tasks/{task.pk}/")
        asked = {"kind": "extension", "new_due": str(TODAY + timedelta(days=30)), "reason": "秋收"}
        assert client.post(f"/tasks/{task.pk}/change/", asked).status_code == 302
        # Asking is not yet work: the reminder stays for the other items, and says that for this one a request waits.
        page = page_of(client, f"/ahead/?unit={unit.pk}")
        assert link not in page
        assert "A request waits already." in page
        # The first page keeps to what is owed.
        assert SENTENCE not in page_of(client, "/owed/")

    def test_the_unit_itself_and_its_own_contact_are_told_and_nobody_above(self, office: Office) -> None:
        tree, campaign = office.tree, office.campaign
        village = tree.villages[0]
        county = next(unit for unit in tree.counties if village in tree.below(unit))
        township = next(unit for unit in tree.townships if village in tree.below(unit))
        (task,) = waiting(office, village)
        busy(village)
        contact = make_person_with_account(
            unit=tree.departments[-1], role="group_head", reach=Reach.LISTED, listed=[village]
        )
        asked = {"campaign_id": campaign.pk, "unit_id": village.pk}
        for account in (liaison(village), contact):
            client = client_of(account)
            for address in (f"/ahead/?unit={village.pk}", f"/activity/?unit={village.pk}"):
                assert SENTENCE in page_of(client, address)
            rest = client.get("/api/ahead", asked).json()["replanning"]
            assert (rest["unit_id"], rest["since"]) == (village.pk, str(TODAY - timedelta(days=20)))
            assert [period["name"] for period in rest["periods"]] == ["秋收冬种"]
            assert [(item["task_id"], item["can_ask"]) for item in rest["items"]] == [(task.pk, True)]
        # Asking is the unit's own.
        assert f"/tasks/{task.pk}/#change" not in page_of(client_of(contact), f"/ahead/?unit={village.pk}")
        for account in (
            office.clerk,
            make_person_with_account(unit=county, role="county_office"),
            make_person_with_account(unit=township, role="township_recorder"),
            make_person_with_account(unit=tree.city, role="leading_group_member"),
        ):
            client = client_of(account)
            for address in (f"/ahead/?unit={village.pk}", "/ahead/"):
                assert SENTENCE not in page_of(client, address)
            assert client.get(f"/activity/?unit={village.pk}").status_code == 403
            assert client.get("/api/ahead", asked).json()["replanning"] is None
        neighbour = client_of(liaison(tree.villages[1]))
        assert neighbour.get("/api/ahead", asked).status_code == 404

    def test_no_file_and_no_print_has_it(self, office: Office) -> None:
        unit = office.tree.villages[0]
        waiting(office, unit)
        busy(unit)
        client = client_of(liaison(unit))
        page = page_of(client, f"/ahead/?unit={unit.pk}")
        for shown in (page, page_of(client, f"/activity/?unit={unit.pk}")):
            assert '<section class="notice notice-hint no-print" id="replanning">' in shown
        actor = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
        found = queries.ahead(actor=actor, campaign=office.campaign, unit_id=unit.pk, workdays_ahead=10, today=TODAY)
        listing = queries.ahead_listing(actor=actor, found=found)
        assert not any("秋收冬种" in str(cell) for row in listing.rows for cell in row)

    def test_it_asks_a_fixed_number_of_questions(self, office: Office, query_counts: QueryCounts) -> None:
        unit = office.tree.villages[0]
        client = client_of(liaison(unit))
        address = f"/ahead/?unit={unit.pk}"
        waiting(office, unit)
        busy(unit)
        page_of(client, address)
        with query_counts():
            page_of(client, address)
        for _each in range(12):
            waiting(office, unit)
        with query_counts():
            page_of(client, address)

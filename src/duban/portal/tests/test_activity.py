"""Week by week: when a unit recorded something, where a gap lies, what made up for it, and who is told."""

from datetime import date, datetime, timedelta

import pytest

from duban.access.states import Reach
from duban.audit import commands as audit
from duban.config.factories import SOME_DAY, Tree, actor_with, make_campaign, make_person_with_account
from duban.config.fixtures import Noise
from duban.config.query_counts import QueryCounts
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed, NotFound
from duban.organisation.models import Unit
from duban.portal import queries
from duban.portal.tests.conftest import Office, client_of, liaison, make_office
from duban.portal.tests.pages import page_of, table_of
from duban.tasks import commands
from duban.tasks.models import Task, TaskEntry

# The campaign of the office began on 1 February, a month before; so it is four weeks old, and one day.
LAUNCH = date(2026, 2, 1)
SYSTEM = Actor.system("test")


@pytest.fixture
def office(tree: Tree, noise: Noise) -> Office:
    return make_office(tree)


def on_day(day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(LAUNCH, datetime.min.time()).astimezone() + timedelta(days=day, hours=hour, minutes=minute)


def issued(office: Office, *units: Unit, wording: str = "走访困难党员", day: int = 0) -> list[Task]:
    tasks = office.assign(units=list(units), wording=wording)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(issued_at=on_day(day))
    return tasks


def say(task: Task, at: datetime, actor: Actor | None = None, step: str = "sign") -> None:
    actor = actor or actor_with(unit=task.unit, role="unit_liaison", reach=Reach.UNIT)
    commands.take_step(actor=actor, task_id=task.pk, step_name=step, text="已办好", at=at)


def weeks_of(office: Office, unit: Unit, *, weeks: int, actor: Actor = SYSTEM) -> queries.Activity:
    today = LAUNCH + timedelta(days=7 * weeks)
    return queries.activity(actor=actor, campaign=office.campaign, unit_id=unit.pk, today=today)


def entries(found: queries.Activity) -> list[int]:
    return [week.entries for week in found.weeks]


class TestWeeks:
    def test_entries_and_answers_are_counted_in_the_weeks_of_the_campaign(self, office: Office) -> None:
        unit, other = office.tree.villages[:2]
        task, foreign = issued(office, unit, other)
        say(task, on_day(6, hour=23))
        say(foreign, on_day(6))
        say(task, on_day(7, hour=0), step="ask_done")
        found = weeks_of(office, unit, weeks=2)
        assert [(week.number, week.first.day, week.last.day) for week in found.weeks] == [
            (1, 1, 7),
            (2, 8, 14),
            (3, 15, 21),
        ]
        assert [(week.entries, week.answers) for week in found.weeks] == [(1, 0), (1, 1), (0, 0)]
        assert [week.is_over for week in found.weeks] == [True, True, False]
        # Since the unit said that it was done nothing waits for it.
        assert [week.open_items for week in found.weeks] == [1, 1, 0]

    def test_a_unit_counts_with_everything_below_it(self, office: Office) -> None:
        tree = office.tree
        county = tree.counties[0]
        below = [unit for unit in tree.below(county) if unit in tree.villages][:3]
        for task in issued(office, county, *below):
            say(task, on_day(3))
        assert entries(weeks_of(office, county, weeks=1)) == [4, 0]
        assert entries(weeks_of(office, below[0], weeks=1)) == [1, 0]

    def test_what_a_township_records_counts_at_the_village(self, office: Office) -> None:
        tree = office.tree
        village = tree.villages[0]
        township = next(unit for unit in tree.townships if village in tree.below(unit))
        recorder = actor_with(unit=township, role="township_recorder")
        (task,) = issued(office, village)
        say(task, on_day(3), actor=recorder)
        assert TaskEntry.objects.get(task=task).for_unit_id == village.pk
        assert entries(weeks_of(office, village, weeks=1)) == [1, 0]

    def test_checks_and_reminders_of_others_are_no_record_of_the_unit(self, office: Office) -> None:
        unit = office.tree.villages[0]
        (task,) = issued(office, unit)
        say(task, on_day(1))
        say(task, on_day(2), step="ask_done")
        say(task, on_day(9), step="accept", actor=office.actor)
        assert entries(weeks_of(office, unit, weeks=2)) == [2, 0, 0]

    def test_another_campaign_is_counted_nowhere(self, office: Office) -> None:
        unit = office.tree.villages[0]
        (task,) = issued(office, unit)
        say(task, on_day(1))
        other = make_campaign(root=office.tree.city, name="另一场", starts_on=LAUNCH)
        found = queries.activity(actor=SYSTEM, campaign=other, unit_id=unit.pk, today=SOME_DAY)
        assert not found.has_records
        assert found.gaps == []


class TestGaps:
    @pytest.fixture
    def silent(self, office: Office) -> Unit:
        """Signs one item in the first week and ten more in the evening of the first day of the sixth."""
        unit = office.tree.villages[0]
        (first,) = issued(office, unit)
        say(first, on_day(2))
        late = [issued(office, unit, wording=f"第{number}件", day=10)[0] for number in range(10)]
        for number, task in enumerate(late):
            say(task, on_day(35, hour=19, minute=4 * number))
        return unit

    def test_more_weeks_without_a_record_than_set_are_a_gap(self, office: Office, silent: Unit) -> None:
        found = weeks_of(office, silent, weeks=6)
        assert entries(found) == [1, 0, 0, 0, 0, 10, 0]
        (gap,) = found.gaps
        assert (gap.first.number, gap.last.number, gap.is_going_on) == (2, 5, False)
        commands.set_limits(
            actor=actor_with(unit=office.tree.city, role="office_head"),
            campaign_id=office.campaign.pk,
            answers_per_checker=200,
            consent_above=None,
            quiet_weeks=4,
            at=on_day(40),
        )
        assert weeks_of(office, silent, weeks=6).gaps == []

    def test_an_evening_that_makes_up_for_it_is_said(self, office: Office, silent: Unit) -> None:
        found = weeks_of(office, silent, weeks=6)
        made_up = found.gaps[0].made_up_on
        assert made_up is not None
        assert (made_up.day, made_up.entries) == (LAUNCH + timedelta(days=35), 10)
        assert (made_up.first_at, made_up.last_at) == (on_day(35, hour=19), on_day(35, hour=19, minute=36))
        page = page_of(client_of(liaison(silent)), f"/activity/?unit={silent.pk}")
        assert "After that 10 entries on one day, " in page
        assert ", between 19:00 and 19:36." in page

    def test_a_day_claimed_later_does_not_hide_the_silence(self, office: Office) -> None:
        unit = office.tree.villages[0]
        actor = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
        (task,) = issued(office, unit)
        say(task, on_day(1), actor=actor)
        entry = commands.give_feedback(actor=actor, task_id=task.pk, text="补录：2月12日已开展", at=on_day(36))
        audit.record(
            actor=actor,
            verb="task.feedback",
            object_kind="task",
            object_id=task.pk,
            unit_id=unit.pk,
            at=on_day(36),
            claimed_on=LAUNCH + timedelta(days=11),
        )
        assert entry is not None
        found = weeks_of(office, unit, weeks=6)
        assert entries(found) == [1, 0, 0, 0, 0, 1, 0]
        assert [(gap.first.number, gap.last.number) for gap in found.gaps] == [(2, 5)]

    def test_a_gap_that_goes_on_says_since_when(self, office: Office) -> None:
        unit = office.tree.villages[0]
        issued(office, unit)
        assert weeks_of(office, unit, weeks=2).gaps == []
        (gap,) = weeks_of(office, unit, weeks=3).gaps
        assert (gap.first.number, gap.last.number, gap.is_going_on, gap.made_up_on) == (1, 3, True, None)

    def test_weeks_in_which_nothing_waited_are_no_gap(self, office: Office) -> None:
        unit = office.tree.villages[0]
        issued(office, unit, day=28)
        (task,) = issued(office, unit, wording="先办的")
        say(task, on_day(1))
        say(task, on_day(2), step="ask_done")
        found = weeks_of(office, unit, weeks=4)
        assert [week.is_quiet for week in found.weeks] == [False] * 5
        Task.objects.filter(pk=task.pk).update(status="in_hand")
        assert [week.is_quiet for week in weeks_of(office, unit, weeks=4).weeks] == [False, True, True, True, False]


class TestWhoIsTold:
    def test_the_unit_itself_and_its_contact_and_nobody_above(self, office: Office) -> None:
        tree = office.tree
        county, village = tree.counties[0], tree.villages[0]
        contact = actor_with(unit=tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=[county])
        own_office = actor_with(unit=county, role="county_office")
        for actor in (contact, own_office):
            assert weeks_of(office, county, weeks=1, actor=actor).unit == county
        own = actor_with(unit=village, role="unit_liaison", reach=Reach.UNIT)
        assert weeks_of(office, village, weeks=1, actor=own).unit == village
        leader = actor_with(unit=tree.city, role="leading_group_member")
        for actor, unit in ((office.actor, county), (leader, county), (own_office, village), (office.actor, village)):
            assert not queries.may_see_activity(actor=actor, unit=unit)
            with pytest.raises(NotAllowed):
                weeks_of(office, unit, weeks=1, actor=actor)
        with pytest.raises(NotFound):
            weeks_of(office, village, weeks=1, actor=contact)
        neighbour = actor_with(unit=tree.villages[1], role="unit_liaison", reach=Reach.UNIT)
        with pytest.raises(NotFound):
            weeks_of(office, village, weeks=1, actor=neighbour)

    def test_the_pages_of_a_unit_lead_there_for_them_only(self, office: Office) -> None:
        village, county = office.tree.villages[0], office.tree.counties[0]
        own, above = client_of(liaison(village)), client_of(make_person_with_account(unit=county, role="county_office"))
        contact = client_of(
            make_person_with_account(
                unit=office.tree.departments[-1], role="group_head", reach=Reach.LISTED, listed=[village, county]
            )
        )
        link = f"/activity/?unit={village.pk}"
        for address in (f"/units/{village.pk}/", f"/ahead/?unit={village.pk}"):
            assert link in page_of(own, address)
            assert link in page_of(contact, address)
            assert link not in page_of(above, address)
        assert f"/activity/?unit={county.pk}" in page_of(contact, f"/table/?unit={county.pk}")
        assert "/activity/" not in page_of(above, f"/table/?unit={village.pk}")


class TestPage:
    def test_weeks_stand_in_a_table_and_a_chart(self, office: Office) -> None:
        unit = office.tree.villages[0]
        (task,) = issued(office, unit)
        say(task, on_day(1))
        client = client_of(liaison(unit))
        page = page_of(client, f"/activity/?unit={unit.pk}")
        rows = table_of(page).rows
        assert rows[0][1:4] == ["Waited for the unit", "Entries", "Of which answers"]
        assert rows[1][1:4] == ["1", "1", "0"]
        assert "does not mean that nothing was done" in page
        assert "<svg" in page_of(client, f"/activity/chart/?unit={unit.pk}")

    def test_no_file_has_it(self, office: Office) -> None:
        unit = office.tree.villages[0]
        (task,) = issued(office, unit)
        say(task, on_day(1))
        client = client_of(liaison(unit))
        assert client.get(f"/activity/excel/?unit={unit.pk}").status_code == 404
        page = page_of(client, f"/activity/?unit={unit.pk}")
        assert ">Excel</a>" not in page
        assert "data-print" not in page

    def test_a_unit_of_which_nothing_was_asked_is_told_so(self, office: Office) -> None:
        unit = office.tree.villages[0]
        page = page_of(client_of(liaison(unit)), f"/activity/?unit={unit.pk}")
        assert "Nothing has been asked of this unit yet." in page

    def test_it_asks_a_fixed_number_of_questions(self, office: Office, query_counts: QueryCounts) -> None:
        county = office.tree.counties[0]
        client = client_of(make_person_with_account(unit=county, role="county_office"))
        address = f"/activity/?unit={county.pk}"
        issued(office, *office.tree.villages[:5])
        page_of(client, address)
        with query_counts():
            page_of(client, address)
        for task in issued(office, *office.tree.villages[:30], wording="核对党员名册"):
            say(task, on_day(4))
        with query_counts():
            page_of(client, address)

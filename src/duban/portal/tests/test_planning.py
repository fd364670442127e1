"""What comes, where the key measures stand, and which units would have items left: pages, files and who reads them."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from duban.access.states import Reach
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_for, actor_with, make_person_with_account
from duban.config.fixtures import Noise
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.office import commands as office_commands
from duban.office.commands import MatterText
from duban.portal import queries
from duban.portal.tests.conftest import Office, client_of, liaison, make_office
from duban.portal.tests.pages import page_of, sheet_of, table_of
from duban.tasks import commands
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task


@pytest.fixture
def office(tree: Tree, noise: Noise) -> Office:
    return make_office(tree)


def write(office: Office, *, wording: str, heading: str = "", starts_on: date | None = None, due: int = 60) -> None:
    text = AssignmentText(
        wording=wording,
        heading=heading,
        target="listed",
        target_rule={"units": [unit.pk for unit in office.tree.villages[:3]]},
        starts_on=starts_on,
        due_on=SOME_DAY + timedelta(days=due),
    )
    draft = commands.create_assignment(
        actor=office.actor, campaign_id=office.campaign.pk, assigner_id=office.tree.city.pk, text=text, at=SOME_MOMENT
    )
    commands.issue(actor=office.actor, assignment_id=draft.pk, at=SOME_MOMENT)


def coming(office: Office, *, days: int = 10, unit_id: int | None = None) -> list[tuple[date, str, str, int]]:
    found = queries.ahead(
        actor=office.actor, campaign=office.campaign, unit_id=unit_id, workdays_ahead=days, today=SOME_DAY
    )
    return [(each, line.kind, line.wording, line.number) for each, lines in found.days for line in lines]


def test_everything_due_or_starting_in_the_next_days_is_listed(office: Office) -> None:
    tuesday, friday = SOME_DAY + timedelta(days=1), SOME_DAY + timedelta(days=4)
    write(office, wording="走访困难党员", due=1)
    write(office, wording="修复路灯", starts_on=friday)
    write(office, wording="长远的事", due=50)
    office_commands.open_matter(
        actor=office.actor,
        campaign_id=office.campaign.pk,
        kind="meeting",
        text=MatterText(title="第一次办公室会议", due_on=friday),
        at=SOME_MOMENT,
    )
    office.recount()
    assert coming(office) == [
        (tuesday, "due", "走访困难党员", 3),
        (friday, "event", "第一次办公室会议", 0),
        (friday, "starts", "修复路灯", 3),
    ]
    assert coming(office, days=1) == []
    assert ("长远的事", 3) in [(wording, number) for _day, _kind, wording, number in coming(office, days=60)]


def test_the_file_of_what_comes_has_the_rows_of_the_page(office: Office) -> None:
    write(office, wording="走访困难党员", due=1)
    write(office, wording="核对台账", due=3)
    office.recount()
    client = client_of(office.clerk)
    client.post(f"/campaigns/{office.campaign.pk}/choose/")
    shown = [row[1] for row in table_of(page_of(client, "/ahead/?days=5")).rows if len(row) == 4][1:]
    sheet = sheet_of(client, "/ahead/excel/?days=5")
    head = next(index for index, row in enumerate(sheet) if row[0] == "Day")
    assert [row[2] for row in sheet[head + 1 :]] == shown == ["走访困难党员", "核对台账"]


def test_the_calendar_of_a_unit_has_its_other_duties_too(office: Office) -> None:
    write(office, wording="走访困难党员", due=1)
    office.recount()
    unit = office.tree.villages[0]
    account = liaison(unit)
    office_commands.write_duty(
        actor=actor_for(account=account),
        campaign_id=office.campaign.pk,
        unit_id=unit.pk,
        text="秋收",
        due_on=SOME_DAY + timedelta(days=2),
        at=SOME_MOMENT,
    )
    lines = coming(office, unit_id=unit.pk)
    assert [(kind, wording) for _day, kind, wording, _number in lines] == [("due", "走访困难党员"), ("duty", "秋收")]
    assert lines[0][3] == 1
    client = client_of(account)
    client.post(f"/campaigns/{office.campaign.pk}/choose/")
    page = page_of(client, "/ahead/")
    assert "秋收" in page
    assert "走访困难党员" in page


def test_key_measures_show_their_parts_in_the_order_of_handing_over(office: Office) -> None:
    write(office, wording="第二步", heading="学习教育", due=40)
    write(office, wording="第一步", heading="学习教育", due=-3)
    write(office, wording="没有归入的", due=5)
    Task.objects.filter(assignment__wording="第二步", unit=office.tree.villages[0]).update(
        status="done", finished_on=SOME_DAY
    )
    office.recount()
    (measure,) = queries.key_measures(actor=office.actor, campaign=office.campaign, today=SOME_DAY).measures
    assert [part.wording for part in measure.parts] == ["第一步", "第二步"]
    assert (measure.total, measure.done, measure.overdue) == (6, 1, 3)
    reader = actor_with(unit=office.tree.villages[1], role="unit_liaison", reach=Reach.UNIT)
    (own,) = queries.key_measures(actor=reader, campaign=office.campaign, today=SOME_DAY).measures
    assert (own.total, own.done, own.overdue) == (2, 0, 1)


class TestPace:
    @pytest.fixture
    def worked(self, office: Office) -> Office:
        """The first village did everything but one in a month; the second did nothing of four."""
        first, second = office.tree.villages[:2]
        for number in range(4):
            for task in office.assign(units=[first, second], wording=f"第{number}件"):
                if task.unit_id == first.pk and number:
                    Task.objects.filter(pk=task.pk).update(status="done", finished_on=SOME_DAY)
        office.recount()
        return office

    def test_a_statement_says_the_figures_and_what_follows(self, worked: Office) -> None:
        day = queries.Day(SOME_DAY, SOME_DAY)
        first, second = (
            queries.pace_of_unit(actor=worked.actor, campaign=worked.campaign, unit=unit, day=day)
            for unit in worked.tree.villages[:2]
        )
        assert first is not None
        assert second is not None
        assert (first.open_items, first.done, first.is_short) == (1, 3, False)
        assert (second.open_items, second.done, second.is_short) == (4, 0, True)
        # 1 February to 2 March of a year until 31 December.
        with translation.override("en"):
            said = [first.sentence, second.sentence]
        assert said[0].startswith("9% of the time is over, 75% of the work is done. 1 items are open for ")
        assert said[1].endswith("At the present pace about 4 would be left at the end.")

    def test_it_is_told_to_the_unit_its_contact_and_the_office_only(self, worked: Office) -> None:
        unit, day = worked.tree.villages[1], queries.Day(SOME_DAY, SOME_DAY)
        contact = actor_with(unit=worked.tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=[unit])
        own = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
        leader = actor_with(unit=worked.tree.city, role="leading_group_member")
        told = [
            queries.pace_of_unit(actor=actor, campaign=worked.campaign, unit=unit, day=day) is not None
            for actor in (worked.actor, own, contact, leader)
        ]
        assert told == [True, True, True, False]

    def test_the_office_reads_which_places_would_be_short_in_protocol_order(self, worked: Office) -> None:
        township = worked.tree.townships[0]

        def short(actor: Actor) -> list[int]:
            table = queries.unit_table(
                actor=actor,
                campaign=worked.campaign,
                unit_id=township.pk,
                choice=UnitChoice(),
                on=None,
                today=SOME_DAY,
            )
            return [row.unit.pk for row, _pace in queries.short_units(actor=actor, table=table)]

        assert short(worked.actor) == [worked.tree.villages[1].pk]
        leader = actor_for(account=make_person_with_account(unit=worked.tree.city, role="leading_group_member"))
        assert short(leader) == []

    def test_long_term_work_is_never_counted_as_left(self, office: Office) -> None:
        counts = dict.fromkeys(("total", "done", "long_term"), 0) | {"total": 3, "long_term": 3}
        assert queries.pace(actor=office.actor, campaign=office.campaign, counts=counts, on=SOME_DAY) is None

"""What units do besides the campaign, and what campaign items go with."""

from datetime import timedelta

import pytest

from duban.access.states import Reach
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_with, make_campaign, make_work
from duban.config.fixtures import Noise
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.office import commands, queries


def test_a_unit_notes_what_a_campaign_item_goes_with(tree: Tree, noise: Noise) -> None:
    campaign, unit = make_campaign(root=tree.city), tree.villages[0]
    clerk = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
    task = make_work(campaign=campaign, assigner=tree.city, units=[unit]).tasks[0]
    duty = commands.write_duty(
        actor=clerk,
        campaign_id=campaign.pk,
        unit_id=unit.pk,
        text="修通机耕路",
        due_on=None,
        task_id=task.pk,
        at=SOME_MOMENT,
    )
    # Without a day of its own it has that of the item.
    assert duty.due_on == task.agreed_due
    done = commands.finish_duty(actor=clerk, duty_id=duty.pk, result="修了三里", at=SOME_MOMENT)
    assert (done.result, done.done_on) == ("修了三里", SOME_DAY)
    with pytest.raises(IllegalStep):
        commands.finish_duty(actor=clerk, duty_id=duty.pk, result="", at=SOME_MOMENT)


def test_nobody_writes_duties_of_another_unit(tree: Tree, noise: Noise) -> None:
    campaign, unit = make_campaign(root=tree.city), tree.villages[0]
    given = {"campaign_id": campaign.pk, "unit_id": unit.pk, "text": "秋收", "due_on": SOME_DAY, "at": SOME_MOMENT}
    neighbour = actor_with(unit=tree.villages[1], role="unit_liaison", reach=Reach.UNIT)
    with pytest.raises(NotFound):
        commands.write_duty(actor=neighbour, **given)  # type: ignore[arg-type]
    office = actor_with(unit=tree.city, role="office_clerk")
    with pytest.raises(NotAllowed):
        commands.write_duty(actor=office, **given)  # type: ignore[arg-type]
    own = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
    foreign = make_work(campaign=campaign, assigner=tree.city, units=[tree.villages[1]]).tasks[0]
    with pytest.raises(NotFound):
        commands.write_duty(actor=own, task_id=foreign.pk, **given)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="day"):
        commands.write_duty(actor=own, **(given | {"due_on": None}))  # type: ignore[arg-type]


def test_what_is_not_done_stays_in_the_calendar(tree: Tree, noise: Noise) -> None:
    campaign, unit = make_campaign(root=tree.city), tree.villages[0]
    clerk = actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)
    for text, days in (("早该办的", -5), ("这周的", 2), ("下月的", 40)):
        commands.write_duty(
            actor=clerk,
            campaign_id=campaign.pk,
            unit_id=unit.pk,
            text=text,
            due_on=SOME_DAY + timedelta(days=days),
            at=SOME_MOMENT,
        )
    found = queries.duties_between(
        actor=clerk, campaign_id=campaign.pk, unit_id=unit.pk, first=SOME_DAY, last=SOME_DAY + timedelta(days=10)
    )
    assert [duty.text for duty in found] == ["早该办的", "这周的"]


def test_units_without_a_link_are_told_to_themselves_and_their_own_contact_only(tree: Tree, noise: Noise) -> None:
    campaign = make_campaign(root=tree.city)
    linked, bare = tree.villages[:2]
    tasks = make_work(campaign=campaign, assigner=tree.city, units=[linked, bare, tree.counties[0]]).tasks
    clerk = actor_with(unit=linked, role="unit_liaison", reach=Reach.UNIT)
    commands.write_duty(
        actor=clerk,
        campaign_id=campaign.pk,
        unit_id=linked.pk,
        text="修通机耕路",
        due_on=SOME_DAY,
        task_id=tasks[0].pk,
        at=SOME_MOMENT,
    )
    own = actor_with(unit=bare, role="unit_liaison", reach=Reach.UNIT)
    contact = actor_with(
        unit=tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=[linked, bare, tree.villages[2]]
    )
    office = actor_with(unit=tree.city, role="office_clerk")
    # An office is told of its own unit, and of none that only lies below it.
    county = actor_with(unit=tree.counties[0], role="county_office")
    for actor, told in ((own, [bare]), (contact, [bare]), (clerk, []), (office, []), (county, [tree.counties[0]])):
        assert queries.units_without_link(actor=actor, campaign_id=campaign.pk) == told

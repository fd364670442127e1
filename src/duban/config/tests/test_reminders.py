"""What falls due becomes one reminder per person and day: tasks and messages brought together."""

from datetime import date, timedelta

from duban.access.states import Reach
from duban.campaigns.models import Campaign
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_for, make_campaign, make_person_with_account
from duban.config.fixtures import Noise
from duban.kernel.authority import Actor
from duban.notices import commands as notices
from duban.notices import queries as notice_queries
from duban.notices.models import Digest
from duban.organisation.models import Unit
from duban.organisation.states import PostKind
from duban.tasks import commands
from duban.tasks import queries as tasks
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task

SYSTEM = Actor.system("test")


def assign(tree: Tree, campaign: Campaign, units: list[Unit], due_on: date) -> None:
    office = actor_for(account=make_person_with_account(unit=tree.city, role="office_clerk"))
    text = AssignmentText(
        wording="走访困难党员", target="listed", target_rule={"units": [unit.pk for unit in units]}, due_on=due_on
    )
    draft = commands.create_assignment(
        actor=office, campaign_id=campaign.pk, assigner_id=tree.city.pk, text=text, at=SOME_MOMENT
    )
    commands.issue(actor=office, assignment_id=draft.pk, at=SOME_MOMENT)


def test_items_due_in_five_three_and_one_working_days_stand_in_one_reminder(tree: Tree, noise: Noise) -> None:
    campaign, village = make_campaign(root=tree.city), tree.villages[0]
    # SOME_DAY is a Monday: due today, in 1, 2, 3, 4, 5 and 6 working days.
    days = [SOME_DAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8)]
    for day in days:
        assign(tree, campaign, [village, tree.villages[1]], day)
    assign(tree, campaign, [village], days[1])
    Task.objects.filter(unit=village, agreed_due=days[3]).update(status="done", finished_on=SOME_DAY)
    over = make_campaign(root=tree.city, status="ended")
    Task.objects.filter(unit=village, agreed_due=days[5]).update(campaign=over)
    account = make_person_with_account(unit=village, role="unit_liaison", reach=Reach.UNIT, post_kind=PostKind.LIAISON)
    while notices.remind_next(actor=SYSTEM, due_soon=tasks.due_soon, at=SOME_MOMENT, most=100):
        pass
    assert Digest.objects.filter(user=account.user).count() == 1
    seen = notice_queries.digest_of(actor=actor_for(account=account), on=SOME_DAY)
    assert seen is not None
    assert (seen.in_one, seen.in_three, seen.in_five) == (2, 0, 0)
    assert [line.unit for line in seen.units] == [village]


def test_steps_of_units_name_each_unit_once(tree: Tree, noise: Noise) -> None:
    campaign = make_campaign(root=tree.city)
    assign(tree, campaign, tree.villages[:7], SOME_DAY + timedelta(days=1))
    spans = notice_queries.spans(actor=SYSTEM, day=SOME_DAY)
    found: list[int] = []
    while rows := tasks.due_soon(actor=SYSTEM, spans=spans, after=found[-1] if found else 0, most=3):
        found += [unit_id for unit_id, *_numbers in rows]
    assert {unit.pk for unit in tree.villages[:7]} <= set(found)
    assert found == sorted(set(found))

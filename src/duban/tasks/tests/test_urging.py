"""Urging: by a named person within their scope, once per item and day, recorded, and counted by no figure."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.campaigns.models import Campaign
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_with, make_campaign
from duban.config.fixtures import Noise
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.organisation.models import Unit
from duban.tasks import commands, queries
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task, TaskEntry, TaskFigures
from duban.tasks.queries import TaskFilter
from duban.tasks.states import EntryKind


@pytest.fixture
def campaign(tree: Tree, noise: Noise) -> Campaign:
    return make_campaign(root=tree.city)


@pytest.fixture
def office(tree: Tree) -> Actor:
    return actor_with(unit=tree.city, role="office_clerk")


def assign(office: Actor, campaign: Campaign, units: list[Unit], due_on: date) -> list[Task]:
    text = AssignmentText(
        wording="走访困难党员", target="listed", target_rule={"units": [unit.pk for unit in units]}, due_on=due_on
    )
    draft = commands.create_assignment(
        actor=office, campaign_id=campaign.pk, assigner_id=office.unit_id or 0, text=text, at=SOME_MOMENT
    )
    commands.issue(actor=office, assignment_id=draft.pk, at=SOME_MOMENT)
    return list(Task.objects.filter(assignment=draft).order_by("unit__order_path"))


@pytest.fixture
def owed(tree: Tree, campaign: Campaign, office: Actor) -> list[Task]:
    """Two villages of the first county and two of the second, each with an unsigned item; one is being checked."""
    counties = [[unit for unit in tree.villages if unit.path.startswith(county.path)] for county in tree.counties[:2]]
    late = SOME_DAY - timedelta(days=3)
    tasks = assign(office, campaign, [*counties[0][:3], *counties[1][:2]], late)
    Task.objects.filter(pk=tasks[2].pk).update(status="asked_done", asked_at=SOME_MOMENT)
    return tasks


def everything(campaign: Campaign) -> TaskFilter:
    return TaskFilter(campaign_id=campaign.pk, status="all", as_of=SOME_DAY, near_until=SOME_DAY + timedelta(days=7))


def test_only_what_waits_for_its_unit_and_lies_in_the_scope_is_urged(
    tree: Tree, campaign: Campaign, owed: list[Task]
) -> None:
    county = actor_with(unit=tree.counties[0], role="county_office")
    done = commands.urge(actor=county, given=everything(campaign), text=" 请今日签收 ", at=SOME_MOMENT)
    assert (done.now, done.already) == (sorted(task.pk for task in owed[:2]), [])
    lines = list(TaskEntry.objects.filter(kind=EntryKind.URGE).order_by("task_id"))
    assert [line.task_id for line in lines] == done.now
    assert {(line.text, line.user_id, line.unit_id, line.urged_on) for line in lines} == {
        ("请今日签收", county.user_id, tree.counties[0].pk, SOME_DAY)
    }
    assert all(line.by.startswith(county.name) for line in lines)


def test_an_item_is_urged_once_a_day_by_whomever_and_the_result_says_which(
    tree: Tree, campaign: Campaign, owed: list[Task], office: Actor
) -> None:
    county = actor_with(unit=tree.counties[0], role="county_office")
    commands.urge(actor=county, given=everything(campaign), text="", at=SOME_MOMENT)
    done = commands.urge(actor=office, given=everything(campaign), text="", at=SOME_MOMENT + timedelta(hours=1))
    assert done.now == sorted(task.pk for task in owed[3:])
    assert done.already == sorted(task.pk for task in owed[:2])
    again = commands.urge(actor=office, given=everything(campaign), text="", at=SOME_MOMENT + timedelta(hours=2))
    assert (again.now, len(again.already)) == ([], 4)
    # 00:00 in Shanghai is 16:00 UTC.
    midnight = SOME_MOMENT.replace(hour=16, minute=0)
    before = commands.urge(actor=office, given=everything(campaign), text="", at=midnight - timedelta(seconds=1))
    assert before.now == []
    assert len(commands.urge(actor=office, given=everything(campaign), text="", at=midnight).now) == 4
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskEntry.objects.create(
            task=owed[0], kind=EntryKind.URGE, user_id=1, by="", urged_on=SOME_DAY, made_at=SOME_MOMENT
        )


def test_urging_is_recorded_in_one_row_and_changes_no_figure_and_no_task(
    campaign: Campaign, owed: list[Task], office: Actor
) -> None:
    def counted() -> list[object]:
        return list(TaskFigures.objects.filter(campaign=campaign).order_by("pk").values_list())

    figures, tasks = counted(), list(Task.objects.order_by("pk").values())
    events = AuditEvent.objects.count()
    commands.urge(actor=office, given=everything(campaign), text="请尽快", at=SOME_MOMENT)
    assert figures == counted()
    assert tasks == list(Task.objects.order_by("pk").values())
    assert AuditEvent.objects.count() == events + 1
    row = AuditEvent.objects.latest("pk")
    assert row.verb == "task.urge"
    assert "请尽快" not in str(row.payload)
    commands.urge(actor=office, given=everything(campaign), text="", at=SOME_MOMENT)
    assert AuditEvent.objects.count() == events + 1, "nothing was done, nothing is recorded"


def test_the_machine_urges_nobody(campaign: Campaign, owed: list[Task]) -> None:
    with pytest.raises(NotAllowed):
        commands.urge(actor=Actor.system("night"), given=everything(campaign), text="", at=SOME_MOMENT)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskEntry.objects.create(
            task=owed[0], kind=EntryKind.URGE, user_id=None, by="", urged_on=SOME_DAY, made_at=SOME_MOMENT
        )


@pytest.mark.parametrize("role", ["unit_liaison", "unit_deputy", "group_member", "leading_group_member"])
def test_whoever_only_answers_or_reads_does_not_urge(
    role: str, tree: Tree, campaign: Campaign, owed: list[Task]
) -> None:
    reach = Reach.UNIT if role.startswith("unit_") else Reach.SUBTREE
    with pytest.raises(NotAllowed):
        commands.urge(
            actor=actor_with(unit=owed[0].unit, role=role, reach=reach),
            given=everything(campaign),
            text="",
            at=SOME_MOMENT,
        )


def test_counts_stand_in_protocol_order_with_the_earliest_date(
    campaign: Campaign, owed: list[Task], office: Actor
) -> None:
    unit = owed[3].unit
    assign(office, campaign, [unit], SOME_DAY - timedelta(days=9))
    assign(office, campaign, [unit], SOME_DAY + timedelta(days=2))
    found = queries.reminders(actor=office, given=everything(campaign), most=3)
    assert (found.unit_count, found.items) == (4, 6)
    assert [one.unit for one in found.units] == [task.unit.shown_name for task in (owed[0], owed[1], owed[3])]
    last = found.units[2]
    assert (last.items, last.to_sign, last.overdue, last.near_due) == (3, 3, 2, 1)
    assert (last.first_overdue, last.first_near) == (SOME_DAY - timedelta(days=9), SOME_DAY + timedelta(days=2))
    narrowed = replace(everything(campaign), assignment_id=owed[0].assignment_id, status="overdue")
    assert queries.reminders(actor=office, given=narrowed, most=3).items == 4


def test_an_empty_list_and_a_long_text_are_refused_in_a_sentence(campaign: Campaign, office: Actor) -> None:
    with pytest.raises(InvalidInput, match=r"等待单位办理|waits for its unit"):
        commands.urge(actor=office, given=everything(campaign), text="", at=SOME_MOMENT)
    with pytest.raises(InvalidInput, match="500"):
        commands.urge(actor=office, given=everything(campaign), text="催" * 501, at=SOME_MOMENT)


def test_a_principal_is_reminded_by_a_named_person_and_reads_who(
    tree: Tree, campaign: Campaign, owed: list[Task], office: Actor
) -> None:
    village = owed[0].unit
    principal = actor_with(unit=village, role="unit_principal", reach=Reach.UNIT)
    elsewhere = actor_with(unit=owed[3].unit, role="unit_principal", reach=Reach.UNIT)
    commands.urge(actor=office, given=everything(campaign), text="", at=SOME_MOMENT)

    def read(actor: Actor) -> list[TaskEntry]:
        return queries.urged_principal(actor=actor, unit_id=village.pk, campaign_id=campaign.pk)

    assert read(principal) == []
    given = replace(everything(campaign), unit_id=village.pk)
    done = commands.urge(actor=office, given=given, text="请过问", to_principal=True, at=SOME_MOMENT)
    assert done.now == [owed[0].pk]
    again = commands.urge(actor=office, given=given, text="", to_principal=True, at=SOME_MOMENT)
    assert (again.now, again.already) == ([], [owed[0].pk])
    assert [(one.task_id, one.by, one.text) for one in read(principal)] == [
        (owed[0].pk, f"{office.name} {office.post_title}", "请过问")
    ]
    assert read(elsewhere) == []
    Task.objects.filter(pk=owed[0].pk).update(status="asked_done", asked_at=SOME_MOMENT)
    assert read(principal) == []
    with pytest.raises(NotAllowed):
        commands.urge(
            actor=Actor.system("test"), given=everything(campaign), text="", to_principal=True, at=SOME_MOMENT
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskEntry.objects.create(
            task=owed[1],
            kind=EntryKind.URGE,
            user_id=None,
            by="",
            urged_on=SOME_DAY,
            to_principal=True,
            made_at=SOME_MOMENT,
        )


@pytest.mark.parametrize(
    ("hour", "minute", "opens"),
    [
        (7, 59, "2026-03-02 08:00"),
        (20, 0, "2026-03-03 08:00"),
        (23, 30, "2026-03-03 08:00"),
        (0, 10, "2026-03-02 08:00"),
    ],
)
def test_at_night_a_principal_is_not_reminded_and_the_sentence_says_when(
    campaign: Campaign, owed: list[Task], office: Actor, hour: int, minute: int, opens: str
) -> None:
    night = datetime(2026, 3, 2, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
    with pytest.raises(InvalidInput, match=opens):
        commands.urge(actor=office, given=everything(campaign), text="", to_principal=True, at=night)
    assert not TaskEntry.objects.filter(kind=EntryKind.URGE).exists()
    assert commands.urge(actor=office, given=everything(campaign), text="", at=night).now

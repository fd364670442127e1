"""Short entries: one line on one item, one entry for several villages with a result for each."""

import pytest

from duban.access.states import Reach
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with, make_work
from duban.kernel.errors import InvalidInput
from duban.tasks import commands, queries
from duban.tasks.models import Task, TaskEntry
from duban.tasks.queries import Day

AT = SOME_MOMENT
TODAY = Day(SOME_DAY, SOME_DAY)


@pytest.fixture
def township(cast):
    return cast.tree.townships[0]


@pytest.fixture
def villages(cast, township):
    return [unit for unit in cast.tree.villages if unit.parent_id == township.pk]


@pytest.fixture
def recorder(township):
    return actor_with(unit=township, role="township_recorder")


@pytest.fixture
def work(cast, villages):
    return make_work(campaign=cast.campaign, assigner=cast.tree.city, units=villages, status="in_hand")


def several(actor, tasks, act="feedback", text="走访一次"):
    return commands.record_for_several(actor=actor, task_ids=[task.pk for task in tasks], act=act, text=text, at=AT)


def test_fourteen_villages_in_one_step(work, recorder, villages):
    results = several(recorder, work.tasks)
    assert [row.is_done for row in results.rows] == [True] * len(villages) == [True] * 14
    entries = TaskEntry.objects.filter(task__in=work.tasks, kind="feedback")
    assert {entry.for_unit_id for entry in entries} == {unit.pk for unit in villages}
    assert {entry.user_id for entry in entries} == {recorder.user_id}


def test_signing_for_it_is_part_of_the_step(work, recorder):
    Task.objects.filter(pk=work.tasks[0].pk).update(status="to_sign")
    several(recorder, work.tasks[:2], act="ask_done")
    assert set(Task.objects.filter(pk__in=[task.pk for task in work.tasks[:2]]).values_list("status", flat=True)) == {
        "asked_done"
    }


def test_a_row_that_is_refused_stops_no_other(work, recorder):
    Task.objects.filter(pk=work.tasks[0].pk).update(status="done", finished_on=SOME_DAY)
    refused, *others = several(recorder, work.tasks).rows
    assert (refused.is_done, bool(refused.refusal)) == (False, True)
    assert all(row.is_done for row in others)
    assert not TaskEntry.objects.filter(task=work.tasks[0]).exists()


def test_what_is_the_principals_is_refused_row_by_row(work, recorder):
    work.assignment.is_principals_own = True
    work.assignment.save()
    assert [row.is_done for row in several(recorder, work.tasks, act="ask_done").rows] == [False] * 14


def test_villages_elsewhere_are_left_out(cast, work, recorder):
    elsewhere = next(unit for unit in cast.tree.villages if unit.parent_id != recorder.unit_id)
    foreign = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[elsewhere], status="in_hand").tasks
    assert several(recorder, foreign).rows == []
    assert not TaskEntry.objects.filter(task=foreign[0]).exists()


@pytest.mark.parametrize(
    "given", [{"act": "accept"}, {"text": "  "}, {"tasks": []}], ids=["another act", "no words", "nobody chosen"]
)
def test_what_cannot_be_recorded_is_refused_as_a_whole(work, recorder, given):
    with pytest.raises(InvalidInput):
        several(recorder, given.get("tasks", work.tasks), given.get("act", "feedback"), given.get("text", "走访"))


def test_a_branch_notes_something_in_one_step(cast, villages):
    branch = actor_with(unit=villages[0], role="branch_secretary", reach=Reach.UNIT)
    task = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[villages[0]]).tasks[0]
    commands.note_progress(actor=branch, task_id=task.pk, text="开了一次会", at=AT)
    task.refresh_from_db()
    assert task.status == "in_hand"
    assert list(TaskEntry.objects.filter(task=task).order_by("pk").values_list("kind", flat=True)) == [
        "sign",
        "feedback",
    ]


def test_the_table_shows_each_village_and_each_open_item(cast, work, recorder, villages):
    make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[villages[3]])
    own = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[cast.tree.townships[0]])
    table = queries.village_table(actor=recorder, campaign_id=cast.campaign.pk, day=TODAY)
    assert [row.unit.pk for row in table.rows] == [unit.pk for unit in villages]
    assert own.assignment not in table.columns
    assert len(table.columns) == 2
    assert [cell.task is not None for cell in table.rows[3].cells] == [True, True]
    assert [cell.task is not None for cell in table.rows[0].cells].count(True) == 1


def test_finished_items_leave_the_table(cast, work, recorder):
    Task.objects.filter(assignment=work.assignment).update(status="done", finished_on=SOME_DAY)
    assert queries.village_table(actor=recorder, campaign_id=cast.campaign.pk, day=TODAY).columns == []


def test_this_year_counts_what_was_asked_and_what_is_done(cast, work, villages):
    branch = actor_with(unit=villages[0], role="branch_secretary", reach=Reach.UNIT)
    make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[villages[0]], status="done")
    make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[villages[0]], status="withdrawn")
    year = queries.year_of_unit(actor=branch, unit_id=villages[0].pk, campaign_id=cast.campaign.pk, on=SOME_DAY)
    assert (year.total, year.done, [task.status for task in year.lines]) == (2, 1, ["in_hand", "done"])
    assert (
        queries.year_of_unit(actor=branch, unit_id=villages[1].pk, campaign_id=cast.campaign.pk, on=SOME_DAY).total == 0
    )

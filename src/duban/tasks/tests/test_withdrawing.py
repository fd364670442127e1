"""What is no longer asked is no longer asked of anybody below; what was answered stays, and can be accepted."""

from datetime import timedelta

import pytest
from django.db import connection

from duban.access.states import Reach
from duban.config.factories import actor_with
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep
from duban.organisation.models import Unit
from duban.tasks import commands
from duban.tasks.models import Assignment, ChangeRequest, Task, TaskEntry
from duban.tasks.tests.test_chain import AT, DUE, step
from duban.tasks.tests.test_passing import pass_on, received

JOB = Actor.system("test")


@pytest.fixture
def county(cast):
    return cast.tree.counties[0]


@pytest.fixture
def clerk(county):
    return actor_with(unit=county, role="county_office")


@pytest.fixture
def passed(cast, county, clerk):
    """A task of the county at six townships, and one of these at its fourteen villages."""
    task = received(cast, [county])[0]
    (first,) = pass_on(clerk, task)
    township = Unit.objects.filter(parent=county, kind="township")[0]
    pass_on(actor_with(unit=township, role="township_recorder"), Task.objects.get(assignment=first, unit=township))
    return Task.objects.get(pk=task.pk)


def withdraw(cast, task):
    step(cast.office, task, "withdraw", text="省里已另行部署")


def all_parts(task, step=5000):
    while commands.withdraw_parts(actor=JOB, task_id=task.pk, at=AT, step=step):
        pass


def below(task):
    return Task.objects.filter(assignment__chain__startswith=f"{task.pk}/")


def answered(part):
    owner = actor_with(unit=part.unit, role="unit_liaison", reach=Reach.UNIT)
    step(owner, part, "sign")
    return step(owner, part, "ask_done", text="已完成")


def test_reaches_every_level_below_with_the_reason_and_the_figures_follow(cast, passed):
    withdraw(cast, passed)
    assert set(below(passed).values_list("status", flat=True)) == {"to_sign", "in_hand"}, "that is the job's"
    all_parts(passed, step=7)
    assert set(below(passed).values_list("status", flat=True)) == {"withdrawn"}
    lines = TaskEntry.objects.filter(task__in=below(passed), kind="withdraw")
    assert (lines.count(), set(lines.values_list("text", flat=True))) == (20, {"省里已另行部署"})
    assert figures.recount_all(actor=JOB, campaign_id=cast.campaign.pk, at=AT) == {"tasks": 0}


def test_twice_changes_nothing_more_and_an_open_task_loses_no_part(cast, passed):
    all_parts(passed)
    assert set(below(passed).values_list("status", flat=True)) == {"to_sign", "in_hand"}
    withdraw(cast, passed)
    for _time in range(2):
        all_parts(passed)
    assert TaskEntry.objects.filter(task__in=below(passed), kind="withdraw").count() == 20


def test_leaves_what_was_answered_which_can_be_accepted_but_not_sent_back(cast, clerk, passed):
    one, other = (answered(part) for part in Task.objects.filter(passed_from=passed, status="to_sign")[:2])
    withdraw(cast, passed)
    all_parts(passed)
    with pytest.raises(IllegalStep, match="has been withdrawn"):
        step(clerk, one, "return", text="缺小结", new_due=DUE)
    refused = commands.check_many(
        actor=clerk, task_ids=[one.pk], step_name="return", text="缺小结", new_due=DUE, at=AT
    ).rows[0]
    assert "has been withdrawn" in refused.refusal
    assert step(clerk, one, "accept").status == "done"
    assert commands.check_many(actor=clerk, task_ids=[other.pk], step_name="accept", at=AT).done == 1


def test_ends_what_waits_about_a_part(cast, county, passed):
    part = Task.objects.filter(passed_from=passed, status="to_sign")[0]
    owner = actor_with(unit=part.unit, role="unit_liaison", reach=Reach.UNIT)
    step(owner, part, "sign")
    later = DUE + timedelta(days=9)
    commands.ask_change(actor=owner, task_id=part.pk, kind="extension", new_due=later, reason="汛期", at=AT)
    withdraw(cast, passed)
    all_parts(passed)
    assert ChangeRequest.objects.get(task=part).status == "taken_back"


def test_what_waits_about_a_withdrawn_task_itself_ends_too(cast, county):
    task = received(cast, [county])[0]
    owner = actor_with(unit=county, role="unit_liaison", reach=Reach.UNIT)
    step(owner, task, "sign")
    later = DUE + timedelta(days=9)
    commands.ask_change(actor=owner, task_id=task.pk, kind="extension", new_due=later, reason="汛期", at=AT)
    withdraw(cast, task)
    assert ChangeRequest.objects.get(task=task).status == "taken_back"


def test_stops_a_fan_out_in_the_middle(cast):
    city = cast.tree.city
    task = received(cast, [city], closing_mode="declare")[0]
    (assignment,) = pass_on(cast.office, task, "class", {"kinds": ["village"]})
    commands.serve_next_units(actor=JOB, assignment_id=assignment.pk, at=AT, step=100)
    withdraw(cast, task)
    all_parts(task)
    assert not commands.serve_next_units(actor=JOB, assignment_id=assignment.pk, at=AT, step=100)
    assert Assignment.objects.get(pk=assignment.pk).status == "issued"
    assert list(Task.objects.filter(assignment=assignment).values_list("status", flat=True)) == ["withdrawn"] * 100


def test_the_job_is_called_where_something_was_passed_down_only(cast, county, passed):
    withdraw(cast, received(cast, [county])[0])
    withdraw(cast, passed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'task_id' FROM procrastinate_jobs WHERE task_name = 'tasks.withdraw_parts'")
        assert cursor.fetchall() == [(str(passed.pk),)]

"""A data request that was sent becomes tasks of exactly its units, booked once, and is taken back when withdrawn."""

from datetime import timedelta

import pytest

from duban.burden import commands as burden
from duban.burden.commands import RequestText
from duban.burden.models import Demand
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.tasks import commands
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, Task, TaskEntry

AT = SOME_MOMENT
JOB = Actor.system("test")


@pytest.fixture
def request_sent(cast):
    head = actor_with(unit=cast.tree.city, role="office_head")
    request = burden.register_request(
        actor=cast.office,
        campaign_id=cast.campaign.pk,
        asker_id=cast.tree.city.pk,
        text=RequestText(
            what="各村停车位缺口",
            serves="安排明年停车位改造",
            justification="没有现成的统计",
            due_on=SOME_DAY + timedelta(days=30),
            minutes=15,
            kinds=("village",),
        ),
        at=AT,
    )
    burden.take_request_step(actor=cast.office, request_id=request.pk, step_name="submit", at=AT)
    return burden.take_request_step(actor=head, request_id=request.pk, step_name="approve", at=AT)


def ask(request):
    assignment = commands.ask_data_request(actor=JOB, request_id=request.pk, at=AT)
    assert assignment is not None
    while commands.serve_next_units(actor=JOB, assignment_id=assignment.pk, at=AT, step=100):
        pass
    return assignment


def test_each_unit_that_is_asked_gets_a_task_and_the_ledger_has_it_once(cast, request_sent):
    assignment = ask(request_sent)
    assert set(Task.objects.filter(assignment=assignment).values_list("unit_id", flat=True)) == {
        unit.pk for unit in cast.tree.villages
    }
    assert Demand.objects.count() == 1


def test_more_answers_than_the_asker_can_look_at_are_declared(request_sent):
    assert {task.closing_mode for task in Task.objects.filter(assignment=ask(request_sent))} == {"declare"}


def test_asking_twice_makes_one_assignment(cast, request_sent):
    assert ask(request_sent) == ask(request_sent)
    assert (Assignment.objects.count(), Task.objects.count()) == (1, len(cast.tree.villages))


def test_a_withdrawn_request_takes_back_what_nobody_has_answered(cast, request_sent):
    assignment = ask(request_sent)
    answered = Task.objects.filter(assignment=assignment).order_by("pk")[0]
    Task.objects.filter(pk=answered.pk).update(status="done", finished_on=SOME_DAY)
    burden.take_request_step(
        actor=cast.office, request_id=request_sent.pk, step_name="withdraw", reason="不再需要", at=AT
    )
    while commands.withdraw_data_request(actor=JOB, request_id=request_sent.pk, at=AT, step=50):
        pass
    assert Task.objects.filter(status="withdrawn").count() == len(cast.tree.villages) - 1
    assert Task.objects.get(pk=answered.pk).status == "done"
    assert set(TaskEntry.objects.filter(kind="withdraw").values_list("text", flat=True)) == {"不再需要"}
    figures.recount(actor=JOB, table=TASK_FIGURES, campaign_id=cast.campaign.pk, unit_ids=[answered.unit_id])
    assert figures.recount_all(actor=JOB, campaign_id=cast.campaign.pk, at=AT)["tasks"] == 0


def test_a_request_withdrawn_before_the_job_runs_asks_nobody(cast, request_sent):
    burden.take_request_step(
        actor=cast.office, request_id=request_sent.pk, step_name="withdraw", reason="不再需要", at=AT
    )
    assert commands.ask_data_request(actor=JOB, request_id=request_sent.pk, at=AT) is None
    assert not Task.objects.exists()


def test_a_request_withdrawn_in_the_middle_of_the_fan_out_reaches_nobody_more(cast, request_sent):
    assignment = commands.ask_data_request(actor=JOB, request_id=request_sent.pk, at=AT)
    assert assignment is not None
    commands.serve_next_units(actor=JOB, assignment_id=assignment.pk, at=AT, step=100)
    burden.take_request_step(
        actor=cast.office, request_id=request_sent.pk, step_name="withdraw", reason="不再需要", at=AT
    )
    commands.withdraw_data_request(actor=JOB, request_id=request_sent.pk, at=AT)
    assert not commands.serve_next_units(actor=JOB, assignment_id=assignment.pk, at=AT, step=100)
    assert set(Task.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert Task.objects.count() == 100

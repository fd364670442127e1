"""Whatever people try, the record tells the whole story: replayed, it gives the present state of the task."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT
from duban.kernel.errors import Refused
from duban.tasks import commands, queries
from duban.tasks.models import TaskEntry
from duban.tasks.policy import WHO_MAY
from duban.tasks.states import TASK_FLOW, TaskStatus
from duban.tasks.tests.test_chain import issue_to

# Those who can move it on are drawn more often, so that stories go far.
WHO = ("owner", "owner", "owner", "second", "second", "office", "helper", "stranger")
STEPS = sorted({step.name for step in TASK_FLOW})
attempts = st.lists(
    st.tuples(
        st.sampled_from(WHO),
        st.sampled_from([*STEPS, "feedback", "ask_extension", "grant", "refuse"]),
        st.sampled_from(["说明", "说明", "说明", ""]),
        st.sampled_from([None, SOME_DAY + timedelta(days=40), SOME_DAY + timedelta(days=90)]),
    ),
    min_size=5,
    max_size=50,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(attempts=attempts)
def test_replaying_the_record_gives_the_present_status(cast, attempts):
    with transaction.atomic():
        _replayed(cast, attempts)
        transaction.set_rollback(True)


def _replayed(cast, attempts):
    task = issue_to(cast, cast.tree.departments[1], helpers=[cast.tree.departments[2]])
    at = SOME_MOMENT
    for who, act, text, day in attempts:
        at += timedelta(hours=1)
        with suppress(Refused), transaction.atomic():
            _try(getattr(cast, who), task.pk, act, text, day, at)
    task.refresh_from_db()
    told = [
        (event.verb.removeprefix("task."), json.loads(event.payload))
        for event in AuditEvent.objects.filter(object_kind="task", object_id=task.pk).order_by("id")
    ]
    status, due = str(TaskStatus.TO_SIGN), task.original_due
    for verb, payload in told:
        if verb in STEPS:
            assert payload["from"] == status, "no act is missing from the record"
            status = TASK_FLOW.step(verb, source=status).target
            assert payload["to"] == status
        if verb in {"return", "grant_extension"}:
            due = payload["new_due"] or due
    assert (status, str(due)) == (task.status, str(task.agreed_due))
    assert task.original_due == SOME_DAY + timedelta(days=30), "the first date never changes"
    entries = TaskEntry.objects.filter(task=task).exclude(kind="moved_up").order_by("pk").values_list("kind", flat=True)
    assert list(entries) == [verb for verb, _payload in told], "the thread and the record tell the same"
    accepted = TaskEntry.objects.filter(task=task, kind="accept").first()
    if accepted is not None:
        assert accepted.user_id in {cast.office.user_id, cast.second.user_id}
    assert [offered.name for offered in queries.offered_steps(actor=cast.office, task=task)] == [
        step.name for step in TASK_FLOW.steps_from(task.status)
    ]


def _try(actor, task_id, act, text, day, at):
    if act == "feedback":
        commands.give_feedback(actor=actor, task_id=task_id, text=text, at=at)
    elif act == "ask_extension":
        commands.ask_extension(actor=actor, task_id=task_id, new_due=day, reason=text, at=at)
    elif act in {"grant", "refuse"}:
        commands.decide_extension(actor=actor, task_id=task_id, step_name=act, reason=text, at=at)
    else:
        commands.take_step(actor=actor, task_id=task_id, step_name=act, text=text, new_due=day, at=at)


@pytest.mark.parametrize("step", [step.name for step in TASK_FLOW])
def test_each_step_of_the_table_names_who_may_take_it(step):
    assert step in WHO_MAY

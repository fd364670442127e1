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
from duban.tasks import commands, queries, words
from duban.tasks.models import ChangeRequest, TaskEntry
from duban.tasks.policy import WHO_MAY
from duban.tasks.states import STEP_OF_CHANGE, TASK_FLOW, ChangeKind, TaskStatus
from duban.tasks.tests.test_chain import issue_to

# Those who can move it on are drawn more often, so that stories go far.
WHO = ("owner", "owner", "owner", "second", "second", "office", "head", "helper", "stranger")
STEPS = sorted({step.name for step in TASK_FLOW})
ASKS = tuple(f"ask {kind}" for kind in ChangeKind.values)
attempts = st.lists(
    st.tuples(
        st.sampled_from(WHO),
        st.sampled_from([*STEPS, "feedback", *ASKS, "grant", "grant", "refuse", "take_back"]),
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
@given(attempts=attempts, mode=st.sampled_from(["check", "declare"]), by_two=st.booleans())
def test_replaying_the_record_gives_the_present_status(cast, attempts, mode, by_two):
    with transaction.atomic():
        _replayed(cast, attempts, mode, by_two)
        transaction.set_rollback(True)


def _replayed(cast, attempts, mode, by_two):
    other = issue_to(cast, cast.tree.departments[1])
    commands.take_step(actor=cast.owner, task_id=other.pk, step_name="sign", at=SOME_MOMENT)
    task = issue_to(
        cast,
        cast.tree.departments[1],
        helpers=[cast.tree.departments[2]],
        closing_mode=mode,
        changes_by_two=by_two,
    )
    at = SOME_MOMENT
    for who, act, text, day in attempts:
        at += timedelta(hours=1)
        with suppress(Refused), transaction.atomic():
            _try(getattr(cast, who), task.pk, act, text, day, at, other.pk)
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
        if verb in {"return", "resume", "part_done", "grant_extension"}:
            due = payload["new_due"] or due
        elif verb == "keep_up":
            due = None
    assert (status, str(due)) == (task.status, str(task.agreed_due))
    assert task.original_due == SOME_DAY + timedelta(days=30), "the first date never changes"
    entries = TaskEntry.objects.filter(task=task).exclude(kind="moved_up").order_by("pk").values_list("kind", flat=True)
    assert list(entries) == [verb for verb, _payload in told], "the thread and the record tell the same"
    # Whatever ends it or takes it off the list was decided by somebody without a part; a declaration is the unit's own.
    decided = TaskEntry.objects.filter(task=task, kind__in=["accept", *STEP_OF_CHANGE.values()])
    assert {entry.user_id for entry in decided} <= {cast.office.user_id, cast.second.user_id, cast.head.user_id}
    declared = TaskEntry.objects.filter(task=task, kind="declare")
    assert {entry.user_id for entry in declared} <= {cast.owner.user_id}
    assert not (declared.exists() and mode == "check")
    for granted in ChangeRequest.objects.filter(task=task, status="granted"):
        assert not by_two or granted.decided_by == cast.head.user_id != granted.endorsed_by
    assert {offered.name for offered in queries.offered_steps(actor=cast.office, task=task)} <= {
        step.name for step in TASK_FLOW.steps_from(task.status)
    }
    judged = words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind="date",
        as_of=SOME_DAY + timedelta(days=900),
        near_until=SOME_DAY + timedelta(days=907),
    )
    assert (judged[0] == "overdue") == (task.status in {"to_sign", "in_hand", "asked_done", "partly_done"})


def _try(actor, task_id, act, text, day, at, other_id):
    if act == "feedback":
        commands.give_feedback(actor=actor, task_id=task_id, text=text, at=at)
    elif act in ASKS:
        kind = act.removeprefix("ask ")
        commands.ask_change(actor=actor, task_id=task_id, kind=kind, new_due=day, into_id=other_id, reason=text, at=at)
    elif act in {"grant", "refuse"}:
        commands.decide_change(actor=actor, task_id=task_id, step_name=act, reason=text, at=at)
    elif act == "take_back":
        commands.take_back_request(actor=actor, task_id=task_id, at=at)
    else:
        commands.take_step(actor=actor, task_id=task_id, step_name=act, text=text, new_due=day, at=at)


@pytest.mark.parametrize("step", [step.name for step in TASK_FLOW])
def test_each_step_of_the_table_names_who_may_take_it(step):
    assert step in WHO_MAY

"""Recording for others (代录): whose act it is and who keyed it are both kept, shown and in the record."""

import json

import pytest

from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.config.factories import SOME_MOMENT, actor_with, make_work
from duban.kernel.errors import NotAllowed, NotFound
from duban.organisation.states import PostKind
from duban.tasks import commands, queries
from duban.tasks.models import TaskEntry


@pytest.fixture
def township(cast):
    return cast.tree.townships[0]


@pytest.fixture
def village(cast, township):
    return next(unit for unit in cast.tree.villages if unit.parent_id == township.pk)


@pytest.fixture
def recorder(township):
    return actor_with(unit=township, role="township_recorder")


def task_of(cast, unit, status="to_sign"):
    return make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[unit], status=status).tasks[0]


def test_the_thread_names_the_village_and_who_keyed_it(cast, township, village, recorder):
    task = task_of(cast, village)
    commands.take_step(actor=recorder, task_id=task.pk, step_name="sign", at=SOME_MOMENT)
    entry = TaskEntry.objects.get(task=task)
    assert (entry.by, entry.keyed_by) == (village.shown_name, f"{recorder.name}（{township.shown_name}）")
    assert (entry.for_unit_id, entry.user_id, entry.unit_id) == (village.pk, recorder.user_id, township.pk)
    page = cast.client(recorder).get(f"/tasks/{task.pk}/").content.decode()
    assert f"{village.shown_name} · Recorded by: {recorder.name}（{township.shown_name}）" in page


def test_the_record_names_the_principal_on_whose_behalf(cast, village, recorder):
    principal = actor_with(unit=village, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL)
    task = task_of(cast, village, status="in_hand")
    commands.give_feedback(actor=recorder, task_id=task.pk, text="已走访", at=SOME_MOMENT)
    event = AuditEvent.objects.get(object_kind="task", object_id=task.pk)
    assert (event.actor_user, event.on_behalf_of) == (recorder.user_id, principal.user_id)
    assert json.loads(event.payload)["recorded_for_unit"] == village.pk


def test_a_units_own_people_record_for_nobody_else(cast, village):
    own = actor_with(unit=village, role="unit_liaison", reach=Reach.UNIT)
    task = task_of(cast, village)
    commands.take_step(actor=own, task_id=task.pk, step_name="sign", at=SOME_MOMENT)
    entry = TaskEntry.objects.get(task=task)
    assert (entry.for_unit_id, entry.keyed_by) == (None, "")
    assert own.name in entry.by
    assert AuditEvent.objects.get(object_kind="task", object_id=task.pk).on_behalf_of is None


def test_a_helping_village_is_recorded_for_as_well(cast, village, recorder):
    task = task_of(cast, cast.tree.departments[1], status="in_hand")
    task.assignment.helpers.create(unit=village)
    commands.give_feedback(actor=recorder, task_id=task.pk, text="已配合", at=SOME_MOMENT)
    assert TaskEntry.objects.get(task=task).for_unit_id == village.pk


def test_a_checker_speaks_for_themselves(cast, village, recorder):
    task = task_of(cast, village, status="asked_done")
    commands.take_step(actor=cast.office, task_id=task.pk, step_name="accept", at=SOME_MOMENT)
    assert TaskEntry.objects.get(task=task).for_unit_id is None


def test_whoever_recorded_an_answer_does_not_check_it(cast, village, recorder, township):
    task = task_of(cast, village, status="in_hand")
    commands.take_step(actor=recorder, task_id=task.pk, step_name="ask_done", text="办完", at=SOME_MOMENT)
    both = queries.involved(actor=recorder, task=task)
    assert recorder.user_id in both.users


def test_nobody_records_for_a_village_elsewhere(cast, recorder):
    elsewhere = next(unit for unit in cast.tree.villages if not unit.path.startswith(cast.tree.townships[0].path))
    with pytest.raises(NotFound):
        commands.take_step(actor=recorder, task_id=task_of(cast, elsewhere).pk, step_name="sign", at=SOME_MOMENT)


def test_reading_below_does_not_suffice_for_recording(cast, village):
    reader = actor_with(unit=cast.tree.counties[0], role="line_clerk")
    with pytest.raises(NotAllowed):
        commands.take_step(actor=reader, task_id=task_of(cast, village).pk, step_name="sign", at=SOME_MOMENT)

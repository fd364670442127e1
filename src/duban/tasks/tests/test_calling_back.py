"""Taking back what was reported as finished: by whose word it was, until somebody looked on the spot or decided."""

from datetime import timedelta

import pytest

from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with
from duban.figures import queries as figures
from duban.kernel.errors import IllegalStep, NotAllowed, Stale
from duban.organisation.states import PostKind
from duban.tasks import commands, queries
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, Task
from duban.tasks.tests.test_chain import issue_to, step

AT = SOME_MOMENT


def asked(cast, **changes):
    task = issue_to(cast, cast.tree.departments[1], **changes)
    step(cast.owner, task, "sign")
    return step(cast.owner, task, "ask_done", text="三口机井已修好")


def counted(cast, unit_id):
    return figures.sums(actor=cast.office, table=TASK_FIGURES, campaign_id=cast.campaign.pk, alone=[unit_id])[unit_id]


def offered(actor, task):
    found = queries.task_page(actor=actor, task_id=task.pk, on=SOME_DAY)
    return {one.name: one.refusal for one in found.steps}


def test_the_unit_takes_it_back_and_the_figures_follow(cast):
    task = asked(cast)
    assert (counted(cast, task.unit_id)["asked"], counted(cast, task.unit_id)["in_hand"]) == (1, 0)
    back = step(cast.owner, task, "call_back")
    assert (back.status, back.asked_at) == ("in_hand", None)
    assert (counted(cast, task.unit_id)["asked"], counted(cast, task.unit_id)["in_hand"]) == (0, 1)
    kinds = [entry.kind for entry in queries.thread(actor=cast.owner, task=task)]
    assert kinds == ["sign", "ask_done", "call_back"]
    assert AuditEvent.objects.get(verb="task.call_back").object_id == task.pk
    with pytest.raises(IllegalStep):
        step(cast.second, task, "accept")
    # Reported anew, it counts from then.
    again = step(cast.owner, task, "ask_done", text="四口都已修好", at=AT + timedelta(days=2))
    assert step(cast.second, again, "accept", at=AT + timedelta(days=3)).finished_on == SOME_DAY + timedelta(days=2)


def test_nobody_else_takes_it_back_or_is_offered_to(cast):
    task = asked(cast)
    for other in (cast.office, cast.second, cast.head):
        with pytest.raises(NotAllowed):
            step(other, task, "call_back")
        assert "call_back" not in offered(other, task)
    assert offered(cast.owner, task)["call_back"] == ""


def test_whoever_took_it_back_does_not_check_it_later(cast):
    task = asked(cast)
    other = actor_with(unit=cast.tree.departments[1], role="unit_liaison", reach=Reach.UNIT)
    step(other, task, "call_back")
    assert other.user_id in queries.involved(actor=other, task=task).users


def test_what_was_decided_is_not_taken_back(cast):
    task = asked(cast)
    step(cast.second, task, "accept")
    with pytest.raises(IllegalStep):
        step(cast.owner, task, "call_back")
    returned = asked(cast)
    step(cast.second, returned, "return", text="缺会议记录", new_due=SOME_DAY + timedelta(days=30))
    with pytest.raises(IllegalStep):
        step(cast.owner, returned, "call_back")


def test_what_somebody_has_looked_at_is_not_taken_back(cast):
    task = asked(cast, closing_mode="inspect")
    assert offered(cast.owner, task)["call_back"] == ""
    commands.record_visit(
        actor=cast.second,
        task_id=task.pk,
        visited_on=SOME_DAY,
        place_id=task.unit_id,
        visitors="两名工作人员",
        finding="两口出水",
        at=AT,
    )
    with pytest.raises(IllegalStep, match="looked at it on the spot"):
        step(cast.owner, task, "call_back")
    assert "on the spot" in offered(cast.owner, task)["call_back"]
    # A visit to an earlier report says nothing about the next one.
    step(cast.second, task, "return", text="一口没有水", new_due=SOME_DAY + timedelta(days=30))
    step(cast.owner, task, "ask_done", text="三口都出水", at=AT + timedelta(days=1))
    assert step(cast.owner, task, "call_back", at=AT + timedelta(days=1)).status == "in_hand"


def test_the_principals_own_word_is_taken_back_by_the_principal(cast):
    principal = actor_with(
        unit=cast.tree.departments[1], role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL
    )
    task = issue_to(cast, cast.tree.departments[1])
    Assignment.objects.filter(pk=task.assignment_id).update(is_principals_own=True)
    step(cast.owner, task, "sign")
    step(principal, task, "ask_done", text="三处已改")
    with pytest.raises(NotAllowed, match="principal reported this"):
        step(cast.owner, task, "call_back")
    assert "principal" in offered(cast.owner, task)["call_back"]
    assert offered(principal, task)["call_back"] == ""
    assert step(principal, task, "call_back").status == "in_hand"


def test_a_part_of_what_was_withdrawn_stays_answered(cast):
    task = asked(cast)
    above = issue_to(cast, cast.tree.counties[0])
    Task.objects.filter(pk=above.pk).update(status="withdrawn")
    Task.objects.filter(pk=task.pk).update(passed_from=above)
    with pytest.raises(IllegalStep, match="nothing more is asked"):
        step(cast.owner, task, "call_back")


def test_the_page_has_the_button_and_an_old_page_is_refused(cast):
    task = asked(cast)
    client = cast.client(cast.owner)
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert f'action="/tasks/{task.pk}/steps/call_back/"' in page
    assert "Take the report back</button>" in page
    with pytest.raises(Stale):
        commands.take_step(actor=cast.owner, task_id=task.pk, step_name="call_back", version=task.version - 1, at=AT)
    answer = client.post(f"/tasks/{task.pk}/steps/call_back/", {"version": task.version}, follow=True)
    assert "Taken back. It is in hand again." in answer.content.decode()
    assert Task.objects.get(pk=task.pk).status == "in_hand"


def test_rest_takes_it_back_too(cast):
    task = asked(cast)
    for actor, status in ((cast.second, 403), (cast.owner, 200), (cast.owner, 409)):
        sent = cast.client(actor).post(
            f"/api/tasks/{task.pk}/steps/call_back", {"text": ""}, content_type="application/json"
        )
        assert sent.status_code == status, sent.content
    assert Task.objects.get(pk=task.pk).status == "in_hand"

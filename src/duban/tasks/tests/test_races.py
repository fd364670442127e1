"""Several people and workers at once, with real commits: one wins, nothing is done twice, the figures agree."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import translation

from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with, make_work
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, Refused, Stale
from duban.kernel.results import RowResults
from duban.organisation import commands as organisation
from duban.organisation.models import Unit
from duban.organisation.states import PostKind
from duban.tasks import commands
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Assignment, ChangeRequest, Confirmation, Task, TaskEntry, TaskFigures
from duban.tasks.tests.conftest import Cast, make_cast
from duban.tasks.tests.test_chain import DUE, issue_to, step
from duban.tasks.tests.test_passing import pass_on, received

AT = SOME_MOMENT


@pytest.fixture
def cast(own_database: Any) -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Start all acts at the same moment, each on a connection of its own; return results or refusals."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        with translation.override("en"):
            try:
                ready.wait(timeout=20)
                return act()
            except Refused as refusal:
                return refusal
            finally:
                connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def differing(cast: Cast) -> dict[str, int]:
    return figures.recount_all(actor=Actor.system("test"), campaign_id=cast.campaign.pk, at=AT)


def test_of_four_checkers_who_press_at_once_one_accepts(cast):
    task = issue_to(cast, cast.tree.departments[1])
    step(cast.owner, task, "sign")
    step(cast.owner, task, "ask_done", text="完成")
    answers = at_once(*[lambda: step(cast.second, task, "accept") for _checker in range(4)])
    assert [type(answer) for answer in answers].count(Task) == 1
    assert [type(answer) for answer in answers].count(IllegalStep) == 3
    assert TaskEntry.objects.filter(task=task, kind="accept").count() == 1
    assert AuditEvent.objects.filter(object_id=task.pk, verb="task.accept").count() == 1
    assert differing(cast) == {"tasks": 0}


def test_accept_and_return_at_once_leave_one_of_them(cast):
    task = issue_to(cast, cast.tree.departments[1])
    step(cast.owner, task, "sign")
    step(cast.owner, task, "ask_done", text="完成")
    answers = at_once(
        lambda: step(cast.second, task, "accept"),
        lambda: step(cast.office, task, "return", text="缺少小结", new_due=DUE),
    )
    assert [isinstance(answer, IllegalStep) for answer in answers].count(True) == 1
    task.refresh_from_db()
    last = TaskEntry.objects.filter(task=task).latest("pk")
    assert (task.status, last.kind) in {("done", "accept"), ("in_hand", "return")}
    assert differing(cast) == {"tasks": 0}


def test_two_workers_on_one_assignment_give_each_unit_one_task(cast):
    text = AssignmentText(
        wording="开展走访", target="class", target_rule={"levels": ["village"]}, due_on=DUE, closing_mode="declare"
    )
    draft = commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )
    assignment = commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)

    def serve() -> int:
        steps = 0
        while commands.serve_next_units(actor=Actor.system("test"), assignment_id=draft.pk, at=AT, step=50):
            steps += 1
        return steps

    at_once(serve, serve)
    assignment.refresh_from_db()
    villages = [*cast.tree.villages, *cast.tree.branches]
    assert (assignment.status, assignment.units_done) == ("issued", len(villages))
    assert sorted(Task.objects.values_list("unit_id", flat=True)) == sorted(unit.pk for unit in villages)
    assert TaskFigures.objects.filter(to_sign=1).count() == len(villages)
    assert differing(cast) == {"tasks": 0}


def test_answers_to_several_items_of_one_unit_at_once_leave_right_figures(cast):
    tasks = [issue_to(cast, cast.tree.departments[1]) for _number in range(4)]
    answers = at_once(*[lambda task=task: step(cast.owner, task, "sign") for task in tasks])
    assert all(isinstance(answer, Task) for answer in answers), answers
    kept = TaskFigures.objects.get(unit=cast.tree.departments[1])
    assert (kept.total, kept.to_sign, kept.in_hand) == (4, 0, 4)
    assert differing(cast) == {"tasks": 0}


def test_an_answer_during_the_fan_out_of_another_item_to_the_same_unit_leaves_right_figures(cast):
    task = issue_to(cast, cast.tree.departments[1])
    drafts = [
        commands.create_assignment(
            actor=cast.office,
            campaign_id=cast.campaign.pk,
            assigner_id=cast.tree.city.pk,
            text=AssignmentText(wording="开展走访", target="class", target_rule={"kinds": ["department"]}, due_on=DUE),
            at=AT,
        )
        for _number in range(3)
    ]
    at_once(
        lambda: step(cast.owner, task, "sign"),
        *[lambda draft=draft: commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT) for draft in drafts],
    )
    assert TaskFigures.objects.get(unit=cast.tree.departments[1]).total == 4
    assert differing(cast) == {"tasks": 0}


def test_one_draft_issued_by_two_at_once_goes_out_once(cast):
    text = AssignmentText(wording="开展走访", target="class", target_rule={"kinds": ["department"]}, due_on=DUE)
    draft = commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )
    answers = at_once(
        *[
            lambda actor=actor: commands.issue(actor=actor, assignment_id=draft.pk, at=AT)
            for actor in (cast.office, cast.second)
        ]
    )
    assert [isinstance(answer, IllegalStep) for answer in answers].count(True) == 1
    assert Task.objects.filter(assignment=draft).count() == 4
    assert AuditEvent.objects.filter(verb="assignment.issue", object_id=draft.pk).count() == 1


def test_two_clerks_who_pass_one_task_down_at_once_give_each_unit_one_part(cast):
    county = cast.tree.counties[0]
    task = received(cast, [county])[0]
    clerks = [actor_with(unit=county, role="county_office") for _number in range(2)]
    answers = at_once(*[lambda actor=actor: pass_on(actor, task) for actor in clerks])
    assert [isinstance(answer, InvalidInput) for answer in answers].count(True) == 1
    below = Unit.objects.filter(parent=county).values_list("pk", flat=True)
    assert sorted(Task.objects.filter(passed_from=task).values_list("unit_id", flat=True)) == sorted(below)
    assert differing(cast) == {"tasks": 0}


def test_passing_down_while_the_unit_returns_the_task_leaves_one_of_them(cast):
    county = cast.tree.counties[0]
    task = received(cast, [county])[0]
    clerk = actor_with(unit=county, role="county_office")
    owner = actor_with(unit=county, role="unit_liaison", reach=Reach.UNIT)
    answers = at_once(lambda: pass_on(clerk, task), lambda: step(owner, task, "decline", text="不属本县"))
    assert [isinstance(answer, IllegalStep) for answer in answers].count(True) == 1
    task.refresh_from_db()
    parts = Task.objects.filter(passed_from=task).count()
    assert (task.status, parts) in {("in_hand", 6), ("declined", 0)}
    assert differing(cast) == {"tasks": 0}


def test_passing_down_while_completion_is_asked_for_leaves_no_part_unnoticed(cast):
    county = cast.tree.counties[0]
    task = received(cast, [county])[0]
    clerk = actor_with(unit=county, role="county_office")
    owner = actor_with(unit=county, role="unit_liaison", reach=Reach.UNIT)
    step(owner, task, "sign")
    answers = at_once(lambda: pass_on(clerk, task), lambda: step(owner, task, "ask_done", text="已完成"))
    assert [isinstance(answer, Refused) for answer in answers].count(True) == 1
    task.refresh_from_db()
    assert (task.status, Task.objects.filter(passed_from=task).count()) in {("in_hand", 6), ("asked_done", 0)}


def test_one_task_transferred_by_two_at_once_moves_once(cast):
    task = received(cast, [cast.tree.departments[1]])[0]

    def move(actor: Actor, number: int) -> Task:
        return commands.transfer(
            actor=actor,
            task_id=task.pk,
            unit_id=cast.tree.departments[number].pk,
            reason="职责",
            at=AT,
            version=task.version,
        )

    answers = at_once(lambda: move(cast.office, 2), lambda: move(cast.second, 3))
    assert [isinstance(answer, Stale) for answer in answers].count(True) == 1
    task.refresh_from_db()
    assert task.transfers == 1
    assert differing(cast) == {"tasks": 0}


def change_asked(cast: Cast, **changes: object) -> Task:
    task: Task = issue_to(cast, cast.tree.departments[1], **changes)
    step(cast.owner, task, "sign")
    commands.ask_change(
        actor=cast.owner, task_id=task.pk, kind="extension", new_due=DUE + timedelta(days=9), reason="汛期", at=AT
    )
    return task


def decide(actor: Actor, task: Task, step_name: str) -> ChangeRequest:
    return commands.decide_change(actor=actor, task_id=task.pk, step_name=step_name, reason="说明", at=AT)


def test_of_two_who_decide_one_request_at_once_one_does(cast):
    task = change_asked(cast)
    answers = at_once(lambda: decide(cast.office, task, "grant"), lambda: decide(cast.second, task, "refuse"))
    assert [isinstance(answer, IllegalStep) for answer in answers].count(True) == 1
    change = ChangeRequest.objects.get(task=task)
    task.refresh_from_db()
    assert (change.status, task.agreed_due) in {("granted", DUE + timedelta(days=9)), ("refused", DUE)}
    assert TaskEntry.objects.filter(task=task, kind__in=["grant_extension", "refuse_extension"]).count() == 1


def test_two_of_the_office_who_grant_at_once_are_not_the_two_that_were_asked_for(cast):
    task = change_asked(cast, changes_by_two=True)
    answers = at_once(lambda: decide(cast.office, task, "grant"), lambda: decide(cast.second, task, "grant"))
    assert [isinstance(answer, NotAllowed) for answer in answers].count(True) == 1
    assert ChangeRequest.objects.get(task=task).status == "endorsed"
    answers = at_once(*[lambda: decide(cast.head, task, "grant") for _time in range(2)])
    assert [isinstance(answer, ChangeRequest) for answer in answers].count(True) == 1
    assert TaskEntry.objects.filter(task=task, kind="grant_extension").count() == 1


def test_of_two_checkers_who_accept_the_same_list_at_once_each_item_is_accepted_once(cast):
    tasks = [issue_to(cast, cast.tree.departments[1]) for _number in range(12)]
    for task in tasks:
        step(cast.owner, task, "sign")
        step(cast.owner, task, "ask_done", text="完成")
    ids = [task.pk for task in tasks]

    def accept(actor: Actor, chosen: list[int]) -> RowResults:
        return commands.check_many(actor=actor, task_ids=chosen, step_name="accept", at=AT)

    # The second has them the other way round: whoever waits gets the rest, and nobody blocks.
    found = at_once(lambda: accept(cast.office, ids), lambda: accept(cast.second, ids[::-1]))
    results = [answer for answer in found if isinstance(answer, RowResults)]
    assert sorted((answer.done, answer.refused) for answer in results) == [(0, 12), (12, 0)]
    assert TaskEntry.objects.filter(task__in=tasks, kind="accept").count() == 12
    assert AuditEvent.objects.filter(verb="task.accept").count() == 12
    assert differing(cast) == {"tasks": 0}


def test_a_part_that_is_passed_down_while_what_it_came_from_is_withdrawn_leaves_nothing_asked(cast):
    county = cast.tree.counties[0]
    task = received(cast, [county])[0]
    (first,) = pass_on(actor_with(unit=county, role="county_office"), task)
    parts = list(Task.objects.filter(assignment=first).order_by("pk")[:3])
    recorders = [actor_with(unit=part.unit, role="township_recorder") for part in parts]
    step(cast.office, task, "withdraw", text="另行部署")

    def take_back() -> None:
        while commands.withdraw_parts(actor=Actor.system("test"), task_id=task.pk, at=AT, step=2):
            pass

    passing = [
        lambda actor=actor, part=part: pass_on(actor, part) for actor, part in zip(recorders, parts, strict=True)
    ]
    answers = at_once(take_back, *passing)
    assert not [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, IllegalStep)]
    below = Task.objects.filter(assignment__chain__startswith=f"{task.pk}/")
    assert set(below.values_list("status", flat=True)) == {"withdrawn"}
    assert differing(cast) == {"tasks": 0}


def test_the_principals_word_at_the_moment_of_a_hand_over_stands(cast):
    unit = cast.tree.departments[1]
    former = actor_with(unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL)
    work = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[unit], status="in_hand")
    Assignment.objects.filter(pk=work.assignment.pk).update(is_principals_own=True)
    task = work.tasks[0]
    asked = commands.put_before_principal(actor=cast.owner, task_id=task.pk, act="ask_done", text="三处已改", at=AT)
    now = actor_with(unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.DEPUTY)
    organisation.appoint(
        actor=cast.office, unit_id=unit.pk, person_id=now.person_id or 0, kind="principal", starts_on=SOME_DAY, at=AT
    )
    agreed = Event()

    def agree() -> None:
        with transaction.atomic():
            commands.decide_confirmation(actor=now, confirmation_id=asked.pk, step_name="agree", at=AT)
            agreed.set()
            await_a_waiting_one()

    def hand_over() -> None:
        assert agreed.wait(timeout=20)
        commands.hand_over(
            actor=cast.office,
            unit_id=unit.pk,
            from_person_id=former.person_id or 0,
            to_person_id=now.person_id or 0,
            at=AT,
        )

    assert at_once(agree, hand_over) == [None, None]
    task.refresh_from_db()
    assert task.status == "asked_done"
    assert list(Confirmation.objects.values_list("status", flat=True)) == ["agreed"]


def await_a_waiting_one() -> None:
    """Go on when another connection waits for what this one holds."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    for _time in range(400):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
        sleep(0.05)
    raise AssertionError("nobody waits")


def test_an_answer_is_accepted_though_what_it_was_part_of_is_withdrawn_at_that_moment(cast):
    county = cast.tree.counties[0]
    clerk = actor_with(unit=county, role="county_office")
    task = received(cast, [county])[0]
    pass_on(clerk, task)
    part = Task.objects.filter(passed_from=task).order_by("pk")[0]
    owner = actor_with(unit=part.unit, role="unit_liaison", reach=Reach.UNIT)
    step(owner, part, "sign")
    step(owner, part, "ask_done", text="完成")

    def withdraw() -> None:
        step(cast.office, task, "withdraw", text="另行部署")
        while commands.withdraw_parts(actor=Actor.system("test"), task_id=task.pk, at=AT):
            pass

    at_once(withdraw, lambda: step(clerk, part, "accept"))
    found = dict(Task.objects.filter(passed_from=task).values_list("pk", "status"))
    assert found.pop(part.pk) == "done"
    assert set(found.values()) == {"withdrawn"}
    assert differing(cast) == {"tasks": 0}

"""Many at once: a result for each, the checker's rule for each, and nothing twice."""

import pytest

from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation.models import Post
from duban.tasks import commands
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task, TaskEntry
from duban.tasks.tests.test_chain import DUE, issue_to, step

AT = SOME_MOMENT


@pytest.fixture
def tasks(cast):
    """Three that wait for a check, of one unit."""
    found = [issue_to(cast, cast.tree.departments[1], helpers=[cast.tree.departments[2]]) for _number in range(3)]
    for task in found:
        step(cast.owner, task, "sign")
        step(cast.owner, task, "ask_done", text="已完成")
    return found


def accept(actor, tasks, name="accept", **given):
    return commands.check_many(actor=actor, task_ids=[task.pk for task in tasks], step_name=name, at=AT, **given)


def test_all_are_accepted_as_one_by_one(cast, tasks):
    results = accept(cast.second, tasks)
    assert (results.done, results.refused) == (3, 0)
    assert set(Task.objects.values_list("status", "finished_on")) == {("done", SOME_DAY)}
    assert TaskEntry.objects.filter(kind="accept", user_id=cast.second.user_id).count() == 3
    assert AuditEvent.objects.filter(verb="task.accept").count() == 3
    job = Actor.system("test")
    assert figures.recount_all(actor=job, campaign_id=cast.campaign.pk, at=AT)["tasks"] == 0


def test_a_second_time_nothing_happens_and_it_says_so(cast, tasks):
    accept(cast.second, tasks)
    results = accept(cast.office, tasks)
    assert (results.done, {row.refusal for row in results.rows}) == (0, {"This is accepted already."})
    assert TaskEntry.objects.filter(kind="accept").count() == 3


def test_each_row_is_judged_by_itself(cast, tasks):
    unsigned = issue_to(cast, cast.tree.departments[3])
    on_the_spot = issue_to(cast, cast.tree.departments[1], closing_mode="inspect")
    step(cast.owner, on_the_spot, "sign")
    step(cast.owner, on_the_spot, "ask_done", text="已完成")
    results = accept(cast.second, [tasks[0], unsigned, on_the_spot, tasks[1]])
    assert [row.is_done for row in results.rows] == [True, False, False, True]
    assert "moved on" in results.rows[1].refusal
    assert "on the spot" in results.rows[2].refusal


@pytest.mark.parametrize("who", ["owner", "helper"])
def test_nobody_accepts_what_they_had_a_part_in(cast, tasks, who):
    results = accept(getattr(cast, who), tasks)
    assert results.done == 0
    assert set(Task.objects.values_list("status", flat=True)) == {"asked_done"}


def test_a_former_post_in_the_unit_bars_here_too(cast, tasks):
    Post.objects.create(
        unit_id=tasks[0].unit_id,
        person_id=cast.second.person_id,
        kind="deputy",
        starts_on=SOME_DAY.replace(year=2021),
        ends_on=SOME_DAY.replace(year=2022),
    )
    results = accept(cast.second, tasks)
    assert {"held a post" in row.refusal for row in results.rows} == {True}


def test_what_one_may_not_see_is_not_told(cast, tasks):
    results = accept(cast.stranger, tasks)
    assert {(row.refusal, row.words) for row in results.rows} == {
        ("There is no such item.", f"#{task.pk}") for task in tasks
    }


def test_a_return_of_many_needs_what_is_missing_and_a_date(cast, tasks):
    with pytest.raises(InvalidInput, match="sentence"):
        accept(cast.second, tasks, "return")
    results = accept(cast.second, tasks, "return", text="缺少小结")
    assert {"new date" in row.refusal for row in results.rows} == {True}
    assert accept(cast.second, tasks, "return", text="缺少小结", new_due=DUE).done == 3
    assert set(Task.objects.values_list("status", "agreed_due")) == {("in_hand", DUE)}


def test_other_steps_and_too_many_are_refused_as_a_whole(cast, tasks):
    with pytest.raises(InvalidInput, match="one by one"):
        accept(cast.second, tasks, "withdraw")
    with pytest.raises(InvalidInput, match="at least one"):
        accept(cast.second, [])
    with pytest.raises(InvalidInput, match="1000 at most"):
        commands.check_many(actor=cast.second, task_ids=range(1, 1002), step_name="accept", at=AT)


def test_the_number_of_statements_does_not_grow_with_the_rows(cast, tasks, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        accept(cast.second, tasks)


def test_drafts_go_out_each_with_its_own_result(cast):
    def draft(**rule):
        text = AssignmentText(wording="开展走访", target="class", target_rule=rule, due_on=DUE)
        return commands.create_assignment(
            actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
        )

    good, empty, large = draft(kinds=["department"]), draft(kinds=["sub_district"]), draft(levels=["village"])
    ids = [good.pk, empty.pk, large.pk]
    results = commands.issue_many(actor=cast.office, assignment_ids=ids, at=AT)
    assert [row.is_done for row in results.rows] == [True, False, False]
    assert "No unit" in results.rows[1].refusal
    assert "would have to check" in results.rows[2].refusal
    assert Task.objects.count() == 4
    again = commands.issue_many(actor=cast.office, assignment_ids=[good.pk], at=AT)
    assert again.done == 0
    assert Task.objects.count() == 4

"""Random samples: drawn by a kept seed, looked at by somebody without a part, and what is untrue comes back."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.tasks import commands, queries
from duban.tasks.drawing import drawn, size_of
from duban.tasks.models import Sample, Task
from duban.tasks.tests.test_chain import DUE, issue_to, step

AT = SOME_MOMENT
LATER = DUE + timedelta(days=30)


@pytest.fixture
def declared(cast):
    """Five declared and one accepted."""
    found = [issue_to(cast, cast.tree.departments[1], closing_mode="declare") for _number in range(5)]
    for task in found:
        step(cast.owner, task, "sign")
        step(cast.owner, task, "declare", text="已传达")
    checked = issue_to(cast, cast.tree.departments[1])
    step(cast.owner, checked, "sign")
    step(cast.owner, checked, "ask_done", text="已完成")
    step(cast.second, checked, "accept")
    return found


def draw(cast, actor=None, **changes):
    wanted = {"finished_from": SOME_DAY, "finished_until": SOME_DAY, "closing_mode": "declare", "number": 2, **changes}
    return commands.draw_sample(
        actor=actor or cast.office, campaign_id=cast.campaign.pk, scope_id=cast.tree.city.pk, at=AT, **wanted
    )


def look(actor, item, name="find_true", **changes):
    return commands.find_sampled(actor=actor, sampled_id=item.pk, step_name=name, at=AT, **changes)


# How long a busy machine takes to think of sets says nothing about the draw.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.text(max_size=20), population=st.sets(st.integers(1, 10**9), max_size=60), size=st.integers(0, 80))
def test_the_same_seed_draws_the_same_whatever_the_order(seed, population, size):
    chosen = drawn(seed=seed, population=sorted(population), size=size)
    assert chosen == drawn(seed=seed, population=sorted(population, reverse=True), size=size)
    assert len(chosen) == len(set(chosen)) == min(size, len(population))
    assert set(chosen) <= population


def test_what_could_be_drawn_is_read_in_one_pass_whatever_the_database_knows_of_its_tables(cast, declared):
    found = queries.finished_tasks(
        actor=cast.office,
        campaign_id=cast.campaign.pk,
        scope=cast.tree.city,
        finished_from=SOME_DAY,
        finished_until=SOME_DAY,
    )
    assert found.count() == 6
    assert "JOIN" not in str(found.query), "a join of tasks and units is planned unit by unit without statistics"


def test_a_share_is_rounded_up_and_never_more_than_there_are():
    assert size_of(population=5, percent=10, number=None) == 1
    assert size_of(population=200, percent=10, number=None) == 20
    assert size_of(population=3, percent=None, number=9) == 3


def test_is_drawn_from_what_was_declared_and_can_be_repeated(cast, declared):
    sample = draw(cast)
    assert set(sample.population) == {task.pk for task in declared}
    found = queries.sample_page(actor=cast.office, sample_id=sample.pk)
    assert (len(found.lines), found.population, found.is_repeated) == (2, 5, True)
    assert draw(cast, percent=40, number=None).items.count() == 2
    assert len({one.seed for one in Sample.objects.all()}) == 2, "nobody chooses the seed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": 10},
        {"number": None},
        {"number": 0},
        {"number": None, "percent": 101},
        {"finished_from": SOME_DAY + timedelta(days=1)},
        {"closing_mode": "vanish"},
        {"finished_from": SOME_DAY - timedelta(days=9), "finished_until": SOME_DAY - timedelta(days=1)},
    ],
)
def test_what_makes_no_sense_is_refused(cast, declared, wrong):
    with pytest.raises(InvalidInput):
        draw(cast, **wrong)


def test_another_body_draws_where_it_covers_and_a_unit_nowhere(cast, declared):
    group = actor_with(unit=cast.tree.city, role="group_head")
    assert draw(cast, actor=group).items.count() == 2
    with pytest.raises((NotAllowed, NotFound)):
        draw(cast, actor=cast.owner)


def test_a_true_one_stays_done_and_is_looked_at_once(cast, declared):
    item = draw(cast).items.first()
    look(cast.office, item, finding="抽问三人均知晓")
    assert Task.objects.get(pk=item.task_id).status == "done"
    with pytest.raises(IllegalStep):
        look(cast.second, item)


def test_an_untrue_one_comes_back_with_its_link_and_is_checked_from_then_on(cast, declared):
    sample = draw(cast)
    item = sample.items.first()
    with pytest.raises(InvalidInput, match="not true"):
        look(cast.second, item, "find_untrue", new_due=LATER)
    with pytest.raises(InvalidInput, match="date"):
        look(cast.second, item, "find_untrue", finding="未传达到支部")
    look(cast.second, item, "find_untrue", finding="未传达到支部", new_due=LATER)
    task = Task.objects.get(pk=item.task_id)
    assert (task.status, task.agreed_due, task.finished_on, task.original_due) == ("in_hand", LATER, None, DUE)
    found = queries.task_page(actor=cast.owner, task_id=task.pk, on=SOME_DAY)
    assert [(one.sample_id, one.status) for one in found.samples] == [(sample.pk, "untrue")]
    assert found.thread[-1].kind == "reopen"
    with pytest.raises(IllegalStep, match="not finished by a declaration"):
        step(cast.owner, task, "declare", text="已传达")
    step(cast.owner, task, "ask_done", text="已重新传达")


def test_is_looked_at_by_nobody_with_a_part_in_it(cast, declared):
    item = draw(cast).items.first()
    judge_in_own_case = actor_with(unit=cast.tree.departments[1], role="office_clerk")
    with pytest.raises((NotAllowed, NotFound)):
        look(judge_in_own_case, item)
    with pytest.raises((NotAllowed, NotFound)):
        look(cast.owner, item)


def test_is_not_looked_at_by_whoever_accepted_it(cast, declared):
    item = draw(cast, closing_mode="check", number=1).items.get()
    with pytest.raises(NotAllowed, match="accepted"):
        look(cast.second, item)
    line = queries.sample_page(actor=cast.second, sample_id=item.sample_id).lines[0]
    assert not line.may_look
    look(cast.office, item)


def test_what_has_come_back_already_is_not_judged_again(cast, declared):
    first, second = draw(cast, number=5), draw(cast, number=5)
    item = first.items.first()
    look(cast.second, item, "find_untrue", finding="未传达", new_due=LATER)
    with pytest.raises(IllegalStep, match="moved on"):
        look(cast.office, second.items.get(task_id=item.task_id))

"""Passing down as people do it: choose, see whom it reaches, confirm exactly that."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from duban.burden import commands as burden
from duban.burden.models import Cap, Demand
from duban.config.factories import actor_with
from duban.tasks.models import Limits, Task
from duban.tasks.tests.test_passing import pass_on, received


@pytest.fixture
def county(cast):
    return cast.tree.counties[0]


@pytest.fixture
def clerk(county):
    return actor_with(unit=county, role="county_office")


@pytest.fixture
def task(cast, county):
    today = timezone.localdate()
    return received(cast, [county], due_on=today + timedelta(days=30))[0]


def shown(page):
    """Return what the page sends to confirm the choice whose effect it shows."""
    found = re.search(r'name="shown_for" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found.group(1)


def test_the_effect_is_shown_before_anything_happens_and_then_confirmed(cast, county, clerk, task):
    browser = cast.client(clerk)
    assert b"All direct subordinates" in browser.get("/tasks/pass-down/", {"task": task.pk}).content
    choice = {"task": task.pk, "to": "below", "added_wording": "请于每周五报送进度。", "preview": "1"}
    page = browser.post("/tasks/pass-down/", choice)
    assert b"After passing down, 6 units will receive this." in page.content
    assert not Task.objects.filter(passed_from=task).exists()
    done = browser.post("/tasks/pass-down/", choice | {"confirm": "1", "shown_for": shown(page)}, follow=True)
    assert Task.objects.filter(passed_from=task).count() == 6
    assert "请于每周五报送进度。" in done.content.decode()


def test_what_it_costs_the_units_is_shown_before_it_is_confirmed(cast, county, clerk, task):
    other = received(cast, [county], due_on=task.agreed_due, minutes=45)[0]
    Cap.objects.filter(unit_kind="village").update(requests=1)
    block_until = task.agreed_due + timedelta(days=1)
    burden.block_days(
        actor=actor_with(unit=county, role="office_head"),
        unit_id=county.pk,
        name="双抢",
        from_on=task.agreed_due,
        until_on=block_until,
        kinds=["village"],
        is_closed=False,
        at=timezone.now(),
    )
    browser = cast.client(clerk)
    choice = {"task": [task.pk, other.pk], "to": "各村", "preview": "1"}
    page = browser.post("/tasks/pass-down/", choice).content.decode()
    assert "84 units are asked, about 75 minutes each" in page, "both items together"
    assert "above their cap: requests 84" in page
    assert "双抢" in page
    assert not Demand.objects.filter(asker=county).exists()
    earlier = choice | {"own_due": task.agreed_due - timedelta(days=10)}
    assert "双抢" not in browser.post("/tasks/pass-down/", earlier).content.decode(), "the own date is the one weighed"


def test_more_answers_than_the_unit_can_check_are_told_before_it_is_confirmed(cast, county, clerk, task):
    Limits.objects.create(campaign=cast.campaign, answers_per_checker=50, changed_at=timezone.now())
    browser = cast.client(clerk)
    page = browser.post("/tasks/pass-down/", {"task": task.pk, "to": "各村", "preview": "1"}).content.decode()
    assert "would have to check 84 answers, more than 50" in page
    assert 'name="confirm"' not in page
    page = browser.post("/tasks/pass-down/", {"task": task.pk, "to": "below", "preview": "1"}).content.decode()
    assert 'name="confirm"' in page


def test_confirming_something_else_than_was_shown_shows_it_first(cast, clerk, task):
    browser = cast.client(clerk)
    page = browser.post("/tasks/pass-down/", {"task": task.pk, "to": "below", "preview": "1"})
    changed = {"task": task.pk, "to": "各村", "confirm": "1", "shown_for": shown(page)}
    again = browser.post("/tasks/pass-down/", changed)
    assert b"84 units will receive this" in again.content
    assert not Task.objects.filter(passed_from=task).exists()


def test_several_received_items_go_down_in_one_step_from_the_list(cast, county, clerk, task):
    other = received(cast, [county], due_on=task.agreed_due)[0]
    browser = cast.client(clerk)
    listed = browser.get("/tasks/to-pass-down/").content.decode()
    assert all(f'name="task" value="{each.pk}"' in listed for each in (task, other))
    choice = {"task": [task.pk, other.pk], "to": "listed", "names": "第1试验县第1镇、第1试验县第2镇"}
    page = browser.post("/tasks/pass-down/", choice | {"preview": "1"})
    assert b"2 units will receive this" in page.content
    assert b"4 items in all" in page.content
    browser.post("/tasks/pass-down/", choice | {"confirm": "1", "shown_for": shown(page)})
    assert Task.objects.filter(passed_from__in=[task, other]).count() == 4
    assert b"Nothing waits to be passed down" in browser.get("/tasks/to-pass-down/").content


def test_a_refusal_stands_beside_its_field_and_nothing_written_is_lost(cast, clerk, task):
    browser = cast.client(clerk)
    late = (task.agreed_due + timedelta(days=1)).isoformat()
    given = {"task": task.pk, "to": "listed", "names": "不存在的镇", "added_wording": "县里补充", "own_due": late}
    page = browser.post("/tasks/pass-down/", given | {"preview": "1"})
    assert page.status_code == 422
    assert "There is no unit “不存在的镇” below yours." in page.content.decode()
    assert "县里补充" in page.content.decode()
    chosen = {"task": task.pk, "to": "below", "own_due": late, "preview": "1"}
    page = browser.post("/tasks/pass-down/", chosen)
    page = browser.post("/tasks/pass-down/", chosen | {"confirm": "1", "shown_for": shown(page)})
    assert (page.status_code, b"not later" in page.content) == (422, True)


def test_the_task_shows_its_parts_and_the_earlier_date_beside_the_original(cast, county, clerk, task):
    earlier = task.agreed_due - timedelta(days=5)
    pass_on(clerk, task, own_due=earlier, added_wording="县里补充", at=timezone.now())
    browser = cast.client(clerk)
    page = browser.get(f"/tasks/{task.pk}/").content.decode()
    assert f"/parts/?task={task.pk}" in page
    part = Task.objects.filter(passed_from=task).earliest("pk")
    page = browser.get(f"/tasks/{part.pk}/").content.decode()
    assert "县里补充" in page
    assert f"{earlier:%-d %b}" in page
    assert county.shown_name in page


def test_the_office_gives_what_came_back_to_an_equal_unit(cast):
    task = received(cast, [cast.tree.departments[1]])[0]
    browser = cast.client(cast.office)
    assert b"transferred 0 times, 2 at most" in browser.get(f"/tasks/{task.pk}/").content
    wrong = browser.post(f"/tasks/{task.pk}/transfer/", {"unit": "第1试验县", "reason": "职责"})
    assert wrong.status_code == 422
    name = cast.tree.departments[2].name
    browser.post(f"/tasks/{task.pk}/transfer/", {"unit": name, "reason": "职责"})
    task.refresh_from_db()
    assert (task.unit_id, task.transfers) == (cast.tree.departments[2].pk, 1)


def test_rest_says_the_same_as_the_pages(cast, clerk, task):
    browser = cast.client(clerk)
    answer = browser.post("/api/pass-down", {"task_ids": [task.pk]}, content_type="application/json")
    assert (answer.status_code, [one["unit_count"] for one in answer.json()]) == (200, [6])
    found = browser.get(f"/api/tasks/{task.pk}/parts").json()
    assert [(level["level"], level["counts"]["total"]) for level in found["levels"]] == [(1, 6)]
    assert len(found["rows"]) == 6
    chain = cast.client(cast.office).get(f"/api/assignments/{task.assignment_id}/parts").json()
    assert chain["rows"][0]["below"]["total"] == 6

"""A requirement of the city reaches 19,200 villages through counties and townships, and its answers are counted back up."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from duban.config import factories
from duban.config.testing import Database
from duban.organisation.models import Unit
from duban.tasks.models import Assignment, Task
from tests.journeys.conftest import City

COUNTIES, TOWNSHIPS, VILLAGES = 12, 20, 80
# The head of the chain and whatever came of it, counted by hand: by links, not by the kept chain.
BY_HAND = """
WITH RECURSIVE below (id, level, unit_id, status, agreed_due, tightened_due) AS (
    SELECT id, 1, unit_id, status, agreed_due, tightened_due FROM tasks_task WHERE assignment_id = %(head)s
    UNION ALL
    SELECT part.id, below.level + 1, part.unit_id, part.status, part.agreed_due, part.tightened_due
    FROM below JOIN tasks_task AS part ON part.passed_from_id = below.id
)
SELECT level, count(*), count(*) FILTER (WHERE status = 'to_sign'), count(*) FILTER (WHERE status = 'in_hand'),
       count(*) FILTER (WHERE status = 'asked_done'), count(*) FILTER (WHERE status = 'done'),
       count(*) FILTER (WHERE status IN ('to_sign', 'in_hand', 'asked_done') AND agreed_due < %(today)s),
       count(*) FILTER (WHERE tightened_due IS NOT NULL)
FROM below GROUP BY level ORDER BY level
"""


@dataclass
class Prefecture(City):
    """A city of twelve counties, 240 townships and 19,200 villages."""

    def signed_in(self, unit: Unit, role: str) -> Client:
        """Return a browser of somebody with this role over the unit; hundreds need no password of their own."""
        client = Client()
        client.force_login(factories.make_person_with_account(unit=unit, role=role).user)
        return client


@pytest.fixture
def city(own_database: Database) -> Prefecture:
    tree = factories.build_tree(counties=COUNTIES, townships=TOWNSHIPS, villages=VILLAGES, branches=0)
    today = timezone.localdate()
    campaign = factories.make_campaign(
        root=tree.city, starts_on=today - timedelta(days=60), planned_end_on=today + timedelta(days=120)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE organisation_unit")
    return Prefecture(tree=tree, campaign=campaign)


def pass_down(client: Client, unit: Unit, **given: Any) -> None:
    task = Task.objects.get(unit=unit)
    answer = client.post("/api/pass-down", {"task_ids": [task.pk], **given}, content_type="application/json")
    assert answer.status_code == 200, answer.content


def counted_by_hand(head: int, today: date) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND, {"head": head, "today": today})
        return list(cursor.fetchall())


def counted_by_duban(client: Client, head: int) -> list[tuple[int, ...]]:
    levels = client.get(f"/api/assignments/{head}/parts").json()["levels"]
    names = ("total", "to_sign", "in_hand", "asked", "done", "overdue", "tightened")
    return [(level["level"], *(level["counts"][name] for name in names)) for level in levels]


def test_a_requirement_goes_down_three_levels_and_the_answers_come_up(city: Prefecture) -> None:
    tree, today = city.tree, timezone.localdate()
    due = today + timedelta(days=40)

    # The office of the city asks the counties, and nobody else.
    office = city.visitor(unit=tree.office, role="office_clerk", over=tree.city)
    draft = office.open("/tasks/assign/").submit(
        "/tasks/assign/", wording="各村召开一次党员大会", owner="各县区", due=due.isoformat()
    )
    draft.submit(r"/tasks/assignments/\d+/issue/")
    head = Assignment.objects.get()
    assert Task.objects.count() == COUNTIES

    # The first county passes it down on the page: it sees whom it reaches, asks earlier, and adds its own words.
    county, township = tree.counties[0], tree.townships[0]
    clerk = city.visitor(unit=county, role="county_office")
    (place,) = clerk.open("/tasks/to-pass-down/").links_to(r"/tasks/\d+/")
    (form,) = clerk.open(place).links_to(r"/tasks/pass-down/\?task=\d+")
    earlier = (due - timedelta(days=10)).isoformat()
    shown = clerk.open(form).submit("/tasks/pass-down/", to="below", added_wording="每周五报进度", own_due=earlier)
    assert f"转办后，{TOWNSHIPS} 个单位将收到" in shown.text
    assert Task.objects.count() == COUNTIES
    shown.submit("/tasks/pass-down/", confirm="1")
    assert Task.objects.filter(tightened_due=earlier).count() == TOWNSHIPS
    # The others do the same by machine, without a date of their own.
    for other in tree.counties[1:]:
        pass_down(city.signed_in(other, "county_office"), other)
    assert Task.objects.count() == COUNTIES * (1 + TOWNSHIPS)

    # Each township passes it down to its villages.
    recorder = city.visitor(unit=township, role="township_recorder")
    (form,) = recorder.open(f"/tasks/{Task.objects.get(unit=township).pk}/").links_to(r"/tasks/pass-down/\?task=\d+")
    page = recorder.open(form).submit("/tasks/pass-down/", to="各村")
    assert f"转办后，{VILLAGES} 个单位将收到" in page.text
    page.submit("/tasks/pass-down/", confirm="1")
    for other in tree.townships[1:]:
        pass_down(city.signed_in(other, "township_recorder"), other)
    assert Task.objects.count() == COUNTIES * (1 + TOWNSHIPS * (1 + VILLAGES))

    # A village reads what the city said, what the county added, and both dates; it answers to its township.
    village = city.liaison(tree.villages[0])
    part = Task.objects.get(unit=tree.villages[0])
    item = village.open(f"/tasks/{part.pk}/")
    for words in (
        "各村召开一次党员大会",
        "每周五报进度",
        f"{tree.city.name} → {county.name} → {township.name}",
        "下级提前要求",
    ):
        assert words in item.text, words
    item.submit(rf"/tasks/{part.pk}/steps/sign/").submit(rf"/tasks/{part.pk}/steps/ask_done/", text="已召开")
    recorder.open(f"/tasks/{part.pk}/").submit(rf"/tasks/{part.pk}/steps/accept/")

    # The township is not finished unnoticed while its villages are not.
    own = Task.objects.get(unit=township)
    liaison = city.liaison(township)
    asking = liaison.open(f"/tasks/{own.pk}/")
    completion = asking.form(rf"/tasks/{own.pk}/steps/ask_done/")
    assert completion is not None
    refused = liaison.post(completion.action, {**completion.fields, "text": "已完成"}, expected=422)
    assert f"还有 {VILLAGES - 1} 项没有办结" in refused.text

    # The city sees the whole chain, and it is what a count by hand along the links gives.
    told = counted_by_duban(office.client, head.pk)
    assert told == counted_by_hand(head.pk, today)
    assert [level[:2] for level in told] == [
        (1, COUNTIES),
        (2, COUNTIES * TOWNSHIPS),
        (3, COUNTIES * TOWNSHIPS * VILLAGES),
    ]
    assert (told[2][5], told[1][7], told[2][7]) == (1, TOWNSHIPS, TOWNSHIPS * VILLAGES)
    table = office.open(f"/parts/?assignment={head.pk}")
    below = TOWNSHIPS * (1 + VILLAGES)
    assert table.row(county.name)[3:] == [str(number) for number in (below, below - TOWNSHIPS - 1, TOWNSHIPS, 0, 1, 0)]
    assert table.row(tree.counties[5].name)[3] == str(below)
    # Another county sees its own chain and cannot tell that this one exists.
    neighbour = city.visitor(unit=tree.counties[1], role="county_office")
    neighbour.open(f"/parts/?task={Task.objects.get(unit=county).pk}", expected=404)
    assert neighbour.open(f"/parts/?task={Task.objects.get(unit=tree.counties[1]).pk}").row(tree.townships[20].name)

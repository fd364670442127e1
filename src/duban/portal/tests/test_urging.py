"""The page of urging: a text without names, the same rows in the files, one line per item in the thread."""

import pytest

from duban.config.factories import make_person_with_account
from duban.portal.tests.conftest import Office, client_of
from duban.portal.tests.pages import page_of, sheet_of, table_of, word_of
from duban.tasks.models import Task, TaskEntry
from duban.tasks.states import EntryKind


def text_of(page: str) -> list[str]:
    return page.split('id="urge-text"')[1].split(">", 1)[1].split("</textarea>", maxsplit=1)[0].splitlines()


def test_the_text_counts_by_unit_names_no_person_and_ends_with_the_link(busy: Office) -> None:
    page = page_of(client_of(busy.clerk), "/urge/", status="all")
    lines = text_of(page)
    late = Task.objects.get(assignment__wording="走访困难党员", status="in_hand")
    assert (
        f"{late.unit.shown_name}: 1 unsigned, 1 overdue (the earliest 27 Feb), 1 near due (the earliest 5 Mar)" in lines
    )
    assert lines[-1].endswith("http://testserver/owed/")
    assert busy.clerk.person.name not in "\n".join(lines)
    assert "走访困难党员" not in "\n".join(lines)


def test_the_text_is_said_in_the_words_of_the_field(busy: Office) -> None:
    client = client_of(busy.clerk)
    client.cookies["language"] = "zh-hans"
    late = Task.objects.get(assignment__wording="走访困难党员", status="in_hand")
    page = page_of(client, "/urge/", status="all")
    assert f"{late.unit.shown_name}：未签收 1 项、逾期 1 项（最早 2月27日）、临期 1 项（最早 3月5日）" in text_of(page)


def test_more_units_than_a_message_takes_are_counted(office: Office) -> None:
    office.assign(units=office.tree.villages[:23], wording="修复路灯")
    lines = text_of(page_of(client_of(office.clerk), "/urge/"))
    assert len(lines) == 23
    assert lines[-2] == "and 3 other units"
    assert len("\n".join(lines).encode()) <= 2048


def test_the_files_hold_exactly_the_rows_of_the_page(busy: Office) -> None:
    client = client_of(busy.clerk)
    shown = [(row[0], row[1]) for row in table_of(page_of(client, "/urge/", status="overdue")).rows[1:]]
    assert len(shown) == 2
    _paragraphs, rows = word_of(client, "/urge/word/?status=overdue")
    for found in (sheet_of(client, "/urge/excel/?status=overdue"), rows):
        assert [(row[0], row[1]) for row in found[-2:]] == shown


def test_urging_from_a_list_says_what_was_urged_already(busy: Office) -> None:
    client = client_of(busy.clerk)
    overdue = Task.objects.filter(assignment__wording="走访困难党员", status__in=["in_hand", "to_sign"])
    answer = client.post("/urge/?status=overdue", {"text": "请今日签收"})
    assert (answer.status_code, answer["Location"]) == (302, "/urge/?status=overdue")
    urged = TaskEntry.objects.filter(kind=EntryKind.URGE)
    assert {entry.task_id for entry in urged} == {task.pk for task in overdue}
    assert page_of(client, "/urge/", status="overdue").count("Urged today") == len(overdue)
    client.post("/urge/?status=overdue", {"text": ""})
    assert urged.count() == len(overdue)
    thread = page_of(client, f"/tasks/{overdue[0].pk}/")
    assert "请今日签收" in thread
    refused = client.post("/urge/?q=没有这件事", {"text": "急"})
    assert refused.status_code == 422
    assert "Nothing in this list waits for its unit." in refused.content.decode()


@pytest.mark.parametrize(("role", "offered"), [("county_office", True), ("township_recorder", False)])
def test_the_lists_offer_urging_to_whom_it_belongs(office: Office, role: str, offered: bool) -> None:
    county = office.tree.counties[0]
    villages = [unit for unit in office.tree.below(county) if unit in office.tree.villages]
    office.assign(units=villages[:2], wording="修复路灯")
    client = client_of(make_person_with_account(unit=county, role=role))
    client.post(f"/campaigns/{office.campaign.pk}/choose/")
    assert ("/urge/?status=open" in page_of(client, "/work/", status="open")) is offered
    assert client.get("/urge/").status_code == (200 if offered else 403)

"""The page of urging: a text without names, the same rows in the files, one line per item in the thread."""

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from duban.access.states import Reach
from duban.config.factories import SOME_MOMENT, actor_for, make_person_with_account
from duban.notices.hours import is_waking
from duban.notices.models import Digest, DigestLine
from duban.portal.tests.conftest import Office, client_of, liaison
from duban.portal.tests.pages import page_of, sheet_of, table_of, word_of
from duban.tasks import commands
from duban.tasks.models import Assignment, Task, TaskEntry
from duban.tasks.states import URGED_STATUSES, EntryKind


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


def urging_link(page: str) -> str:
    """The address behind the page's own button of urging; the menu has none."""
    found: list[str] = re.findall(r'href="([^"]*/urge/[^"]*)"[^>]*>Urge<', page)
    assert len(found) == 1, found
    return html.unescape(found[0])


def named(client: Client, address: str) -> list[str]:
    """The units that the text names, in its order."""
    text = text_of(page_of(client, address))
    return [line.split(":", maxsplit=1)[0] for line in text[1:-1] if not line.startswith("Only:")]


def test_the_text_of_the_table_names_its_rows_with_all_below_in_their_order(busy: Office) -> None:
    client, county = client_of(busy.clerk), busy.tree.counties[0]
    for address in ("/table/", f"/table/?unit={county.pk}", f"/table/?unit={county.pk}&level=village"):
        page = page_of(client, address)
        table = table_of(page)
        unsigned, in_hand = table.rows[0].index("Unsigned"), table.rows[0].index("In hand")
        rows = [row for row in table.rows[1:-1] if row[unsigned] != "0" or row[in_hand] != "0"]
        link = urging_link(page)
        assert named(client, link) == [row[0] for row in rows], address
        assert len(rows) > (1 if address == "/table/" else 0)
        told = [re.search(r": (\d+) unsigned", line) for line in text_of(page_of(client, link))]
        assert [each.group(1) for each in told if each] == [row[unsigned] for row in rows if row[unsigned] != "0"]


def test_the_text_names_the_units_and_filters_of_each_list_it_is_called_from(busy: Office) -> None:
    client, county = client_of(busy.clerk), busy.tree.counties[0]
    assignment = Assignment.objects.get(wording="走访困难党员")
    tasks = Task.objects.filter(status__in=URGED_STATUSES).order_by("unit__order_path", "pk").select_related("unit")
    lists = {
        f"/work/?unit={county.pk}&status=overdue&level=village": (
            tasks.filter(assignment=assignment),
            f"Only: {county.shown_name}；Overdue；Level: Village level",
        ),
        f"/parts/?assignment={assignment.pk}&status=to_sign": (
            tasks.filter(assignment=assignment, status="to_sign"),
            "Only: To be signed for；one assignment",
        ),
        f"/tasks/assignments/{assignment.pk}/": (tasks.filter(assignment=assignment), "Only: one assignment"),
        "/work/?q=走访&status=in_hand": (
            tasks.filter(assignment=assignment, status="in_hand"),
            "Only: In hand；found by a search",
        ),
    }
    for address, (expected, filters) in lists.items():
        link = urging_link(page_of(client, address))
        assert named(client, link) == list(dict.fromkeys(task.unit.shown_name for task in expected)), address
        assert text_of(page_of(client, link))[1] == filters
        assert "走访" not in "\n".join(text_of(page_of(client, link)))


def test_the_material_for_a_meeting_leads_to_the_text_of_its_lines(busy: Office) -> None:
    client = client_of(busy.clerk)
    page = page_of(client, "/papers/promotion/")
    shown = [row[0] for row in table_of(page).rows[1:]]
    places = named(client, urging_link(page))
    assert places
    assert [name for name in shown if name in places] == places


def test_a_text_never_exceeds_one_message_however_long_the_names_are(office: Office) -> None:
    villages = office.tree.villages[:23]
    for unit in villages:
        unit.short_name = f"{unit.name}（含自然村、居民小组及其下设的全部功能型党小组）"[:60]
        unit.save()
    office.assign(units=villages, wording="修复路灯")
    lines = text_of(page_of(client_of(office.clerk), "/urge/"))
    assert len("\n".join(lines).encode()) <= 2048
    assert lines[-2] == f"and {23 - (len(lines) - 3)} other units"


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


def results_of(page: str) -> list[str]:
    """The result of each row after urging."""
    return [" ".join(row[2].split()) for row in table_of(page).rows[1:]]


def test_each_row_says_what_became_of_it(busy: Office) -> None:
    client, second = client_of(busy.clerk), client_of(busy.second)
    before, now, gone = Task.objects.filter(status__in=URGED_STATUSES, assignment__wording="组织一次专题学习")[:3]
    second.post(f"/urge/?status=all&unit={before.unit_id}&assignment={before.assignment_id}", {"text": ""})
    address = f"/urge/?status=all&assignment={now.assignment_id}"
    shown = re.findall(r'name="shown" value="([^"]*)"', page_of(client, address))
    assert str(gone.pk) in shown
    # The unit asks for its check while the page stands open.
    Task.objects.filter(pk=gone.pk).update(status="asked_done", asked_at=timezone.now())
    answer = client.post(address, {"text": "", "shown": shown}).content.decode()
    said = {row[0]: " ".join(row[2].split()) for row in table_of(answer).rows[1:]}
    assert said[now.unit.shown_name] == "Urged now"
    assert said[before.unit.shown_name].startswith(f"Urged today already {busy.second.person.name}")
    assert said[gone.unit.shown_name] == "Not open for the unit any more To be checked"
    assert len(said) == len(shown)
    # What lies outside one's scope is not told by its number.
    county = make_person_with_account(unit=busy.tree.counties[0], role="county_office")
    own = Task.objects.filter(status__in=URGED_STATUSES, assignment__wording="走访困难党员").values_list(
        "pk", flat=True
    )
    answer = client_of(county).post("/urge/?status=overdue", {"text": "", "shown": [*own, gone.pk]}).content.decode()
    assert gone.unit.shown_name not in answer


def test_urging_from_a_list_says_what_was_urged_already(busy: Office) -> None:
    client = client_of(busy.clerk)
    overdue = Task.objects.filter(assignment__wording="走访困难党员", status__in=["in_hand", "to_sign"])
    answer = client.post("/urge/?status=overdue", {"text": "请今日签收"})
    assert results_of(answer.content.decode()) == ["Urged now"] * len(overdue)
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


@pytest.mark.parametrize(
    ("role", "offered", "status"),
    [("county_office", True, 200), ("township_recorder", False, 200), ("unit_deputy", False, 403)],
)
def test_the_lists_offer_urging_to_whom_it_belongs(office: Office, role: str, offered: bool, status: int) -> None:
    county = office.tree.counties[0]
    villages = [unit for unit in office.tree.below(county) if unit in office.tree.villages]
    office.assign(units=villages[:2], wording="修复路灯")
    client = client_of(make_person_with_account(unit=county, role=role))
    client.post(f"/campaigns/{office.campaign.pk}/choose/")
    assert ("/urge/?status=open" in page_of(client, "/work/", status="open")) is offered
    assert client.get("/urge/").status_code == status


@pytest.mark.parametrize(
    ("role", "reach"),
    [("township_recorder", Reach.SUBTREE), ("unit_principal", Reach.SUBTREE), ("unit_principal", Reach.UNIT)],
)
def test_whoever_passed_down_urges_the_parts_and_nothing_else(office: Office, role: str, reach: Reach) -> None:
    township, other = office.tree.townships[:2]
    villages = [unit for unit in office.tree.villages if unit.parent_id == township.pk][:2]
    foreign = [unit for unit in office.tree.villages if unit.parent_id == other.pk][:1]
    account = make_person_with_account(unit=township, role=role, reach=reach)
    received = office.assign(units=[township, other, villages[0]], wording="修复路灯")
    for unit, below, task in ((township, villages, received[0]), (other, foreign, received[1])):
        actor = actor_for(account=make_person_with_account(unit=unit, role="township_recorder"))
        given = commands.Passing(target="listed", rule={"units": [one.pk for one in below]})
        commands.pass_down(actor=actor, task_ids=[task.pk], given=given, at=SOME_MOMENT)
    client = client_of(account)
    link = urging_link(page_of(client, f"/parts/?task={received[0].pk}"))
    assert named(client, link) == [unit.shown_name for unit in villages]
    assert account.person.name not in "\n".join(text_of(page_of(client, link)))
    assert results_of(client.post(link, {"text": "请今日签收"}).content.decode()) == ["Urged now"] * 2
    # Not what the city asked of the village itself, nor the own item, nor the parts of another township.
    client.post("/urge/?status=all", {"text": ""})
    parts = Task.objects.filter(passed_from=received[0])
    assert set(TaskEntry.objects.filter(kind=EntryKind.URGE).values_list("task", flat=True)) == {
        part.pk for part in parts
    }
    assert client.post(f"/urge/?task={received[1].pk}", {"text": ""}).status_code in {404, 422}
    files = word_of(client, link.replace("/urge/", "/urge/word/"))[1]
    assert len([row for row in files if row[0] in {unit.shown_name for unit in villages}]) == 2


def test_a_principal_sees_the_reminder_and_from_whom(busy: Office) -> None:
    village = Task.objects.get(assignment__wording="走访困难党员", status="in_hand").unit
    client = client_of(busy.clerk)
    assert 'name="to_principal"' in page_of(client, "/urge/", unit=village.pk)
    asked = client.post(f"/urge/?unit={village.pk}", {"text": "请过问", "to_principal": "on"})
    principal = make_person_with_account(unit=village, role="unit_principal", reach=Reach.UNIT)
    first = page_of(client_of(principal), "/")
    if not is_waking(timezone.now()):
        assert "between 20:00 and 8:00" in asked.content.decode()
        assert "You were reminded of" not in first
        return
    assert "You were reminded of" in first
    assert "请过问" in first
    assert busy.clerk.person.name in first


def test_a_liaison_sees_the_reminder_of_the_day_and_puts_it_aside(busy: Office) -> None:
    village = busy.tree.villages[0]
    account = liaison(village)
    digest = Digest.objects.create(user=account.user, day=timezone.localdate(), made_at=timezone.now())
    DigestLine.objects.create(digest=digest, unit=village, in_one=1, in_three=0, in_five=2)
    client = client_of(account)
    page = page_of(client, "/owed/")
    assert "1 item is due in 1 working day" in page
    assert "2 items in 5 working days" in page
    assert "in 3 working days" not in page
    assert f'href="/owed/?unit={village.pk}"' in page
    assert 'id="reminder"' not in page_of(client_of(liaison(village)), "/owed/")
    address = f"/notices/{digest.day}/put-aside/"
    assert client_of(busy.clerk).post(address).status_code == 404
    assert client.post(address).status_code == 302
    assert 'id="reminder"' not in page_of(client, "/owed/")
    assert client.get("/api/reminders/today").json() == {"reminder": None}


def test_a_liaison_switches_the_reminder_off_from_the_card_and_on_again_from_the_frame(busy: Office) -> None:
    village = busy.tree.villages[0]
    account = liaison(village)
    digest = Digest.objects.create(user=account.user, day=timezone.localdate(), made_at=timezone.now())
    DigestLine.objects.create(digest=digest, unit=village, in_one=1, in_three=0, in_five=2)
    client = client_of(account)
    card = page_of(client, "/owed/").partition('id="reminder"')[2].partition("</section>")[0]
    (address,) = re.findall(r'href="([^"]*)">Daily reminder<', card)
    assert "The daily reminder is on." in page_of(client, address)
    assert client.post(address, {"is_on": "0"}).status_code == 302
    page = page_of(client, "/owed/")
    assert 'id="reminder"' not in page
    # The card is gone; the frame leads there still.
    assert re.findall(r'href="([^"]*)"[^>]*>Daily reminder<', page) == [address]
    assert "The daily reminder is off." in page_of(client, address)
    assert client.get("/api/reminders/switch").json() == {"is_on": False}
    put = client.put("/api/reminders/switch", {"is_on": True}, content_type="application/json")
    assert (put.status_code, client.get("/api/reminders/switch").json()) == (204, {"is_on": True})
    assert "Daily reminder" not in page_of(client_of(busy.clerk), "/")


def test_a_recorder_sees_it_on_the_first_page_and_over_rest(busy: Office) -> None:
    township = busy.tree.townships[0]
    villages = busy.tree.below(township)[:2]
    account = make_person_with_account(unit=township, role="township_recorder")
    digest = Digest.objects.create(user=account.user, day=timezone.localdate(), made_at=timezone.now())
    for village in villages:
        DigestLine.objects.create(digest=digest, unit=village, in_one=0, in_three=2, in_five=0)
    client = client_of(account)
    assert "4 items in 3 working days" in page_of(client, "/")
    told = client.get("/api/reminders/today").json()["reminder"]
    assert (told["in_three"], told["unit_count"], len(told["units"])) == (4, 2, 2)
    aside = client.post(f"/api/reminders/{digest.day}/put-aside", content_type="application/json")
    assert aside.status_code == 204
    assert "items in 3 working days" not in page_of(client, "/")

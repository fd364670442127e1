"""The office's desk: each number is that of the list which its button opens; what comes in the next ten working days."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from duban.burden import commands as burden
from duban.burden.commands import DemandText
from duban.burden.models import Cap, DemandUnit
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_for, make_person_with_account
from duban.config.fixtures import Noise
from duban.figures import queries as figures
from duban.kernel.authority import Actor, Scope
from duban.office import commands as office_commands
from duban.office.commands import MatterText
from duban.organisation.models import Unit
from duban.portal import queries
from duban.portal.tests.conftest import Office, client_of, make_office
from duban.portal.tests.pages import page_of, table_of
from duban.tasks import commands
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Task
from duban.tasks.policy import TasksCapability
from duban.tasks.queries import Day, TaskFilter

VIEW, CHECK = TasksCapability.VIEW, TasksCapability.CHECK


@pytest.fixture
def office(tree: Tree, noise: Noise) -> Office:
    return make_office(tree)


def desk_of(office: Office, who: Actor | None = None) -> queries.Desk:
    return queries.office_desk(actor=who or office.actor, campaign=office.campaign, today=SOME_DAY)


def coming_of(office: Office, who: Actor | None = None) -> queries.Coming:
    return queries.coming(actor=who or office.actor, campaign=office.campaign, today=SOME_DAY)


def answering(unit: Unit) -> Actor:
    return actor_for(account=make_person_with_account(unit=unit, role="unit_liaison", reach="unit"))


@pytest.fixture
def waiting(office: Office) -> Office:
    """One county's villages with something in each row of the desk, and the same once in another county."""
    for county, number in ((office.tree.counties[0], 3), (office.tree.counties[1], 1)):
        villages = [unit for unit in office.tree.below(county) if unit in office.tree.villages]
        office.assign(units=villages[:number], wording="走访困难党员", due_on=SOME_DAY)
        office.assign(units=villages[:number], wording="核对党员名册", due_on=SOME_DAY - timedelta(days=4))
        asked = office.assign(units=villages[:number], wording="组织一次专题学习")
        changed = office.assign(units=villages[:number], wording="修复路灯")
        declined = office.assign(units=villages[: number + 1], wording="核对台账")
        for task in (*asked, *changed):
            commands.take_step(actor=answering(task.unit), task_id=task.pk, step_name="sign", at=SOME_MOMENT)
        for task in asked:
            commands.take_step(
                actor=answering(task.unit), task_id=task.pk, step_name="ask_done", text="已办", at=SOME_MOMENT
            )
        for task in changed:
            commands.ask_change(
                kind="extension",
                actor=answering(task.unit),
                task_id=task.pk,
                new_due=SOME_DAY + timedelta(days=90),
                reason="汛期",
                at=SOME_MOMENT,
            )
        for task in declined:
            commands.take_step(
                actor=answering(task.unit), task_id=task.pk, step_name="decline", text="不属本村", at=SOME_MOMENT
            )
    office.recount()
    return office


def test_each_number_of_the_desk_is_the_count_of_the_list_it_opens(waiting: Office) -> None:
    county = make_person_with_account(unit=waiting.tree.counties[0], role="county_office")
    for client, expected in (
        (client_of(waiting.clerk), {"Unsigned": "8", "Due today": "4", "Change requests": "4", "Returned": "6"}),
        # The city checks what the city issued; the county sees the same items in its lists.
        (client_of(county), {"Unsigned": "6", "Due today": "3", "Change requests": "0", "Returned": "4"}),
    ):
        client.post(f"/campaigns/{waiting.campaign.pk}/choose/")
        table = table_of(page_of(client, "/"))
        shown = {row[0]: row[1] for row in table.rows[1:]}
        for words, number in expected.items():
            assert next(value for name, value in shown.items() if name.startswith(words)) == number, words
        for row, links in zip(table.rows[1:], table.links[1:], strict=True):
            if row[1] == "0":
                assert not any(links)
                continue
            opened = page_of(client, links[3])
            count = re.search(r"Items (\d+)", opened)
            assert (count.group(1) if count else str(len(table_of(opened).rows) - 1)) == row[1], row[0]


def test_the_oldest_of_each_row_is_shown(waiting: Office) -> None:
    rows = {row.name: row for row in desk_of(waiting).rows}
    assert rows["overdue"].oldest == SOME_DAY - timedelta(days=4)
    assert rows["to_sign"].oldest == SOME_DAY
    assert rows["asked_done"].oldest == SOME_DAY
    assert rows["change_asked"].oldest == SOME_DAY
    assert rows["due_today"].oldest is None


def test_what_was_received_from_above_stands_first_at_the_county(office: Office) -> None:
    county = office.tree.counties[0]
    office.assign(units=[county, office.tree.counties[1]], wording="逐级落实")
    clerk = make_person_with_account(unit=county, role="county_office")
    first = desk_of(office, actor_for(account=clerk)).rows[0]
    assert (first.name, first.number, first.oldest) == ("to_pass_down", 1, SOME_DAY)
    assert "逐级落实" in page_of(client_of(clerk), "/tasks/to-pass-down/")
    assert desk_of(office).rows[0].number == 0, "nothing was asked of the city itself"


def test_coming_days_are_working_days_and_name_what_falls_due(office: Office) -> None:
    saturday = SOME_DAY + timedelta(days=5)
    office.assign(units=office.tree.villages[:5], wording="走访困难党员", due_on=SOME_DAY + timedelta(days=1))
    office.assign(units=office.tree.villages[3:7], wording="核对台账", due_on=SOME_DAY + timedelta(days=1))
    office.assign(units=office.tree.villages[:2], wording="修复路灯", due_on=saturday)
    office.assign(units=office.tree.villages[:2], wording="长远的事", due_on=SOME_DAY + timedelta(days=40))
    office.recount()
    days = coming_of(office).days
    working = [each.day for each in days if each.is_workday]
    assert len(working) == 10
    assert working[0] == SOME_DAY
    found = {each.day: (each.items, each.units) for each in days if each.items}
    # Nine items at seven villages; a Saturday stands there because something falls due on it.
    assert found == {SOME_DAY + timedelta(days=1): (9, 7), saturday: (2, 2)}
    assert [each.day for each in days if not each.is_workday] == [saturday]


def test_a_day_opens_exactly_what_falls_due_on_it(office: Office, clerk: Client) -> None:
    tomorrow = SOME_DAY + timedelta(days=1)
    office.assign(units=office.tree.villages[:5], wording="走访困难党员", due_on=tomorrow)
    office.assign(units=office.tree.villages[:2], wording="修复路灯", due_on=SOME_DAY + timedelta(days=2))
    clerk.post(f"/campaigns/{office.campaign.pk}/choose/")
    page = page_of(clerk, f"/work/?due={tomorrow}")
    assert "Items 5" in page
    assert f"Due on: {tomorrow}" in page


def test_a_class_with_more_than_three_items_in_a_week_is_marked(office: Office) -> None:
    villages = office.tree.villages
    for number in range(4):
        office.assign(
            units=villages[:6] if number < 3 else villages[:2],
            wording=f"一周第{number}件",
            due_on=SOME_DAY + timedelta(days=number),
        )
    office.assign(units=villages[:6], wording="下一周", due_on=SOME_DAY + timedelta(days=7))
    office.recount()
    ((last, classes),) = coming_of(office).crowded.items()
    assert last == SOME_DAY + timedelta(days=4)
    (one,) = classes
    assert (one.kind, one.units, one.most) == ("village", 2, 4)


def test_a_desk_of_one_county_knows_nothing_of_another(waiting: Office) -> None:
    county = actor_for(account=make_person_with_account(unit=waiting.tree.counties[2], role="county_office"))
    assert {row.number for row in desk_of(waiting, county).rows} == {0}
    assert not [each for each in coming_of(waiting, county).days if each.items]


def test_the_desk_over_rest_is_the_desk_of_the_page(waiting: Office) -> None:
    client = client_of(waiting.clerk)
    found = client.get("/api/desk", {"campaign_id": waiting.campaign.pk}).json()
    page = {row.name: row.number for row in desk_of(waiting).rows}
    assert {row["name"]: row["number"] for row in found["rows"]} == page
    assert Task.objects.filter(campaign=waiting.campaign).count() > page["to_sign"]


def test_what_the_office_keeps_stands_on_its_desk_and_opens_its_lists(waiting: Office) -> None:
    given: dict[str, Any] = {"campaign_id": waiting.campaign.pk, "at": SOME_MOMENT}
    village = answering(waiting.tree.villages[0])
    for kind in ("question", "coordination", "coordination"):
        # Without an office in the county it goes to the city's.
        office_commands.open_matter(actor=village, kind=kind, text=MatterText(title="缺一段管网"), **given)
    office_commands.register_wanted(
        actor=waiting.actor,
        kind="call",
        giver="省专题教育办",
        matter="报送饮水情况",
        due="2026年3月20日",
        owner=waiting.tree.departments[1].name,
        **given,
    )
    rows = {row.name: row.number for row in desk_of(waiting).rows}
    assert (rows["question"], rows["coordination"], rows["wanted"]) == (1, 2, 1)
    client = client_of(waiting.clerk)
    client.post(f"/campaigns/{waiting.campaign.pk}/choose/")
    table = table_of(page_of(client, "/"))
    for row, links in list(zip(table.rows, table.links, strict=True))[-5:-2]:
        assert str(len(table_of(page_of(client, links[3])).rows) - 1) == row[1], row[0]


def test_what_the_ledger_holds_against_the_office_stands_on_its_desk_and_opens_its_lists(office: Office) -> None:
    today = timezone.localdate()
    villages = office.tree.villages[:4]
    Cap.objects.filter(unit_kind="village").update(requests=1)
    for number in range(2):
        burden.book(
            actor=office.actor,
            text=DemandText(source=f"test {number}", kind="task", asker_id=office.tree.city.pk, what="报一张表"),
            units=Unit.objects.filter(pk__in=[unit.pk for unit in villages[: 4 - number]]),
            at=timezone.now(),
        )
    row = DemandUnit.objects.get(unit=villages[0], demand__source="test 1")
    burden.object_to(actor=answering(villages[0]), row_id=row.pk, reason="formalism", at=timezone.now())
    county = actor_for(account=make_person_with_account(unit=office.tree.counties[1], role="county_office"))
    for actor, expected in ((office.actor, 1), (county, 0)):
        rows = {
            row.name: row.number for row in queries.office_desk(actor=actor, campaign=office.campaign, today=today).rows
        }
        assert rows.get("objections", 0) == expected
        # What waits stands there; of what does not, the last is left out until no more than ten stand there.
        assert len(rows) == 10
        assert ("objections" in rows) == bool(expected)
    assert queries.office_desk(actor=office.actor, campaign=office.campaign, today=today).rows[-1].oldest == today
    client = client_of(office.clerk)
    table = table_of(page_of(client, "/"))
    objections = table.links[-1]
    assert villages[0].name in page_of(client, objections[3])


def test_the_leading_group_reads_numbers_that_open_their_lists(waiting: Office) -> None:
    paper = office_commands.open_matter(
        actor=waiting.actor,
        campaign_id=waiting.campaign.pk,
        kind="decision",
        text=MatterText(title="是否延长一个月", options=("延长", "不延长")),
        at=SOME_MOMENT,
    )
    leader = client_of(make_person_with_account(unit=waiting.tree.city, role="leading_group_member"))
    leader.post(f"/campaigns/{waiting.campaign.pk}/choose/")
    page = page_of(leader, "/")
    assert f"/office/matters/{paper.pk}/" in page
    beside = page_of(leader, "/desk/beside/")
    assert waiting.tree.counties[0].name in beside
    # What falls due on which day is the office's to look at.
    assert "The next 10 working days" not in beside
    figures = re.findall(r'class="figure[^"]*" href="([^"]+)"><strong>([^<]+)</strong>', page)
    assert len(figures) == 4
    overdue = next((href, number) for href, number in figures if "overdue" in href)
    opened = re.search(r"Items (\d+)", page_of(leader, overdue[0]))
    assert opened is not None
    assert opened.group(1) == overdue[1]


def test_what_waits_in_a_scope_is_what_its_lists_hold(waiting: Office) -> None:
    tree, day = waiting.tree, Day(SOME_DAY, SOME_DAY + timedelta(days=7))
    one, other = (
        [unit for unit in tree.below(county) if unit in tree.villages]
        for county in (tree.counties[0], tree.counties[1])
    )
    # What the first county itself has to check, and what was asked, issued or due in the second two days before.
    Task.objects.filter(unit__in=one[:2], status="asked_done").update(checker_unit=tree.counties[0])
    Task.objects.filter(unit=other[0], status="asked_done").update(checker_unit=tree.counties[1])
    for unit, checker in ((one[0], tree.counties[0]), (other[0], tree.counties[1])):
        assert Task.objects.filter(unit=unit, changes__isnull=False).update(checker_unit=checker) == 1
    before = timedelta(days=2)
    earlier = Task.objects.filter(unit__in=other)
    earlier.update(issued_at=SOME_MOMENT - before, asked_at=F("asked_at") - before)
    earlier.filter(agreed_due__lt=SOME_DAY).update(agreed_due=F("agreed_due") - before)
    scopes = {
        "city": Scope(paths=(tree.city.path,)),
        "county": Scope(paths=(tree.counties[0].path,)),
        "two counties": Scope(paths=(tree.counties[0].path, tree.counties[1].path)),
        # A listed unit inside a subtree counts once.
        "listed": Scope(paths=(tree.counties[1].path,), unit_ids=frozenset({one[0].pk, one[2].pk, other[0].pk})),
        "nothing": Scope(),
    }
    scopes_to_check = scopes | {
        # Who sees one county and checks for another sees nothing that waits for them, but what they have to check.
        "looks elsewhere": Scope(paths=(tree.counties[1].path,)),
    }
    scopes["looks elsewhere"] = scopes["county"]
    found, oldest = {}, {}
    for name, scope in scopes.items():
        actor = Actor(user_id=None, name=name, scopes={VIEW: scope, CHECK: scopes_to_check[name]})
        seen: dict[str, Any] = {"actor": actor, "campaign_id": waiting.campaign.pk}
        total = figures.total(**seen, table=TASK_FIGURES, capability=VIEW, names=["total", *tasks.COUNTED_BY_FIGURES])
        waits = tasks.waiting(**seen, day=day, counted=total)
        for status, one_row in waits.items():
            given = TaskFilter(waiting.campaign.pk, status=status, as_of=day.as_of, near_until=day.near_until)
            listed = (
                tasks.to_check_page(**seen) if status == "asked_done" else tasks.work_list(actor=actor, given=given)
            ).rows
            assert one_row.number == len(listed), (name, status)
            first = {
                "overdue": min((task.agreed_due for task in listed if task.agreed_due), default=None),
                "asked_done": min((task.asked_at for task in listed if task.asked_at), default=None),
                "due_today": None,
                "change_asked": SOME_MOMENT if listed else None,
            }.get(status, min((task.issued_at for task in listed), default=None))
            assert one_row.oldest == (timezone.localdate(first) if isinstance(first, datetime) else first), (
                name,
                status,
            )
        found[name] = {status: row.number for status, row in waits.items()} | {"total": total["total"]}
        oldest[name] = {status: row.oldest for status, row in waits.items()}
        # Where there are many, the oldest is looked for in another way, and is the same.
        many = {status: number and 1_000_000 for status, number in total.items()}
        again = tasks.waiting(**seen, day=day, counted=many)
        assert {status: row.oldest for status, row in again.items()} == oldest[name]
    assert found["city"]["asked_done"] == 4
    assert found["county"] == {
        "to_sign": 6,
        "overdue": 3,
        "declined": 4,
        "due_today": 3,
        "change_asked": 1,
        "asked_done": 2,
        "total": 12,
    }
    assert found["listed"]["total"] == 12
    assert set(found["nothing"].values()) == {0}
    assert found["looks elsewhere"] == found["county"] | {"change_asked": 0, "asked_done": 1}
    # Nobody is told since when something waits in another county.
    for status in ("to_sign", "declined", "asked_done"):
        assert (oldest["county"][status], oldest["two counties"][status]) == (SOME_DAY, SOME_DAY - before), status
    late = SOME_DAY - timedelta(days=4)
    assert (oldest["county"]["overdue"], oldest["two counties"]["overdue"]) == (late, late - before)
    assert oldest["looks elsewhere"]["asked_done"] == SOME_DAY - before


def test_a_county_reads_what_falls_due_in_it(office: Office) -> None:
    tree, tomorrow = office.tree, SOME_DAY + timedelta(days=1)
    one, other = (
        [unit for unit in tree.below(county) if unit in tree.villages]
        for county in (tree.counties[0], tree.counties[1])
    )
    for number in range(4):
        office.assign(units=[*one[:3], *other[:5]], wording=f"一周第{number}件", due_on=tomorrow)
    office.assign(units=other[:1], wording="另一县的事", due_on=tomorrow + timedelta(days=1))
    county = actor_for(account=make_person_with_account(unit=tree.counties[0], role="county_office"))
    found = coming_of(office, county)
    assert {each.day: (each.items, each.units) for each in found.days if each.items} == {tomorrow: (12, 3)}
    ((one_class,),) = found.crowded.values()
    assert (one_class.kind, one_class.units, one_class.most) == ("village", 3, 4)


def test_a_county_begins_with_what_it_has_to_pass_down(waiting: Office) -> None:
    county = waiting.tree.counties[0]
    waiting.assign(units=[county], wording="核对党员名册并转各村")
    account = make_person_with_account(unit=county, role="county_office")
    first = desk_of(waiting, actor_for(account=account)).rows[0]
    assert (first.name, first.number, first.oldest) == ("to_pass_down", 1, SOME_DAY)
    client = client_of(account)
    client.post(f"/campaigns/{waiting.campaign.pk}/choose/")
    links = table_of(page_of(client, "/")).links[1]
    assert "核对党员名册并转各村" in page_of(client, links[3])

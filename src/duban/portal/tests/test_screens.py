"""First screens of people without a clerk: a branch, a township's recorder, a principal."""

import re

import pytest
from django.utils import timezone

from duban.access.models import Grant
from duban.access.states import Reach
from duban.config.factories import SOME_MOMENT, Account, actor_for, make_person_with_account, make_work
from duban.config.query_counts import QueryCounts
from duban.organisation.models import Post
from duban.organisation.states import PostKind
from duban.portal.tests.conftest import Office, client_of, liaison
from duban.tasks import commands
from duban.tasks.models import Confirmation, TaskEntry
from duban.tasks.states import EntryKind


@pytest.fixture
def villages(office: Office):
    township = office.tree.townships[0]
    return [unit for unit in office.tree.villages if unit.parent_id == township.pk]


@pytest.fixture
def principal(office: Office) -> Account:
    return make_person_with_account(
        unit=office.tree.departments[1], role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL
    )


@pytest.fixture
def waiting(office: Office, principal: Account) -> Confirmation:
    unit = office.tree.departments[1]
    work = make_work(campaign=office.campaign, assigner=office.tree.city, units=[unit], status="in_hand")
    work.assignment.is_principals_own = True
    work.assignment.save()
    return commands.put_before_principal(
        actor=actor_for(account=liaison(unit)),
        task_id=work.tasks[0].pk,
        act="ask_done",
        text="三处已改",
        at=SOME_MOMENT,
    )


def page_of(account: Account, path: str = "/") -> str:
    answer = client_of(account).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_branch_sees_three_buttons_and_what_it_did_this_year(office: Office, villages) -> None:
    branch = make_person_with_account(unit=villages[0], role="branch_secretary", reach=Reach.UNIT)
    office.assign(units=[villages[0]], wording="走访困难党员")
    shown = page_of(branch)
    buttons = shown.partition('class="three-buttons"')[2].partition("</div>")[0]
    assert buttons.count('class="btn') == 3
    assert "走访困难党员" in shown
    assert "This year 1 items in all, 0 done" in shown
    assert 'class="menu' not in shown
    assert 'role="search"' not in shown


def test_a_branch_notes_one_line_without_opening_the_item(office: Office, villages) -> None:
    branch = make_person_with_account(unit=villages[0], role="branch_secretary", reach=Reach.UNIT)
    task = office.assign(units=[villages[0]], wording="走访困难党员")[0]
    client = client_of(branch)
    assert client.post("/tasks/note/", {"task": task.pk, "text": ""}).status_code == 422
    assert client.post("/tasks/note/", {"task": task.pk, "text": "走访三户"}).status_code == 302
    assert list(TaskEntry.objects.order_by("pk").values_list("kind", flat=True)) == ["sign", "feedback"]


def test_a_branch_is_told_whom_to_tell(office: Office, villages) -> None:
    branch = make_person_with_account(unit=villages[0], role="branch_secretary", reach=Reach.UNIT)
    contact = make_person_with_account(
        unit=office.tree.townships[0], role="township_recorder", post_kind=PostKind.LIAISON
    )
    assert contact.person.name in page_of(branch, "/people-say/")


def test_a_township_sees_its_villages_and_records_for_all_of_them(office: Office, villages) -> None:
    recorder = make_person_with_account(unit=office.tree.townships[0], role="township_recorder")
    tasks = office.assign(units=villages, wording="走访困难党员")
    shown = page_of(recorder)
    assert all(unit.shown_name in shown for unit in villages)
    assert all(f'href="/tasks/{task.pk}/"' in shown for task in tasks)
    client = client_of(recorder)
    address = f"/tasks/several/{tasks[0].assignment_id}/"
    assert address in shown
    chosen = [task.pk for task in tasks]
    assert client.post(address, {"tasks": chosen, "act": "feedback", "text": ""}).status_code == 422
    done = client.post(address, {"tasks": chosen, "act": "feedback", "text": "走访一次"}).content.decode()
    assert done.count("Recorded now") == 14
    foreign = office.assign(units=[office.tree.villages[-1]], wording="另一件")
    assert client.get(f"/tasks/several/{foreign[0].assignment_id}/").status_code == 404


def test_a_principal_sees_what_only_they_decide_and_decides_it_here(
    office: Office, principal: Account, waiting: Confirmation
) -> None:
    shown = page_of(principal)
    assert "三处已改" in shown
    assert 'class="menu' not in shown
    answer = client_of(principal).post(f"/tasks/confirmations/{waiting.pk}/agree/", {"next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    after = page_of(principal)
    assert "by own sign-in" in after
    assert "Nothing waits for you." in after


def test_a_successor_finds_what_waits_and_the_former_principal_does_not(
    office: Office, principal: Account, waiting: Confirmation
) -> None:
    unit = office.tree.departments[1]
    Post.objects.filter(pk=principal.post.pk).update(kind=PostKind.DEPUTY, field_in_charge="城建")
    successor = make_person_with_account(
        unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL
    )
    assert "三处已改" in page_of(successor)
    assert "三处已改" not in page_of(principal)


def test_the_screens_ask_a_fixed_number_of_questions(
    office: Office, villages, principal: Account, waiting: Confirmation, query_counts: QueryCounts
) -> None:
    branch = make_person_with_account(unit=villages[0], role="branch_secretary", reach=Reach.UNIT)
    recorder = make_person_with_account(unit=office.tree.townships[0], role="township_recorder")
    people = {"branch": branch, "township": recorder, "principal": principal}
    for number in (1, 5):
        for _item in range(number):
            office.assign(units=[*villages, office.tree.departments[1]], wording="走访困难党员")
        for name, account in people.items():
            client = client_of(account)
            client.get("/")
            with query_counts(name):
                assert client.get("/").status_code == 200


def test_a_member_reads_what_the_own_branch_was_asked_and_nothing_else(office: Office, villages) -> None:
    member = make_person_with_account(unit=villages[0], role="member", reach=Reach.UNIT)
    assert "Nothing has been asked of your unit this year." in page_of(member)
    task = office.assign(units=[villages[0]], wording="走访困难党员")[0]
    office.assign(units=[villages[1]], wording="整修村部")
    shown = page_of(member)
    assert "走访困难党员" in shown
    assert "整修村部" not in shown
    assert f"/tasks/{task.pk}/" not in shown
    assert 'class="menu' not in shown
    assert client_of(member).get(f"/tasks/{task.pk}/").status_code == 404


def test_a_member_who_also_answers_for_the_unit_begins_with_that_work(office: Office, villages) -> None:
    account = make_person_with_account(unit=villages[0], role="unit_liaison", reach=Reach.UNIT)
    Grant.objects.create(
        user=account.user, role="member", reach=Reach.UNIT, unit=villages[0], starts_at=account.grant.starts_at
    )
    task = office.assign(units=[villages[0]], wording="走访困难党员")[0]
    shown = page_of(account)
    assert f"/tasks/{task.pk}/" in shown
    assert 'class="menu' in shown


@pytest.mark.parametrize(
    ("role", "own"),
    [
        # The leading group reads numbers, a principal the unit's own three; everybody else the item itself.
        ("leading_group_member", "<strong>0 / 1</strong>"),
        ("unit_principal", "Open <strong>1</strong>"),
        ("unit_deputy", "走访困难党员"),
        ("unit_liaison", "走访困难党员"),
        ("branch_secretary", "走访困难党员"),
        ("member", "走访困难党员"),
    ],
)
def test_nobody_in_scope_has_an_empty_first_screen(office: Office, villages, role: str, own: str) -> None:
    is_whole = role == "leading_group_member"
    unit = office.tree.city if is_whole else villages[0]
    account = make_person_with_account(unit=unit, role=role, reach=Reach.SUBTREE if is_whole else Reach.UNIT)
    assert own not in page_of(account)
    office.assign(units=[villages[0]], wording="走访困难党员")
    assert own in page_of(account)


def one_page_behind(account: Account, path: str) -> list[str]:
    """The addresses behind the buttons of the page that lead to a unit on one page."""
    return re.findall(r'href="([^"]*)"[^>]*>One-page sheet<', page_of(account, path))


def test_a_unit_on_one_page_is_found_from_the_pages_of_its_people(office: Office, principal: Account) -> None:
    unit = office.tree.departments[1]
    people = {
        "/": principal,
        "/owed/": liaison(unit),
        f"/units/{unit.pk}/": liaison(unit),
    }
    office.assign(units=[unit], wording="走访困难党员")
    for path, account in people.items():
        found = one_page_behind(account, path)
        assert len(found) == 1, path
        assert unit.name in page_of(account, found[0])


def test_a_unit_on_one_page_is_offered_only_where_its_tasks_may_be_read(office: Office, villages) -> None:
    own, other = villages[:2]
    account = make_person_with_account(unit=own, role="unit_liaison", reach=Reach.UNIT)
    # The register of the whole tree shows every unit, and no task of it.
    Grant.objects.create(
        user=account.user,
        role="intake_clerk",
        reach=Reach.SUBTREE,
        unit=office.tree.city,
        starts_at=account.grant.starts_at,
    )
    assert one_page_behind(account, f"/units/{own.pk}/")
    assert not one_page_behind(account, f"/units/{other.pk}/")
    assert client_of(account).get(f"/papers/sheet/{other.pk}/").status_code == 404


def remind(office: Office, unit_task: int, text: str) -> None:
    TaskEntry.objects.create(
        task_id=unit_task,
        kind=EntryKind.URGE,
        user_id=office.clerk.user.pk,
        by=office.clerk.person.name,
        text=text,
        urged_on=timezone.localdate(),
        to_principal=True,
        made_at=timezone.now(),
    )


def test_a_principal_of_a_branch_sees_reminders_on_the_first_page_and_nobody_else_of_it(
    office: Office, villages
) -> None:
    head = make_person_with_account(
        unit=villages[0], role="branch_secretary", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL
    )
    second = make_person_with_account(
        unit=villages[0], role="branch_secretary", reach=Reach.UNIT, post_kind=PostKind.SECRETARY
    )
    task = office.assign(units=[villages[0]], wording="走访困难党员")[0]
    assert "You were reminded of" not in page_of(head)
    remind(office, task.pk, "请过问")
    shown = page_of(head)
    assert "You were reminded of" in shown
    assert "请过问" in shown
    assert office.clerk.person.name in shown
    assert "请过问" not in page_of(second)

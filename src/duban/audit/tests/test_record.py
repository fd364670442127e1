"""The record: who reads it, and how a damaged row is found."""

import json

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from duban.audit import commands, queries
from duban.audit.canonical import canonical
from duban.audit.commands import Event
from duban.audit.models import AuditEvent
from duban.config import factories
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("test")


def enter(number: int = 1) -> None:
    events = [
        Event(verb="unit.rename", object_kind="unit", object_id=index, unit_id=index, payload={"name": f"名称{index}"})
        for index in range(1, number + 1)
    ]
    commands.record_many(actor=SYSTEM, at=timezone.now(), events=events)


def append_raw(**changes: object) -> None:
    row = {
        "happened_at": timezone.now().isoformat(),
        "verb": "unit.rename",
        "object_kind": "unit",
        "object_id": 1,
        "request_id": "",
        "payload": "{}",
        "salt": "00" * 16,
    } | changes
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_append(%s::jsonb)", [json.dumps([row])])


def test_a_whole_record_is_found_whole() -> None:
    enter(3)
    found = queries.verify(actor=SYSTEM)
    assert found.is_whole
    assert (found.rows, found.transactions, found.sealed, found.faults) == (3, 1, 0, [])
    assert (found.last_id or 0) - (found.first_id or 0) == 2 + found.missing_ids


def test_an_empty_record_is_whole() -> None:
    assert queries.verify(actor=SYSTEM).is_whole


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"payload": "{"}, "not JSON"),
        ({"payload": "[1]"}, "not an object"),
        ({"payload": '{"b": 1}'}, "not canonical"),
        ({"payload": '{"b":1,"a":2}'}, "not canonical"),
        ({"before_hash": "00"}, "state before of 1 bytes"),
        ({"after_hash": "0000"}, "state after of 2 bytes"),
        ({"salt": "00"}, "salt of 1 bytes"),
        ({"verb": ""}, "does not say"),
        ({"request_id": "another"}, "another request"),
    ],
)
def test_a_damaged_row_is_named(changes: dict[str, object], fault: str) -> None:
    enter()
    append_raw(**changes)
    found = queries.verify(actor=SYSTEM)
    assert not found.is_whole
    assert found.fault_count == len(found.faults) == 1
    event_id, sentence = found.faults[0]
    assert event_id == AuditEvent.objects.order_by("-id")[0].pk
    assert fault in sentence


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET verb = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "INSERT INTO audit_event DEFAULT VALUES",
    ],
)
def test_the_application_can_neither_change_nor_add_rows_by_itself(statement: str) -> None:
    enter()
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(statement)


def test_canonical_json_is_the_same_for_equal_states() -> None:
    assert canonical({"b": 1, "a": "字"}) == canonical({"a": "字", "b": 1}) == '{"a":"字","b":1}'


class TestPage:
    @pytest.fixture
    def auditor(self, client: Client, tree: factories.Tree) -> Client:
        client.force_login(factories.make_person_with_account(unit=tree.city, role="audit_admin").user)
        return client

    def test_shows_the_newest_first_and_goes_on(self, auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queries, "PAGE_SIZE", 4)
        enter(9)
        seen: list[int] = []
        after = ""
        for _ in range(4):
            page = queries.events_page(actor=SYSTEM, after=after)
            seen += [line.event.object_id or 0 for line in page.rows]
            after = page.after
            if not after:
                break
        assert seen == [9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert "after=" in auditor.get("/audit/").content.decode()

    def test_says_what_was_done_in_words_of_the_field(self, auditor: Client) -> None:
        enter()
        page = auditor.get("/audit/").content.decode()
        assert "单位更名" in page
        assert "名称1" in page
        assert "系统" in page

    def test_finds_what_happened_to_one_thing_one_unit_one_account(self, auditor: Client, tree: factories.Tree) -> None:
        enter(5)
        user = factories.make_person_with_account(unit=tree.city, role="member").user
        acting = Actor(user_id=user.pk, name="", request_id="r")
        commands.record(actor=acting, verb="unit.move", object_kind="unit", object_id=77, at=timezone.now())
        assert [line.event.object_id for line in self.found(object_kind="unit", object_id=3)] == [3]
        assert [line.event.object_id for line in self.found(unit_id=4)] == [4]
        lines = self.found(sign_in_name=user.sign_in_name.upper())
        assert [(line.event.object_id, line.who) for line in lines] == [(77, user.sign_in_name)]
        assert self.found(sign_in_name="nobody") == []
        assert auditor.get("/audit/?kind=unit&number=3").status_code == 200
        assert auditor.get("/audit/?number=x").status_code == 200

    def found(self, **filters: object) -> list[queries.Line]:
        return list(queries.events_page(actor=SYSTEM, **filters).rows)  # type: ignore[arg-type]

    @pytest.mark.parametrize("role", ["system_admin", "security_admin", "office_head", "leading_group_member"])
    def test_is_closed_to_everybody_else(self, role: str, client: Client, tree: factories.Tree) -> None:
        client.force_login(factories.make_person_with_account(unit=tree.city, role=role).user)
        assert client.get("/audit/").status_code == 403

    def test_is_closed_to_an_auditor_of_a_part(self, tree: factories.Tree) -> None:
        with pytest.raises(NotAllowed):
            queries.events_page(actor=factories.actor_with(unit=tree.counties[0], role="audit_admin"))

    def test_escapes_what_people_wrote(self, auditor: Client) -> None:
        commands.record(
            actor=SYSTEM,
            verb="<b>",
            object_kind="<i>",
            object_id=1,
            at=timezone.now(),
            payload={"name": "<script>alert(1)</script>"},
        )
        page = auditor.get("/audit/").content.decode()
        assert "<script>alert" not in page
        assert "<b>" not in page

"""The chain: sealing, verifying, and how a break is named; the page's line and the export."""

import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import openpyxl
import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from duban.audit import chain, commands, jobs, queries
from duban.audit.models import AuditEvent, Seal, Verification
from duban.audit.states import FaultKind
from duban.audit.tests.test_record import SYSTEM, append_raw, enter
from duban.config import factories
from duban.config.testing import Database
from duban.kernel.errors import NotAllowed

AT = timezone.now()


def verified() -> Verification:
    jobs.verify_nightly(0)
    return Verification.objects.latest("pk")


@pytest.mark.django_db
class TestVerifying:
    @pytest.fixture(autouse=True)
    def _short_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chain, "STEP", 4)

    def test_seals_part_by_part_and_holds(self) -> None:
        enter(9)
        found = verified()
        assert (found.rows, found.fault_count, found.is_whole) == (9, 0, True)
        assert found.finished_at is not None
        assert [seal.rows for seal in Seal.objects.order_by("last_id")] == [4, 4, 1]
        assert found.digest is not None
        # The end itself is recorded, so the next one finds one more, under a seal of its own.
        again = verified()
        assert (again.rows, again.fault_count) == (10, 0)
        assert [seal.rows for seal in Seal.objects.order_by("last_id")] == [4, 4, 1, 1]
        assert queries.verify(actor=SYSTEM).sealed == 10

    def test_goes_on_where_it_stopped(self) -> None:
        enter(9)
        asked = commands.ask_verification(actor=SYSTEM, at=AT)
        assert commands.verify_step(actor=SYSTEM, verification_id=asked.pk, at=AT)
        asked.refresh_from_db()
        assert (asked.rows, asked.finished_at) == (4, None)
        assert commands.ask_verification(actor=SYSTEM, at=AT).pk == asked.pk
        jobs.verify(verification_id=asked.pk)
        jobs.verify(verification_id=asked.pk)
        asked.refresh_from_db()
        assert (asked.rows, asked.is_whole) == (9, True)
        assert AuditEvent.objects.filter(verb="record.verified").count() == 1

    def test_names_a_damaged_row(self) -> None:
        enter(2)
        append_raw(payload="{")
        found = verified()
        damaged = AuditEvent.objects.get(payload="{").pk
        assert (found.fault_count, found.first_fault_id, found.first_fault) == (1, damaged, FaultKind.DAMAGED)

    def test_knows_a_transaction_from_part_to_part(self) -> None:
        enter(4)
        append_raw(request_id="another")
        assert verified().first_fault_id == AuditEvent.objects.get(request_id="another").pk

    @pytest.mark.parametrize("statement", ["UPDATE audit_seal SET rows = 0", "DELETE FROM audit_seal"])
    def test_seals_are_not_changed_by_the_application(self, statement: str) -> None:
        enter()
        verified()
        with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="denied"), transaction.atomic():
            cursor.execute(statement)

    def test_is_asked_for_by_the_auditor_alone(self, tree: factories.Tree) -> None:
        for role, unit in (("system_admin", tree.city), ("audit_admin", tree.counties[0])):
            with pytest.raises(NotAllowed):
                commands.ask_verification(actor=factories.actor_with(unit=unit, role=role), at=AT)


class TestTampering:
    """What the owner of the database does behind the application's back."""

    @pytest.fixture
    def owner(self, own_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
        monkeypatch.setattr(chain, "STEP", 4)
        with transaction.atomic():
            enter(5)
        with suppress(InterruptedError), transaction.atomic():
            # Undone, so it leaves a gap in the numbers.
            enter()
            raise InterruptedError
        with transaction.atomic():
            enter(4)
        assert verified().is_whole
        with psycopg.connect(own_database.owner_url, autocommit=True) as connected:
            yield connected

    def numbers(self) -> list[int]:
        return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))

    def test_a_changed_row_is_the_first_of_the_break(self, owner: psycopg.Connection) -> None:
        sixth = self.numbers()[5]
        owner.execute("UPDATE audit_event SET actor_user = 7 WHERE id = %s", [sixth])
        found = verified()
        assert (found.fault_count, found.first_fault_id, found.first_fault) == (1, sixth, FaultKind.CHANGED)
        assert queries.verify(actor=SYSTEM).faults == [(sixth, "is not what it was when it was sealed")]

    def test_a_missing_row_is_named_even_at_the_end(self, owner: psycopg.Connection) -> None:
        ninth = self.numbers()[8]
        owner.execute("DELETE FROM audit_event WHERE id >= %s", [ninth])
        found = verified()
        assert (found.first_fault_id, found.first_fault) == (ninth, FaultKind.MISSING)

    def test_a_row_put_into_a_gap_is_named(self, owner: psycopg.Connection) -> None:
        before = self.numbers()[4]
        assert self.numbers()[5] == before + 2
        owner.execute(
            "INSERT INTO audit_event (id, happened_at, verb, object_kind, request_id, payload, salt)"
            " OVERRIDING SYSTEM VALUE SELECT id + 1, happened_at, verb, object_kind, request_id, payload, salt"
            " FROM audit_event WHERE id = %s",
            [before],
        )
        found = verified()
        assert (found.fault_count, found.first_fault_id, found.first_fault) == (1, before + 1, FaultKind.ADDED)

    def test_a_changed_seal_is_a_break(self, owner: psycopg.Connection) -> None:
        owner.execute("UPDATE audit_seal SET digest = decode(repeat('00', 32), 'hex') WHERE rows = 4")
        found = verified()
        assert not found.is_whole
        assert found.first_fault_id == self.numbers()[0]

    def test_whoever_writes_for_long_is_not_sealed_over(self, owner: psycopg.Connection) -> None:
        sealed = Seal.objects.latest("last_id").last_id
        with psycopg.connect(owner.info.dsn, password=owner.info.password) as writing:
            writing.execute("""SELECT audit_append('[{"happened_at": "2026-03-01T00:00:00Z", "verb": "unit.rename",
                "object_kind": "unit", "request_id": "", "payload": "{}", "salt": "00000000000000000000000000000000"}]')""")
            enter()
            asked = commands.ask_verification(actor=SYSTEM, at=AT)
            commands.wait_for_writers(actor=SYSTEM, verification_id=asked.pk, most=timedelta(seconds=0.3))
            assert self._finished(asked).upto_id == sealed
        again = verified()
        assert again.is_whole
        assert again.upto_id > sealed

    def _finished(self, asked: Verification) -> Verification:
        while commands.verify_step(actor=SYSTEM, verification_id=asked.pk, at=AT):
            pass
        asked.refresh_from_db()
        return asked


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def auditor(self, client: Client, tree: factories.Tree) -> Client:
        client.force_login(factories.make_person_with_account(unit=tree.city, role="audit_admin").user)
        return client

    def test_says_how_the_chain_stands_and_verifies_on_demand(self, auditor: Client) -> None:
        enter(3)
        assert "操作记录尚未核验。" in auditor.get("/audit/").content.decode()
        assert auditor.post("/audit/verify/").status_code == 302
        running = auditor.get("/audit/").content.decode()
        assert "<progress" in running
        assert "现在核验" not in running
        assert "<progress" in auditor.get("/audit/chain/", headers={"HX-Request": "true"}).content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'audit.verify'")
            assert len(cursor.fetchall()) == 1
        jobs.verify(verification_id=Verification.objects.get().pk)
        assert auditor.get("/audit/chain/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
        after = auditor.get("/audit/").content.decode()
        assert "核验时间" in after
        assert "现在核验" in after

    def test_says_a_break_plainly(self, auditor: Client) -> None:
        enter()
        append_raw(salt="00")
        found = verified()
        page = auditor.get("/audit/").content.decode()
        assert f"操作记录链在第 {found.first_fault_id} 号断开：该条不合记录格式。" in page
        assert "请保持服务器现状" in page

    def test_exports_the_rows_of_the_page_with_the_sheet_that_checks_them(self, auditor: Client) -> None:
        enter(5)
        verified()
        query = "?kind=unit&since=2020-01-01"
        shown = [line.event.pk for line in queries.events_page(actor=SYSTEM, object_kind="unit").rows]
        answer = auditor.get(f"/audit/excel/{query}")
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        rows, check = book.worksheets
        numbers = [row[0] for row in rows.iter_rows(values_only=True) if isinstance(row[0], int)]
        assert numbers == shown
        said = dict(check.iter_rows(values_only=True))
        assert check.title == "核验"
        assert said["条数"] == "5"
        assert said["首条编号"] == str(shown[-1])
        oldest, newest = AuditEvent.objects.get(pk=shown[-1]), AuditEvent.objects.get(pk=shown[0])
        assert said["首条 SHA-256"] == chain.row_hash(oldest).hex()
        assert said["末条 SHA-256"] == chain.row_hash(newest).hex()
        assert "操作记录链完整" in said["记录链状态"]
        assert said["记录链 SHA-256"] == bytes(Seal.objects.latest("last_id").digest).hex()
        assert said["条件"].endswith("单位；起: 2020-01-01")
        assert said["导出人"]
        reading = AuditEvent.objects.filter(verb="record.read").latest("pk")
        assert '"people":5' in reading.payload
        assert "/audit/excel/" in reading.payload

    def test_an_empty_export_says_so(self, auditor: Client) -> None:
        answer = auditor.get("/audit/excel/?until=2001-01-01")
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        said = dict(book.worksheets[1].iter_rows(values_only=True))
        assert (said["条数"], said["首条编号"]) == ("0", "无")

    def test_refuses_more_than_somebody_can_wait_for(self, auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        enter(4)
        monkeypatch.setattr(queries, "MOST_EXPORTED", 3)
        assert "缩短起止日期" in auditor.get("/audit/excel/").content.decode()

    def test_days_narrow_the_record(self) -> None:
        enter(2)
        today = timezone.localdate()
        assert len(queries.events_page(actor=SYSTEM, since=today, until=today).rows) == 2
        assert not queries.events_page(actor=SYSTEM, until=today - timedelta(days=1)).rows
        assert not queries.events_page(actor=SYSTEM, since=today + timedelta(days=1)).rows

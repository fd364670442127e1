"""What is older than its line goes, what is younger stays, and what somebody relied on has no line."""

import os
import uuid
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation
from typer.testing import CliRunner

from duban.accounts.models import SignInAttempt
from duban.attachments import commands as attachments
from duban.attachments.queries import place_of
from duban.audit.models import AuditEvent
from duban.config import cli, factories
from duban.config.retention import RETENTION
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed, NotFound
from duban.notices.models import Digest, Robot, RobotMessage
from duban.organisation import queries as organisation
from duban.organisation.models import MemberImport, UnitImport
from duban.organisation.states import ImportStatus, PostKind
from duban.shell.models import FormDraft, PostedRequest
from duban.tasks import breakdown_files
from duban.tasks.models import BreakdownImport, Confirmation, ConfirmationLink
from duban.tasks.states import BreakdownStatus, ReservedAct
from duban.upkeep import commands, jobs, lines, queries
from duban.upkeep.models import Clearing

SYSTEM = Actor.system("test")
SOON = timedelta(minutes=1)
TEXT = "证明材料".encode()


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    return settings.FILES


@pytest.fixture
def now():
    return timezone.now()


def line(name):
    return next(line for line in RETENTION if line.name == name)


def moments(name, now):
    """Return a moment on either side of a line: already due, and not yet."""
    edge = now - line(name).kept
    return edge - SOON, edge + SOON


def a_confirmation(tree, campaign):
    work = factories.make_work(campaign=campaign, assigner=tree.city, units=[tree.villages[0]])
    principal = factories.make_person_with_account(
        unit=tree.villages[0], role="unit_principal", post_kind=PostKind.PRINCIPAL
    )
    return Confirmation.objects.create(
        task=work.tasks[0],
        act=ReservedAct.ASK_DONE,
        post=principal.post,
        text="已完成",
        prepared_words="",
        asked_at=factories.SOME_MOMENT,
    )


def fill_notices(tree, confirmation, now):
    for number, moment in enumerate(moments("reminders", now)):
        Digest.objects.create(
            user=confirmation.post.person.user, day=date(2026, 1, 1 + number), made_at=moment, is_read=False
        )
    robot = Robot.objects.create(
        unit=tree.city,
        kind="wecom",
        name="工作群",
        address=b"-",
        address_hint="",
        fingerprint="a",
        entered_by=7,
        entered_at=factories.SOME_MOMENT,
    )
    for moment in moments("group_messages", now):
        RobotMessage.objects.create(
            robot=robot, kind="trial", day=moment.date(), text="试发", written_at=moment, next_at=moment
        )


def fill(tree, campaign, now):
    """Put one row on either side of every line; return what has to stay."""
    for moment in moments("posted_requests", now):
        PostedRequest.objects.create(user_id=7, request_id=uuid.uuid4(), posted_at=moment)
    for number, moment in enumerate(moments("form_drafts", now)):
        FormDraft.objects.create(user_id=7, form=f"task-{number}", fields={"text": "写到一半"}, saved_at=moment)
    for number, moment in enumerate(moments("sessions", now)):
        Session.objects.create(session_key=f"key{number}", session_data="", expire_date=moment)
    for moment in moments("sign_in_attempts", now):
        SignInAttempt.objects.create(name_hash="a", place_hash="b", tried_at=moment)
    for moment in moments("unit_workbooks", now):
        UnitImport.objects.create(
            root=tree.city,
            file_name="单位.xlsx",
            content=TEXT,
            status=ImportStatus.READY,
            entries=[],
            started_by=7,
            started_at=moment,
        )
    for moment in moments("member_workbooks", now):
        MemberImport.objects.create(
            root=tree.city,
            file_name="党员名册.xlsx",
            content=TEXT,
            status=ImportStatus.READY,
            started_by=7,
            started_at=moment,
        )
    for moment in moments("breakdown_workbooks", now):
        BreakdownImport.objects.create(
            campaign=campaign,
            assigner=tree.city,
            file_name="分解表.xlsx",
            content=TEXT,
            status=BreakdownStatus.WITH_ERRORS,
            started_by=7,
            started_at=moment,
        )
    confirmation = a_confirmation(tree, campaign)
    for number, moment in enumerate(moments("one_time_links", now)):
        for used_at in (None, moment):
            ConfirmationLink.objects.create(
                confirmation=confirmation,
                post=confirmation.post,
                token_hash=f"{number}{used_at is None}",
                made_words="",
                made_at=moment,
                expires_at=moment,
                used_at=used_at,
                ended_at=moment,
            )
    fill_notices(tree, confirmation, now)
    for number, moment in enumerate(moments("unowned_files", now)):
        left = place_of(f"{number}" * 64)
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_bytes(b"left behind")
        os.utime(left, (moment.timestamp(), moment.timestamp()))
    for moment in moments("jobs", now):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, status) VALUES ('old', 'old', 'todo') RETURNING id"
            )
            (job_id,) = cursor.fetchone()
            for status in ("doing", "failed"):
                cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job_id])
            cursor.execute("UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [moment, job_id])


@pytest.mark.django_db
class TestLines:
    def test_what_is_due_goes_and_what_is_not_stays(self, now):
        tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
        campaign = factories.make_campaign(root=tree.city)
        fill(tree, campaign, now)
        assert {found.name: found.overdue for found in queries.retention(actor=SYSTEM, at=now)} == {
            one.name: 1 for one in RETENTION
        }
        removed = commands.clear_all(actor=SYSTEM, at=now)
        assert removed == {one.name: 1 for one in RETENTION}
        assert all(found.overdue == 0 for found in queries.retention(actor=SYSTEM, at=now))
        later = {one.name: one.count(actor=SYSTEM, before=now - one.kept + 2 * SOON) for one in RETENTION}
        assert later == {one.name: 1 for one in RETENTION}

    def test_running_again_removes_nothing_more_and_keeps_the_count(self, now):
        tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
        fill(tree, factories.make_campaign(root=tree.city), now)
        commands.clear_all(actor=SYSTEM, at=now)
        assert set(commands.clear_all(actor=SYSTEM, at=now + timedelta(seconds=1)).values()) == {0}
        assert {(note.removed, note.removed_ever) for note in Clearing.objects.all()} == {(0, 1)}

    def test_many_rows_go_in_steps_each_noted(self, now):
        old, young = moments("posted_requests", now)
        PostedRequest.objects.bulk_create(
            PostedRequest(user_id=7, request_id=uuid.uuid4(), posted_at=moment) for moment in [old] * 7 + [young]
        )
        steps = []
        while count := commands.clear_step(actor=SYSTEM, line=line("posted_requests"), at=now, most=3):
            steps.append(count)
        assert steps == [3, 3, 1]
        assert PostedRequest.objects.count() == 1
        assert Clearing.objects.get().removed == 7

    def test_an_uploaded_workbook_goes_and_says_so_where_it_is_asked_for(self, now):
        tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
        fill(tree, factories.make_campaign(root=tree.city), now)
        commands.clear_all(actor=SYSTEM, at=now)
        gone, kept = UnitImport.objects.order_by("started_at")
        assert (bytes(gone.content), gone.entries, gone.status) == (b"", None, ImportStatus.WITHDRAWN)
        assert (bytes(kept.content), kept.status) == (TEXT, ImportStatus.READY)
        with pytest.raises(NotFound, match="30"):
            organisation.marked_import(actor=SYSTEM, import_id=gone.pk, on=now.date())
        with pytest.raises(NotFound, match="30"):
            breakdown_files.marked(found=BreakdownImport.objects.order_by("started_at")[0])

    def test_a_file_with_a_row_stays_however_old(self, now):
        stored = attachments.store_file(actor=SYSTEM, name="小结.txt", content=TEXT, at=now)
        long_ago = (now - timedelta(days=4000)).timestamp()
        os.utime(place_of(stored.sha256), (long_ago, long_ago))
        assert commands.clear_all(actor=SYSTEM, at=now)["unowned_files"] == 0
        assert place_of(stored.sha256).read_bytes() == TEXT

    def test_the_same_bytes_sent_again_begin_their_time_anew(self, now, files):
        with transaction.atomic():
            stored = attachments.store_file(actor=SYSTEM, name="小结.txt", content=TEXT, at=now)
            transaction.set_rollback(True)
        place = place_of(stored.sha256)
        os.utime(place, (1, 1))
        with transaction.atomic():
            attachments.store_file(actor=SYSTEM, name="小结.txt", content=TEXT, at=now)
            transaction.set_rollback(True)
        assert commands.clear_all(actor=SYSTEM, at=now)["unowned_files"] == 0
        assert place.exists()

    def test_the_record_keeps_what_was_cleared_and_is_itself_never_cleared(self, now):
        SignInAttempt.objects.create(name_hash="a", place_hash="b", tried_at=now - timedelta(days=4000))
        before = AuditEvent.objects.count()
        commands.clear_all(actor=SYSTEM, at=now)
        events = AuditEvent.objects.order_by("id")[before:]
        assert [event.verb for event in events] == ["upkeep.clear"]
        named = " ".join(one.name for one in RETENTION)
        assert not {"audit", "figures", "task", "entry", "evidence"} & set(named.replace("_", " ").split())

    def test_the_nightly_job_runs_all_of_it(self):
        SignInAttempt.objects.create(name_hash="a", place_hash="b", tried_at=timezone.now() - timedelta(days=2))
        jobs.clear(timestamp=1)
        assert not SignInAttempt.objects.exists()
        assert Clearing.objects.count() == len(RETENTION)


@pytest.mark.django_db
class TestShown:
    def test_the_page_shows_each_line_with_its_last_run(self, now):
        tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
        SignInAttempt.objects.create(name_hash="a", place_hash="b", tried_at=now - timedelta(days=2))
        commands.clear_all(actor=SYSTEM, at=now)
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(factories.make_person_with_account(unit=tree.city, role="system_admin").user)
        page = client.get("/upkeep/").content.decode()
        with translation.override("en"):
            for one in queries.retention(actor=SYSTEM, at=now):
                assert str(one.what) in page
        assert "There has been no backup yet." in page
        assert f"{timezone.localtime(now):%Y-%m-%d %H:%M}" in page
        told = client.get("/api/upkeep").json()
        assert {one["name"]: one["removed"] for one in told["retention"]}["sign_in_attempts"] == 1

    def test_it_is_closed_to_an_office(self, now):
        tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
        office = factories.actor_for(account=factories.make_person_with_account(unit=tree.city, role="office_head"))
        for question in (queries.retention, queries.backups):
            with pytest.raises(NotAllowed):
                question(actor=office, at=now)

    def test_a_dry_run_only_says_what_would_go(self, now):
        SignInAttempt.objects.create(name_hash="a", place_hash="b", tried_at=now - timedelta(days=2))
        said = CliRunner().invoke(cli.program, ["retention", "--dry-run"])
        assert "sign_in_attempts: kept 15 minutes, 1 to be removed" in said.output
        assert SignInAttempt.objects.count() == 1
        said = CliRunner().invoke(cli.program, ["retention"])
        assert "1 removed" in said.output
        assert not SignInAttempt.objects.exists()

    def test_every_line_is_counted_and_removed_by_its_own_subject(self):
        assert list(lines.installed()) == list(RETENTION)
        assert len({one.name for one in RETENTION}) == len(RETENTION)

"""A full disk pauses writing with one sentence, leaves nothing half done, and is over as soon as there is room."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duban.access.states import Reach
from duban.attachments.models import StoredFile
from duban.config import factories
from duban.shell import room
from duban.tasks.models import Evidence, Task
from duban.tasks.states import TaskStatus

FULL = 2**62
SENTENCE = "暂停受理"


@pytest.fixture
def work(db):
    return make_work()


def make_work():
    tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
    campaign = factories.make_campaign(root=tree.city)
    owner = factories.make_person_with_account(
        unit=tree.villages[0], role="unit_liaison", reach=Reach.UNIT, password="a long password 1"
    )
    made = factories.make_work(
        campaign=campaign, assigner=tree.city, units=[tree.villages[0]], status=TaskStatus.IN_HAND
    )
    client = Client()
    client.force_login(owner.user)
    return client, Task.objects.get(pk=made.tasks[0].pk), owner


def attach(client, task, content):
    return client.post(f"/tasks/{task.pk}/evidence/", {"files": SimpleUploadedFile("小结.txt", content)})


class TestBelowTheLimit:
    def test_writing_is_refused_in_one_sentence_and_reading_goes_on(self, work, settings):
        client, task, _owner = work
        settings.MINIMUM_FREE_BYTES = FULL
        refused = attach(client, task, "已完成".encode())
        assert refused.status_code == 503
        assert SENTENCE in refused.content.decode()
        assert refused["Retry-After"] == "30"
        assert not Evidence.objects.exists()
        assert client.get(f"/tasks/{task.pk}/").status_code == 200
        assert client.get("/").status_code == 200

    def test_it_is_over_as_soon_as_there_is_room(self, work, settings, tmp_path):
        client, task, _owner = work
        settings.FILES = tmp_path
        settings.MINIMUM_FREE_BYTES = FULL
        assert attach(client, task, "已完成".encode()).status_code == 503
        settings.MINIMUM_FREE_BYTES = 1
        assert attach(client, task, "已完成".encode()).status_code == 302
        assert Evidence.objects.count() == 1

    def test_a_fragment_and_a_rest_call_are_told_in_their_own_way(self, work, settings):
        client, task, _owner = work
        settings.MINIMUM_FREE_BYTES = FULL
        fragment = client.post(f"/tasks/{task.pk}/feedback/", {"text": "x"}, headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Retarget"]) == (503, "#notices")
        assert "<html" not in fragment.content.decode()
        told = client.post(f"/api/tasks/{task.pk}/steps/sign", {}, content_type="application/json")
        assert told.status_code == 503
        assert SENTENCE in told.json()["message"]

    def test_people_can_still_sign_in_and_out_to_read(self, work, settings):
        _client, _task, owner = work
        settings.MINIMUM_FREE_BYTES = FULL
        other = Client()
        given = {"sign_in_name": owner.user.sign_in_name, "password": "a long password 1"}
        assert other.post("/sign-in/", given).status_code == 302
        assert other.get("/").status_code == 200
        assert other.post("/sign-out/").status_code == 302

    def test_readyz_says_so_and_stays_ready_for_readers(self, work, settings):
        client, _task, _owner = work
        assert client.get("/readyz/").json()["status"] == "ok"
        settings.MINIMUM_FREE_BYTES = FULL
        answer = client.get("/readyz/")
        assert (answer.status_code, answer.json()["status"]) == (200, "writing paused")

    def test_every_watched_folder_counts(self, settings, tmp_path):
        assert not room.is_short()
        settings.WATCHED_FOLDERS = [str(tmp_path / "not" / "there" / "yet")]
        assert set(room.free_bytes()) == {"home", "files", "temporary", "watched-1"}
        free = min(room.free_bytes().values())
        settings.MINIMUM_FREE_BYTES = free * 2
        assert room.is_short()


def test_a_full_disk_of_files_is_a_pause_and_leaves_no_part_of_a_file(work, settings, tmp_path):
    client, task, _owner = work
    settings.FILES = tmp_path / "files"
    settings.MINIMUM_FREE_BYTES = 0
    with _little_room(settings.FILES):
        refused = attach(client, task, "证".encode() * 700_000)
    assert (refused.status_code, SENTENCE in refused.content.decode()) == (503, True)
    assert not StoredFile.objects.exists()
    assert not Evidence.objects.exists()
    assert [file for file in settings.FILES.rglob("*") if file.is_file()] == []
    assert attach(client, task, "证".encode() * 700_000).status_code == 302


def test_a_full_disk_of_the_database_is_a_pause_and_leaves_nothing_half_done(own_database, settings, tmp_path):
    client, task, _owner = make_work()
    settings.FILES = tmp_path
    with psycopg.connect(own_database.owner_url, autocommit=True) as owner:
        # The record is written last: everything else stands by then, not yet committed.
        owner.execute(
            "CREATE FUNCTION fill_up() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        owner.execute("CREATE TRIGGER full_disk BEFORE INSERT ON audit_event EXECUTE FUNCTION fill_up()")
        refused = attach(client, task, "已完成".encode())
        assert (refused.status_code, SENTENCE in refused.content.decode()) == (503, True)
        assert not StoredFile.objects.exists()
        assert not Evidence.objects.exists()
        owner.execute("DROP TRIGGER full_disk ON audit_event")
    assert attach(client, task, "已完成".encode()).status_code == 302
    assert Evidence.objects.count() == 1


@contextlib.contextmanager
def _little_room(folder: Path) -> Iterator[None]:
    """Give a folder a disk of 1 MB, or where none may be mounted, this process a limit of 1 MB for each file."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode == 0:
        try:
            yield
        finally:
            assert [file for file in folder.rglob("*") if file.is_file()] == []
            subprocess.run(["umount", str(folder)], check=True)
        return
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

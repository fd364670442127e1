"""A backup taken while people work, and a place restored from it that holds exactly the same."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import override_settings
from django.utils import timezone

from duban.attachments.commands import store_file
from duban.config import factories, testing
from duban.config.backup import archive, programs
from duban.config.backup.taking import Taken, take
from duban.config.tables import TABLES
from duban.config.testing import Database
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.tasks.states import TaskStatus
from duban.upkeep import commands, queries

SYSTEM = Actor.system("test")
DUBAN = str(Path(sys.executable).with_name("duban"))
KEY = "k" * 50


@dataclass(frozen=True)
class Place:
    """A database and a home folder, as the command line finds them."""

    database: Database
    home: Path

    def duban(self, *arguments: str, as_owner: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the program on this place."""
        given = {"DUBAN_HOME": str(self.home), "DATABASE_URL": self.database.app_url}
        if as_owner:
            given["DATABASE_OWNER_URL"] = self.database.owner_url
        return run(*arguments, **given)

    def ask(self, question: str) -> Any:
        """Return the one value that a question answers."""
        with psycopg.connect(self.database.owner_url) as owner:
            row = owner.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]

    def sums(self) -> dict[str, str]:
        """Return a check sum over all rows of each table."""
        sums = "SELECT md5(coalesce(string_agg(one::text, '|' ORDER BY one::text), '')) FROM \"{}\" AS one"
        return {table: self.ask(sums.format(table)) for table in TABLES}

    def is_empty(self) -> bool:
        """Whether nothing stands in the database, the files folder and the secrets."""
        found = self.ask("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        left = [file for file in self.home.rglob("*") if file.is_file()] if self.home.exists() else []
        return found == 0 and left == []

    def take(self, path: Path, *, has_secrets: bool = False) -> Taken:
        """Take a backup in this process."""
        return take(
            owner_url=self.database.owner_url,
            home=self.home,
            path=path,
            has_secrets=has_secrets,
            at=timezone.now(),
            say=lambda _line: None,
        )


@dataclass(frozen=True)
class Archived:
    """A place, what it held, and an archive of it by the command line."""

    place: Place
    path: Path
    sums: dict[str, str]


def run(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the program with nothing of this shell's settings."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DUBAN_"))}
    env |= {"DUBAN_ENV": "test", **given}
    return subprocess.run([DUBAN, *arguments], env=env, capture_output=True, text=True, timeout=300, check=False)


def fill() -> None:
    """Put units, work, figures, files and a record into the database."""
    tree = factories.build_tree(counties=2, townships=2, villages=3, branches=0)
    campaign = factories.make_campaign(root=tree.city)
    for status in (TaskStatus.TO_SIGN, TaskStatus.IN_HAND, TaskStatus.DONE):
        factories.make_work(campaign=campaign, assigner=tree.city, units=tree.villages, status=status)
    with transaction.atomic():
        figures.ensure_day(actor=SYSTEM, campaign_id=campaign.pk, today=timezone.localdate())
        figures.recount_all(actor=SYSTEM, campaign_id=campaign.pk, at=timezone.now())
    for number in range(5):
        store_file(actor=SYSTEM, name=f"小结{number}.txt", content=f"学习小结{number}".encode(), at=timezone.now())


@pytest.fixture(scope="module")
def archived(database_server, worker_database, django_db_blocker, tmp_path_factory):
    """A filled place with its archive; no test changes either."""
    home = tmp_path_factory.mktemp("source")
    (home / "secrets").mkdir()
    (home / "secrets" / "secret_key").write_text(KEY)
    (home / "secrets" / "duban_app.password").write_text("never in a backup")
    place = Place(database_server.copy(), home)
    with django_db_blocker.unblock(), override_settings(HOME=home, FILES=home / "files"):
        testing._point_django_at(place.database)
        try:
            fill()
        finally:
            testing._point_django_at(worker_database)
    sums, path = place.sums(), tmp_path_factory.mktemp("archive") / "duban.zip"
    done = place.duban("backup", str(path))
    assert done.returncode == 0, done.stderr
    yield Archived(place, path, sums)
    database_server.drop(place.database)


def empty_place(server, name, home):
    database = server.database(f"{server.template}_{name}")
    server.order(f'CREATE DATABASE "{database.name}" TEMPLATE template0')
    return Place(database, home)


@pytest.fixture
def target(database_server, tmp_path):
    """An empty database and no home folder yet."""
    place = empty_place(database_server, f"target_{os.urandom(3).hex()}", tmp_path / "target")
    yield place
    database_server.drop(place.database)


@pytest.fixture(scope="module")
def restored(archived, database_server, tmp_path_factory):
    """A place restored from the archive, and what the program said."""
    place = empty_place(
        database_server, f"restored_{os.urandom(3).hex()}", tmp_path_factory.mktemp("home") / "restored"
    )
    done = place.duban("restore", str(archived.path))
    assert done.returncode == 0, done.stderr
    yield place, done.stdout
    database_server.drop(place.database)


@pytest.fixture
def files(archived, settings):
    """Let this process find the files of the archived place."""
    settings.FILES = archived.place.home / "files"


class TestRestored:
    def test_every_row_is_as_it_was(self, archived, restored):
        place, _said = restored
        after = place.sums()
        # A restore is itself recorded; the backup was noted only after its snapshot.
        assert {table for table in TABLES if archived.sums[table] != after[table]} == {"audit_event"}
        assert place.ask("SELECT count(*) FROM audit_event WHERE verb = 'upkeep.restore'") == 1
        manifest = archive.verify(path=archived.path)
        assert place.ask("SELECT count(*) FROM audit_event") == manifest.rows["audit_event"] + 1

    def test_every_figure_stands_in_the_manifest(self, archived, restored):
        place, _said = restored
        ((name, totals),) = archive.verify(path=archived.path).figures.items()
        campaign = name.partition("/")[2]
        kept = f"FROM tasks_taskfigures WHERE campaign_id = {campaign}"
        assert totals["done"] == place.ask(f"SELECT sum(done)::int {kept}") > 0
        assert totals["as_of"] == str(place.ask(f"SELECT as_of FROM figures_figuresday WHERE campaign_id = {campaign}"))

    def test_every_file_is_as_it_was(self, archived, restored):
        place, _said = restored
        before, after = (
            {file.name: file.read_bytes() for file in (home / "files").rglob("*") if file.is_file()}
            for home in (archived.place.home, place.home)
        )
        assert len(before) == 5
        assert before == after

    def test_both_roles_have_exactly_their_rights_again(self, restored):
        place, _said = restored
        has = "SELECT has_table_privilege('duban_app', '{}', '{}')"
        for table, rights in TABLES.items():
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                assert place.ask(has.format(table, right)) == (right in rights), f"{right} on {table}"
        assert place.ask("SELECT count(*) FROM pg_class WHERE relowner = 'duban_app'::regrole") == 0
        assert place.ask("SELECT has_function_privilege('duban_app', 'audit_append(jsonb)', 'EXECUTE')")
        assert place.duban("check", as_owner=False).returncode == 0

    def test_numbers_go_on_where_they_stopped(self, restored):
        place, _said = restored
        last = place.ask("SELECT max(id) FROM attachments_storedfile")
        assert place.ask("SELECT nextval(pg_get_serial_sequence('attachments_storedfile', 'id'))") > last

    def test_without_secrets_there_is_a_new_key_and_it_is_said(self, archived, restored):
        place, said = restored
        assert archive.verify(path=archived.path).secrets == []
        assert "new secret key" in said
        assert (place.home / "secrets" / "secret_key").read_text() != KEY


def test_what_is_taken_while_people_write_is_of_one_moment(own_database, target, settings, tmp_path):
    source, path = Place(own_database, tmp_path / "source"), tmp_path / "duban.zip"
    settings.FILES = source.home / "files"
    stop, kept = threading.Event(), list[str]()

    def write(number: int) -> None:
        with closing(connection):
            while not stop.is_set():
                content = f"{number} {len(kept)} {os.urandom(4).hex()}".encode()
                kept.append(store_file(actor=SYSTEM, name="小结.txt", content=content, at=timezone.now()).sha256)

    writers = [threading.Thread(target=write, args=[number]) for number in range(2)]
    for writer in writers:
        writer.start()
    try:
        while len(kept) < 5:
            assert any(writer.is_alive() for writer in writers)
        begun = len(kept)
        manifest = source.take(path).manifest
        ended = len(kept)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert ended > begun, "nobody wrote meanwhile"
    assert begun <= manifest.rows["attachments_storedfile"] <= ended

    done = target.duban("restore", str(path))
    assert done.returncode == 0, done.stderr
    rows = target.ask("SELECT count(*) FROM attachments_storedfile")
    # Each file is kept in one transaction with its line in the record: there is no half of one.
    assert rows == target.ask("SELECT count(*) FROM audit_event WHERE verb = 'file.store'")
    assert rows == len([one for one in (target.home / "files").rglob("*") if one.is_file()])


class TestRefusals:
    def refused(self, place, path):
        done = place.duban("restore", str(path))
        assert done.returncode == 1, done.stdout + done.stderr
        (sentence,) = done.stderr.strip().splitlines()
        return sentence

    def changed(self, archived, folder, **changes):
        """Return a copy of an archive with a changed manifest."""
        other = folder / "changed.zip"
        with zipfile.ZipFile(archived.path) as found, zipfile.ZipFile(other, "w") as copy:
            for name in found.namelist():
                content = found.read(name)
                if name == archive.MANIFEST:
                    content = json.dumps(json.loads(content) | changes).encode()
                copy.writestr(name, content)
        return other

    def test_a_place_that_holds_something_is_left_alone(self, archived, target):
        before = archived.place.sums()
        assert "is not empty" in self.refused(archived.place, archived.path)
        assert archived.place.sums() == before
        other = target.home / "files" / "ab" / "other"
        other.parent.mkdir(parents=True)
        other.write_text("somebody's")
        assert "is not empty" in self.refused(target, archived.path)
        assert [one for one in target.home.rglob("*") if one.is_file()] == [other]

    @pytest.mark.parametrize("part", ["database.dump", "files/", "manifest.json"])
    def test_a_damaged_archive_is_found_at_its_place(self, archived, tmp_path, part):
        with zipfile.ZipFile(archived.path) as found:
            entry = next(one for one in found.infolist() if one.filename.startswith(part))
        damaged = bytearray(archived.path.read_bytes())
        damaged[entry.header_offset + 30 + len(entry.filename) + 20 + entry.compress_size // 2] ^= 0xFF
        other = tmp_path / "damaged.zip"
        other.write_bytes(damaged)
        with pytest.raises(InvalidInput, match=f"damaged at {part}"):
            archive.verify(path=other)

    def test_an_archive_that_was_cut_off_restores_nothing(self, archived, target, tmp_path):
        other = tmp_path / "short.zip"
        other.write_bytes(archived.path.read_bytes()[:-2000])
        assert "cut off" in self.refused(target, other)
        assert target.is_empty()

    def test_an_archive_of_a_newer_version_names_the_way_out(self, archived, target, tmp_path):
        newer = self.changed(archived, tmp_path, migrations=["tasks.9999_later"])
        assert "restore it with that version" in self.refused(target, newer)
        assert target.is_empty()

    def test_what_differs_from_the_manifest_undoes_everything(self, archived, target, tmp_path):
        totals = archive.verify(path=archived.path).figures
        name = next(iter(totals))
        totals[name]["done"] += 1
        assert f"figures of {name} differ" in self.refused(target, self.changed(archived, tmp_path, figures=totals))
        assert target.is_empty()

    @pytest.mark.parametrize("name", ["secrets/../../outside", "/etc/passwd", "files/x"])
    def test_a_name_that_leads_elsewhere_is_refused(self, archived, tmp_path, name):
        other = self.changed(archived, tmp_path, hashes={name: "0" * 64})
        with pytest.raises(InvalidInput, match="no backup of Duban"):
            archive.put_secrets(path=other, home=tmp_path)

    @pytest.mark.parametrize("content", [b"", b"no archive", None])
    def test_what_is_no_archive_is_said_to_be_none(self, tmp_path, content):
        file = tmp_path / "other.zip"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(InvalidInput, match=r"other\.zip"):
            archive.verify(path=file)


class TestTaking:
    def test_a_file_that_is_there_is_not_written_over(self, archived):
        with pytest.raises(InvalidInput, match="exists already"):
            archived.place.take(archived.path)

    def test_one_that_fails_leaves_no_part(self, archived, files, tmp_path):
        away = Place(Database("none", "", archived.place.database.owner_url + "_missing"), archived.place.home)
        with pytest.raises(InvalidInput, match="cannot be reached"):
            away.take(tmp_path / "a.zip")
        with pytest.raises(InvalidInput, match="does not exist"):
            archived.place.take(tmp_path / "no" / "a.zip")
        assert list(tmp_path.iterdir()) == []

    def test_only_its_owner_may_read_it(self, archived):
        assert archived.path.stat().st_mode & 0o777 == 0o600

    def test_a_missing_file_is_named_and_the_rest_is_taken(self, archived, settings, tmp_path):
        settings.FILES = tmp_path / "files"
        shutil.copytree(archived.place.home / "files", settings.FILES)
        lost = next(file for file in settings.FILES.rglob("*") if file.is_file())
        lost.unlink()
        taken = archived.place.take(tmp_path / "a.zip")
        assert taken.manifest.missing_files == [lost.name]
        assert len(archive.verify(path=tmp_path / "a.zip").files) == 4

    def test_secrets_come_along_when_asked_for_and_passwords_of_the_database_never(self, archived, files, tmp_path):
        archived.place.take(tmp_path / "a.zip", has_secrets=True)
        assert archive.verify(path=tmp_path / "a.zip").secrets == ["secret_key"]
        (key,) = archive.put_secrets(path=tmp_path / "a.zip", home=tmp_path / "home")
        assert (key.read_text(), key.stat().st_mode & 0o777) == (KEY, 0o600)
        key.write_text("of somebody else")
        with pytest.raises(InvalidInput, match="is another one"):
            archive.put_secrets(path=tmp_path / "a.zip", home=tmp_path / "home")
        assert key.read_text() == "of somebody else"

    def test_it_is_noted_with_its_hash(self, archived):
        assert archived.place.ask("SELECT sha256 FROM upkeep_backup") == archive.sha256_of(archived.path)
        assert archived.place.ask("SELECT files FROM upkeep_backup") == 5
        assert archived.place.ask("SELECT bytes FROM upkeep_backup") == archived.path.stat().st_size


@pytest.mark.django_db
def test_a_backup_is_old_after_two_nights():
    now = timezone.now()
    assert queries.backups(actor=SYSTEM, at=now).is_old
    commands.note_backup(
        actor=SYSTEM, taken_at=now, size=1, rows=1, files=0, sha256="0" * 64, has_secrets=False, at=now
    )
    assert not queries.backups(actor=SYSTEM, at=now + timedelta(hours=48)).is_old
    assert queries.backups(actor=SYSTEM, at=now + timedelta(hours=50)).is_old


def test_an_embedded_place_is_filled_and_backed_up_again(archived, tmp_path):
    # Not tmp_path: PostgreSQL may run as another account, which may not pass through it.
    folder = Path(tempfile.mkdtemp(prefix="duban-backup-"))
    try:
        for arguments in (["restore", str(archived.path)], ["backup", str(tmp_path / "again.zip")]):
            done = run(*arguments, DUBAN_HOME=str(folder / "home"))
            assert done.returncode == 0, done.stderr
        first, again = (archive.verify(path=path) for path in (archived.path, tmp_path / "again.zip"))
        assert again.files == first.files
        assert again.figures == first.figures
        assert again.rows["audit_event"] == first.rows["audit_event"] + 1
        nothing = run("backup", str(tmp_path / "third.zip"), DUBAN_HOME=str(folder / "other"))
        assert (nothing.returncode, "nothing to back up" in nothing.stderr) == (1, True)
    finally:
        shutil.rmtree(folder)


def test_the_programs_fit_the_server():
    assert programs.program("pg_dump", server=18).name == "pg_dump"
    with pytest.raises(InvalidInput, match="postgresql-client-99"):
        programs.program("pg_restore", server=99)

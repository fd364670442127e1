"""The embedded database, with real processes and real kills (R-DOC: two commands)."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from duban.config import embedded
from duban.config.embedded import CannotStart
from duban.config.tests.processes import descendants, gone, is_root, named, seconds_until

SOURCE = Path(__file__).resolve().parents[3]
# These tests kill processes, not the machine.
FAST = {"fsync": "off"}
STARTER = """
import sys, time
from pathlib import Path
from duban.config import embedded
running = embedded.start(home=Path(sys.argv[1]), progress=lambda line: print(line, file=sys.stderr), settings={"fsync": "off"})
print(running.owner_url, flush=True)
time.sleep(600)
"""


def start(home: Path) -> embedded.Running:
    said: list[str] = []
    return embedded.start(home=home, progress=said.append, settings=FAST)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Not tmp_path: other runs of pytest close its parent folder again, and PostgreSQL may run as another account.
    folder = Path(tempfile.mkdtemp(prefix="duban-embedded-"))
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def started_elsewhere(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    program = subprocess.Popen([sys.executable, "-c", STARTER, str(home)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    url = program.stdout.readline().strip()
    all_of_it = descendants(program.pid)
    yield program, url
    program.kill()
    program.wait()
    seconds_until(gone(all_of_it), within=10)
    program.stdout.close()


class TestStart:
    def test_gives_the_application_no_rights_and_the_owner_only_databases(self, home: Path) -> None:
        running = start(home)
        try:
            with psycopg.connect(running.superuser_url) as connection:
                rights = connection.execute(
                    "SELECT rolname, ARRAY[rolsuper, rolcreaterole, rolbypassrls, rolreplication, rolcreatedb]"
                    " FROM pg_roles WHERE rolname LIKE 'duban%' ORDER BY rolname"
                ).fetchall()
                row = connection.execute(
                    "SELECT pg_get_userbyid(datdba), datlocprovider::text, datlocale, pg_encoding_to_char(encoding)"
                    " FROM pg_database WHERE datname = 'duban'"
                ).fetchone()
                authentication = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
            assert rights == [
                ("duban_app", [False, False, False, False, False]),
                ("duban_owner", [False, False, False, False, True]),
            ]
            assert row == ("duban_owner", "b", "C.UTF-8", "UTF8")
            assert authentication == [("scram-sha-256",)]
            with (
                psycopg.connect(running.app_url) as app,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                app.execute("CREATE TABLE mine (id int)")
        finally:
            running.stop()

    def test_refuses_a_wrong_password_and_listens_on_no_port(self, home: Path) -> None:
        running = start(home)
        try:
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(re.sub(r"(duban_app):[^@]*@", r"\1:wrong@", running.app_url))
            with psycopg.connect(running.superuser_url) as connection:
                assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        finally:
            running.stop()

    def test_keeps_passwords_and_socket_to_their_owner(self, home: Path) -> None:
        running = start(home)
        running.stop()
        files = list((home / "secrets").iterdir())
        assert len(files) == 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
        assert stat.S_IMODE(running.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(running.data.stat().st_mode) == 0o700

    def test_starts_again_within_a_second_or_two_and_loses_nothing(self, home: Path) -> None:
        running = start(home)
        with psycopg.connect(running.owner_url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS id")
        running.stop()
        began = time.monotonic()
        running = start(home)
        took = time.monotonic() - began
        try:
            with psycopg.connect(running.owner_url) as connection:
                assert connection.execute("SELECT id FROM kept").fetchone() == (1,)
        finally:
            running.stop()
        assert took < 5

    def test_opens_the_way_for_the_account_by_search_permission_only_and_says_so(self) -> None:
        closed = Path(tempfile.mkdtemp(prefix="duban-closed-"))
        said: list[str] = []
        try:
            embedded.start(home=closed / "home", progress=said.append, settings=FAST).stop()
            mode = stat.S_IMODE(closed.stat().st_mode)
            assert mode == (0o701 if is_root() else 0o700)
            assert any(f"(o+x) to {closed}," in line for line in said) == is_root()
        finally:
            shutil.rmtree(closed)

    def test_finds_a_short_socket_path_for_a_long_home(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="duban-long-"))
        try:
            running = start(folder / ("x" * 60) / ("y" * 60))
            with psycopg.connect(running.app_url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            running.stop()
            shutil.rmtree(running.socket)
        finally:
            shutil.rmtree(folder)

    def test_works_for_an_ordinary_user(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="duban-ordinary-"))
        nobody = pwd.getpwnam("nobody")
        try:
            if is_root():
                os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            site = Path(psycopg.__file__).parents[1]
            program = subprocess.run(
                # The system's Python: the environment's may stand under a folder that only root can search.
                ["/usr/bin/python3", "-c", STARTER.replace("time.sleep(600)", "running.stop()"), str(folder / "home")],
                env={"PYTHONPATH": f"{SOURCE}:{site}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                user=nobody.pw_uid if is_root() else None,
                group=nobody.pw_gid if is_root() else None,
                extra_groups=[] if is_root() else None,
            )
            assert program.stdout.startswith("postgresql://duban_owner:"), program.stderr
            if is_root():
                assert (folder / "home" / "postgresql" / "data").stat().st_uid == nobody.pw_uid
        finally:
            shutil.rmtree(folder)


class TestRefusal:
    def test_names_the_run_that_uses_the_folder(
        self, home: Path, started_elsewhere: tuple["subprocess.Popen[str]", str]
    ) -> None:
        other, _ = started_elsewhere
        with pytest.raises(CannotStart, match=rf"Another duban \(process {other.pid}\) is using the data folder"):
            start(home)

    def test_of_another_version_changes_nothing_and_names_the_upgrade(self, home: Path) -> None:
        start(home).stop()
        marker = home / "postgresql" / "data" / "PG_VERSION"
        marker.write_text("16\n")
        before = sorted(path.name for path in marker.parent.iterdir())
        try:
            with pytest.raises(
                CannotStart, match=r"made by PostgreSQL 16 and this release brings 18.*duban\.config\.upgrading"
            ):
                start(home)
            assert sorted(path.name for path in marker.parent.iterdir()) == before
        finally:
            marker.write_text("18\n")

    def test_of_a_full_disk_says_so(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(embedded, "LEAST_FREE_BYTES", 2**62)
        with pytest.raises(CannotStart, match=r"is full .*Nothing was deleted"):
            start(home)

    def test_explains_a_disk_that_filled_up_later(self, home: Path) -> None:
        log = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'
        assert "is full; make room" in embedded.sentence_from_log(log=log, data=home)

    def test_of_a_home_that_is_a_file_is_one_sentence(self, home: Path) -> None:
        start(home).stop()
        with pytest.raises(CannotStart, match="is a file; DUBAN_HOME must name a folder"):
            start(home / "lock")

    def test_of_a_lost_password_names_the_file(self, home: Path) -> None:
        start(home).stop()
        file = home / "secrets" / "duban_app.password"
        aside = file.rename(file.with_suffix(".aside"))
        try:
            with pytest.raises(CannotStart, match=r"duban_app\.password is missing"):
                start(home)
        finally:
            aside.rename(file)
        start(home).stop()


class TestKill:
    def test_of_the_program_ends_the_database_too(
        self, home: Path, started_elsewhere: tuple["subprocess.Popen[str]", str]
    ) -> None:
        program, url = started_elsewhere
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS survived AS SELECT 1 AS id")
        all_of_it = descendants(program.pid)
        assert named(all_of_it, "postgres")
        program.kill()
        assert seconds_until(gone(all_of_it), within=10) < 10
        running = start(home)
        with psycopg.connect(running.owner_url) as connection:
            assert connection.execute("SELECT id FROM survived").fetchone() == (1,)
        running.stop()

    def test_of_the_keeper_ends_the_database_too(self, started_elsewhere: tuple["subprocess.Popen[str]", str]) -> None:
        program, _ = started_elsewhere
        all_of_it = descendants(program.pid)
        (keeper,) = named(all_of_it, "keeper.py")
        os.kill(keeper, signal.SIGKILL)
        seconds_until(gone(all_of_it), within=10)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_of_the_keeper_by_a_usual_signal_stops_the_database_in_order(
        self, number: int, home: Path, started_elsewhere: tuple["subprocess.Popen[str]", str]
    ) -> None:
        program, _ = started_elsewhere
        all_of_it = descendants(program.pid)
        (keeper,) = named(all_of_it, "keeper.py")
        os.kill(keeper, number)
        seconds_until(gone(all_of_it), within=10)
        assert "database system is shut down" in (home / "logs" / "postgresql.log").read_text().splitlines()[-1]

    def test_of_the_server_is_noticed_and_the_next_start_recovers(self, home: Path) -> None:
        running = start(home)
        with psycopg.connect(running.owner_url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS recovered AS SELECT 1 AS id")
        postmaster = int((running.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        seconds_until(running.ended, within=5)
        running.stop()
        running = start(home)
        with psycopg.connect(running.owner_url) as connection:
            assert connection.execute("SELECT id FROM recovered").fetchone() == (1,)
        running.stop()

    def test_leaves_a_pid_file_whose_number_another_program_may_have_by_now(self, home: Path) -> None:
        start(home).stop()
        pid_file = home / "postgresql" / "data" / "postmaster.pid"
        lines = [os.getpid(), pid_file.parent, int(time.time()), 5432, home / "postgresql" / "socket", "", "  0  0"]
        pid_file.write_text("".join(f"{line}\n" for line in lines))
        shutil.chown(pid_file, pid_file.parent.owner(), pid_file.parent.group())
        pid_file.chmod(0o600)
        start(home).stop()

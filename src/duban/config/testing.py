"""
The database of a test run: a pytest plugin (`-p duban.config.testing`).

Each run has one PostgreSQL: the one of DATABASE_URL and DATABASE_OWNER_URL, or an embedded one of its own that ends
with it, also when it is killed. Its owner migrates one database, the template; every xdist worker, and every test that asks
for `own_database`, works as the application's role in a copy. Nothing is ever flushed.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from duban.config import embedded

PLACE = Path(__file__).resolve().parents[3] / "build" / "test-postgres"
MARK = "in-use"
# Nobody needs these data after a power cut.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
# In a process of its own: this one must never hold the owner's connection.
MIGRATE = "import django; django.setup(); from duban.config.migrating import migrate; migrate(verbosity=0)"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _quiet(line: str) -> None:
    """Say only what changes the machine."""
    if "o+x" in line and sys.__stderr__ is not None:
        sys.__stderr__.write(f"{line}\n")


def _make_home() -> Path:
    """Make the run's own folder and hold its mark for as long as this process lives."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for old in PLACE.glob("run-*"):
        # Left by runs that were killed: nobody holds their mark any more.
        with suppress(OSError), open(old / MARK, "rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix="run-", dir=PLACE))
    held = os.open(home / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


if not IS_WORKER:
    # Before the settings are read; a test must never touch the folder of somebody's real run.
    os.environ["DUBAN_ENV"] = "test"
    os.environ["DUBAN_HOME"] = str(_make_home())


@dataclass(frozen=True)
class Database:
    """One database and the addresses of its two roles."""

    name: str
    app_url: str
    owner_url: str

    @property
    def env(self) -> Mapping[str, str]:
        """What a program started by a test needs in its environment to use this database as the application does."""
        return {"DATABASE_URL": self.app_url}


@dataclass
class Server:
    """The PostgreSQL of this test run, with the migrated template."""

    app_url: str
    owner_url: str
    template: str
    running: embedded.Running | None = None
    copies: int = 0

    def copy(self) -> Database:
        """Return a fresh copy of the template (about 50 ms)."""
        self.copies += 1
        name = f"{self.template}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{self.copies}"
        self.order(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return self.database(name)

    def drop(self, database: Database) -> None:
        """Drop a copy, whoever is still connected to it."""
        # Each role may end its own sessions only. Not FORCE: an ending session of the application leaves the list of
        # sessions a moment before it leaves the database, and the owner may not end it; a plain DROP waits for it.
        for url in (self.app_url, self.owner_url):
            with psycopg.connect(url, autocommit=True) as role:
                role.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
                    [database.name],
                )
        self.order(f'DROP DATABASE IF EXISTS "{database.name}"')

    def database(self, name: str) -> Database:
        """Return the addresses of a database of this server."""
        return Database(name=name, app_url=_named(self.app_url, name), owner_url=_named(self.owner_url, name))

    def end(self) -> None:
        """Stop the server if it is ours, otherwise drop what was made in it."""
        if self.running is not None:
            self.running.stop()
            return
        with psycopg.connect(self.owner_url, autocommit=True) as owner:
            names = owner.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.template]
            ).fetchall()
        for (name,) in names:
            self.drop(self.database(name))

    def order(self, statement: str) -> None:
        """Run one statement as the owner, outside any transaction."""
        # From a database that nobody copies: a template with a connection cannot be copied.
        with psycopg.connect(self.owner_url, autocommit=True) as owner:
            owner.execute(statement.encode())


SERVER = pytest.StashKey[Server]()
COPY = pytest.StashKey[Database]()
# Nothing is ever committed in a worker's copy. Autovacuum would look at tables in the middle of a test, see pages without
# rows, and have the planner believe that a table of thousands is empty: joins in the wrong order, for minutes.
NO_AUTOVACUUM = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT oid::regclass FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) = current_user
    LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name); END LOOP;
END $$
"""
TO_VACUUM = """
SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) = current_user
AND pg_relation_size(oid) > 65536
"""


def pytest_configure_node(node: Any) -> None:
    """Hand the server to an xdist worker; the first one starts it."""
    server = _serve(node.config)
    node.workerinput["duban_server"] = (server.app_url, server.owner_url, server.template)


def pytest_configure(config: pytest.Config) -> None:
    """Take the server from the main process, in an xdist worker."""
    given = getattr(config, "workerinput", {}).get("duban_server")
    if given is not None:
        app_url, owner_url, template = given
        config.stash[SERVER] = Server(app_url=app_url, owner_url=owner_url, template=template)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server, in the process that started it."""
    if not IS_WORKER and SERVER in config.stash:
        config.stash[SERVER].end()


@pytest.fixture(scope="session")
def database_server(pytestconfig: pytest.Config) -> Server:
    """The PostgreSQL of this run."""
    return _serve(pytestconfig)


@pytest.fixture(scope="session")
def worker_database(pytestconfig: pytest.Config, database_server: Server) -> Database:
    """The copy in which the plain tests of this worker run, each in a transaction that is rolled back."""
    database = database_server.copy()
    pytestconfig.stash[COPY] = database
    _point_django_at(database)
    return database


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Give back the room of rows that were rolled back, after the last test of a file: then nobody holds them."""
    if COPY not in item.config.stash or (nextitem is not None and nextitem.path == item.path):
        return
    with psycopg.connect(item.config.stash[COPY].owner_url, autocommit=True) as owner:
        found = owner.execute(TO_VACUUM).fetchone()
        if found and found[0]:
            owner.execute(f"VACUUM {found[0]}".encode())


@pytest.fixture
def own_database(
    request: pytest.FixtureRequest, worker_database: Database, database_server: Server, django_db_blocker: Any
) -> Iterator[Database]:
    """
    A copy for one test that really commits: races, jobs, a live server. Django's connection points at it meanwhile.

    Not together with `db`, whose transaction would be in another database.
    """
    assert not {"db", "transactional_db"} & set(request.fixturenames), "own_database takes the place of db"
    database = database_server.copy()
    with django_db_blocker.unblock():
        _point_django_at(database)
        try:
            yield database
        finally:
            _point_django_at(worker_database)
            database_server.drop(database)


def _serve(config: pytest.Config) -> Server:
    if SERVER not in config.stash:
        server = _started()
        try:
            _make_template(server)
        except BaseException:
            server.end()
            raise
        config.stash[SERVER] = server
    return config.stash[SERVER]


def _started() -> Server:
    template = f"test_duban_{os.urandom(4).hex()}"
    app_url, owner_url = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if app_url and owner_url:
        return Server(app_url=app_url, owner_url=owner_url, template=template)
    if app_url or owner_url:
        raise pytest.UsageError("Set both DATABASE_URL and DATABASE_OWNER_URL, or neither.")
    try:
        running = embedded.start(home=Path(os.environ["DUBAN_HOME"]), progress=_quiet, settings=SETTINGS)
    except embedded.CannotStart as refusal:
        raise pytest.UsageError(str(refusal)) from refusal
    return Server(app_url=running.app_url, owner_url=running.owner_url, template=template, running=running)


def _make_template(server: Server) -> None:
    server.order(f'CREATE DATABASE "{server.template}"')
    database = server.database(server.template)
    env = {
        **os.environ,
        "DATABASE_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "DUBAN_AS_OWNER": "1",
        "DJANGO_SETTINGS_MODULE": "duban.config.settings",
    }
    done = subprocess.run([sys.executable, "-c", MIGRATE], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise pytest.UsageError(f"The migrations failed:\n{done.stdout}\n{done.stderr}")
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(NO_AUTOVACUUM.encode())


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _point_django_at(database: Database) -> None:
    connections.close_all()
    parts = conninfo_to_dict(database.app_url)
    # In place: the connections of all threads share this one dictionary.
    connections.settings["default"].update(
        NAME=database.name,
        USER=str(parts.get("user", "")),
        PASSWORD=str(parts.get("password", "")),
        HOST=str(parts.get("host", "")),
        PORT=str(parts.get("port", "")),
    )
    os.environ["DATABASE_URL"] = database.app_url

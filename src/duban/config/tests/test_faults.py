"""
Processes that are killed with -9 in the middle of something: nothing is lost, nothing is half done.

A lock that the test holds stops each of them at the same place every time. `make faults` kills at random, many times.
"""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from duban.config import embedded, factories, testing
from duban.config.keeping import Kept, keep
from duban.config.supervisor import duban_command, web_command
from duban.config.testing import Database
from duban.config.tests.processes import descendants, named, seconds_until
from duban.config.worker import put_back
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.organisation import commands as organisation
from duban.organisation.models import Closure, Unit, UnitImport
from duban.organisation.tests.material import as_csv
from duban.tasks import commands
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Assignment, Task
from duban.tasks.states import AssignmentStatus

SYSTEM = Actor.system("test")
NEW_UNITS = 400
TOKEN = "f" * 32


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: other runs of pytest close its parent folder again, and PostgreSQL may run as another account.
    folder = Path(tempfile.mkdtemp(prefix="duban-faults-"))
    yield folder / "home"
    shutil.rmtree(folder)


def test_a_worker_killed_in_the_middle_of_a_fan_out_leaves_a_job_that_another_finishes(own_database: Database):
    assignment = _issued_to_many()
    # One step is done already: it must survive and not be done twice.
    assert commands.serve_next_units(actor=SYSTEM, assignment_id=assignment.pk, at=factories.SOME_MOMENT, step=100)

    with _stopped_at(own_database, "tasks_taskfigures"), _program(duban_command("worker"), own_database) as worker:
        _wait_for_a_waiting_session(own_database)
        _kill_tree(worker)
    assert Task.objects.filter(assignment=assignment).count() == 100

    assert put_back(dead_after_seconds=0) >= 1
    with _program(duban_command("worker"), own_database):
        seconds_until(lambda: _is_issued(assignment), within=15)
    _nothing_is_half_done(assignment)


def test_a_database_killed_in_the_middle_of_a_fan_out_goes_on_where_it_stopped(
    home: Path, worker_database: Database, django_db_blocker
):
    running = embedded.start(home=home, progress=lambda _line: None, settings=testing.SETTINGS)
    try:
        database = Database(name=embedded.DATABASE, app_url=running.app_url, owner_url=running.owner_url)
        _migrate(database)
        with django_db_blocker.unblock():
            try:
                testing._point_django_at(database)
                assignment = _issued_to_many()
                assert commands.serve_next_units(
                    actor=SYSTEM, assignment_id=assignment.pk, at=factories.SOME_MOMENT, step=100
                )
                with _program(duban_command("worker"), database) as worker:
                    with contextlib.suppress(psycopg.OperationalError), _stopped_at(database, "tasks_taskfigures"):
                        _wait_for_a_waiting_session(database)
                        postmaster = int((running.data / "postmaster.pid").read_text().splitlines()[0])
                        os.kill(postmaster, signal.SIGKILL)
                        seconds_until(running.ended, within=10)
                    running.stop()
                    testing._point_django_at(database)
                    running = embedded.start(home=home, progress=lambda _line: None, settings=testing.SETTINGS)
                    assert Task.objects.filter(assignment=assignment).count() == 100

                    # The worker ends by itself, having kept the job; whoever runs it starts it again.
                    seconds_until(lambda: worker.ended() is not None, within=15)
                put_back(dead_after_seconds=0)
                with _program(duban_command("worker"), database):
                    seconds_until(lambda: _is_issued(assignment), within=20)
                _nothing_is_half_done(assignment)
            finally:
                testing._point_django_at(worker_database)
    finally:
        running.stop()


def test_a_web_server_killed_in_the_middle_of_a_take_over_leaves_nothing_of_it_and_it_can_be_taken_over_again(
    own_database: Database,
):
    tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
    account = factories.make_person_with_account(unit=tree.city, role="office_head", password="a long password 1")
    actor = factories.actor_for(account=account)
    found = _received(actor, tree.counties[0])
    before = Unit.objects.count(), Closure.objects.count()
    session = _session_of(account)

    port = _free_port()
    with _program(web_command(host="127.0.0.1", port=port, processes=1), own_database) as web:
        seconds_until(lambda: _answers(port), within=15)
        # The record is written last: everything else of the take-over stands, not yet committed.
        with _stopped_at(own_database, "audit_event"):
            asked = threading.Thread(target=_take_over, args=(port, session, found.pk))
            asked.start()
            _wait_for_a_waiting_session(own_database)
            _kill_tree(web)
        asked.join(timeout=10)

    seconds_until(lambda: _sessions(own_database) == 0, within=10)
    assert (Unit.objects.count(), Closure.objects.count()) == before
    found.refresh_from_db()
    assert found.status == "ready"

    organisation.take_over_import(actor=actor, import_id=found.pk, at=factories.SOME_MOMENT)
    assert Unit.objects.count() == before[0] + NEW_UNITS


def _issued_to_many() -> Assignment:
    tree = factories.build_tree()
    campaign = factories.make_campaign(root=tree.city)
    # Counted up to today, so that the worker's other job, the close of days, has nothing to do.
    figures.ensure_day(actor=SYSTEM, campaign_id=campaign.pk, today=timezone.localdate())
    text = AssignmentText(
        wording="组织一次专题学习。",
        target="class",
        target_rule={"kinds": ["village"]},
        due_on=factories.SOME_DAY,
        closing_mode="declare",
    )
    draft = commands.create_assignment(
        actor=SYSTEM, campaign_id=campaign.pk, assigner_id=tree.city.pk, text=text, at=factories.SOME_MOMENT
    )
    issued = commands.issue(actor=SYSTEM, assignment_id=draft.pk, at=factories.SOME_MOMENT)
    assert issued.status == AssignmentStatus.ISSUING
    return issued


def _is_issued(assignment: Assignment) -> bool:
    assignment.refresh_from_db()
    return assignment.status == AssignmentStatus.ISSUED


def _nothing_is_half_done(assignment: Assignment) -> None:
    units = Task.objects.filter(assignment=assignment).values_list("unit_id", flat=True)
    assert assignment.units_done == assignment.unit_count == len(units) == len(set(units))
    differing = figures.recount_all(actor=SYSTEM, campaign_id=assignment.campaign_id, at=factories.SOME_MOMENT)
    assert not any(differing.values()), differing


def _received(actor: Actor, county: Unit) -> UnitImport:
    rows = [(f"N{number}", f"新设村{number}", "", "村级", "农村", "村") for number in range(NEW_UNITS)]
    found = organisation.receive_import(
        actor=actor, root_id=county.pk, file_name="单位.csv", content=as_csv(rows), at=factories.SOME_MOMENT
    )
    assert found.status == "ready", found.errors
    return found


def _session_of(account: factories.Account) -> str:
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(account.user)
    return client.cookies["sessionid"].value


def _take_over(port: int, session: str, import_id: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request(
            "POST",
            f"/units/import/{import_id}/take-over/",
            body=f"csrfmiddlewaretoken={TOKEN}",
            headers={
                "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        connection.getresponse().read()
    connection.close()


@contextlib.contextmanager
def _stopped_at(database: Database, table: str) -> Iterator[None]:
    """Hold a lock on which everybody waits who writes to the table."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE'.encode())
        yield
        owner.rollback()


def _wait_for_a_waiting_session(database: Database) -> None:
    with psycopg.connect(database.app_url, autocommit=True) as app:

        def waits() -> bool:
            row = app.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND usename = current_user AND wait_event_type = 'Lock'"
            ).fetchone()
            return bool(row and row[0])

        seconds_until(waits, within=15)


def _sessions(database: Database) -> int:
    """Sessions of the application's role that are in the middle of something, beside this one."""
    with psycopg.connect(database.app_url, autocommit=True) as app:
        row = app.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        ).fetchone()
        return row[0] if row else 0


@contextlib.contextmanager
def _program(command: list[str], database: Database) -> Iterator[Kept]:
    env = {**os.environ, **database.env, "DJANGO_SETTINGS_MODULE": "duban.config.settings"}
    with open(Path(os.environ["DUBAN_HOME"]) / "faults.log", "ab") as output:
        kept = keep(command=command, env=env, output=output)
    try:
        yield kept
    finally:
        kept.stop()


def _kill_tree(program: Kept) -> None:
    """Kill a program with all its processes, as a machine does that runs out of memory; its keeper stays."""
    for pid in descendants(program.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    seconds_until(lambda: not named(descendants(program.pid), "duban"), within=5)


def _migrate(database: Database) -> None:
    env = {**os.environ, "DATABASE_URL": database.app_url, "DATABASE_OWNER_URL": database.owner_url}
    env |= {"DUBAN_AS_OWNER": "1", "DJANGO_SETTINGS_MODULE": "duban.config.settings"}
    subprocess.run([sys.executable, "-c", testing.MIGRATE], env=env, check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

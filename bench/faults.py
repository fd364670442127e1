"""
Kill −9 of web, worker and database in the middle of a fan-out and of an import: `python -m bench.faults`.

Each round starts a piece of work, kills one process at a random moment, starts again what was killed, and checks that
the work is finished or has left nothing: each unit has one task, the figures agree with a recount, no import is half done.
"""

import argparse
import contextlib
import http.client
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import psycopg

from bench import city as shape
from bench import writing
from bench.load import Question, once
from bench.place import Place, make_empty, open_place
from bench.program import Program, below, is_alive

TOKEN = "f" * 32
SHARE = 4 / shape.TO_ALL
IMPORTED = 3000


@dataclass
class Tally:
    """How often something was killed, and how often the kill fell into the middle of the work."""

    rounds: int = 0
    in_the_middle: int = 0


class Faults:
    """Rounds of kills on one place."""

    def __init__(self, *, place: Place, seed: int) -> None:
        self.place = place
        self.random = Random(seed)
        self.city = shape.describe()
        self.program = Program(place=place)
        self.session = shape.session_keys(user_ids=[1])[1]
        self.tallies: dict[str, Tally] = {}

    def run(self, *, rounds: int) -> None:
        """Kill each of the three in the middle of both works, so many times."""
        kills: dict[str, Callable[[], None]] = {"worker": self._kill_worker, "web": self._kill_web}
        if self.place.running is not None:
            kills["database"] = self._kill_database
        try:
            for number in range(rounds):
                for name, kill in kills.items():
                    self._fan_out(name, kill)
                    self._import(name, kill, number)
        finally:
            self.program.end()

    def _fan_out(self, name: str, kill: Callable[[], None]) -> None:
        assignment = writing.draft_for_all(city=self.city)
        asked = threading.Thread(target=self._issue, args=(assignment,))
        asked.start()
        if name != "web":
            _wait(lambda: self._progress(assignment)[0] != "draft", within=60)
        time.sleep(self.random.uniform(0, 1.0))
        status, served = self._progress(assignment)
        kill()
        asked.join()
        self._start_again()
        if self._progress(assignment)[0] == "draft":
            # Killed before it was issued: nothing of it must be there, and it can be issued again.
            _require(self._tasks(assignment) == 0, "a draft has tasks")
            self._issue(assignment)
        with psycopg.connect(self.place.app_url, autocommit=True) as connection:
            writing.wait_until_issued(connection=connection, assignment=assignment, within=90)
        chosen = self._value("SELECT count(*) FROM tasks_assignmentunit WHERE assignment_id = %s", assignment)
        _require(self._tasks(assignment) == chosen, "not each unit has its task")
        self._figures_agree()
        is_middle = status == "issuing" or (name == "web" and status == "draft")
        self._tell(f"{name} in a fan-out", is_middle=is_middle, detail=f"{status}, {served} units served at the kill")

    def _import(self, name: str, kill: Callable[[], None], number: int) -> None:
        from duban.kernel.authority import Actor  # noqa: PLC0415
        from duban.organisation import commands  # noqa: PLC0415

        actor, now = Actor.system("faults"), datetime.now(UTC)
        root = writing.new_county(city=self.city, name=f"故障{name}{number}县")
        content = writing.register_of(units=IMPORTED, prefix=f"{name}{number}-")
        received = commands.receive_import(actor=actor, root_id=root, file_name="单位.xlsx", content=content, at=now)
        checked = commands.check_import(actor=actor, import_id=received.pk, at=now)
        _require(not checked.errors, f"the register has errors: {checked.errors[:2]}")
        units = self._units()
        asked = threading.Thread(target=self._take_over, args=(received.pk,))
        asked.start()
        time.sleep(self.random.uniform(0, 0.5))
        is_middle = asked.is_alive()
        kill()
        asked.join()
        self._start_again()
        self._wait_for_quiet()
        grown = self._units() - units
        status = self._value("SELECT status FROM organisation_unitimport WHERE id = %s", received.pk)
        _require((status, grown) in (("ready", 0), ("done", IMPORTED)), f"half done: {status}, {grown} units")
        if status == "ready":
            commands.take_over_import(actor=actor, import_id=received.pk, at=now)
            _require(self._units() - units == IMPORTED, "the second take-over is not whole")
        self._tell(f"{name} in an import", is_middle=is_middle, detail=f"{status} after the kill")

    def _issue(self, assignment: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=30)
        with contextlib.suppress(OSError, http.client.HTTPException):
            for _ in range(20):
                # After a restart of the database the first requests are told to try again.
                if once(client, Question(f"/api/assignments/{assignment}/issue", self.session, "{}"))[0] < 500:
                    break
                time.sleep(0.2)
        client.close()

    def _take_over(self, import_id: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=60)
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with contextlib.suppress(OSError, http.client.HTTPException):
            path = f"/units/import/{import_id}/take-over/"
            for _ in range(20):
                client.request("POST", path, body=f"csrfmiddlewaretoken={TOKEN}", headers=headers)
                response = client.getresponse()
                response.read()
                if response.status < 500:
                    break
                time.sleep(0.2)
        client.close()

    def _kill_worker(self) -> None:
        if self.program.worker is not None:
            _kill(below(self.program.worker.pid))

    def _kill_web(self) -> None:
        _kill(below(self.program.web.pid))

    def _kill_database(self) -> None:
        postmaster = self.place.postmaster()
        _kill([postmaster, *below(postmaster)])

    def _start_again(self) -> None:
        """Start what is gone, as `duban run` and `duban serve` do."""
        from django.db import connections  # noqa: PLC0415

        from duban.config.worker import put_back  # noqa: PLC0415

        if self.place.running is not None:
            _wait(lambda: not self._is_database_dying(), within=10)
            if self.place.running.ended():
                self.place.restart()
                # It ends by itself when it hears of it, and whoever runs it starts it again.
                if self.program.worker is not None:
                    _kill(below(self.program.worker.pid))
        # Connections of before the kill are of no use.
        connections["default"].close()
        connections["default"].close_pool()  # type: ignore[attr-defined]
        if self.program.worker is None or not below(self.program.worker.pid):
            if self.program.worker is not None:
                self.program.worker.stop()
            self.program.start_worker()
            # A worker notices by itself after half a minute; what it then does is this.
            put_back(dead_after_seconds=0)
        if not self.program.web_processes():
            self.program.web.stop()
            self.program.start_web()

    def _is_database_dying(self) -> bool:
        running = self.place.running
        if running is None or running.ended():
            return False
        try:
            with psycopg.connect(self.place.app_url, connect_timeout=3):
                return False
        except psycopg.OperationalError:
            return True

    def _wait_for_quiet(self) -> None:
        """Wait until the sessions of killed programs have ended."""
        _wait(
            lambda: (
                not self._value(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
                    " AND datname = current_database() AND state = 'active' AND query NOT ILIKE %s",
                    "%procrastinate%",
                )
            ),
            within=30,
        )

    def _figures_agree(self) -> None:
        from duban.figures import commands as figures  # noqa: PLC0415
        from duban.kernel.authority import Actor  # noqa: PLC0415

        differing = figures.recount_all(
            actor=Actor.system("faults"), campaign_id=self.city.campaign_id, at=datetime.now(UTC)
        )
        _require(not any(differing.values()), f"figures differ from a recount: {differing}")

    def _progress(self, assignment: int) -> tuple[str, int]:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.place.app_url) as connection:
            row = connection.execute(
                "SELECT status, units_done FROM tasks_assignment WHERE id = %s", [assignment]
            ).fetchone()
            return row or ("", 0)
        return "", 0

    def _tasks(self, assignment: int) -> int:
        query = "SELECT count(DISTINCT unit_id) * (count(*) = count(DISTINCT unit_id))::int FROM tasks_task WHERE assignment_id = %s"
        return int(str(self._value(query, assignment)))

    def _units(self) -> int:
        return int(str(self._value("SELECT count(*) FROM organisation_unit WHERE id <> %s", 0)))

    def _value(self, query: str, given: object) -> object:
        with psycopg.connect(self.place.app_url) as connection:
            row = connection.execute(query.encode(), [given]).fetchone()
        return row[0] if row else None

    def _tell(self, name: str, *, is_middle: bool, detail: str) -> None:
        tally = self.tallies.setdefault(name, Tally())
        tally.rounds += 1
        tally.in_the_middle += is_middle
        print(f"{name:<24} {'in the middle' if is_middle else 'before or after':<16} {detail}", flush=True)


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _wait(lambda: not any(is_alive(pid) for pid in pids), within=10)


def _wait(condition: Callable[[], bool], *, within: float) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"Not so within {within:.0f} s.")
        time.sleep(0.05)


def _require(holds: bool, sentence: str) -> None:  # noqa: FBT001
    if not holds:
        raise SystemExit(f"Fault: {sentence}.")


def main() -> None:
    """Read the command line, kill, and print how often the kill fell into the middle."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="kills of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    warnings.filterwarnings("ignore", message="No directory at")
    os.environ.setdefault("DUBAN_LOG", "WARNING")
    place = open_place(name="faults")
    try:
        make_empty(place)
        os.environ.update(place.env)
        import django  # noqa: PLC0415

        django.setup()
        now = datetime.now(UTC)
        with psycopg.connect(place.owner_url) as owner:
            city = shape.fill(owner=owner, today=now.date(), at=now, share=SHARE)
        shape.finish(city=city, today=now.date(), at=now)
        faults = Faults(place=place, seed=given.seed)
        faults.run(rounds=given.rounds)
    finally:
        place.end()
    print("\nNothing was lost, nothing half done:")
    for name, tally in faults.tallies.items():
        print(f"  {name:<24} {tally.rounds} kills, {tally.in_the_middle} in the middle")


if __name__ == "__main__":
    main()

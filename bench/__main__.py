"""
Measure the program: `python -m bench`.

Builds a city of 19,473 units with 1,000,000 tasks in a database of its own, serves it as in production, and measures each
page and each change through HTTP beside the same result by hand-written SQL. Prints a table, writes build/bench.json.
"""

import argparse
import json
import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from bench import city as shape
from bench import keeping, members, mixed, reading, writing
from bench.city import City
from bench.load import median_of_runs
from bench.page import longest_in_scope
from bench.place import BUILD, Place, make_empty, open_place
from bench.program import Program

RESULT = BUILD / "bench.json"
# What grows with the units is kept of `--times 10` alone.
LARGE_RESULT = BUILD / "bench-large.json"
TEN_TIMES = 10
MEMORY_AIM_MB = 250.0


@dataclass
class Row:
    """One measured line; the names are those of build/bench.json."""

    scenario: str
    role: str
    units: int
    rows: int
    p50_ms: float
    p95_ms: float
    sql_ms: float
    queries: int
    aim_ms: float
    # Where the aim is not a time: megabytes, or changes per second.
    value: float | None = None
    aim: float | None = None
    unit: str = "ms"

    @property
    def is_missed(self) -> bool:
        """Whether the aim was not reached."""
        if self.value is not None and self.aim is not None:
            return self.value < self.aim if self.unit == "/s" else self.value > self.aim
        return bool(self.aim_ms) and self.p95_ms > self.aim_ms

    def line(self) -> str:
        """Return the row as it is printed."""
        name = f"{self.scenario:<30} {self.role:<20} {self.units:>6} {self.rows:>7}"
        mark = "  missed" if self.is_missed else ""
        if self.value is not None:
            return f"{name} {self.value:>9.1f} {self.unit}, aim {self.aim:.0f}{mark}"
        ratio = f"{self.p50_ms / self.sql_ms:>6.1f}" if self.sql_ms else "     –"
        return (
            f"{name} {self.p50_ms:>9.1f} {self.p95_ms:>9.1f} {self.sql_ms:>9.1f} {ratio} {self.queries:>4}"
            f" {self.aim_ms:>7.0f}{mark}"
        )


HEAD = (
    f"{'scenario':<30} {'role':<20} {'units':>6} {'rows':>7} {'p50 ms':>9} {'p95 ms':>9} {'SQL ms':>9} {'ratio':>6}"
    f" {'ask':>4} {'aim':>7}"
)


class Bench:
    """One run on one city."""

    def __init__(self, *, place: Place, count: int, runs: int, only: str) -> None:
        self.place, self.count, self.runs, self.only = place, count, runs, only
        self.city: City = shape.describe()
        self.found: list[Row] = []

    def run(self, *, is_quick: bool, pages_only: bool = False) -> list[Row]:
        """Measure everything, or the pages alone, and return the rows."""
        users = [*self.city.users.values(), *self.city.liaisons]
        self.sessions = shape.session_keys(user_ids=users)
        self.program = Program(place=self.place)
        try:
            with psycopg.connect(self.place.app_url, autocommit=True) as self.connection:
                # A plan for arrays of any length is a poor one for 170 units and a thousand items.
                self.connection.execute("SET plan_cache_mode = force_custom_plan")
                print(HEAD, flush=True)
                self._pages()
                if pages_only:
                    return self.found
                self._steps(is_quick=is_quick)
                self._many()
                self._fan_out()
                self._pass_down()
                self._export()
                self._mixed(is_quick=is_quick)
                self._memory()
                self._imports(is_quick=is_quick)
                self._keeping()
                self._members(is_quick=is_quick)
        finally:
            self.program.end()
        return self.found

    def _add(self, row: Row) -> None:
        self.found.append(row)
        print(row.line(), flush=True)

    def _wanted(self, name: str) -> bool:
        return self.only in name

    def _pages(self) -> None:
        of_city: dict[str, float] = {}
        for scenario in reading.scenarios(city=self.city):
            if not self._wanted(scenario.name):
                continue
            session = self.sessions[self.city.users[scenario.role]]
            queries, page = queries_of(path=scenario.paths[0], session=session)
            reading.prove(connection=self.connection, scenario=scenario, page=page)
            sql_ms, rows = reading.by_hand(connection=self.connection, scenario=scenario)
            p50, p95 = median_of_runs(
                port=self.program.port, questions=scenario.questions(session), count=self.count, runs=self.runs
            )
            self._add(
                Row(
                    scenario=scenario.name,
                    role=scenario.role,
                    units=scenario.units,
                    rows=rows,
                    p50_ms=round(p50, 1),
                    p95_ms=round(p95, 1),
                    sql_ms=round(sql_ms, 2),
                    queries=queries,
                    aim_ms=scenario.aim_ms,
                )
            )
            if scenario.role == "city office":
                of_city[scenario.name] = p95
            elif scenario.name in of_city:
                aim = longest_in_scope(of_city[scenario.name])
                if p95 > aim:
                    print(f"  {scenario.role} takes more than 1.5 × city office + 10 ms = {aim:.1f} ms", flush=True)

    def _steps(self, *, is_quick: bool) -> None:
        liaisons = {user: self.sessions[user] for user in self.city.liaisons if user in self.sessions}
        office = self.sessions[self.city.users["city office"]]
        needed = 50 + self.count * self.runs
        if self._wanted("status change"):
            by_hand = round(writing.step_by_hand(connection=self.connection), 2)
            signing = writing.steps_to_sign(connection=self.connection, sessions=liaisons, take=needed + 1)
            accepting = writing.steps_to_accept(connection=self.connection, session=office, take=needed + 1)
            for name, role, steps, units in (
                ("status change (sign)", "single unit", signing, 1),
                ("status change (accept)", "city office", accepting, self.city.units),
            ):
                first = next(steps.questions)
                queries, _page = queries_of(path=first.path, session=first.session, body=first.body)
                steps = writing.Steps(steps.questions, steps.number - 1)
                p50, p95 = writing.measure_steps(program=self.program, steps=steps, count=self.count, runs=self.runs)
                self._add(Row(name, role, units, 1, round(p50, 1), round(p95, 1), by_hand, queries, 40))
        if self._wanted("changes per second"):
            steps = writing.steps_to_sign(connection=self.connection, sessions=liaisons, take=300 if is_quick else 3000)
            answers = writing.measure_throughput(program=self.program, steps=steps)
            rate = len(answers.times) / answers.seconds
            self._add(
                Row(
                    scenario="changes per second",
                    role="single unit",
                    units=len(liaisons),
                    rows=len(answers.times),
                    p50_ms=round(answers.p50, 1),
                    p95_ms=round(answers.p95, 1),
                    sql_ms=0,
                    queries=0,
                    aim_ms=0,
                    value=round(rate, 1),
                    aim=150,
                    unit="/s",
                )
            )

    def _mixed(self, *, is_quick: bool) -> None:
        if not self._wanted("200 people"):
            return
        answers = mixed.measure_mixed(
            port=self.program.port,
            connection=self.connection,
            city=self.city,
            sessions=self.sessions,
            seconds=20 if is_quick else mixed.SECONDS,
        )
        if answers.refusals:
            raise SystemExit(f"{len(answers.refusals)} of 200 people's requests failed, first: {answers.refusals[0]}")
        p50, p95 = round(answers.p50, 1), round(answers.p95, 1)
        self._add(Row("200 people", "all roles", self.city.units, len(answers.times), p50, p95, 0, 0, mixed.AIM_MS))

    def _many(self) -> None:
        if not self._wanted("bulk accept of 1,000"):
            return
        median, worst = writing.measure_accept_many(
            program=self.program,
            connection=self.connection,
            session=self.sessions[self.city.users["city office"]],
            number=1000,
            runs=self.runs,
        )
        self._add(
            Row("bulk accept of 1,000", "city office", self.city.units, 1000, round(median), round(worst), 0, 0, 5000)
        )

    def _fan_out(self) -> None:
        if not self._wanted("fan-out"):
            return
        median, worst = writing.measure_fan_out(
            program=self.program,
            connection=self.connection,
            city=self.city,
            session=self.sessions[self.city.users["city office"]],
            runs=self.runs,
        )
        by_hand = writing.fan_out_by_hand(connection=self.connection, city=self.city)
        villages = writing.units_of_all()
        self._add(
            Row("fan-out", "city office", villages, villages, round(median), round(worst), round(by_hand), 0, 3000)
        )

    def _pass_down(self) -> None:
        name = "pass-down to 19,200 through three levels"
        if not self._wanted(name):
            return
        took, made = writing.measure_pass_down(
            program=self.program,
            connection=self.connection,
            city=self.city,
            session=self.sessions[self.city.users["city office"]],
        )
        by_hand = writing.pass_down_by_hand(connection=self.connection, city=self.city)
        self._add(Row(name, "city office", made, made, round(took), round(took), round(by_hand), 0, 10000))

    def _export(self) -> None:
        if not self._wanted("export"):
            return
        office = self.sessions[self.city.users["city office"]]
        by_hand, rows = writing.export_by_hand(connection=self.connection, status="asked_done")
        took, peak = writing.measure_export(program=self.program, session=office, status="asked_done")
        self._add(
            Row("export", "city office", self.city.units, rows, round(took), round(took), round(by_hand), 0, 30000)
        )
        self._add(_memory("export, peak of the process", peak, 300))

    def _memory(self) -> None:
        if self._wanted("memory"):
            for kind, sizes in self.program.memory().items():
                self._add(_memory(f"memory, largest {kind}", sizes[0], MEMORY_AIM_MB))

    def _imports(self, *, is_quick: bool) -> None:
        if not self._wanted("import"):
            return
        number = 2000 if is_quick else writing.IMPORTED
        root = writing.new_county(city=self.city, name=f"新设县{time.time():.0f}")
        times = writing.measure_import(root=root, content=writing.register_of(units=number, prefix=f"N{root}-"))
        by_hand = writing.import_by_hand(connection=self.connection, parent=root, units=number)
        took = round(sum(times))
        self._add(Row("import of units", "city office", number, number, took, took, round(by_hand), 0, 8000))
        print("  received, checked, taken over in ms:", *(round(one) for one in times), flush=True)
        root = writing.new_county(city=self.city, name=f"另设县{time.time():.0f}")
        content = writing.register_of(units=number, faulty_every=writing.FAULTY_EVERY, prefix=f"M{root}-")
        took_back, errors = writing.measure_return(root=root, content=content)
        back = round(took_back)
        self._add(Row("import returned with errors", "city office", number, errors, back, back, 0, 0, 20000))

    def _keeping(self) -> None:
        if not self._wanted("restore of the bench city"):
            return
        kept = keeping.measure_keeping(place=self.place)
        for name, seconds, aim in (
            ("backup of the bench city", kept.backup, keeping.BACKUP_AIM_SECONDS),
            ("restore of the bench city", kept.restore, keeping.RESTORE_AIM_SECONDS),
        ):
            self._add(
                Row(name, "", self.city.units, kept.rows, 0, 0, 0, 0, 0, value=round(seconds, 1), aim=aim, unit="s")
            )
        print(f"  {kept.rows} rows, archive of {kept.megabytes:.0f} MB", flush=True)

    def _members(self, *, is_quick: bool) -> None:
        if not self._wanted("memberships"):
            return
        number = 20_000 if is_quick else members.MEMBERS
        content = members.register_of_members(connection=self.connection, members=number)
        checking, writing_ms, created = members.measure_members(city=self.city, content=content)
        took = round(checking + writing_ms)
        self._add(Row("memberships imported", "city office", self.city.units, created, took, took, 0, 0, 120_000))
        print(f"  read and checked {checking:.0f} ms, taken over {writing_ms:.0f} ms", flush=True)
        self._add(_memory("memberships, peak of reading", members.peak_of_reading(content=content), 1000))


def _memory(name: str, value: float, aim: float) -> Row:
    return Row(name, "", 0, 0, 0, 0, 0, 0, 0, value=round(value, 1), aim=aim, unit="MB")


def queries_of(*, path: str, session: str, body: str = "") -> tuple[int, str]:
    """Ask in this process and return the number of statements and the page; needs Django."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(raise_request_exception=True)
    client.cookies["sessionid"] = session
    if not body:
        # Once before: what is kept in the process after the first request is not counted.
        client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.post(path, body, content_type="application/json") if body else client.get(path)
    if response.status_code >= 300:
        raise SystemExit(f"{path} was refused: {response.status_code}")
    return len(captured.captured_queries), response.content.decode(errors="replace")


def prepare(*, place: Place, share: float, is_reused: bool) -> None:
    """Fill the city, or look whether it is there."""
    os.environ.update(place.env)
    import django  # noqa: PLC0415

    if not is_reused or not _is_filled(place):
        began = time.monotonic()
        make_empty(place)
        django.setup()
        now = datetime.now(UTC)
        today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
        with psycopg.connect(place.owner_url) as owner:
            city = shape.fill(owner=owner, today=today, at=now, share=share)
        shape.finish(city=city, today=today, at=now)
        with psycopg.connect(place.owner_url, autocommit=True) as owner:
            owner.execute("VACUUM (ANALYZE)")
        print(f"The city was filled in {time.monotonic() - began:.0f} s.", flush=True)
    else:
        django.setup()


def _is_filled(place: Place) -> bool:
    try:
        with psycopg.connect(place.owner_url) as owner:
            row = owner.execute("SELECT count(*) FROM tasks_taskfigures").fetchone()
    except psycopg.errors.UndefinedTable:
        return False
    return bool(row and row[0])


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few requests: finds what is slow, measures nothing exactly"
    )
    parser.add_argument("--requests", type=int, default=500, help="measured requests per run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="part of the names of the scenarios")
    parser.add_argument("--reuse", action="store_true", help="keep the city of the last run where there is one")
    parser.add_argument("--write-docs", action="store_true", help="write docs/reference/bench.md after measuring")
    parser.add_argument("--docs-only", action="store_true", help="write it from the last result, without measuring")
    parser.add_argument(
        "--times", type=int, default=1, help="the pages alone, for so many times the counties with as many tasks"
    )
    given = parser.parse_args(arguments)
    if given.docs_only:
        _write_docs(requests=given.requests)
        return
    warnings.filterwarnings("ignore", message="No directory at")
    os.environ.setdefault("DUBAN_LOG", "WARNING")
    began = time.monotonic()
    shape.enlarge(times=given.times)
    place = open_place(name="bench" if given.times == 1 else f"bench{given.times}")
    try:
        prepare(place=place, share=1.0, is_reused=given.reuse)
        count, runs = (40, 1) if given.quick else (given.requests, given.runs)
        rows = Bench(place=place, count=count, runs=runs, only=given.only).run(
            is_quick=given.quick, pages_only=given.times > 1
        )
    finally:
        place.end()
    minutes = (time.monotonic() - began) / 60
    missed = [row for row in rows if row.is_missed]
    print(f"\n{len(rows)} lines, {len(missed)} aims missed, {minutes:.1f} minutes.")
    if not given.only and given.times in {1, TEN_TIMES}:
        result = RESULT if given.times == 1 else LARGE_RESULT
        result.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n")
        if given.write_docs:
            _write_docs(requests=given.requests)


def _write_docs(*, requests: int) -> None:
    from bench.page import write  # noqa: PLC0415

    write(
        rows=_read(RESULT),
        large=_read(LARGE_RESULT) if LARGE_RESULT.exists() else [],
        requests=requests,
        path=Path(__file__).parents[1] / "docs" / "reference" / "bench.md",
    )


def _read(result: Path) -> list[Row]:
    """Return the rows of the last run."""
    return [Row(**row) for row in json.loads(result.read_text())]


if __name__ == "__main__":
    main()

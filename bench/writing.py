"""What is written and measured: steps of tasks, a fan-out, a register of 20,000 units, an export of 100,000 rows."""

import http.client
import io
import itertools
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from xlsxwriter import Workbook

from bench import city as shape
from bench.city import City
from bench.load import Answers, Question, ask, median_of_runs, once
from bench.program import Program, forget_peak, peak_memory

IMPORTED = 20_000
FAULTY_EVERY = 50


@dataclass(frozen=True)
class Steps:
    """Steps that can be taken, each once: questions for the load, and how many there are."""

    questions: Iterator[Question]
    number: int


def steps_to_sign(*, connection: psycopg.Connection[Any], sessions: dict[int, str], take: int, skip: int = 0) -> Steps:
    """Return items that their own units' liaisons can sign for, spread over all of them."""
    found = connection.execute(
        "SELECT task.id, person.user_id FROM tasks_task AS task"
        " JOIN access_grant AS held ON held.unit_id = task.unit_id AND held.role = 'unit_liaison'"
        " JOIN organisation_person AS person ON person.user_id = held.user_id"
        " WHERE task.status = 'to_sign' AND held.user_id = ANY(%s)"
        " ORDER BY abs(hashint8(task.id)) LIMIT %s OFFSET %s",
        [list(sessions), take, skip],
    ).fetchall()
    return Steps(
        iter([Question(f"/api/tasks/{task}/steps/sign", sessions[user], "{}") for task, user in found]), len(found)
    )


def steps_to_accept(*, connection: psycopg.Connection[Any], session: str, take: int) -> Steps:
    """Return items that wait for the city office's check."""
    found = connection.execute(
        "SELECT id FROM tasks_task WHERE status = 'asked_done' ORDER BY abs(hashint8(id)) LIMIT %s", [take]
    ).fetchall()
    return Steps(iter([Question(f"/api/tasks/{task}/steps/accept", session, "{}") for (task,) in found]), len(found))


def measure_accept_many(
    *, program: Program, connection: psycopg.Connection[Any], session: str, number: int, runs: int
) -> tuple[float, float]:
    """Accept so many items in one request, each time others; return median and worst in ms."""
    found = connection.execute(
        "SELECT id FROM tasks_task WHERE status = 'asked_done' ORDER BY abs(hashint8(id)) DESC LIMIT %s",
        [number * runs],
    ).fetchall()
    if len(found) < number * runs:
        raise SystemExit(f"Only {len(found)} items wait for a check; {number * runs} are needed.")
    took = []
    client = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    for run in range(runs):
        ids = [task for (task,) in found[run * number : (run + 1) * number]]
        began = time.perf_counter()
        status, _ms, body = once(client, Question("/api/tasks/many/accept", session, json.dumps({"ids": ids})))
        took.append((time.perf_counter() - began) * 1000)
        if status >= 400 or json.loads(body)["done"] != number:
            raise SystemExit(f"Not all were accepted: {status} {body.decode()[:500]}")
    client.close()
    return statistics.median(took), max(took)


def measure_steps(*, program: Program, steps: Steps, count: int, runs: int) -> tuple[float, float]:
    """Take steps over four connections and return p50 and p95 in ms, the medians of the runs."""
    if steps.number < 50 + count * runs:
        raise SystemExit(f"Only {steps.number} steps can be taken; {50 + count * runs} are needed.")
    return median_of_runs(port=program.port, questions=steps.questions, count=count, runs=runs)


def measure_throughput(*, program: Program, steps: Steps) -> Answers:
    """Take all steps over sixteen connections."""
    answers = ask(port=program.port, questions=steps.questions, count=steps.number, connections=16)
    if answers.refusals:
        raise SystemExit(f"Refused: {answers.refusals[0]}")
    return answers


def step_by_hand(*, connection: psycopg.Connection[Any], times: int = 40) -> float:
    """Sign by hand-written SQL (item, entry, figures, record; rolled back) and return the median in ms."""
    from duban.tasks.figures import TASK_FIGURES  # noqa: PLC0415

    counts = ", ".join(
        f"count(*) FILTER (WHERE {figure.condition}) AS {figure.name}" for figure in TASK_FIGURES.figures
    )
    sets = ", ".join(f"{name} = counted.{name}" for name in TASK_FIGURES.columns)
    tasks = connection.execute(
        "SELECT id, unit_id FROM tasks_task WHERE status = 'to_sign' ORDER BY abs(hashint8(id)) DESC LIMIT %s", [times]
    ).fetchall()
    took = []
    for task, unit in tasks:
        event = {
            "verb": "task.sign",
            "object_kind": "task",
            "object_id": task,
            "unit_id": unit,
            "payload": "{}",
            "happened_at": datetime.now(UTC).isoformat(),
            "actor_user": 1,
            "salt": "00",
            "request_id": "",
        }
        began = time.perf_counter()
        with connection.transaction(force_rollback=True):
            connection.execute("SELECT 1 FROM tasks_task WHERE id = %s FOR UPDATE", [task], prepare=True)
            connection.execute(
                "UPDATE tasks_task SET status = 'in_hand', signed_at = now(), version = version + 1 WHERE id = %s",
                [task],
                prepare=True,
            )
            connection.execute(
                "INSERT INTO tasks_taskentry (task_id, kind, user_id, by, unit_id, text, made_at, keyed_by, way)"
                " VALUES (%s, 'sign', 1, '', %s, '', now(), '', '')",
                [task, unit],
                prepare=True,
            )
            connection.execute(
                f"UPDATE tasks_taskfigures AS kept SET {sets} FROM figures_figuresday AS day CROSS JOIN LATERAL"
                f" (SELECT {counts} FROM tasks_task AS record WHERE record.unit_id = %s AND record.campaign_id = 1) AS counted"
                " WHERE kept.unit_id = %s AND kept.campaign_id = 1 AND day.campaign_id = 1".encode(),
                [unit, unit],
                prepare=True,
            )
            connection.execute("SELECT audit_append(%s::jsonb)", [json.dumps([event])], prepare=True)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def draft_for_all(*, city: City) -> int:
    """Write a draft to every village, as the office would, and return its number; needs Django."""
    return _draft(city=city, rule={"kinds": ["village"], "levels": ["village"]})


def draft_for_counties(*, city: City) -> int:
    """Write a draft to every county, as the office would, and return its number; needs Django."""
    return _draft(city=city, rule={"kinds": ["top"], "levels": ["county"]})


def _draft(*, city: City, rule: dict[str, object]) -> int:
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.tasks import commands  # noqa: PLC0415
    from duban.tasks.commands.drafting import AssignmentText  # noqa: PLC0415

    now = datetime.now(UTC)
    text = AssignmentText(
        wording="开展一次专题学习，报送小结。",
        target="class",
        target_rule=rule,
        due_on=now.date() + timedelta(days=30),
        # So many could not all be checked by one office.
        closing_mode="declare",
    )
    made = commands.create_assignment(
        actor=Actor.system("bench"), campaign_id=city.campaign_id, assigner_id=city.city_id, text=text, at=now
    )
    return int(made.pk)


def measure_fan_out(
    *, program: Program, connection: psycopg.Connection[Any], city: City, session: str, runs: int
) -> tuple[float, float]:
    """Issue to every village through REST and wait for the worker; return median and worst in ms."""
    took = []
    for _ in range(runs):
        assignment = draft_for_all(city=city)
        client = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
        began = time.perf_counter()
        status, _ms, body = once(client, Question(f"/api/assignments/{assignment}/issue", session, "{}"))
        if status >= 400:
            raise SystemExit(f"Refused: {body.decode()}")
        wait_until_issued(connection=connection, assignment=assignment, within=60)
        took.append((time.perf_counter() - began) * 1000)
        client.close()
    return statistics.median(took), max(took)


def wait_until_issued(*, connection: psycopg.Connection[Any], assignment: int, within: float) -> None:
    """Wait until the job has given each unit its task; raises SystemExit after `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        row = connection.execute("SELECT status FROM tasks_assignment WHERE id = %s", [assignment]).fetchone()
        if row is not None and row[0] == "issued":
            return
        time.sleep(0.02)
    raise SystemExit(f"Assignment {assignment} was not issued within {within:.0f} s.")


def fan_out_by_hand(*, connection: psycopg.Connection[Any], city: City) -> float:
    """Insert the same tasks and count the figures by two hand-written statements (rolled back); milliseconds."""
    from duban.tasks.figures import TASK_FIGURES  # noqa: PLC0415

    counts = ", ".join(
        f"count(*) FILTER (WHERE {figure.condition}) AS {figure.name}" for figure in TASK_FIGURES.figures
    )
    sets = ", ".join(f"{name} = counted.{name}" for name in TASK_FIGURES.columns)
    assignment = draft_for_all(city=city)
    began = time.perf_counter()
    with connection.transaction(force_rollback=True):
        connection.execute(
            "INSERT INTO tasks_task (uuid, campaign_id, assignment_id, unit_id, checker_unit_id, status, is_key,"
            " original_due, agreed_due, issued_at, version) SELECT gen_random_uuid(), 1, %s, id, %s, 'to_sign', false,"
            " now()::date, now()::date, now(), 1 FROM organisation_unit WHERE kind = 'village'",
            [assignment, city.city_id],
        )
        connection.execute(
            f"UPDATE tasks_taskfigures AS kept SET {sets} FROM (SELECT record.unit_id, {counts} FROM tasks_task AS record"
            " CROSS JOIN figures_figuresday AS day WHERE record.campaign_id = 1 GROUP BY record.unit_id) AS counted"
            " WHERE kept.unit_id = counted.unit_id AND kept.campaign_id = 1".encode()
        )
    return (time.perf_counter() - began) * 1000


def measure_pass_down(
    *, program: Program, connection: psycopg.Connection[Any], city: City, session: str
) -> tuple[float, int]:
    """
    Issue to every county through REST, pass each part down to the townships, and theirs to the villages.

    Four people pass down at once. Returns ms from the first call until the last village has its task, and the number of
    tasks that this made; raises SystemExit when one is missing.
    """
    assignment = draft_for_counties(city=city)
    began = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    status, _ms, body = once(client, Question(f"/api/assignments/{assignment}/issue", session, "{}"))
    client.close()
    if status >= 400:
        raise SystemExit(f"Refused: {body.decode()}")
    received = "assignment_id = %s"
    for count in (shape.COUNTIES, shape.COUNTIES * shape.TOWNSHIPS):
        tasks = connection.execute(f"SELECT id FROM tasks_task WHERE {received}".encode(), [assignment]).fetchall()
        bodies = [json.dumps({"task_ids": [task], "to": "below"}) for (task,) in tasks]
        answers = ask(
            port=program.port,
            questions=iter([Question("/api/pass-down", session, body) for body in bodies]),
            count=count,
            connections=4,
        )
        if answers.refusals or len(tasks) != count:
            raise SystemExit(f"Not passed down: {answers.refusals[:1]}")
        received = f"passed_from_id IN (SELECT id FROM tasks_task WHERE {received})"
    took = (time.perf_counter() - began) * 1000
    row = connection.execute(
        "SELECT count(*) FROM tasks_task JOIN tasks_assignment AS chain ON chain.id = assignment_id"
        " WHERE chain.id = %s OR chain.root_id = %s",
        [assignment, assignment],
    ).fetchone()
    made = int(row[0]) if row else 0
    if made != shape.COUNTIES * (1 + shape.TOWNSHIPS * (1 + shape.VILLAGES)):
        raise SystemExit(f"{made} tasks were made.")
    return took, made


def pass_down_by_hand(*, connection: psycopg.Connection[Any], city: City) -> float:
    """Insert the tasks of the three levels and count the figures by hand-written statements (rolled back); milliseconds."""
    from duban.tasks.figures import TASK_FIGURES  # noqa: PLC0415

    counts = ", ".join(
        f"count(*) FILTER (WHERE {figure.condition}) AS {figure.name}" for figure in TASK_FIGURES.figures
    )
    sets = ", ".join(f"{name} = counted.{name}" for name in TASK_FIGURES.columns)
    assignment = draft_for_counties(city=city)
    began = time.perf_counter()
    with connection.transaction(force_rollback=True):
        for kind in ("level = 'county' AND kind = 'top'", "kind = 'township'", "kind = 'village'"):
            connection.execute(
                "INSERT INTO tasks_task (uuid, campaign_id, assignment_id, unit_id, checker_unit_id, status, is_key,"
                " original_due, agreed_due, issued_at, version) SELECT gen_random_uuid(), 1, %s, id, parent_id, 'to_sign',"
                f" false, now()::date, now()::date, now(), 1 FROM organisation_unit WHERE {kind}".encode(),
                [assignment],
            )
        connection.execute(
            f"UPDATE tasks_taskfigures AS kept SET {sets} FROM (SELECT record.unit_id, {counts} FROM tasks_task AS record"
            " CROSS JOIN figures_figuresday AS day WHERE record.campaign_id = 1 GROUP BY record.unit_id) AS counted"
            " WHERE kept.unit_id = counted.unit_id AND kept.campaign_id = 1".encode()
        )
    return (time.perf_counter() - began) * 1000


def register_of(*, units: int, faulty_every: int = 0, prefix: str = "N") -> bytes:
    """Return a workbook of so many units in two levels; every `faulty_every`th row names a level that does not exist."""
    file = io.BytesIO()
    book = Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["编码", "单位全称", "上级单位", "级别", "领域", "类别"])
    towns = max(1, units // 100)
    for number in range(1, units + 1):
        is_town = number <= towns
        fault = faulty_every and number % faulty_every == 0
        sheet.write_row(
            number,
            0,
            [
                f"{prefix}{number}",
                f"新设{'镇' if is_town else '村'}{prefix}{number}",
                "" if is_town else f"{prefix}{1 + number % towns}",
                "无此级" if fault else "乡级" if is_town else "村级",
                "农村",
                "乡镇" if is_town else "村",
            ],
        )
    book.close()
    return file.getvalue()


def new_county(*, city: City, name: str) -> int:
    """Enter a county without anything below it, and return its number; needs Django."""
    from django.db import transaction  # noqa: PLC0415

    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.organisation import commands  # noqa: PLC0415

    now = datetime.now(UTC)
    with transaction.atomic():
        made = commands.create_unit(
            actor=Actor.system("bench"),
            parent_id=city.city_id,
            name=name,
            level="county",
            field="organ",
            kind="top",
            valid_from=now.date() - timedelta(days=1),
            at=now,
        )
    return int(made.pk)


def measure_import(*, root: int, content: bytes) -> tuple[float, float, float]:
    """Receive a register, have it checked by the worker, take it over; return ms of each; needs Django."""
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.organisation import commands  # noqa: PLC0415

    actor, now = Actor.system("bench"), datetime.now(UTC)
    began = time.perf_counter()
    received = commands.receive_import(actor=actor, root_id=root, file_name="单位.xlsx", content=content, at=now)
    after_receiving = time.perf_counter()
    checked = _when_no_longer("checking", import_id=received.pk)
    if checked.errors:
        raise SystemExit(f"The register has errors: {checked.errors[:2]}")
    after_check = time.perf_counter()
    commands.take_over_import(actor=actor, import_id=received.pk, at=now)
    # A long register is written by the worker.
    taken_over = _when_no_longer("taking_over", import_id=received.pk)
    if taken_over.status != "done":
        raise SystemExit(f"The register was not taken over: {taken_over.errors[:2]}")
    ended = time.perf_counter()
    return (after_receiving - began) * 1000, (after_check - after_receiving) * 1000, (ended - after_check) * 1000


def _when_no_longer(status: str, *, import_id: int) -> Any:
    """Wait until the worker has done what the status says, and return the import; needs Django."""
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.organisation import queries  # noqa: PLC0415

    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = queries.get_import(actor=Actor.system("bench"), import_id=import_id)
        if found.status != status:
            return found
        time.sleep(0.05)
    raise SystemExit(f"The register was {status} for more than 120 s.")


def measure_return(*, root: int, content: bytes) -> tuple[float, int]:
    """Check a register with errors and mark it; return ms and the number of errors; needs Django."""
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.organisation import commands, queries  # noqa: PLC0415

    actor, now = Actor.system("bench"), datetime.now(UTC)
    began = time.perf_counter()
    received = commands.receive_import(actor=actor, root_id=root, file_name="单位.xlsx", content=content, at=now)
    checked = _when_no_longer("checking", import_id=received.pk)
    marked = queries.marked_import(actor=actor, import_id=received.pk, on=now.date())
    took = (time.perf_counter() - began) * 1000
    if not marked.startswith(b"PK"):
        raise SystemExit("The marked register is no workbook.")
    return took, int(checked.outcome["errors"])


def import_by_hand(*, connection: psycopg.Connection[Any], parent: int, units: int) -> float:
    """Copy as many units with their ancestors into the tables by hand (rolled back); milliseconds."""
    began = time.perf_counter()
    with connection.transaction(force_rollback=True):
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY organisation_unit (id, uuid, name, short_name, parent_id, path, order_path, depth, place, level, field, kind,"
                " rank, member_count, special_conditions, valid_from, version) FROM STDIN"
            ) as copy,
        ):
            for number in range(units):
                unit = 10_000_000 + number
                uuid = f"00000000-0000-0000-0000-{unit:012d}"
                copy.write_row(
                    (
                        unit,
                        uuid,
                        f"村{number}",
                        "",
                        parent,
                        f"1/{parent}/{unit}/",
                        f"000001/{number:06d}/",
                        2,
                        number,
                        "village",
                        "rural",
                        "village",
                        "",
                        0,
                        "",
                        "2026-01-01",
                        1,
                    )
                )
        connection.execute(
            "INSERT INTO organisation_closure (ancestor_id, descendant_id, depth)"
            " SELECT step.id, unit.id, unit.depth - (step.place - 1) FROM organisation_unit AS unit,"
            " unnest(string_to_array(rtrim(unit.path, '/'), '/')::bigint[]) WITH ORDINALITY AS step(id, place)"
            " WHERE unit.id >= 10000000"
        )
    return (time.perf_counter() - began) * 1000


def measure_export(*, program: Program, session: str, status: str) -> tuple[float, float]:
    """Export the work list of a status through HTTP and return ms and the larger peak of the two web processes in MB."""
    processes = program.web_processes()
    for pid in processes:
        forget_peak(pid)
    client = http.client.HTTPConnection("127.0.0.1", program.port, timeout=300)
    code, took, body = once(client, Question(f"/work/excel/?status={status}", session))
    client.close()
    if code >= 400 or not body.startswith(b"PK"):
        raise SystemExit(f"The export was refused: {code}.")
    return took, max((peak_memory(pid) for pid in processes), default=0.0)


def export_by_hand(*, connection: psycopg.Connection[Any], status: str) -> tuple[float, int]:
    """Read the same rows by hand and return ms and their number."""
    began = time.perf_counter()
    rows = connection.execute(
        "SELECT unit.name, a.wording, a.source_sentence, t.original_due, t.agreed_due, t.status FROM tasks_task AS t"
        " JOIN tasks_assignment AS a ON a.id = t.assignment_id JOIN organisation_unit AS unit ON unit.id = t.unit_id"
        " WHERE t.campaign_id = 1 AND t.status = %s"
        " ORDER BY t.is_key DESC, COALESCE(t.agreed_due, DATE '9999-12-31'), t.id",
        [status],
    ).fetchall()
    return (time.perf_counter() - began) * 1000, len(rows)


def endless(session: str, path: str) -> Iterator[Question]:
    """Yield the same request without end."""
    return itertools.cycle([Question(path, session)])


def units_of_all() -> int:
    """Return how many villages there are."""
    return shape.COUNTIES * shape.TOWNSHIPS * shape.VILLAGES

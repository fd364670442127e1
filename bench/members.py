"""Half a million members from one table: how long until they are in the register, and what the reading process takes."""

import io
import resource
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from xlsxwriter import Workbook

from bench.city import City

MEMBERS = 500_000
WITHIN_S = 600
_CATEGORIES = ("农民", "在职", "离退休", "学生", "其他")


def register_of_members(*, connection: psycopg.Connection[Any], members: int) -> bytes:
    """Return a workbook of so many members, spread over the villages by their codes, or names where they have none."""
    villages = connection.execute(
        "SELECT coalesce(min(code.value), unit.name) FROM organisation_unit AS unit"
        " LEFT JOIN organisation_unitexternalid AS code ON code.unit_id = unit.id"
        " WHERE unit.kind = 'village' AND unit.valid_until IS NULL AND unit.valid_from < current_date - 400"
        " GROUP BY unit.id ORDER BY unit.id"
    ).fetchall()
    today = datetime.now(UTC).date()
    file = io.BytesIO()
    book = Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["党员编号", "姓名", "所在支部", "人员类别", "参加方式", "转入支部日期"])
    for number in range(members):
        sheet.write_row(
            number + 1,
            0,
            [
                f"D{number:012d}",
                f"员{number:06d}",
                villages[number % len(villages)][0],
                _CATEGORIES[number % 5],
                "到会参加",
                (today - timedelta(days=1 + number % 300)).isoformat(),
            ],
        )
    book.close()
    return file.getvalue()


def measure_members(*, city: City, content: bytes) -> tuple[float, float, int]:
    """Receive, have it checked and written by the worker; return ms of check and of writing, and the members; needs Django."""
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.organisation import commands  # noqa: PLC0415

    actor, now = Actor.system("bench"), datetime.now(UTC)
    began = time.perf_counter()
    received = commands.receive_members(
        actor=actor, root_id=city.city_id, file_name="党员.xlsx", content=content, at=now
    )
    checked = _when_no_longer("checking", import_id=received.pk)
    if checked.errors:
        raise SystemExit(f"The table of members has errors: {checked.errors[:2]}")
    after_check = time.perf_counter()
    commands.confirm_members(actor=actor, import_id=received.pk, at=now)
    done = _when_no_longer("taking_over", import_id=received.pk)
    if done.status != "done":
        raise SystemExit(f"The members were not taken over: {done.errors[:2]}")
    ended = time.perf_counter()
    return (after_check - began) * 1000, (ended - after_check) * 1000, int(done.outcome["created"])


def peak_of_reading(*, content: bytes) -> float:
    """Read the table once more and return the most memory that the confined process took, in MB; needs Django."""
    from duban.organisation.register.members import COLUMNS, TEMPLATE_ID  # noqa: PLC0415
    from duban.workbooks.streaming import read_long_table  # noqa: PLC0415

    read_long_table(content=content, file_name="党员.xlsx", columns=COLUMNS, sheet_marker=TEMPLATE_ID)
    # The confined process is the largest child: the others are started once and wait.
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _when_no_longer(status: str, *, import_id: int) -> Any:
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.organisation import queries  # noqa: PLC0415

    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        found = queries.get_member_import(actor=Actor.system("bench"), import_id=import_id)
        if found.status != status:
            return found
        time.sleep(0.1)
    raise SystemExit(f"The table of members was {status} for more than {WITHIN_S} s.")

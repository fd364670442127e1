"""The pages that are measured: what is asked over HTTP, and the same result by hand-written SQL."""

import itertools
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from urllib.parse import quote

import psycopg

from bench import city as shape
from bench.city import City
from bench.load import Question

OPEN = "('to_sign', 'in_hand', 'asked_done', 'partly_done', 'kept_up')"
_DUE = "COALESCE(t.agreed_due, DATE '9999-12-31')"
_LIST = (
    "SELECT t.id, t.status, t.is_key, t.agreed_due, t.original_due, a.wording, a.source_sentence, a.source_label, a.due_text,"
    " u.name FROM tasks_task AS t JOIN tasks_assignment AS a ON a.id = t.assignment_id"
    " JOIN organisation_unit AS u ON u.id = t.unit_id"
)
_ORDER = f" ORDER BY t.is_key DESC, {_DUE}, t.id"
_SUMS = ", ".join(
    f"sum(f.{name})" for name in ("total", "to_sign", "in_hand", "asked", "done", "overdue", "near_due", "long_term")
)


_BELOW = (
    "SELECT u.id, u.name, s.* FROM organisation_unit AS u LEFT JOIN ("
    f"SELECT {_SUMS}, c.ancestor_id FROM organisation_closure AS c JOIN tasks_taskfigures AS f ON f.unit_id = c.descendant_id"
    " WHERE f.campaign_id = 1 AND c.ancestor_id IN (SELECT id FROM organisation_unit WHERE parent_id = %(unit)s)"
    " GROUP BY c.ancestor_id) AS s ON s.ancestor_id = u.id WHERE u.parent_id = %(unit)s ORDER BY u.order_path"
)


@dataclass(frozen=True)
class Statement:
    """One hand-written statement with its parameters."""

    text: str
    given: dict[str, Any] = field(default_factory=dict)
    # A statement that finds the assignments first; `text` takes them as %(found)s.
    first: str = ""

    def rows(self, connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
        """Run it and return its rows."""
        given = dict(self.given)
        if self.first:
            given["found"] = [row[0] for row in connection.execute(self.first, given, prepare=True).fetchall()]
        return connection.execute(self.text, given, prepare=True).fetchall()


@dataclass(frozen=True)
class Scenario:
    """One page as one role asks for it; `statements` per path give what the page shows."""

    name: str
    role: str
    aim_ms: float
    paths: list[str]
    statements: list[list[Statement]]
    # What must stand in the page for each row of the first statement.
    proof: str = ""
    units: int = 0

    def questions(self, session: str) -> Iterator[Question]:
        """Yield requests without end, through all paths in turn."""
        return itertools.cycle([Question(path, session) for path in self.paths])


def scenarios(*, city: City) -> list[Scenario]:
    """Return every page with every role."""
    scopes = _scopes(city)
    found = [_owed(city, role) for role in city.users]
    found += [
        Scenario("work list", role, 60, ["/work/"], [_work(scopes[role])], "/tasks/{}/", scopes[role].units)
        for role in city.users
    ]
    found += _tables(city, scopes)
    for role in ("city office", "county office"):
        found += _desk(city, scopes[role], role)
    for label, word in (("frequent", shape.FREQUENT), ("rare", shape.RARE), ("none", shape.NONE)):
        for role in city.users:
            found.append(
                Scenario(
                    f"search, {label} word",
                    role,
                    80,
                    [f"/work/?q={quote(word)}"],
                    [_work(scopes[role], word=word)],
                    "/tasks/{}/",
                    scopes[role].units,
                )
            )
    return found


@dataclass(frozen=True)
class _RoleScope:
    """The units of a role: how many, how a join with them is written by hand, and its parameters."""

    units: int
    where: str
    given: dict[str, Any] = field(default_factory=dict)


def _scopes(city: City) -> dict[str, _RoleScope]:
    county = f"1/{city.county_id}/"
    below = 1 + shape.TOWNSHIPS + shape.TOWNSHIPS * shape.VILLAGES
    return {
        "city office": _RoleScope(city.units, "true"),
        "county office": _RoleScope(
            below, "u.path >= %(from)s AND u.path < %(to)s", {"from": county, "to": county[:-1] + "0"}
        ),
        "group of 170 units": _RoleScope(len(city.listed), "t.unit_id = ANY(%(units)s)", {"units": city.listed}),
        "single unit": _RoleScope(1, "t.unit_id = %(unit)s", {"unit": city.village_id}),
    }


def _owed(city: City, role: str) -> Scenario:
    if role == "single unit":
        units = [city.village_id]
    elif role == "group of 170 units":
        units = city.listed[:40]
    else:
        first = shape.first_ids()["villages"] + 6 * shape.TOWNSHIPS * shape.VILLAGES
        units = Random(3).sample(range(first, first + shape.TOWNSHIPS * shape.VILLAGES), 40)
    paths = ["/owed/"] if role == "single unit" else [f"/owed/?unit={unit}" for unit in units]
    helped = (
        f"SELECT count(*) FROM tasks_task AS t WHERE t.campaign_id = 1 AND t.status IN {OPEN}"
        " AND t.assignment_id IN (SELECT assignment_id FROM tasks_assignmenthelper WHERE unit_id = %(unit)s)"
    )
    led = (
        f"SELECT count(*) FROM tasks_task AS t WHERE t.campaign_id = 1 AND t.unit_id = %(unit)s AND t.status IN {OPEN}"
        " AND EXISTS (SELECT 1 FROM tasks_assignmenthelper AS h WHERE h.assignment_id = t.assignment_id)"
    )
    lines = f"{_LIST} WHERE t.campaign_id = 1 AND t.unit_id = %(unit)s AND t.status IN {OPEN}{_ORDER} LIMIT 301"
    return Scenario(
        "what we still owe",
        role,
        40,
        paths,
        [[Statement(text, {"unit": unit}) for text in (lines, led, helped)] for unit in units],
        "/tasks/{}/",
        1,
    )


def _work(scope: _RoleScope, *, word: str = "") -> list[Statement]:
    where = f"t.campaign_id = 1 AND t.status IN {OPEN} AND {scope.where}"
    given, first = dict(scope.given), ""
    if word:
        where += " AND t.assignment_id = ANY(%(found)s::bigint[])"
        first = "SELECT id FROM tasks_assignment WHERE campaign_id = 1 AND search @@ %(word)s::tsquery"
        given["word"] = f"'{word}'"
    counted = (
        f"SELECT count(*) FROM (SELECT 1 FROM tasks_task AS t JOIN organisation_unit AS u ON u.id = t.unit_id"
        f" WHERE {where} LIMIT 1001) AS found"
    )
    return [Statement(f"{_LIST} WHERE {where}{_ORDER} LIMIT 50", given, first), Statement(counted, given, first)]


def _tables(city: City, scopes: dict[str, _RoleScope]) -> list[Scenario]:
    alone = (
        f"SELECT u.id, u.name, {_SUMS} FROM organisation_unit AS u"
        " LEFT JOIN tasks_taskfigures AS f ON f.unit_id = u.id AND f.campaign_id = 1"
        " WHERE u.id = ANY(%(units)s) GROUP BY u.id ORDER BY u.order_path"
    )
    found = []
    for level, unit, roles in (
        ("city", city.city_id, ["city office"]),
        ("county", city.county_id, ["city office", "county office"]),
        ("township", city.township_id, ["city office", "county office"]),
    ):
        path, statements = f"/table/?unit={unit}", [[Statement(_BELOW, {"unit": unit})]]
        found += [
            Scenario(f"table of units, {level}", role, 50, [path], statements, "", scopes[role].units) for role in roles
        ]
    for role, units in (("group of 170 units", city.listed), ("single unit", [city.village_id])):
        statements = [[Statement(alone, {"units": units})]]
        found.append(Scenario("table of units, listed", role, 50, ["/table/"], statements, "", len(units)))
    return found


def _desk(city: City, scope: _RoleScope, role: str) -> list[Scenario]:
    unit = city.city_id if role == "city office" else city.county_id
    # Whoever sees everything needs no unit to see an item.
    of_units = "" if scope.where == "true" else " JOIN organisation_unit AS u ON u.id = t.unit_id"
    of_tasks = f"FROM tasks_task AS t{of_units} WHERE t.campaign_id = 1"
    coming = f"t.status IN {OPEN} AND t.agreed_due BETWEEN current_date AND current_date + 14 AND {scope.where}"
    days = (
        f"SELECT t.agreed_due, count(*), count(DISTINCT t.unit_id) {of_tasks} AND {coming}"
        " GROUP BY t.agreed_due ORDER BY t.agreed_due"
    )
    crowded = (
        "SELECT week, k.kind, count(*), max(n) FROM (SELECT date_trunc('week', t.agreed_due) AS week, t.unit_id, count(*) AS n"
        f" {of_tasks} AND {coming} GROUP BY 1, 2 HAVING count(*) > 3) AS units"
        " JOIN organisation_unit AS k ON k.id = units.unit_id GROUP BY 1, 2"
    )
    # In the places of a table's columns: unsigned third, overdue seventh.
    whole = (
        "SELECT 0, 'the whole', sum(f.to_sign), sum(f.total), sum(f.done), sum(f.declined), sum(f.overdue)"
        f" FROM tasks_taskfigures AS f{of_units.replace('t.unit_id', 'f.unit_id')} WHERE f.campaign_id = 1 AND {scope.where}"
    )
    today = (
        f"SELECT count(*) FROM (SELECT {of_tasks} AND t.status IN {OPEN} AND t.agreed_due = current_date"
        f" AND {scope.where} LIMIT 1001) AS found"
    )
    oldest = " UNION ALL ".join(
        f"(SELECT {shown}::date {of_tasks} AND {status} AND {scope.where} ORDER BY {shown} LIMIT 1)"
        for shown, status in (
            ("t.issued_at", "t.status = 'to_sign'"),
            ("t.agreed_due", f"t.status IN {OPEN} AND t.agreed_due < current_date"),
            ("t.asked_at", "t.status = 'asked_done'"),
        )
    )
    desk = [Statement(text, scope.given) for text in (whole, today, oldest)]
    beside = [Statement(_BELOW, {"unit": unit}), *(Statement(text, scope.given) for text in (days, crowded))]
    return [
        Scenario("office desk", role, 80, ["/"], [desk], "", scope.units),
        Scenario("beside the desk", role, 80, ["/desk/beside/"], [beside], "", scope.units),
    ]


def by_hand(*, connection: psycopg.Connection[Any], scenario: Scenario, times: int = 60) -> tuple[float, int]:
    """Run the hand-written statements, prepared, and return the median of milliseconds and the rows of the first."""
    took, rows = [], 0
    for number in range(times):
        statements = scenario.statements[number % len(scenario.statements)]
        began = time.perf_counter()
        for place, statement in enumerate(statements):
            found = statement.rows(connection)
            if place == 0:
                rows = len(found)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), rows


def prove(*, connection: psycopg.Connection[Any], scenario: Scenario, page: str) -> None:
    """
    Compare the first page of a scenario with the hand-written result.

    :raises SystemExit: if they differ: then the times would compare different things
    """
    rows = scenario.statements[0][0].rows(connection)
    if scenario.proof:
        wanted = [str(row[0]) for row in rows]
        shown = list(dict.fromkeys(re.findall(scenario.proof.format(r"(\d+)"), page)))
        if sorted(wanted) != sorted(shown):
            raise SystemExit(f"{scenario.name}, {scenario.role}: the page shows {shown[:5]}…, by hand {wanted[:5]}…")
        return
    for row in rows:
        for number in (row[2], row[6]):
            if str(number or 0) not in page.replace(",", ""):
                raise SystemExit(f"{scenario.name}, {scenario.role}: {row[1]} should have {number}.")


def today_of(connection: psycopg.Connection[Any]) -> date:
    """Return the day for which the figures were counted."""
    row = connection.execute("SELECT as_of FROM figures_figuresday").fetchone()
    return row[0] if row else date.today()  # noqa: DTZ011

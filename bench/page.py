"""The page of the documentation that shows the last run: docs/reference/bench.md."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Line(Protocol):
    """What the page needs of a measured line."""

    @property
    def scenario(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def units(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def p50_ms(self) -> float: ...
    @property
    def p95_ms(self) -> float: ...
    @property
    def sql_ms(self) -> float: ...
    @property
    def queries(self) -> int: ...
    @property
    def aim_ms(self) -> float: ...
    @property
    def value(self) -> float | None: ...
    @property
    def aim(self) -> float | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def is_missed(self) -> bool: ...


_HOW = """# How fast it is

`make bench` fills a database of its own with an invented city (1 + 12 + 240 + 19,200 units, 20 departments, 1,000,000 tasks:
52 items that went to every village and 1,600 that went to one), serves it as in production, and measures through HTTP.
`build/bench.json` has the same numbers for programs. Speed is measured here and never asserted in the test suite.

- Load: 4 keep-alive connections to two web processes; a worker, the database and the client share the same {cores} cores.
  50 requests to warm up, then three runs (500 requests each unless `--requests` says otherwise; {requests} in this run);
  p50 and p95 are the medians of the three.
- *SQL* is the median of the same result by hand-written, prepared statements (planned for their parameters) on one connection, in the
  same run: what somebody who knows the tables would write, not always the least; where
  the ratio is below 1, the program found a shorter way. *Ratio* is p50 divided by it. Before a page is measured, its rows are compared with those
  of the hand-written statements.
- *Asks* is the number of statements of one request, with those that find out who asks.
- Roles: the city office sees everything, the county office 1,621 units, the supervision group 170 listed villages all over
  the city, the single unit itself. "What we still owe" of an office is the page of one of 40 villages.
- A status change is signing for (by the unit) or accepting (by the office) through REST: with its entry, its figures and its
  audit record in one transaction, on a database that writes to disk before it answers.
- Fan-out is measured from the call that issues to the moment when the worker has given the last of 19,200 units its task.
- 200 people work for two minutes, each thinking for 5 s on average between two requests, every fourth of a single unit
  a change; none may fail.
- Passing down is from the city's issuing to 12 counties, through them and 240 townships, until the last of 19,200 villages has
  its task; four people pass down at once.
- Memory is the proportional share (PSS) of the largest process of each kind after all that; the export's is the peak.
"""

_WHY = """
## What is missed, and why

{missed}

Most of a page's time is Python: its statements are put together, their rows become objects, and the page is rendered (for
what we still owe 5 ms of processor time, and 3 ms of the database's). With four connections on two cores that the database
and the client use too, a request waits for about one other, so p50 is about twice what one request takes alone.

The kernel gives each new connection to one of the two web processes by chance. Of eight times that four were opened, three
divided them evenly; otherwise three or four stand before one process, and the 95th of a hundred waits for two or three others
there. So lines of the same page differ by half from run to run, more than most changes of the program; processor time, which
decision 0012 names, does not. With hundreds of people it evens out.

{growth}
What was tried and kept is in [decision 0012](../decisions/0012-measured-choices.md).
"""


_GROWTH = """## Ten times the units

The same number of tasks at {units:,} units instead of {usual:,} (`python -m bench --times 10`, the pages alone). Of {number} lines
these take more than half as long again; the others do not read more because there are more units.

| Page | Role | p50 ms | with ten times the units | × | SQL by hand × |
|---|---|--:|--:|--:|--:|
{lines}

The table of all counties is the sum over every unit and has ten times the lines; the desk of the city knows from the same
figures how many are unsigned, overdue or returned, and beside it stand the places below. A county's desk looks for its oldest
items along those of the whole city until one is its own, and goes further the more others there are. Whatever else stands here
with its hand-written SQL at about 1 × had its connections divided worse in that run. The other pages of counties, townships,
groups and units read what belongs to them, and lists and searches one page along an index.
"""


def write(*, rows: Sequence[Line], large: Sequence[Line], requests: int, path: Path) -> None:
    """Write the page; `large` are the lines of the run with ten times the units, if there was one."""
    pages = [row for row in rows if row.value is None]
    others = [row for row in rows if row.value is not None]
    missed = [row for row in rows if row.is_missed]
    lines = [
        "| Scenario | Role | Rows | p50 ms | p95 ms | SQL ms | Ratio | Asks | Aim ms |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
        *(_line(row) for row in pages),
        "",
        "| Measured | Value | Aim |",
        "|---|--:|--:|",
        *(f"| {row.scenario} | {row.value} {row.unit} | {row.aim:.0f} {row.unit} |" for row in others if row.aim),
    ]
    reasons = "\n".join([*(_reason(row) for row in missed), *_narrower(pages)]) or "Nothing."
    text = (
        _HOW.format(cores=os.cpu_count(), requests=requests)
        + "\n"
        + "\n".join(lines)
        + "\n"
        + _WHY.format(missed=reasons, growth=_growth(pages, large))
    )
    path.write_text(text)


def _line(row: Line) -> str:
    ratio = f"{row.p50_ms / row.sql_ms:.1f}" if row.sql_ms else ""
    p95 = f"**{row.p95_ms}**" if row.is_missed else str(row.p95_ms)
    cells = (row.scenario, row.role, row.rows, row.p50_ms, p95, row.sql_ms or "", ratio, row.queries or "", row.aim_ms)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _growth(usual: Sequence[Line], large: Sequence[Line]) -> str:
    """Say which lines take more than half as long again with ten times the units, the dearest first."""
    before = {(row.scenario, row.role): row for row in usual}
    pairs = [(before[row.scenario, row.role], row) for row in large if (row.scenario, row.role) in before]
    if not pairs:
        return ""
    grown = [(row.p50_ms / was.p50_ms, was, row) for was, row in pairs if row.p50_ms > 1.5 * was.p50_ms]
    return _GROWTH.format(
        usual=max(was.units for was, _row in pairs),
        units=max(row.units for _was, row in pairs),
        number=len(pairs),
        lines="\n".join(
            f"| {row.scenario} | {row.role} | {was.p50_ms} | {row.p50_ms} | {times:.1f} | {row.sql_ms / was.sql_ms:.1f} |"
            for times, was, row in sorted(grown, key=lambda one: -one[0])
        ),
    )


def longest_in_scope(of_city: float) -> float:
    """Return how long a page may take for somebody who sees less, in ms, where it takes the city's office so long."""
    return 1.5 * of_city + 10


def _narrower(rows: Sequence[Line]) -> list[str]:
    """Say where somebody who sees less waits longer than the rule allows: 1.5 times the city's office, and 10 ms."""
    of_city = {row.scenario: row.p95_ms for row in rows if row.role == "city office" and row.queries}
    return [
        f"- {row.scenario}, {row.role}: {row.p95_ms} ms, more than half again as long as the city's office and 10 ms"
        f" ({longest_in_scope(of_city[row.scenario]):.1f} ms)."
        for row in rows
        if row.role != "city office" and row.p95_ms > longest_in_scope(of_city.get(row.scenario, float("inf")))
    ]


def _reason(row: Line) -> str:
    if row.value is not None:
        return f"- {row.scenario}: {row.value} {row.unit} instead of {row.aim:.0f}."
    alone = f"the hand-written SQL alone takes {row.sql_ms} ms" if row.sql_ms else "nothing of it is one statement"
    return f"- {row.scenario}, {row.role}: {row.p95_ms} ms instead of {row.aim_ms:.0f} ({alone})."

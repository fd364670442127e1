"""The shape of the retention table; `config` installs its lines, once, at start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from duban.kernel.authority import Actor


class Count(Protocol):
    """Returns how many rows are older than `before`."""

    def __call__(self, *, actor: Actor, before: datetime) -> int: ...


class Remove(Protocol):
    """Removes at most so many rows older than `before`, the oldest first, and returns how many."""

    def __call__(self, *, actor: Actor, before: datetime, most: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the retention table: what is kept, how long, by which rule, and how it is counted and removed."""

    name: str
    what: object
    kept: timedelta
    # From which moment the time runs, and why so long.
    rule: object
    count: Count
    remove: Remove


_lines: Sequence[Line] | None = None


def install(lines: Sequence[Line]) -> None:
    """Set the retention table, once, at start."""
    global _lines
    if _lines is not None:
        raise RuntimeError("the retention table is installed already")
    _lines = lines


def installed() -> Sequence[Line]:
    """Return the retention table."""
    if _lines is None:
        raise RuntimeError("no retention table is installed")
    return _lines

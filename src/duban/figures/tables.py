"""How a subject describes its figures: names, meanings and SQL expressions over its own records."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure: its name, what it counts in words, and the condition on a record that is counted.

    The condition is SQL over the alias `record` and may use `day.as_of` and `day.near_until`.
    """

    name: str
    label: object
    meaning: object
    condition: str


@dataclass(frozen=True, slots=True)
class FigureTable:
    """One subject's figures, counted from `records` (a table with campaign_id and unit_id) into `table` and `past`."""

    name: str
    records: str
    table: str
    past: str
    figures: tuple[Figure, ...]
    # Condition on a record whose figures change when the day moves from `old` to `new` (both rows of FiguresDay).
    changes_with_day: str

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return [figure.name for figure in self.figures]


_tables: Sequence[FigureTable] | None = None


def install(tables: Sequence[FigureTable]) -> None:
    """Set the table of all figures, once, at start."""
    global _tables
    if _tables is not None:
        raise RuntimeError("the table of figures is installed already")
    _tables = tables


def installed() -> Sequence[FigureTable]:
    """Return the tables of all subjects."""
    if _tables is None:
        raise RuntimeError("no table of figures is installed")
    return _tables

"""What became of many things done at once: one result for each, in the order in which they were given."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row: which thing, in words, and either done (no refusal) or the sentence why not."""

    id: int
    words: str
    refusal: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class RowResults:
    """All rows of one go."""

    rows: Sequence[RowResult]

    @property
    def done(self) -> int:
        """How many were done."""
        return sum(row.is_done for row in self.rows)

    @property
    def refused(self) -> int:
        """How many were refused."""
        return len(self.rows) - self.done

"""
What a unit can hold open: one table of it, each subject contributing its own rows.

From it come the preview of a merger (what goes where), and the proof that nothing open is left with a unit that ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class Holding:
    """
    One kind of open row: rows of `table` whose `column` names the unit and which meet `condition` (SQL over `held`).

    `label` says what they are, `fate` what becomes of them when the unit ends. `%(day)s` in the condition is the day.
    Where `follows` is set they go to the heir by `commands.take_over_held`, and nobody else need move them; all others are
    moved, ended or put aside by the subject that names them.
    """

    name: str
    label: "str | StrPromise"
    fate: "str | StrPromise"
    table: str
    column: str
    condition: str = "TRUE"
    follows: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """A column that names a unit and goes on naming it when the unit ends, and why it may."""

    table: str
    column: str
    reason: str


_holdings: Sequence[Holding] | None = None


def install(holdings: Sequence[Holding]) -> None:
    """Set the table of all holdings, once, at start."""
    global _holdings
    if _holdings is not None:
        raise RuntimeError("the table of holdings is installed already")
    _holdings = holdings


def installed() -> Sequence[Holding]:
    """Return the holdings of all subjects."""
    if _holdings is None:
        raise RuntimeError("no table of holdings is installed")
    return _holdings

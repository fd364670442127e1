"""What a table in a file consists of: expected columns, cells as found, rows as read, errors to send back."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "code", "date", "integer", "choice"]

SERIAL = "序号"
# Of the column of explanations, in either language, as `plain_title` gives them.
ERROR_TITLES = ("错误说明", "whatiswrong")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_MARKS = str.maketrans("", "", "*：:、。.")


@dataclass(frozen=True, kw_only=True)
class Column:
    """
    A column that a table may have.

    `titles` are the accepted header titles, the usual one first; a title under a merged one is written "top/sub".
    `required` means: the column has to be there and each row has to fill it. Kinds: text as typed; code with widths made
    equal and spaces removed; date as ISO where the cell is a date (2026-06 where it shows year and month only), otherwise as
    typed; integer; choice, one of `choices`. `width` (characters) is for templates.
    """

    key: str
    titles: tuple[str, ...]
    required: bool = False
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    width: int = 14

    @property
    def serial(self) -> bool:
        """Whether the column only counts the rows: never an error, and no content of its own."""
        return SERIAL in self.titles


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands in the file: its text, whether it is a formula, a date, painted grey."""

    text: str
    formula: bool = False
    date: bool = False
    grey: bool = False


@dataclass(slots=True)
class Grid:
    """One sheet, or one table of a text: non-empty cells by row and column (both from 1), and merged ranges."""

    name: str
    part: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first column, last row, last column
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: `number` as the sheet counts it, `values` by column key ("" where blank), `raw` as typed."""

    number: int
    values: dict[str, str]
    raw: dict[str, str]
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CellError:
    """What is wrong with one cell, or with a whole row where `column_key` is None."""

    row: int
    column_key: str | None
    message: object


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A row that was read as no content: example, total, heading, header (repeated) or note."""

    number: int
    reason: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """
    What `read_table` found.

    `fingerprint` is equal for equal headers; `template`, `version` and `context` come from the hidden sheet of a template
    and are empty without one; `problems` are what cells can be told to be wrong without knowing the subject.
    """

    sheet: str
    rows: list[Row]
    columns: tuple[str, ...]
    fingerprint: str
    template: str
    version: str
    context: dict[str, str]
    problems: list[CellError]
    skipped: list[Skipped]
    # Which title of the file each column was found under; `mapping` is the part of it that a person once said, and
    # `described` (fingerprint, titles with values) is what it takes to say it anew.
    titles: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)


def plain_title(title: str) -> str:
    """A header title for comparing: widths equal, no spaces, no marks of duty, no remarks in brackets."""
    text = "".join(unicodedata.normalize("NFKC", title).split()).lower()
    return _BRACKETED.sub("", text).translate(_MARKS) or text


def plain_code(text: str) -> str:
    """A code for comparing and storing: full-width digits and letters made half-width, no spaces (R-014)."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def packed(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Columns in a form that travels to a confined process."""
    return [
        {
            "key": c.key,
            "titles": c.titles,
            "required": c.required,
            "kind": c.kind,
            "choices": c.choices,
            "width": c.width,
        }
        for c in columns
    ]


def unpacked(columns: Sequence[Mapping[str, Any]]) -> list[Column]:
    """Columns as they were before `packed`."""
    return [Column(**{**c, "titles": tuple(c["titles"]), "choices": tuple(c["choices"])}) for c in columns]

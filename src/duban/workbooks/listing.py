"""A list as page, Excel, Word and print all show it: one object, so that they cannot differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

from duban.workbooks.exporting import ExportColumn, ExportKind, LastSheet, export_workbook
from duban.workbooks.wordexport import export_word_table


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title as people read it, and what kind of value stands in it."""

    key: str
    title: str
    kind: ExportKind = "text"
    width: float = 14


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows with everything that must be said about them: scope, filters, as-of date."""

    title: str
    scope: str
    filters: str
    as_of: date | None
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    notes: Sequence[str] = field(default_factory=tuple)
    # Of the workbook only.
    last_sheet: LastSheet | None = None

    @property
    def head(self) -> list[tuple[str, str]]:
        """What stands above the rows in every form of the list."""
        lines = [(_("Scope"), self.scope), (_("Filters"), self.filters or _("none"))]
        if self.as_of is not None:
            lines.append((_("As of"), self.as_of.isoformat()))
        return [*lines, *((_("Note"), note) for note in self.notes)]


def write_workbook(*, listing: Listing, file: IO[bytes]) -> int:
    """Write the list as .xlsx and return the number of rows; rows are streamed."""
    return export_workbook(
        path=file,
        title=listing.title,
        head=listing.head,
        columns=_columns(listing),
        rows=listing.rows,
        paper="A4",
        last_sheet=listing.last_sheet,
    )


def word_table(*, listing: Listing) -> bytes:
    """
    Return the list as .docx.

    :raises InvalidInput: if it has more rows than Word tables bear
    """
    return export_word_table(
        title=listing.title, head=listing.head, columns=_columns(listing), rows=listing.rows, paper="A4"
    )


def _columns(listing: Listing) -> list[ExportColumn]:
    return [
        ExportColumn(key=column.key, title=column.title, kind=column.kind, width=column.width)
        for column in listing.columns
    ]

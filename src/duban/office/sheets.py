"""Lists of an office as Excel and Word: exactly the rows and the filters of the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

from duban.office.models import Matter
from duban.office.queries import Wanted
from duban.office.states import MatterKind, MatterStatus
from duban.workbooks.exporting import ExportColumn, export_workbook
from duban.workbooks.wordexport import export_word_table


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with everything that must be said about them."""

    title: str
    head: Sequence[tuple[str, str]]
    columns: Sequence[ExportColumn]
    rows: Iterable[Sequence[object]]


def of_matters(*, matters: Iterable[Matter], scope: str, kind: str, status: str, words: str, on: date) -> Sheet:
    """Return a list of matters."""
    filters = [
        str(MatterKind(kind).label) if kind else "",
        str(MatterStatus(status).label) if status else "",
        f"{_('Search')}: {words}" if words else "",
    ]
    return Sheet(
        title=_("Matters of the office"),
        head=_head(scope, "；".join(part for part in filters if part), on),
        columns=[
            ExportColumn(key="kind", title=_("Kind"), width=14),
            ExportColumn(key="title", title=_("What it is about"), width=40),
            ExportColumn(key="unit", title=_("Unit"), width=20),
            ExportColumn(key="addressee", title=_("To whom, or who is in charge"), width=18),
            ExportColumn(key="due_on", title=_("Day"), kind="date"),
            ExportColumn(key="status", title=_("State"), width=10),
            ExportColumn(key="outcome", title=_("How it was settled"), width=48),
        ],
        rows=(
            [
                matter.get_kind_display(),
                matter.title,
                matter.unit.name if matter.unit else "",
                matter.addressee,
                matter.due_on or "",
                matter.get_status_display(),
                matter.outcome,
            ]
            for matter in matters
        ),
    )


def of_wanted(*, rows: Iterable[Wanted], scope: str, filters: str, on: date) -> Sheet:
    """Return what upper levels want, unfinished first."""
    return Sheet(
        title=_("Wanted from above"),
        head=_head(scope, filters, on),
        columns=[
            ExportColumn(key="giver", title=_("From whom"), width=20),
            ExportColumn(key="kind", title=_("Kind"), width=10),
            ExportColumn(key="matter", title=_("What is wanted"), width=48),
            ExportColumn(key="received_on", title=_("Received on"), kind="date"),
            ExportColumn(key="due_on", title=_("By when"), kind="date"),
            ExportColumn(key="units", title=_("Units"), kind="integer", width=8),
            ExportColumn(key="done", title=_("Done"), kind="integer", width=8),
            ExportColumn(key="finished_on", title=_("Actually finished"), kind="date"),
            ExportColumn(key="proofs", title=_("Evidence"), kind="integer", width=10),
        ],
        rows=(
            [
                row.giver,
                row.kind_word,
                row.assignment.wording,
                row.received_on or "",
                row.assignment.due_on or row.assignment.due_text,
                row.units,
                row.done,
                row.finished_on or "",
                row.proofs,
            ]
            for row in rows
        ),
    )


def write_workbook(*, sheet: Sheet, file: IO[bytes]) -> None:
    """Write a list as .xlsx; rows are streamed."""
    export_workbook(path=file, title=sheet.title, head=sheet.head, columns=sheet.columns, rows=sheet.rows, paper="A4")


def word_of(*, sheet: Sheet) -> bytes:
    """
    Return a list as .docx.

    :raises InvalidInput: if it has more rows than Word tables bear
    """
    return export_word_table(title=sheet.title, head=sheet.head, columns=sheet.columns, rows=sheet.rows, paper="A4")


def _head(scope: str, filters: str, on: date) -> list[tuple[str, str]]:
    return [(_("Scope"), scope), (_("Filters"), filters or _("none")), (_("As of"), on.isoformat())]

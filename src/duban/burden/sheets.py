"""The ledger as it leaves the house: the rows, filters and week of the page, as Excel and Word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

from duban.burden import queries
from duban.burden.queries import AskedOf, LedgerFilter
from duban.burden.queries.ledger import WEEKS_SHOWN, AskerRow
from duban.burden.weeks import WEEK
from duban.kernel.authority import Actor
from duban.workbooks.exporting import ExportColumn, export_workbook
from duban.workbooks.wordexport import export_word_table


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with everything that must be said about them."""

    title: str
    week: date
    head: Sequence[tuple[str, str]]
    columns: Sequence[ExportColumn]
    rows: Iterable[Sequence[object]]


def of_ledger(*, actor: Actor, given: LedgerFilter, today: date) -> Sheet:
    """Return every row of the ledger, streamed in its order."""
    found = queries.ledger(actor=actor, given=given, today=today, size=1)
    weeks = [given.week - number * WEEK for number in range(1, WEEKS_SHOWN)]
    now = _week(given.week)
    return Sheet(
        title=_("Burden ledger"),
        week=given.week,
        head=_head(found.scope, found.filters, today),
        columns=[
            ExportColumn(key="unit", title=_("Unit"), width=28),
            *(
                ExportColumn(key=name, title=label, group=now, kind="integer", width=9)
                for name, label in queries.ledger_columns()
            ),
            ExportColumn(key="above", title=_("Above the cap"), group=now, width=24),
            *(
                ExportColumn(key=f"{name}{number}", title=title, group=_week(week), kind="integer", width=8)
                for number, week in enumerate(weeks)
                for name, title in (("items", _("Items")), ("minutes", _("Minutes taken")))
            ),
        ],
        rows=(
            [
                row.unit.name,
                *row.numbers,
                "、".join(row.above),
                *(number for week in row.before for number in (week.items, week.minutes)),
            ]
            for row in queries.ledger_rows(actor=actor, given=given, today=today)
        ),
    )


def of_unit(found: AskedOf) -> Sheet:
    """Return everything asked of one unit in one week."""
    return Sheet(
        title=_("What was asked of the unit"),
        week=found.week,
        head=_head(found.unit.name, _week(found.week), None),
        columns=[
            ExportColumn(key="what", title=_("What is asked"), width=48),
            ExportColumn(key="kind", title=_("Kind"), width=12),
            ExportColumn(key="asker", title=_("Asked by"), width=24),
            ExportColumn(key="asked_on", title=_("Asked on"), kind="date"),
            ExportColumn(key="due_on", title=_("By when"), kind="date"),
            ExportColumn(key="minutes", title=_("Minutes taken"), kind="integer", width=8),
            ExportColumn(key="earlier", title=_("Date set earlier below"), width=20),
        ],
        rows=[
            [
                line.demand.what,
                line.demand.get_kind_display(),
                line.demand.asker.name,
                line.demand.asked_on,
                line.demand.due_on or "",
                line.demand.minutes,
                line.earlier,
            ]
            for line in found.lines
        ],
    )


def of_askers(found: Sequence[AskerRow], given: LedgerFilter) -> Sheet:
    """Return who asked how much."""
    return Sheet(
        title=_("Who asked how much"),
        week=given.week,
        head=_head(_("All units in your scope"), _week(given.week), None),
        columns=[
            ExportColumn(key="asker", title=_("Asked by"), width=28),
            *(
                ExportColumn(key=name, title=title, kind="integer", width=12)
                for name, title in (
                    ("demands", _("Times asked")),
                    ("units", _("Units asked")),
                    ("items", _("Items")),
                    ("minutes", _("Minutes taken")),
                    ("earlier", _("Date set earlier below")),
                )
            ),
        ],
        rows=[[row.asker.name, row.demands, row.units, row.items, row.minutes, row.earlier] for row in found],
    )


def write_workbook(sheet: Sheet, file: IO[bytes]) -> None:
    """Write a list as .xlsx; rows are streamed."""
    export_workbook(path=file, title=sheet.title, head=sheet.head, columns=sheet.columns, rows=sheet.rows, paper="A4")


def word_of(sheet: Sheet) -> bytes:
    """
    Return a list as .docx.

    :raises InvalidInput: if it has more rows than Word tables bear
    """
    return export_word_table(title=sheet.title, head=sheet.head, columns=sheet.columns, rows=sheet.rows, paper="A4")


def _week(week: date) -> str:
    return _("Week from %(day)s") % {"day": week.isoformat()}


def _head(scope: str, filters: str, as_of: date | None) -> list[tuple[str, str]]:
    head = [(_("Scope"), scope), (_("Filters"), filters)]
    return [*head, (_("As of"), as_of.isoformat())] if as_of else head

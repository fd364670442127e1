"""Lists of an office as Excel and Word: exactly the rows and the filters of the page."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from duban.office.models import Matter
from duban.office.queries import Wanted
from duban.office.states import MatterKind, MatterStatus
from duban.workbooks.listing import Column, Listing


def of_matters(*, matters: Iterable[Matter], scope: str, kind: str, status: str, words: str, on: date) -> Listing:
    """Return a list of matters."""
    filters = [
        str(MatterKind(kind).label) if kind else "",
        str(MatterStatus(status).label) if status else "",
        f"{_('Search')}: {words}" if words else "",
    ]
    return Listing(
        title=_("Matters of the office"),
        scope=scope,
        filters="；".join(part for part in filters if part),
        as_of=on,
        columns=[
            Column(key="kind", title=_("Kind"), width=14),
            Column(key="title", title=_("What it is about"), width=40),
            Column(key="unit", title=_("Unit"), width=20),
            Column(key="addressee", title=_("To whom, or who is in charge"), width=18),
            Column(key="due_on", title=_("Day"), kind="date"),
            Column(key="status", title=_("State"), width=10),
            Column(key="outcome", title=_("How it was settled"), width=48),
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


def of_wanted(*, rows: Iterable[Wanted], scope: str, filters: str, on: date) -> Listing:
    """Return what upper levels want, unfinished first."""
    return Listing(
        title=_("Wanted from above"),
        scope=scope,
        filters=filters,
        as_of=on,
        columns=[
            Column(key="giver", title=_("From whom"), width=20),
            Column(key="kind", title=_("Kind"), width=10),
            Column(key="matter", title=_("What is wanted"), width=48),
            Column(key="received_on", title=_("Received on"), kind="date"),
            Column(key="due_on", title=_("By when"), kind="date"),
            Column(key="units", title=_("Units"), kind="integer", width=8),
            Column(key="done", title=_("Done"), kind="integer", width=8),
            Column(key="finished_on", title=_("Actually finished"), kind="date"),
            Column(key="proofs", title=_("Evidence"), kind="integer", width=10),
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

"""The record as a workbook: its rows, and the sheet by which they can be checked later."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from duban.audit.chain import row_hash
from duban.audit.models import AuditEvent
from duban.audit.queries import ChainState, Line
from duban.workbooks.exporting import LastSheet
from duban.workbooks.listing import Column, Listing


class _Passed:
    """What went by: how many rows, the newest and the oldest."""

    def __init__(self, rows: Iterable[Line]) -> None:
        self.rows = rows
        self.count = 0
        self.newest: AuditEvent | None = None
        self.oldest: AuditEvent | None = None

    def __iter__(self) -> Iterator[Sequence[object]]:
        for line in self.rows:
            self.count += 1
            self.newest = self.newest or line.event
            self.oldest = line.event
            yield _cells(line)


def of_record(*, rows: Iterable[Line], state: ChainState, filters: str, by: str, on: date, at: datetime) -> Listing:
    """Return the rows of the record, newest first, with a second sheet that says how the chain stood."""
    passed = _Passed(rows)
    return Listing(
        title=_("Record of changes"),
        scope=_("Whole installation"),
        filters=filters,
        as_of=on,
        columns=[
            Column(key="number", title=_("No."), kind="integer", width=10),
            Column(key="recorded", title=_("Recorded"), width=18),
            Column(key="happened", title=_("Happened"), width=18),
            Column(key="claimed", title=_("Day claimed"), kind="date", width=12),
            Column(key="who", title=_("By whom"), width=16),
            Column(key="on_behalf_of", title=_("on behalf of"), width=14),
            Column(key="what", title=_("What"), width=20),
            Column(key="thing", title=_("Thing"), width=14),
            Column(key="object", title=_("Its number"), kind="integer", width=10),
            Column(key="unit", title=_("Unit"), kind="integer", width=10),
            Column(key="details", title=_("Details"), width=60),
        ],
        rows=passed,
        last_sheet=LastSheet(_("Verification"), lambda: _lines(passed, state, filters, by, at)),
    )


def chain_sentence(state: ChainState) -> str:
    """Say in one sentence how the chain stands."""
    last = state.last
    if last is None:
        return _("The record has not been verified yet.")
    said = {"until": last.upto_id, "rows": last.rows, "at": _moment(last.finished_at), "faults": last.fault_count}
    if last.is_whole:
        return _("The chain is whole until record %(until)d: %(rows)d records, verified %(at)s.") % said
    said |= {"first": last.first_fault_id, "how": last.get_first_fault_display()}
    return (
        _("The chain breaks at record %(first)d: %(how)s. %(faults)d faults until record %(until)d, verified %(at)s.")
        % said
    )


def _cells(line: Line) -> Sequence[object]:
    event = line.event
    return [
        event.pk,
        _moment(event.recorded_at),
        _moment(event.happened_at),
        event.claimed_on,
        line.who or (f"#{event.actor_user}" if event.actor_user else _("The system")),
        line.on_behalf_of,
        str(line.what),
        str(line.thing),
        event.object_id,
        event.unit_id,
        "; ".join(f"{name}: {part}" for name, part in line.details),
    ]


def _lines(passed: _Passed, state: ChainState, filters: str, by: str, at: datetime) -> list[tuple[str, str]]:
    lines = [(_("Number of records"), str(passed.count))]
    for number, digest, event in (
        (_("First record, No."), _("First record, SHA-256"), passed.oldest),
        (_("Last record, No."), _("Last record, SHA-256"), passed.newest),
    ):
        lines += [
            (number, str(event.pk) if event else _("none")),
            (digest, row_hash(event).hex() if event else _("none")),
        ]
    last = state.last
    lines.append((_("State of the chain"), chain_sentence(state)))
    if last is not None:
        lines += [
            (_("Verified"), _moment(last.finished_at)),
            (_("Verified until record No."), str(last.upto_id)),
            (_("SHA-256 of the chain"), bytes(last.digest).hex() if last.digest else _("none")),
        ]
    return [
        *lines,
        (_("Filters"), filters or _("none")),
        (_("Exported by"), by),
        (_("Exported"), _moment(at)),
    ]


def _moment(value: datetime | None) -> str:
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")

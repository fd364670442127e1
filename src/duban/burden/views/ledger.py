"""The ledger: units and weeks, what lies behind a number, who asked."""

import io
import tempfile
from datetime import date, timedelta

from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from duban.burden import queries, sheets
from duban.burden.queries import LedgerFilter
from duban.burden.weeks import WEEK, week_of
from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation.states import Kind, Level
from duban.shell.requests import Request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def ledger(request: Request) -> HttpResponse:
    """Show what was asked of each unit in a week, in protocol order."""
    given, today = _given(request.GET), timezone.localdate()
    found = queries.ledger(actor=request.actor, given=given, today=today, after=request.GET.get("after", ""))
    return render(
        request,
        "burden/ledger.html",
        {
            "found": found,
            "columns": queries.ledger_columns(),
            "shows": queries.show_choices(),
            "may_book": queries.may_ask_somewhere(actor=request.actor),
            "axes": _axes(given),
            "earlier": given.week - WEEK,
            "later": given.week + WEEK if given.week < week_of(today) else None,
            "week_end": given.week + timedelta(days=6),
        },
    )


@require_GET
def ledger_file(request: Request, kind: str) -> FileResponse:
    """Hand out every row of the ledger as Excel (streamed) or Word: the filters, scope and week of the page."""
    return _file(sheets.of_ledger(actor=request.actor, given=_given(request.GET), today=timezone.localdate()), kind)


@require_GET
def asked(request: Request, unit_id: int) -> HttpResponse:
    """Show everything asked of one unit in one week: exactly what its numbers count."""
    week = week_of(_day(request.GET) or timezone.localdate())
    found = queries.asked_of(actor=request.actor, unit_id=unit_id, week=week)
    this_week = week_of(timezone.localdate())
    return render(
        request,
        "burden/asked.html",
        {
            "found": found,
            "week_end": week + timedelta(days=6),
            "earlier": week - WEEK,
            "later": week + WEEK if week < this_week else None,
        },
    )


@require_GET
def asked_file(request: Request, unit_id: int, kind: str) -> FileResponse:
    """Hand out what was asked of one unit in one week as Excel or Word."""
    week = week_of(_day(request.GET) or timezone.localdate())
    return _file(sheets.of_unit(queries.asked_of(actor=request.actor, unit_id=unit_id, week=week)), kind)


@require_GET
def askers(request: Request) -> HttpResponse:
    """Show who asked how much of the units in one's scope, in protocol order."""
    given = _given(request.GET)
    found = queries.askers(actor=request.actor, given=given, today=timezone.localdate())
    return render(
        request,
        "burden/askers.html",
        {
            "found": found,
            "given": given,
            "week_end": given.week + timedelta(days=6),
            "earlier": given.week - WEEK,
            "later": given.week + WEEK if given.week < week_of(timezone.localdate()) else None,
            "items": sum(row.items for row in found),
            "minutes": sum(row.minutes for row in found),
            "earlier_dates": sum(row.earlier for row in found),
        },
    )


@require_GET
def askers_file(request: Request, kind: str) -> FileResponse:
    """Hand out who asked how much as Excel or Word."""
    given = _given(request.GET)
    found = queries.askers(actor=request.actor, given=given, today=timezone.localdate())
    return _file(sheets.of_askers(found, given), kind)


def _given(query: QueryDict) -> LedgerFilter:
    show = query.get("show", "asked")
    return LedgerFilter(
        week=week_of(_day(query) or timezone.localdate()),
        unit_id=_number(query, "unit"),
        levels=tuple(value for value in query.getlist("level") if value in Level.values),
        kinds=tuple(value for value in query.getlist("kind") if value in Kind.values),
        asker_id=_number(query, "asker"),
        show=show if show in dict(queries.show_choices()) else "asked",
    )


def _axes(given: LedgerFilter) -> list[dict[str, object]]:
    return [
        {"name": "level", "label": _("Level"), "choices": Level.choices, "chosen": given.levels},
        {"name": "kind", "label": _("Kind"), "choices": Kind.choices, "chosen": given.kinds},
    ]


def _number(query: QueryDict, name: str) -> int | None:
    word = query.get(name, "")
    if not word:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    return int(word)


def _day(query: QueryDict) -> date | None:
    try:
        return date.fromisoformat(query.get("week", "")) if query.get("week") else None
    except ValueError:
        raise InvalidInput(_("This is not a date. Write it as 2026-03-02.")) from None


def _file(sheet: sheets.Sheet, kind: str) -> FileResponse:
    name = f"{sheet.title}-{sheet.week.isoformat()}"
    if kind == "word":
        word = io.BytesIO(sheets.word_of(sheet))
        return FileResponse(word, as_attachment=True, filename=f"{name}.docx", content_type=DOCX)
    if kind != "excel":
        raise NotFound(_("There is no such page."))
    # Closed, and with it removed, when the answer has been sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    sheets.write_workbook(sheet, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)

"""Pages that span subjects."""

import tempfile
from datetime import date
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation.states import Field, Kind, Level, Rank
from duban.portal import charts, listing, queries
from duban.portal.capabilities import ANSWER, ASSIGN
from duban.portal.queries import UnitChoice
from duban.shell.requests import Request
from duban.tasks.words import attachment_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def desk(request: Request) -> HttpResponse:
    """Show the first screen of the post: the office's desk, what the unit owes, or the table of units."""
    if request.frame.get("campaign") is None:
        return render(request, "portal/no_campaign.html")
    campaign = _campaign(request)
    if request.actor.holds(ASSIGN):
        found = queries.desk(actor=request.actor, campaign=campaign, today=timezone.localdate())
        return render(
            request,
            "portal/desk.html",
            {"found": found, "table": found.table, "campaign": campaign, "shown": _shown(found.table)},
        )
    if request.actor.holds(ANSWER):
        return owed(request)
    return redirect("portal:units")


@require_GET
def owed(request: Request) -> HttpResponse:
    """Show what a unit still owes."""
    found = queries.owed(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=_number(request.GET, "unit"),
        tab=request.GET.get("tab", "mine"),
        today=timezone.localdate(),
    )
    query = f"&unit={found.unit.pk}" if "unit" in request.GET else ""
    tabs = [
        {
            "label": label,
            "href": f"{reverse('portal:owed')}?tab={name}{query}",
            "current": name == found.tab,
            "count": found.counts[name],
        }
        for name, label in queries.tab_words().items()
    ]
    return render(
        request,
        "portal/owed.html",
        {
            "found": found,
            "tabs": tabs,
            "others": [unit for unit in queries.units_answered_for(actor=request.actor) if unit.pk != found.unit.pk],
        },
    )


@require_GET
def owed_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out what a unit still owes as Excel or Word: exactly the lines of the page."""
    campaign = _campaign(request)
    found = queries.owed(
        actor=request.actor,
        campaign=campaign,
        unit_id=_number(request.GET, "unit"),
        tab=request.GET.get("tab", "mine"),
        today=timezone.localdate(),
    )
    return _file(queries.owed_listing(actor=request.actor, campaign=campaign, found=found), kind)


@require_GET
def units(request: Request) -> HttpResponse:
    """Show the units below one unit with their figures, in protocol order."""
    found = _unit_table(request)
    return render(
        request,
        "portal/units.html",
        {
            "found": found,
            "shown": _shown(found),
            "axes": _axes(found.choice),
            "carried": _carried(found.choice),
            "today": timezone.localdate(),
        },
    )


@require_GET
def units_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the table of units as Excel or Word: exactly the rows, filters, scope and day of the page."""
    return _file(queries.unit_listing(actor=request.actor, found=_unit_table(request)), kind)


@require_GET
def chart(request: Request) -> HttpResponse:
    """Draw the rows of the table of units; a fragment of its own, because drawing takes longer than counting."""
    found = _unit_table(request)
    svg = charts.unit_bars(
        rows=[
            charts.Bar(
                label=row.unit.shown_name,
                href=f"{reverse('portal:units')}?unit={row.unit.pk}" if row.has_below and not row.is_own else "",
                done=row.figures["done"],
                asked=row.figures["asked"],
                in_hand=row.figures["in_hand"],
                to_sign=row.figures["to_sign"],
                overdue=row.figures["overdue"],
            )
            for row in found.rows
        ],
        labels=charts.Labels(
            **{name: found.labels[name] for name in ("done", "asked", "in_hand", "to_sign", "overdue")}
        ),
    )
    return render(request, "portal/chart.html", {"svg": svg, "found": found})


@require_GET
def work_list(request: Request) -> HttpResponse:
    """Show the work list: search, filters, key items first."""
    found = queries.work_list(
        actor=request.actor,
        campaign=_campaign(request),
        given=_task_filter(request),
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "portal/work_list.html",
        {"found": found, "statuses": queries.status_choices(), "axes": _axes(_choice(request.GET))},
    )


@require_GET
def work_list_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out every row of the work list as Excel (streamed) or Word: the filters, scope and day of the page."""
    return _file(
        queries.work_listing(actor=request.actor, campaign=_campaign(request), given=_task_filter(request)), kind
    )


def _shown(table: queries.UnitTable) -> list[tuple[str, str]]:
    return [(name, table.labels[name]) for name in queries.SHOWN]


def _unit_table(request: Request) -> queries.UnitTable:
    return queries.unit_table(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=_number(request.GET, "unit"),
        choice=_choice(request.GET),
        on=_day(request.GET, "on"),
        today=timezone.localdate(),
        after=request.GET.get("after", ""),
    )


def _task_filter(request: Request) -> queries.TaskFilter:
    return queries.task_filter(
        actor=request.actor,
        campaign=_campaign(request),
        today=timezone.localdate(),
        searched=request.GET.get("q", "")[:100],
        status=request.GET.get("status", "open"),
        unit_id=_number(request.GET, "unit"),
        own_only=request.GET.get("own") == "1",
        choice=_choice(request.GET),
        assignment_id=_number(request.GET, "assignment"),
    )


def _campaign(request: Request) -> queries.Campaign:
    campaign = request.frame.get("campaign")
    if not isinstance(campaign, queries.Campaign):
        raise NotFound(_("There is no campaign yet."))
    return campaign


def _choice(query: QueryDict) -> UnitChoice:
    def known(name: str, values: list[str]) -> tuple[str, ...]:
        return tuple(value for value in query.getlist(name) if value in values and value)

    return UnitChoice(
        levels=known("level", Level.values),
        fields=known("field", Field.values),
        kinds=known("kind", Kind.values),
        ranks=known("rank", Rank.values),
    )


def _axes(choice: UnitChoice) -> list[dict[str, object]]:
    return [
        {"name": name, "label": label, "choices": [pair for pair in names.choices if pair[0]], "chosen": chosen}
        for name, label, names, chosen in (
            ("level", _("Level"), Level, choice.levels),
            ("field", _("Field"), Field, choice.fields),
            ("kind", _("Kind"), Kind, choice.kinds),
            ("rank", _("Rank"), Rank, choice.ranks),
        )
    ]


def _carried(choice: UnitChoice) -> str:
    """Return the filters as a query, so that a number opens exactly the records that it counts."""
    pairs = [
        (name, value)
        for name, values in (
            ("level", choice.levels),
            ("field", choice.fields),
            ("kind", choice.kinds),
            ("rank", choice.ranks),
        )
        for value in values
    ]
    return "&" + urlencode(pairs) if pairs else ""


def _number(query: QueryDict, name: str) -> int | None:
    word = query.get(name, "")
    if not word:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    return int(word)


def _day(query: QueryDict, name: str) -> date | None:
    try:
        return date.fromisoformat(query.get(name, "")) if query.get(name) else None
    except ValueError:
        raise InvalidInput(_("This is not a date. Write it as 2026-03-02.")) from None


def _file(found: listing.Listing, kind: str) -> HttpResponseBase:
    name = f"{found.title}-{found.as_of or timezone.localdate()}"
    if kind == "word":
        response: HttpResponseBase = HttpResponse(listing.word_table(listing=found), content_type=DOCX)
        response["Content-Disposition"] = attachment_header(f"{name}.docx")
        return response
    if kind != "excel":
        raise NotFound(_("There is no such page."))
    # Closed, and with it removed, when the answer has been sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    listing.write_workbook(listing=found, file=file)
    file.seek(0)
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = attachment_header(f"{name}.xlsx")
    return response

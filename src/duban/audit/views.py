"""The record of changes."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from duban.audit import commands, queries, sheets
from duban.audit.forms import RecordFilter
from duban.shell.handing_out import listing_file
from duban.shell.requests import Request


@require_GET
def record(request: Request) -> HttpResponse:
    """Show who did what when, newest first, and whether the chain of the record held."""
    chosen = RecordFilter(request.GET)
    page = queries.events_page(actor=request.actor, after=request.GET.get("after", ""), **_narrowed(chosen))
    state = queries.chain_state(actor=request.actor)
    shown = {"page": page, "filter": chosen, "chain": state, "chain_sentence": sheets.chain_sentence(state)}
    return render(request, "audit/record.html", shown)


@require_GET
def record_file(request: Request) -> HttpResponseBase:
    """Hand out the record as Excel: the rows and filters of the page, and a sheet by which to check them."""
    chosen, at = RecordFilter(request.GET), timezone.now()
    listing = sheets.of_record(
        rows=queries.event_rows(actor=request.actor, **_narrowed(chosen)),
        state=queries.chain_state(actor=request.actor),
        filters=chosen.said(),
        by=request.actor.name,
        on=timezone.localdate(at),
        at=at,
    )
    return listing_file(listing=listing, kind="excel", on=timezone.localdate(at))


@require_GET
def chain(request: Request) -> HttpResponse:
    """Show how far the verification has come; the page is loaded again when it ends."""
    state = queries.chain_state(actor=request.actor)
    if not request.htmx:
        return redirect("audit:record")
    if state.running is None:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "audit/record.html#progress", {"chain": state})


@require_POST
def verify(request: Request) -> HttpResponse:
    """Have the whole record verified now, in the background."""
    commands.ask_verification(actor=request.actor, at=timezone.now())
    return redirect("audit:record")


def _narrowed(chosen: RecordFilter) -> dict[str, Any]:
    given = chosen.cleaned_data if chosen.is_valid() else {}
    return {
        "object_kind": given.get("kind", "").strip(),
        "object_id": given.get("number"),
        "unit_id": given.get("unit"),
        "sign_in_name": given.get("account", ""),
        "since": given.get("since"),
        "until": given.get("until"),
    }

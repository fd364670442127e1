"""The record of changes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from duban.audit import queries
from duban.audit.forms import RecordFilter
from duban.shell.requests import Request


@require_GET
def record(request: Request) -> HttpResponse:
    """Show who did what when, newest first."""
    chosen = RecordFilter(request.GET)
    given = chosen.cleaned_data if chosen.is_valid() else {}
    page = queries.events_page(
        actor=request.actor,
        after=request.GET.get("after", ""),
        object_kind=given.get("kind", "").strip(),
        object_id=given.get("number"),
        unit_id=given.get("unit"),
        sign_in_name=given.get("account", ""),
    )
    return render(request, "audit/record.html", {"page": page, "filter": chosen})

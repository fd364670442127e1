"""Pages of the breakdown table: taking one in, and handing one out."""

import tempfile
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.papers import queries as papers
from duban.shell.handing_out import DOCX, PDF, XLSX, attachment_header, handed_out
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import breakdown_files, commands, queries
from duban.tasks.breakdown import READ
from duban.tasks.forms import BreakdownForm
from duban.workbooks.naming import offered, said
from duban.workbooks.returning import returned_ending

# A page shows the first rows of a table; the table itself has them all.
SHOWN_ROWS = 200


@require_http_methods(["GET", "POST"])
def imports(request: Request) -> HttpResponse:
    """Take a breakdown table in; nothing changes before it is taken over."""
    campaign: Any = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    offices = queries.assigning_units(actor=request.actor)
    form = BreakdownForm(initial={"assigner": offices[0].pk if offices else None})
    status = 200
    if request.method == "POST":
        form = BreakdownForm(request.POST, request.FILES)
        status = 422
        if form.is_valid():
            try:
                received = commands.receive_breakdown(
                    actor=request.actor,
                    campaign_id=campaign.pk,
                    assigner_id=form.cleaned_data["assigner"],
                    file_name=form.cleaned_data["file"].name,
                    content=form.cleaned_data["file"].read(),
                    at=timezone.now(),
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                return redirect("tasks:import", received.pk)
    return render(
        request,
        "tasks/imports.html",
        {"form": form, "offices": offices, "earlier": queries.breakdowns(actor=request.actor, campaign_id=campaign.pk)},
        status=status,
    )


@require_GET
def received(request: Request, import_id: int) -> HttpResponse:
    """Show what taking the table over would do, or what is wrong with it."""
    found = queries.get_breakdown(actor=request.actor, import_id=import_id)
    return _page(request, found)


@require_POST
def name_columns(request: Request, import_id: int) -> HttpResponse:
    """Say which columns of the file are which of ours."""
    mapping = said(columns=READ, given=request.POST)
    try:
        commands.name_breakdown_columns(
            actor=request.actor,
            import_id=import_id,
            mapping=mapping,
            version=_version_of(request),
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        found = queries.get_breakdown(actor=request.actor, import_id=import_id)
        return _page(request, found, chosen=mapping, refusal=refusal)
    say(request, _("Remembered: the next file with this header is read in the same way."))
    return redirect("tasks:import", import_id)


@require_GET
def marked(request: Request, import_id: int) -> HttpResponse:
    """Hand the same workbook back, with an error column and red cells."""
    found = queries.get_breakdown(actor=request.actor, import_id=import_id)
    return handed_out(
        content=breakdown_files.marked(found=found),
        media_type=_type_of(found.file_name),
        # An old workbook comes back as a new one.
        name=f"{_('marked')}-{PurePath(found.file_name).stem}{returned_ending(file_name=found.file_name, row_count=0)}",
    )


@require_POST
def take_over(request: Request, import_id: int) -> HttpResponse:
    """Turn the rows into drafts, and issue them if asked."""
    found = commands.take_over_breakdown(
        actor=request.actor,
        import_id=import_id,
        version=_version_of(request),
        at=timezone.now(),
        and_issue="issue" in request.POST,
    )
    count = len([row for row in found.rows if row["outcome"] in {"new", "change"}])
    say(request, ngettext("%(count)d row taken over.", "%(count)d rows taken over.", count) % {"count": count})
    return redirect("tasks:assignments")


@require_POST
def withdraw(request: Request, import_id: int) -> HttpResponse:
    """Put the table aside."""
    commands.withdraw_breakdown(
        actor=request.actor, import_id=import_id, version=_version_of(request), at=timezone.now()
    )
    say(request, _("Put aside. Nothing was changed."))
    return redirect("tasks:imports")


@require_GET
def template(request: Request) -> HttpResponse:
    """Hand out an empty breakdown table as offices make it."""
    campaign: Any = request.frame.get("campaign")
    return handed_out(content=breakdown_files.empty(campaign=campaign), media_type=XLSX, name="任务分解表.xlsx")


@require_GET
def export(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the breakdown table of this office, which can be taken in again."""
    campaign: Any = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    rows = queries.breakdown_rows(actor=request.actor, campaign_id=campaign.pk, on=timezone.localdate())
    if kind == "pdf":
        content = breakdown_files.as_paper(campaign=campaign, rows=rows, on=timezone.localdate())
        made = papers.as_pdf(actor=request.actor, content=content)
        return handed_out(content=made, media_type=PDF, name=f"任务分解表-{timezone.localdate()}.pdf")
    # Closed, and with it removed, when the answer has been sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    breakdown_files.export(kind=kind, file=file, campaign=campaign, rows=rows, on=timezone.localdate())
    file.seek(0)
    response = FileResponse(file, content_type=XLSX if kind == "xlsx" else DOCX)
    response["Content-Disposition"] = attachment_header(f"任务分解表-{timezone.localdate()}.{kind}")
    return response


def _version_of(request: Request) -> int:
    """The version of the table that the form was shown; 0, which no table has, where it does not say."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0


def _page(
    request: Request,
    found: Any,
    *,
    chosen: Mapping[str, str] | None = None,
    refusal: InvalidInput | None = None,
) -> HttpResponse:
    lines = [] if found.errors else queries.breakdown_lines(actor=request.actor, found=found, most=SHOWN_ROWS)
    shown = {
        "found": found,
        "lines": lines,
        "counts": queries.outcomes(found=found),
        "refusal": refusal,
        "version": found.version,
        "cost": queries.cost_of_breakdown(actor=request.actor, found=found, on=timezone.localdate())
        if found.status == "ready"
        else None,
        **offered(columns=READ, described=found.described, mapping=found.mapping, chosen=chosen),
    }
    return render(request, "tasks/import.html", shown, status=422 if refusal else 200)


def _type_of(file_name: str) -> str:
    if file_name.lower().endswith(".docx"):
        return DOCX
    return "text/csv; charset=utf-8" if file_name.lower().endswith(".csv") else XLSX

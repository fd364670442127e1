"""Pages of what goes on paper."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.papers import queries as papers
from duban.reporting import commands, queries
from duban.reporting.forms import NoticeForm, VoidForm
from duban.shell.handing_out import DOCX, PDF, handed_out, listing_file
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request


@require_http_methods(["GET", "POST"])
def notice(request: Request) -> HttpResponse:
    """Write the notice of an assignment: look at the draft as often as needed, then give it its number."""
    assignment_id = _number(request, "assignment")
    form = NoticeForm(initial=asdict(queries.notice_proposal(actor=request.actor, assignment_id=assignment_id)))
    status = 200
    if request.method == "POST":
        form = NoticeForm(request.POST)
        status = 422
        if form.is_valid():
            today = timezone.localdate()
            words = form.words()
            try:
                if request.POST.get("do") == "issue":
                    paper = commands.issue_notice(
                        actor=request.actor, assignment_id=assignment_id, words=words, on=today, at=timezone.now()
                    )
                    say(request, _("The paper has its number: %(number)s.") % {"number": paper.content["number"]})
                    return redirect(f"{reverse('reporting:notice')}?assignment={assignment_id}")
                draft = queries.draft_notice(actor=request.actor, assignment_id=assignment_id, words=words, on=today)
                return _paper(request, draft, "word" if request.POST.get("do") == "docx" else "pdf", _("draft"))
            except InvalidInput as refusal:
                beside(form, refusal)
    issued = queries.issued_notices(actor=request.actor, assignment_id=assignment_id)
    return render(
        request,
        "reporting/notice.html",
        {
            "form": form,
            "issued": issued,
            "assignment_id": assignment_id,
            "replaced": queries.replaced_faces(actor=request.actor),
        },
        status=status,
    )


@require_GET
def notice_file(request: Request, assignment_id: int, paper_id: int, kind: str) -> HttpResponse:
    """Hand out an issued notice as Word or PDF."""
    paper = queries.get_notice(actor=request.actor, assignment_id=assignment_id, paper_id=paper_id)
    content = papers.content_of(actor=request.actor, paper=paper)
    return _paper(request, content, {"docx": "word"}.get(kind, kind), content.number)


@require_POST
def void(request: Request, assignment_id: int, paper_id: int) -> HttpResponse:
    """Declare a notice void."""
    form = VoidForm(request.POST)
    commands.void_notice(
        actor=request.actor,
        assignment_id=assignment_id,
        paper_id=paper_id,
        reason=form.cleaned_data["reason"] if form.is_valid() else "",
        at=timezone.now(),
    )
    say(request, _("The paper is void; its number stays taken."))
    return redirect(f"{reverse('reporting:notice')}?assignment={assignment_id}")


@require_GET
def sheet(request: Request, unit_id: int) -> HttpResponse:
    """Show one unit on one page."""
    found = queries.unit_sheet(
        actor=request.actor, campaign=_campaign(request), unit_id=unit_id, today=timezone.localdate()
    )
    return render(
        request, "reporting/sheet.html", {"found": found, "replaced": queries.replaced_faces(actor=request.actor)}
    )


@require_GET
def sheet_file(request: Request, unit_id: int, kind: str) -> HttpResponse:
    """Hand out the same page as Word or PDF."""
    found = queries.unit_sheet(
        actor=request.actor, campaign=_campaign(request), unit_id=unit_id, today=timezone.localdate()
    )
    content = queries.sheet_content(actor=request.actor, sheet=found)
    return _paper(request, content, kind, str(found.day.as_of))


@require_GET
def promotion(request: Request) -> HttpResponse:
    """Show what stands where, unit by unit, for the next promotion meeting."""
    upper, day, rows = _promotion(request)
    return render(request, "reporting/promotion.html", {"upper": upper, "day": day, "rows": rows})


@require_GET
def promotion_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the same lines as Excel or Word."""
    upper, day, rows = _promotion(request)
    listing = queries.promotion_listing(
        actor=request.actor, campaign=_campaign(request), upper=upper, day=day, rows=rows
    )
    return listing_file(listing=listing, kind=kind, on=timezone.localdate())


def _promotion(request: Request) -> Any:
    return queries.promotion(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=_number(request, "unit") if request.GET.get("unit") else None,
        today=timezone.localdate(),
    )


def _paper(request: Request, content: Any, kind: str, mark: str) -> HttpResponse:
    if kind not in {"pdf", "word"}:
        raise NotFound(_("There is no such page."))
    if kind == "pdf":
        made, media_type, ending = papers.as_pdf(actor=request.actor, content=content), PDF, "pdf"
    else:
        made, media_type, ending = papers.as_word(actor=request.actor, content=content), DOCX, "docx"
    return handed_out(content=made, media_type=media_type, name=f"{content.title}-{mark}.{ending}")


def _campaign(request: Request) -> Any:
    campaign = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    return campaign


def _number(request: Request, name: str) -> int:
    word = request.POST.get(name) or request.GET.get(name) or ""
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    return int(word)

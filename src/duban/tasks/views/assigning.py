"""Pages of the office: writing down what is asked, issuing it, and following how far it went."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.forms import AssignmentForm, LimitsForm
from duban.tasks.states import AssignmentStatus


@require_GET
def assignments(request: Request) -> HttpResponse:
    """List what this office has written, newest first."""
    campaign: Any = request.frame.get("campaign")
    page = (
        queries.assignment_list(actor=request.actor, campaign_id=campaign.pk, after=request.GET.get("after", ""))
        if campaign
        else None
    )
    has_drafts = page is not None and any(row.status == AssignmentStatus.DRAFT for row in page.rows)
    return render(request, "tasks/assignments.html", {"page": page, "has_drafts": has_drafts})


@require_http_methods(["GET", "POST"])
def assign(request: Request) -> HttpResponse:
    """Write a draft, from a requirement of a paper or from nothing."""
    campaign: Any = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    if request.method == "GET":
        given = queries.assignment_proposal(
            actor=request.actor, requirement_id=_number(request.GET.get("requirement", ""))
        )
        return _form_page(request, AssignmentForm(initial=given), given)
    form = AssignmentForm(request.POST)
    if form.is_valid():
        requirement_id = form.cleaned_data["requirement"]
        try:
            draft = commands.draft_from_words(
                actor=request.actor,
                campaign_id=campaign.pk,
                assigner_id=form.cleaned_data["assigner"],
                words=form.words(),
                is_key=form.cleaned_data["is_key"],
                is_principals_own=form.cleaned_data["is_principals_own"],
                minutes=form.cleaned_data["minutes"],
                inspected_by_two=form.cleaned_data["inspected_by_two"],
                changes_by_two=form.cleaned_data["changes_by_two"],
                requirement_id=requirement_id,
                source_path=queries.requirement_path(actor=request.actor, requirement_id=requirement_id)
                if requirement_id
                else "",
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return redirect("tasks:assignment", draft.pk)
    given = queries.assignment_proposal(
        actor=request.actor, requirement_id=_number(request.POST.get("requirement", ""))
    )
    return _form_page(request, form, given, status=422)


@require_POST
def draft_document(request: Request, document_id: int) -> HttpResponse:
    """Write drafts for all taken sentences of a paper that say who and by when."""
    done = commands.draft_document(actor=request.actor, document_id=document_id, at=timezone.now())
    say(
        request,
        ngettext("%(count)d draft written.", "%(count)d drafts written.", done.written) % {"count": done.written},
    )
    if done.left:
        say(
            request,
            ngettext(
                "%(count)d sentence does not say yet who is to do it or by when: assign it on the page of the paper.",
                "%(count)d sentences do not say yet who is to do them or by when: assign them on the page of the paper.",
                done.left,
            )
            % {"count": done.left},
            tone="hint",
        )
    return redirect("tasks:assignments")


@require_http_methods(["GET", "POST"])
def edit(request: Request, assignment_id: int) -> HttpResponse:
    """Change a draft."""
    assignment = queries.get_assignment(actor=request.actor, assignment_id=assignment_id)
    given = queries.words_of(actor=request.actor, assignment=assignment)
    if request.method == "GET":
        return _form_page(request, AssignmentForm(initial=given), given)
    form = AssignmentForm(request.POST)
    if form.is_valid():
        try:
            commands.draft_from_words(
                actor=request.actor,
                campaign_id=assignment.campaign_id,
                assigner_id=assignment.assigner_id,
                words=form.words(),
                is_key=form.cleaned_data["is_key"],
                is_principals_own=form.cleaned_data["is_principals_own"],
                minutes=form.cleaned_data["minutes"],
                inspected_by_two=form.cleaned_data["inspected_by_two"],
                changes_by_two=form.cleaned_data["changes_by_two"],
                assignment_id=assignment.pk,
                version=form.cleaned_data["version"] or 0,
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return redirect("tasks:assignment", assignment_id)
    return _form_page(request, form, given, status=422)


@require_GET
def assignment(request: Request, assignment_id: int) -> HttpResponse:
    """Show one assignment: a draft with the effect of issuing it, or how far an issued one has gone."""
    found = queries.assignment_page(actor=request.actor, assignment_id=assignment_id, at=timezone.now())
    effect = ngettext(
        "After issuing, %(count)d unit receives this.", "After issuing, %(count)d units receive this.", found.count
    ) % {"count": found.count}
    shown = {
        "found": found,
        "assignment": found.assignment,
        "effect": effect,
        "levels": _levels(request, found.assignment),
        "added": queries.added_on_the_way(actor=request.actor, assignment=found.assignment),
    }
    return render(request, "tasks/assignment.html", shown)


def _levels(request: Request, assignment: Any) -> list[queries.LevelCounts]:
    """Return how far the chain has come; nothing for what has not gone out, or was passed down by nobody."""
    if assignment.issued_at is None:
        return []
    today = timezone.localdate()
    chain = queries.Chain.of_assignment(assignment)
    levels = queries.chain_levels(actor=request.actor, chain=chain, day=queries.Day(today, today))
    return levels if len(levels) > 1 else []


@require_GET
def progress(request: Request, assignment_id: int) -> HttpResponse:
    """Show how far an assignment has been issued, as a fragment that asks again until it is done."""
    found = queries.assignment_page(actor=request.actor, assignment_id=assignment_id, at=timezone.now())
    return render(request, "tasks/assignment.html#progress", {"found": found, "assignment": found.assignment})


@require_POST
def issue(request: Request, assignment_id: int) -> HttpResponse:
    """Issue a draft (交办)."""
    issued = commands.issue(actor=request.actor, assignment_id=assignment_id, at=timezone.now())
    say(request, _issued_words(issued))
    return redirect("tasks:assignment", assignment_id)


@require_POST
def issue_many(request: Request) -> HttpResponse:
    """Issue the chosen drafts, each with its own result, once what they cost the units together was shown."""
    chosen, at = chosen_numbers(request), timezone.now()
    cost = queries.cost_of_drafts(actor=request.actor, assignment_ids=chosen, on=timezone.localdate(at))
    if cost is not None and "weighed" not in request.POST:
        drafts = queries.drafts_named(actor=request.actor, assignment_ids=chosen)
        return render(request, "tasks/issue_many.html", {"cost": cost, "drafts": drafts})
    results = commands.issue_many(actor=request.actor, assignment_ids=chosen, at=at)
    return render(
        request,
        "tasks/results.html",
        {
            "results": results,
            "title": _("Issue"),
            "thing": _("What is to be done"),
            "address": "tasks:assignment",
            "back": reverse("tasks:assignments"),
        },
    )


@require_POST
def consent(request: Request, assignment_id: int) -> HttpResponse:
    """Consent as a head; it goes out with that."""
    issued = commands.consent(actor=request.actor, assignment_id=assignment_id, at=timezone.now())
    say(request, _issued_words(issued))
    return redirect("tasks:assignment", assignment_id)


@require_POST
def send_back(request: Request, assignment_id: int) -> HttpResponse:
    """Send a draft that waits for a head back to its office."""
    commands.send_back(
        actor=request.actor,
        assignment_id=assignment_id,
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
    )
    say(request, _("Sent back. It is a draft again."))
    return redirect("tasks:assignment", assignment_id)


@require_POST
def lighten(request: Request, assignment_id: int, way: str) -> HttpResponse:
    """Change a draft that gives its checkers too many answers."""
    commands.lighten_draft(actor=request.actor, assignment_id=assignment_id, way=way, at=timezone.now())
    say(request, _("Draft changed. Look at it, then issue it."))
    return redirect("tasks:assignment", assignment_id)


@require_http_methods(["GET", "POST"])
def limits(request: Request) -> HttpResponse:
    """Show and set what holds for the campaign."""
    campaign: Any = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    set_to = queries.limits_of(actor=request.actor, campaign_id=campaign.pk)
    given = {
        "answers_per_checker": set_to.answers_per_checker,
        "consent_above": set_to.consent_above,
        "quiet_weeks": set_to.quiet_weeks,
    }
    form, status = LimitsForm(initial=given), 200
    if request.method == "POST":
        form, status = LimitsForm(request.POST), 422
        if form.is_valid():
            try:
                commands.set_limits(
                    actor=request.actor, campaign_id=campaign.pk, at=timezone.now(), **form.cleaned_data
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                say(request, _("Kept."))
                return redirect("tasks:limits")
    may = queries.may_set_limits(actor=request.actor, campaign=campaign)
    return render(request, "tasks/limits.html", {"form": form, "set_to": set_to, "may": may}, status=status)


@require_GET
def to_decide(request: Request) -> HttpResponse:
    """Show what waits for this actor's decision."""
    campaign: Any = request.frame.get("campaign")
    found = queries.to_decide(actor=request.actor, campaign_id=campaign.pk) if campaign else None
    return render(request, "tasks/to_decide.html", {"found": found})


def chosen_numbers(request: Request) -> list[int]:
    """Return the numbers of the rows that were ticked; what is no number is left out."""
    return [int(word) for word in request.POST.getlist("ids") if word.isascii() and word.isdigit() and len(word) < 19]


def _issued_words(issued: Any) -> str:
    if issued.status == "to_approve":
        return _("Waits for the head's consent now.")
    return ngettext("Issued to %(count)d unit.", "Being issued to %(count)d units.", issued.unit_count) % {
        "count": issued.unit_count
    }


@require_POST
def discard(request: Request, assignment_id: int) -> HttpResponse:
    """Throw a draft away."""
    commands.discard_draft(actor=request.actor, assignment_id=assignment_id, at=timezone.now())
    say(request, _("The draft is gone."))
    return redirect("tasks:assignments")


def _form_page(request: Request, form: AssignmentForm, given: dict[str, object], status: int = 200) -> HttpResponse:
    return render(
        request,
        "tasks/assign.html",
        {
            "form": form,
            "given": given,
            "owners": queries.owner_words(actor=request.actor),
            "action": request.path,
            "back": reverse("tasks:assignments"),
        },
        status=status,
    )


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None

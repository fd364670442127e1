"""Data requests: the register, one request with its cost and what speaks against it, and occasions booked by hand."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.burden import commands, queries, words
from duban.burden.forms import OccasionForm, RequestForm, StepForm
from duban.burden.states import RequestStatus
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request


@require_GET
def requests(request: Request) -> HttpResponse:
    """List the data requests of one's office and those sent to one's units, newest first."""
    status = request.GET.get("status", "")
    page = queries.request_list(
        actor=request.actor,
        status=status if status in RequestStatus.values else "",
        after=request.GET.get("after", ""),
    )
    shown = {
        "page": page,
        "statuses": RequestStatus.choices,
        "status": status,
        "may_ask": queries.may_ask_somewhere(actor=request.actor),
    }
    return render(request, "burden/requests.html", shown)


@require_http_methods(["GET", "POST"])
def register(request: Request) -> HttpResponse:
    """Register a data request."""
    campaign = _campaign(request)
    form = RequestForm(request.POST or None)
    form.offer_askers([(unit.pk, unit.name) for unit in queries.asking_units(actor=request.actor)])
    if request.method == "GET":
        return render(request, "burden/register.html", {"form": form})
    if form.is_valid():
        try:
            registered = commands.register_request(
                actor=request.actor,
                campaign_id=campaign.pk,
                asker_id=form.cleaned_data["asker"],
                text=form.text(),
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return redirect("burden:request", registered.pk)
    return render(request, "burden/register.html", {"form": form}, status=422)


@require_GET
def data_request(request: Request, request_id: int) -> HttpResponse:
    """Show one data request to whoever has a part in it."""
    return _page(request, request_id)


@require_POST
def step(request: Request, request_id: int, step_name: str) -> HttpResponse:
    """Submit, approve, return or withdraw a data request."""
    form = StepForm(request.POST)
    if not form.is_valid():
        return _page(request, request_id, refused={step_name: form}, status=422)
    try:
        done = commands.take_request_step(
            actor=request.actor,
            request_id=request_id,
            step_name=step_name,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, request_id, refused={step_name: form}, status=422)
    say(request, words.after_step(step_name=step_name, units=done.unit_count))
    return redirect("burden:request", request_id)


@require_http_methods(["GET", "POST"])
def book(request: Request) -> HttpResponse:
    """Book a document sent, a meeting called or a visit announced."""
    form = OccasionForm(request.POST or None, initial={"on": timezone.localdate()})
    form.offer_askers([(unit.pk, unit.name) for unit in queries.asking_units(actor=request.actor)])
    if request.method == "GET":
        return render(request, "burden/book.html", {"form": form})
    if form.is_valid():
        given = form.cleaned_data
        campaign: Any = request.frame.get("campaign")
        try:
            commands.book_occasion(
                actor=request.actor,
                asker_id=given["asker"],
                campaign_id=campaign.pk if campaign else None,
                kind=given["kind"],
                what=given["what"],
                on=given["on"],
                minutes=given["minutes"],
                kinds=given["kinds"],
                names=given["names"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Booked. The units see it in what is asked of them."))
            return redirect("burden:ledger")
    return render(request, "burden/book.html", {"form": form}, status=422)


def _campaign(request: Request) -> Any:
    campaign = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    return campaign


def _page(
    request: Request, request_id: int, *, refused: dict[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    found = queries.request_page(actor=request.actor, request_id=request_id, at=timezone.now())
    steps = [
        {"step": step, "button": words.button(step.name), "form": (refused or {}).get(step.name) or StepForm()}
        for step in found.steps
        if not step.refusal
    ]
    refusals = [step.refusal for step in found.steps if step.refusal and step.name == "approve"]
    shown = {"found": found, "request_shown": found.request, "steps": steps, "refusals": refusals}
    return render(request, "burden/request.html", shown, status=status)

"""Campaigns: which there are, in which one works at present, entering, starting and ending one."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.campaigns import commands, queries
from duban.campaigns.forms import CampaignForm, EndForm
from duban.kernel.errors import InvalidInput
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request


@require_GET
def campaign_list(request: Request) -> HttpResponse:
    """Show the campaigns in which this actor's units take part."""
    shown = {
        "lines": queries.campaign_lines(actor=request.actor, on=timezone.localdate()),
        "may_create": queries.may_create(actor=request.actor),
    }
    return render(request, "campaigns/list.html", shown)


@require_POST
def choose(request: Request, campaign_id: int) -> HttpResponse:
    """Work in this campaign from the next page on."""
    campaign = queries.get_campaign(actor=request.actor, campaign_id=campaign_id)
    request.session["campaign"] = campaign.pk
    return redirect("/")


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    """Enter a campaign."""
    form = CampaignForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    form.offer_roots(queries.possible_roots(actor=request.actor))
    if request.method == "GET" or not form.is_valid():
        return render(request, "campaigns/create.html", {"form": form}, status=200 if request.method == "GET" else 422)
    given = form.cleaned_data
    try:
        commands.create_campaign(
            actor=request.actor,
            name=given["name"],
            kind=given["kind"],
            root_id=given["root"],
            starts_on=given["starts_on"],
            planned_end_on=given["planned_end_on"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return render(request, "campaigns/create.html", {"form": form}, status=422)
    say(request, _("Entered. It begins when you start it."))
    return redirect("campaigns:list")


@require_POST
def start(request: Request, campaign_id: int) -> HttpResponse:
    """Start a campaign."""
    campaign = commands.take_step(actor=request.actor, campaign_id=campaign_id, step_name="start", at=timezone.now())
    request.session["campaign"] = campaign.pk
    return redirect("campaigns:list")


@require_http_methods(["GET", "POST"])
def end(request: Request, campaign_id: int) -> HttpResponse:
    """Ask why, and end a campaign."""
    campaign = queries.get_campaign(actor=request.actor, campaign_id=campaign_id)
    form = EndForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return render(request, "campaigns/end.html", {"form": form, "campaign": campaign}, status=status)
    commands.take_step(
        actor=request.actor,
        campaign_id=campaign_id,
        step_name="end",
        reason=form.cleaned_data["reason"],
        at=timezone.now(),
    )
    return redirect("campaigns:list")

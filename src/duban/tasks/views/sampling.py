"""Pages of random samples: drawing one, and saying what was found."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.forms import SampleForm

DAYS_BACK = 30


@require_http_methods(["GET", "POST"])
def samples(request: Request) -> HttpResponse:
    """List the samples, and draw another."""
    campaign: Any = request.frame.get("campaign")
    if campaign is None:
        raise NotAllowed(_("There is no campaign yet. Create one first."))
    places = queries.sampling_units(actor=request.actor)
    today = timezone.localdate()
    form, status = (
        SampleForm(
            initial={
                "finished_from": today - timedelta(days=DAYS_BACK),
                "finished_until": today,
                "percent": 10,
                "scope": places[0].pk if places else None,
            }
        ),
        200,
    )
    if request.method == "POST":
        form, status = SampleForm(request.POST), 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            try:
                drawn = commands.draw_sample(
                    actor=request.actor,
                    campaign_id=campaign.pk,
                    scope_id=given.pop("scope"),
                    at=timezone.now(),
                    **given,
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                return redirect("tasks:sample", drawn.pk)
    page = queries.sample_list(actor=request.actor, campaign_id=campaign.pk, after=request.GET.get("after", ""))
    return render(request, "tasks/samples.html", {"page": page, "form": form, "places": places}, status=status)


@require_GET
def sample(request: Request, sample_id: int) -> HttpResponse:
    """Show what was drawn and what was found of each."""
    return render(
        request, "tasks/sample.html", {"found": queries.sample_page(actor=request.actor, sample_id=sample_id)}
    )


@require_POST
def found(request: Request, sampled_id: int, step_name: str) -> HttpResponse:
    """Say of one drawn item whether it is true."""
    looked = commands.find_sampled(
        actor=request.actor,
        sampled_id=sampled_id,
        step_name=step_name,
        finding=request.POST.get("finding", ""),
        new_due=_day(request.POST.get("new_due", "")),
        at=timezone.now(),
    )
    say(request, _("Finding recorded."))
    return redirect("tasks:sample", looked.sample_id)


def _day(word: str) -> Any:
    try:
        return parse_date(word)
    except ValueError:
        return None

"""Limits: the caps per kind of unit and week, and the days on which nothing should fall due."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from duban.burden import commands, queries
from duban.burden.forms import CapForm, PeriodForm
from duban.kernel.errors import InvalidInput
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request


@require_GET
def limits(request: Request) -> HttpResponse:
    """Show the caps and the blocked periods."""
    return _page(request)


@require_POST
def set_cap(request: Request) -> HttpResponse:
    """Set the cap of one kind of unit."""
    form = CapForm(request.POST)
    if not form.is_valid():
        return _page(request, cap=form, status=422)
    try:
        commands.set_cap(
            actor=request.actor,
            unit_kind=form.cleaned_data["unit_kind"],
            limits=form.limits(),
            effect=form.cleaned_data["effect"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, cap=form, status=422)
    say(request, _("Set. It holds for everything asked from now on."))
    return redirect("burden:limits")


@require_POST
def block_days(request: Request) -> HttpResponse:
    """Block days for units, or state the own unit's busy days."""
    form = _period_form(request)
    if not form.is_valid():
        return _page(request, period=form, status=422)
    given = form.cleaned_data
    try:
        commands.block_days(
            actor=request.actor,
            unit_id=given["unit"],
            name=given["name"],
            from_on=given["from_on"],
            until_on=given["until_on"],
            kinds=given.get("kinds", ()),
            with_below=given.get("with_below", False),
            is_closed=given.get("is_closed", False),
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, period=form, status=422)
    say(request, _("Entered. Whoever asks sees it before anything goes out."))
    return redirect("burden:limits")


@require_POST
def end_period(request: Request, period_id: int) -> HttpResponse:
    """Take a blocked period away."""
    commands.end_period(actor=request.actor, period_id=period_id, at=timezone.now())
    say(request, _("The period holds no longer."))
    return redirect("burden:limits")


def _period_form(request: Request) -> PeriodForm:
    found = queries.limits(actor=request.actor, today=timezone.localdate())
    form = PeriodForm(request.POST or None)
    form.offer_places([(unit.pk, unit.name) for unit in found.places], is_office=found.may_close)
    return form


def _page(
    request: Request, *, cap: CapForm | None = None, period: PeriodForm | None = None, status: int = 200
) -> HttpResponse:
    found = queries.limits(actor=request.actor, today=timezone.localdate())
    if period is None:
        period = PeriodForm()
        period.offer_places([(unit.pk, unit.name) for unit in found.places], is_office=found.may_close)
    shown = {"found": found, "cap_form": cap or CapForm(), "period_form": period}
    return render(request, "burden/limits.html", shown, status=status)

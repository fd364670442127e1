"""The calendar of working days: a year at a glance, and one day changed."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duban.kernel.errors import InvalidInput
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workdays import commands, queries
from duban.workdays.forms import WORKED, WorkdayForm


@require_http_methods(["GET", "POST"])
def calendar(request: Request) -> HttpResponse:
    """Show the exceptional days of a year, and change one."""
    if request.method == "GET":
        return _page(request, WorkdayForm(), year=_year(request))
    form = WorkdayForm(request.POST)
    if not form.is_valid():
        return _page(request, form, year=_year(request), status=422)
    given = form.cleaned_data
    try:
        commands.set_workday(
            actor=request.actor,
            day=given["day"],
            is_workday=given["worked"] == WORKED,
            name=given["name"],
            source=given["source"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, form, year=_year(request), status=422)
    say(request, _("Entered. Deadlines in working days are counted with it from now on."))
    return redirect(f"{reverse('workdays:calendar')}?year={given['day'].year}")


def _year(request: Request) -> int:
    text = request.GET.get("year", "")
    this_year = timezone.localdate().year
    return int(text) if text.isascii() and text.isdigit() and 2004 <= int(text[:5]) <= 2100 else this_year


def _page(request: Request, form: WorkdayForm, *, year: int, status: int = 200) -> HttpResponse:
    shown = {
        "form": form,
        "calendar": queries.calendar_year(actor=request.actor, year=year),
        "may_change": queries.may_change(actor=request.actor),
    }
    return render(request, "workdays/calendar.html", shown, status=status)

"""Putting a reminder aside and switching it off; the robots of group chats."""

from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotFound
from duban.notices import commands, queries
from duban.notices.forms import RobotForm
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request


@require_POST
def put_aside(request: Request, day: str) -> HttpResponse:
    """Put the own reminder of a day aside and go back to the first page."""
    commands.put_aside(actor=request.actor, day=_day(day), at=timezone.now())
    if request.htmx:
        return HttpResponse("")
    return redirect("/")


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: Request) -> HttpResponse:
    """Show whether one's own daily reminder is on; switch it off, or on again."""
    if request.method == "POST":
        is_on = request.POST.get("is_on") == "1"
        commands.switch_digest(actor=request.actor, is_on=is_on)
        say(request, _("The daily reminder is on.") if is_on else _("The daily reminder is off."))
        return redirect("notices:reminders")
    return render(request, "notices/reminders.html", {"is_on": queries.is_reminded(actor=request.actor)})


@require_GET
def robots(request: Request) -> HttpResponse:
    """Show the robots that tell groups the numbers of the day."""
    return _page(request)


@require_POST
def enter_robot(request: Request) -> HttpResponse:
    """Enter a robot; it is off."""
    form = RobotForm(request.POST)
    form.offer_units(queries.robots(actor=request.actor).units)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        commands.enter_robot(actor=request.actor, at=timezone.now(), **form.cleaned_data)
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, form, status=422)
    say(request, _("Entered. It is off: try it, then switch it on."))
    return redirect("notices:robots")


@require_POST
def robot_step(request: Request, robot_id: int, step: str) -> HttpResponse:
    """Switch a robot on or off, try it, or remove it."""
    try:
        sentence = _take(request, robot_id, step, timezone.now())
    except InvalidInput as refusal:
        say(request, refusal, tone="refused")
    else:
        say(request, sentence)
    return redirect("notices:robots")


def _take(request: Request, robot_id: int, step: str, at: datetime) -> str:
    if step in {"on", "off"}:
        commands.switch_robot(actor=request.actor, robot_id=robot_id, is_on=step == "on", at=at)
        return _("Switched on.") if step == "on" else _("Switched off.")
    if step == "try":
        commands.try_robot(actor=request.actor, robot_id=robot_id, at=at)
        return _("The trial goes out within a minute, between 8:00 and 20:00.")
    if step == "end":
        commands.end_robot(actor=request.actor, robot_id=robot_id, at=at)
        return _("Removed; its address is erased.")
    raise NotFound(_("There is no such page."))


def _page(request: Request, form: RobotForm | None = None, *, status: int = 200) -> HttpResponse:
    found = queries.robots(actor=request.actor)
    if form is None:
        form = RobotForm()
        form.offer_units(found.units)
    return render(request, "notices/robots.html", {"found": found, "form": form}, status=status)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise NotFound(_("There is no such page.")) from None

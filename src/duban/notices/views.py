"""Putting a reminder aside."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duban.kernel.errors import NotFound
from duban.notices import commands
from duban.shell.requests import Request


@require_POST
def put_aside(request: Request, day: str) -> HttpResponse:
    """Put the own reminder of a day aside and go back to the first page."""
    commands.put_aside(actor=request.actor, day=_day(day), at=timezone.now())
    if request.htmx:
        return HttpResponse("")
    return redirect("/")


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise NotFound(_("There is no such page.")) from None

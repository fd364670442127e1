"""What issuing would cost the units, as a fragment that follows what is chosen in a form."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell.requests import Request
from duban.tasks import queries

MOST_CHOSEN = 5000


@require_GET
def cost(request: Request) -> HttpResponse:
    """Show what it costs: drafts that are ticked, shares of new units, or the units and the deadline in words."""
    if not request.actor.holds("task.assign"):
        raise NotAllowed(_("Your present post does not assign items."))
    today, given = timezone.localdate(), request.GET
    if "share" in given:
        found = queries.cost_of_late_units(actor=request.actor, shares=shares_in(given.getlist("share")), on=today)
    elif "ids" in given:
        ids = [_number(word) for word in given.getlist("ids")[:MOST_CHOSEN]]
        found = queries.cost_of_drafts(actor=request.actor, assignment_ids=ids, on=today)
    else:
        found = queries.cost_of_words(
            actor=request.actor,
            words={"owner": given.get("owner", "")[:4000], "due": given.get("due", "")[:120]},
            assigner_id=_number(given["assigner"]) if given.get("assigner") else None,
            on=today,
        )
    return render(request, "burden/weighed.html", {"cost": found})


def shares_in(words: list[str]) -> list[tuple[int, int]]:
    """Return pairs of assignment and unit as the page of new units names them."""
    shares = []
    for word in words[:MOST_CHOSEN]:
        assignment_id, _dash, unit_id = word.partition("-")
        shares.append((_number(assignment_id), _number(unit_id)))
    return shares


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise InvalidInput(_("This form is not known. Please reload the page."))
    return int(word)

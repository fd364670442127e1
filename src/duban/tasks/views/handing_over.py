"""Handing over work: whose, to whom, what; and the record of it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation import queries as organisation
from duban.shell.notices import say
from duban.shell.requests import Request
from duban.tasks import commands, queries


@require_http_methods(["GET", "POST"])
def hand_over(request: Request) -> HttpResponse:
    """Choose who leaves and who takes over, see the open items, and pass them on in one step."""
    today = timezone.localdate()
    given = request.POST if request.method == "POST" else request.GET
    shown: dict[str, object] = {
        "taken": queries.taken_over_by(actor=request.actor),
        "name": given.get("name", "")[:140],
    }
    status = 200
    try:
        unit_id = _number(given.get("unit", "")) or request.actor.unit_id
        if shown["name"]:
            unit_id = organisation.unit_named(actor=request.actor, text=str(shown["name"]), on=today).pk
        if unit_id is None:
            raise NotFound(_("Your present post answers for no unit."))
        if request.method == "POST":
            made = commands.hand_over(
                actor=request.actor,
                unit_id=unit_id,
                from_person_id=_number(given.get("from", "")) or 0,
                to_person_id=_number(given.get("to", "")) or 0,
                note=given.get("note", ""),
                at=timezone.now(),
            )
            say(request, _("Handed over."))
            return redirect("tasks:handed-over", made.pk)
    except InvalidInput as refusal:
        shown["refusal"], status = refusal, 422
        unit_id = _number(given.get("unit", "")) or request.actor.unit_id or 0
    shown["found"] = queries.hand_over_page(
        actor=request.actor, unit_id=unit_id, from_person_id=_number(given.get("from", "")), on=today
    )
    return render(request, "tasks/hand_over.html", shown, status=status)


@require_GET
def handed_over(request: Request, hand_over_id: int) -> HttpResponse:
    """Show the record of one hand-over."""
    found = queries.get_hand_over(actor=request.actor, hand_over_id=hand_over_id)
    return render(request, "tasks/handed_over.html", {"found": found})


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None

"""The page on which an office issues to units that are new during the year what their class was assigned before."""

from collections import defaultdict

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell.notices import say
from duban.shell.requests import Request
from duban.tasks import commands, queries


@require_http_methods(["GET", "HEAD", "POST"])
def late_units(request: Request) -> HttpResponse:
    """Show which units lack which running assignments of their class, and issue those that were chosen."""
    if not request.actor.holds("task.assign"):
        raise NotAllowed(_("Your present post does not include this. Switch to another post, or ask your office."))
    if request.method == "POST":
        chosen: dict[int, list[int]] = defaultdict(list)
        for word in request.POST.getlist("share"):
            assignment_id, _dash, unit_id = word.partition("-")
            if not assignment_id.isdecimal() or not unit_id.isdecimal():
                raise InvalidInput(_("This form is not known. Please reload the page."))
            chosen[int(assignment_id)].append(int(unit_id))
        if not chosen:
            raise InvalidInput(_("Nothing is chosen. Go back and choose what the new units are to receive."))
        at = timezone.now()
        served = sum(
            commands.issue_to_late_units(actor=request.actor, assignment_id=assignment_id, unit_ids=unit_ids, at=at)
            for assignment_id, unit_ids in sorted(chosen.items())
        )
        say(request, ngettext("%(count)d task issued.", "%(count)d tasks issued.", served) % {"count": served})
        return redirect("tasks:late-units")
    today = timezone.localdate()
    found = queries.late_units(actor=request.actor, on=today)
    shares = [(assignment.pk, row.unit.pk) for row in found for assignment in row.assignments]
    cost = queries.cost_of_late_units(actor=request.actor, shares=shares, on=today)
    return render(request, "tasks/late_units.html", {"late": found, "cost": cost})

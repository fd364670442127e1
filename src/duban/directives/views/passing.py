"""Pages of what must be relayed: the list, one paper's table of units, the line that a unit enters."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.directives import commands, forms, queries
from duban.directives.files import listing_file
from duban.directives.states import Manner
from duban.directives.views.papers import address_above
from duban.directives.wording import limit_words, manner_words
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.listing import Column, Listing

# Where nothing but forwarding happened: a subject above knows what came of a paper.
ONLY_FORWARDED = "portal:only-forwarded"
ONLY_FORWARDED_HERE = "portal:only-forwarded-here"


@require_GET
def passings(request: Request) -> HttpResponse:
    """What must be relayed: by our unit, one line each, and by the units below."""
    campaign: Any = request.frame.get("campaign")
    campaign_id = campaign.pk if campaign else None
    owed = (
        queries.owed_passings(actor=request.actor, campaign_id=campaign_id, on=timezone.localdate())
        if campaign_id is not None
        else []
    )
    return render(
        request,
        "directives/passings.html",
        {
            "page": queries.passing_lines(
                actor=request.actor, campaign_id=campaign_id, after=request.GET.get("after", "")
            ),
            "owed": owed,
            "manners": Manner.choices,
            "today": timezone.localdate(),
            "may_ask": bool(queries.places_to_take_in(actor=request.actor)),
            "hint_address": address_above(ONLY_FORWARDED_HERE) if owed else "",
        },
    )


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Say that a paper or a meeting must be relayed, by which units and until when."""
    given = request.POST if request.method == "POST" else request.GET
    document_id, meeting_id = forms.number(given.get("document", "")), forms.number(given.get("meeting", ""))
    if (document_id is None) == (meeting_id is None):
        raise NotFound(_("Open this from the page of a paper or of a meeting."))
    subject: Any = (
        queries.get_document(actor=request.actor, document_id=document_id)
        if document_id is not None
        else queries.get_meeting(actor=request.actor, meeting_id=meeting_id or 0)
    )
    units = queries.places_to_ask(actor=request.actor, campaign_path=subject.campaign.root.path)
    if not units:
        raise NotAllowed(_("Papers to be relayed are named by an office. Switch to a post there."))
    form = forms.RequirePassing(
        request.POST or None,
        units=units,
        initial={"unit": units[0].pk, "document": document_id, "meeting": meeting_id, "limit_days": 7},
    )
    choice = forms.choice_of(given)
    asker = next((unit for unit in units if unit.pk == forms.number(given.get("unit", ""))), units[0])
    cost = queries.cost_of_passing(actor=request.actor, unit=asker, choice=choice, on=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            asked = commands.require_passing(
                actor=request.actor,
                unit_id=form.cleaned_data["unit"],
                document_id=document_id,
                meeting_id=meeting_id,
                limit_days=form.cleaned_data["limit_days"],
                is_workdays=form.cleaned_data["is_workdays"],
                choice=choice,
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(
                request,
                ngettext("%(count)d unit is to relay it.", "%(count)d units are to relay it.", asked.unit_count)
                % {"count": asked.unit_count},
            )
            return redirect("directives:passing", asked.pk)
    return render(
        request,
        "directives/passing_form.html",
        {"form": form, "subject": subject, "axes": forms.axes_of(choice), "cost": cost},
        status=200 if request.method == "GET" else 422,
    )


@require_GET
def passing(request: Request, passing_id: int) -> HttpResponse:
    """Show the units that pass a paper on, in protocol order: day, manner, days taken."""
    choice = forms.choice_of(request.GET)
    table = queries.passing_table(
        actor=request.actor,
        passing_id=passing_id,
        on=timezone.localdate(),
        choice=choice,
        state=request.GET.get("state", ""),
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "directives/passing.html",
        {
            "table": table,
            "passing": table.passing,
            "axes": forms.axes_of(choice),
            "states": _states(),
            "filters": _filter_words(table.choice, table.state),
            "limit": _limit(table.passing),
            "manners": Manner.choices,
            "today": timezone.localdate(),
            "hint_address": address_above(ONLY_FORWARDED, passing_id),
            "reminder": queries.passing_reminder(
                actor=request.actor,
                passing=table.passing,
                choice=table.choice,
                link=request.build_absolute_uri(reverse("directives:passings")),
                on=timezone.localdate(),
            ),
        },
    )


@require_GET
def passing_file(request: Request, passing_id: int, kind: str) -> HttpResponse:
    """Hand out the same rows as Excel or Word, without the hints about absent records (design rule 9)."""
    choice, state = forms.choice_of(request.GET), request.GET.get("state", "")
    found = queries.get_passing(actor=request.actor, passing_id=passing_id)
    rows = queries.passing_rows(
        actor=request.actor, passing_id=passing_id, on=timezone.localdate(), choice=choice, state=state
    )
    listing = Listing(
        title=gettext("Relaying: %(title)s") % {"title": found.title[:80]},
        scope=f"{found.unit.name} · {found.campaign.name}",
        filters=_filter_words(choice, state),
        as_of=timezone.localdate(),
        notes=[
            f"{gettext('Date of the paper or meeting')}: {found.dated_on.isoformat()}",
            f"{gettext('Days allowed')}: {_limit(found)}",
        ],
        columns=[
            Column("unit", gettext("Unit"), width=26),
            Column("passed_on", gettext("Relayed"), "date"),
            Column("manner", gettext("Manner")),
            Column("days", gettext("Days taken"), "integer", width=9),
            Column("workdays", gettext("Working days taken"), "integer", width=9),
            Column("over", gettext("Over the limit"), width=9),
            Column("remark", gettext("Remark"), width=30),
        ],
        rows=(
            [
                line.row.unit.name,
                line.row.passed_on,
                manner_words(line.row.manner),
                line.days,
                line.workdays,
                gettext("over the limit") if line.is_over else "",
                line.row.remark,
            ]
            for line in rows
        ),
    )
    return listing_file(listing=listing, kind=kind)


@require_POST
def record(request: Request, passing_id: int) -> HttpResponse:
    """Enter one line, for the own unit or for all that were ticked."""
    form = forms.PassingEntry(request.POST)
    units = [number for word in request.POST.getlist("unit") if (number := forms.number(word)) is not None]
    if not form.is_valid():
        raise InvalidInput(_("Please give the day and the manner."))
    entered = commands.record_passing(
        actor=request.actor, passing_id=passing_id, unit_ids=units, at=timezone.now(), **form.cleaned_data
    )
    words = ngettext("Recorded for %(count)d unit.", "Recorded for %(count)d units.", entered) % {"count": entered}
    if entered < len(set(units)):
        kept = len(set(units)) - entered
        words += " " + ngettext(
            "%(count)d unit keeps what it has entered.", "%(count)d units keep what they have entered.", kept
        ) % {"count": kept}
    say(request, words)
    if request.POST.get("back") == "list":
        return redirect("directives:passings")
    return redirect("directives:passing", passing_id)


@require_POST
def end(request: Request, passing_id: int) -> HttpResponse:
    """Stop asking for it; what was recorded stays."""
    commands.end_passing(
        actor=request.actor, passing_id=passing_id, reason=request.POST.get("reason", ""), at=timezone.now()
    )
    say(request, _("No longer asked for. What was recorded stays."))
    return redirect("directives:passing", passing_id)


def _limit(passing: Any) -> str:
    return limit_words(days=passing.limit_days, is_workdays=passing.is_workdays, until=passing.limit_until)


def _states() -> list[tuple[str, str]]:
    return [
        ("", gettext("All")),
        ("recorded", gettext("Recorded")),
        ("over", gettext("Over the limit")),
        ("unrecorded", gettext("No record in the system")),
    ]


def _filter_words(choice: Any, state: str) -> str:
    said = dict(_states()).get(state, "") if state else ""
    return "；".join(part for part in (said, forms.choice_words(choice)) if part)

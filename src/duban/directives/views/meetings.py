"""Pages of the register of meetings and of what their speeches say of each other."""

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
from duban.directives.naming import title_of_meeting
from duban.directives.states import MeetingKind, OriginLevel
from duban.directives.views.papers import address_above
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.organisation import queries as organisation
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.listing import Column, Listing

MOST_UNITS = 100
# What became of the speeches of a meeting: told by a subject above.
FOLLOW_UP = "portal:follow-up"


@require_GET
def register(request: Request) -> HttpResponse:
    """The register of meetings of the campaign that the frame shows, newest first."""
    given = _filter(request)
    return render(
        request,
        "directives/meetings.html",
        {
            "page": queries.meeting_lines(actor=request.actor, given=given, after=request.GET.get("after", "")),
            "given": given,
            "filters": _filter_words(given),
            "kinds": MeetingKind.choices,
            "levels": OriginLevel.choices,
            "may_register": bool(queries.places_to_take_in(actor=request.actor)),
        },
    )


@require_GET
def register_file(request: Request, kind: str) -> HttpResponse:
    """The same lines as Excel or Word."""
    given = _filter(request)
    campaign: Any = request.frame.get("campaign")
    rows = [
        [
            line.meeting.held_on,
            line.meeting.title,
            _number_words(line),
            str(MeetingKind(line.meeting.kind).label),
            str(OriginLevel(line.meeting.level).label),
            line.meeting.convener,
            line.meeting.attendance,
            line.speeches,
            line.texts,
        ]
        for line in queries.meeting_rows(actor=request.actor, given=given)
    ]
    listing = Listing(
        title=gettext("Register of meetings"),
        scope=campaign.name if campaign else gettext("All"),
        filters=_filter_words(given),
        as_of=timezone.localdate(),
        columns=[
            Column("held_on", gettext("Held on"), "date"),
            Column("title", gettext("Title of the meeting"), width=36),
            Column("number", gettext("Number in sequence"), width=10),
            Column("kind", gettext("Kind of meeting")),
            Column("level", gettext("Convened by the level")),
            Column("convener", gettext("Convened by"), width=18),
            Column("attendance", gettext("Attended by"), width=30),
            Column("speeches", gettext("Speeches"), "integer", width=8),
            Column("texts", gettext("Texts taken in"), "integer", width=10),
        ],
        rows=rows,
    )
    return listing_file(listing=listing, kind=kind)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Register a meeting."""
    units = queries.places_to_take_in(actor=request.actor)
    campaign: Any = request.frame.get("campaign")
    if not units or campaign is None:
        raise NotAllowed(_("The register of meetings is kept by a campaign's office. Switch to a post there."))
    # A paper from which the page was opened is the text of the first speech.
    document_id = forms.number(request.GET.get("document", "") or request.POST.get("document", ""))
    form = forms.MeetingForm(request.POST or None, units=units, initial=_proposal(request, units[0], document_id))
    if request.method == "POST" and form.is_valid():
        try:
            registered = commands.register_meeting(
                actor=request.actor,
                campaign_id=campaign.pk,
                unit_id=form.cleaned_data["unit"],
                facts=_facts(request, form),
                at=timezone.now(),
            )
            if document_id is not None:
                commands.add_speech(
                    actor=request.actor, meeting_id=registered.pk, document_id=document_id, at=timezone.now()
                )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Registered. Add the speeches in the order in which they were held."))
            return redirect("directives:meeting", registered.pk)
    return _form_page(request, form, back=reverse("directives:meetings"), document_id=document_id)


@require_http_methods(["GET", "POST"])
def correct(request: Request, meeting_id: int) -> HttpResponse:
    """Correct what the register says of a meeting."""
    page = queries.meeting_page(actor=request.actor, meeting_id=meeting_id)
    if not page.may_edit:
        raise NotAllowed(_("The register of meetings is kept by the office that entered this one."))
    meeting = page.meeting
    names = ("title", "kind", "held_on", "level", "convener", "venue", "attendance", "cause", "cause_path", "version")
    form = forms.MeetingForm(
        request.POST or None,
        units=[meeting.unit],
        initial={name: getattr(meeting, name) for name in names}
        | {
            "unit": meeting.unit_id,
            "units": "、".join(unit.name for unit in page.units),
            "people": "\n".join(f"{person.name or '**'} {person.title}".strip() for person in page.people),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.correct_meeting(
                actor=request.actor,
                meeting_id=meeting_id,
                version=form.cleaned_data["version"] or 0,
                facts=_facts(request, form),
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Kept. Names in the speeches were read again."))
            return redirect("directives:meeting", meeting_id)
    return _form_page(request, form, back=reverse("directives:meeting", args=[meeting_id]))


@require_GET
def meeting(request: Request, meeting_id: int) -> HttpResponse:
    """Show one meeting: who attended, the speeches in their order, what they say of each other."""
    page = queries.meeting_page(actor=request.actor, meeting_id=meeting_id)
    return render(
        request,
        "directives/meeting.html",
        {
            "page": page,
            "meeting": page.meeting,
            "follow_up_address": address_above(FOLLOW_UP, meeting_id),
        },
    )


@require_POST
def withdraw(request: Request, meeting_id: int) -> HttpResponse:
    """Take a meeting that was registered by mistake out of the count."""
    commands.withdraw_meeting(
        actor=request.actor, meeting_id=meeting_id, reason=request.POST.get("reason", ""), at=timezone.now()
    )
    say(request, _("Withdrawn. The numbers of the other meetings close up."))
    return redirect("directives:meeting", meeting_id)


@require_POST
def add_speech(request: Request, meeting_id: int) -> HttpResponse:
    """Register the next speech of a meeting."""
    form = forms.SpeechForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Please say who spoke, or give the speech a title."))
    commands.add_speech(
        actor=request.actor,
        meeting_id=meeting_id,
        person_id=form.cleaned_data["person"],
        title=form.cleaned_data["title"],
        document_id=form.cleaned_data["document"],
        at=timezone.now(),
    )
    return redirect("directives:meeting", meeting_id)


@require_POST
def minutes(request: Request, meeting_id: int) -> HttpResponse:
    """Say which paper holds the minutes of a meeting."""
    document_id = forms.number(request.POST.get("document", ""))
    if document_id is None:
        raise InvalidInput(_("Please choose a paper."))
    commands.set_minutes(actor=request.actor, meeting_id=meeting_id, document_id=document_id, at=timezone.now())
    return redirect("directives:meeting", meeting_id)


@require_POST
def attach_text(request: Request, speech_id: int) -> HttpResponse:
    """Attach the text of a speech, or take it off."""
    speech = commands.attach_text(
        actor=request.actor,
        speech_id=speech_id,
        document_id=forms.number(request.POST.get("document", "")),
        at=timezone.now(),
    )
    return redirect("directives:meeting", speech.meeting_id)


@require_POST
def move_speech(request: Request, speech_id: int) -> HttpResponse:
    """Put a speech at its place in the order."""
    speech = commands.move_speech(
        actor=request.actor,
        speech_id=speech_id,
        place=forms.number(request.POST.get("place", "")) or 0,
        at=timezone.now(),
    )
    return redirect("directives:meeting", speech.meeting_id)


@require_POST
def note_reference(request: Request, speech_id: int) -> HttpResponse:
    """Note that a speech speaks of another."""
    form = forms.ReferenceForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Please copy the words and choose the speech that they mean."))
    noted = commands.note_reference(
        actor=request.actor,
        speech_id=speech_id,
        words=form.cleaned_data["words"],
        refers_to_id=form.cleaned_data["refers_to"],
        at=timezone.now(),
    )
    return redirect("directives:meeting", noted.speech.meeting_id)


@require_GET
def references(request: Request) -> HttpResponse:
    """The references that still wait for a text or a name."""
    campaign: Any = request.frame.get("campaign")
    lines = queries.unresolved_references(actor=request.actor, campaign_id=campaign.pk if campaign else None)
    return render(request, "directives/references.html", {"lines": lines})


@require_POST
def settle_reference(request: Request, reference_id: int) -> HttpResponse:
    """Say which speech a reference means."""
    form = forms.ReferenceForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Please choose the speech that is meant."))
    settled = commands.settle_reference(
        actor=request.actor,
        reference_id=reference_id,
        refers_to_id=form.cleaned_data["refers_to"],
        at=timezone.now(),
    )
    return redirect("directives:meeting", settled.speech.meeting_id)


def _filter(request: Request) -> queries.MeetingFilter:
    campaign: Any = request.frame.get("campaign")
    kind, level = request.GET.get("kind", ""), request.GET.get("level", "")
    return queries.MeetingFilter(
        campaign_id=campaign.pk if campaign else None,
        words=request.GET.get("q", "")[:100],
        kind=kind if kind in MeetingKind.values else "",
        level=level if level in OriginLevel.values else "",
    )


def _filter_words(given: queries.MeetingFilter) -> str:
    parts = [given.words]
    if given.kind:
        parts.append(str(MeetingKind(given.kind).label))
    if given.level:
        parts.append(str(OriginLevel(given.level).label))
    return "；".join(part for part in parts if part)


def _number_words(line: queries.MeetingLine) -> str:
    if line.meeting.withdrawn_at is not None:
        return gettext("withdrawn")
    return gettext("No. %(number)d in sequence") % {"number": line.number}


def _proposal(request: Request, unit: Any, document_id: int | None) -> dict[str, object]:
    given: dict[str, object] = {"unit": unit.pk, "level": unit.level, "convener": unit.name}
    if document_id is not None:
        document = queries.get_document(actor=request.actor, document_id=document_id)
        given |= {
            "title": title_of_meeting(document.title),
            "held_on": document.dated_on,
            "people": f"** {document.speaker_role}" if document.speaker_role else "",
        }
    return given


def _facts(request: Request, form: forms.MeetingForm) -> commands.MeetingFacts:
    names = form.unit_names()
    if len(names) > MOST_UNITS:
        too_many = ngettext(
            "At most %(most)d unit is listed; name the others in words.",
            "At most %(most)d units are listed; name the others in words.",
            MOST_UNITS,
        ) % {"most": MOST_UNITS}
        raise InvalidInput(too_many, fields={"units": too_many})
    on = timezone.localdate()
    try:
        units = [organisation.unit_named(actor=request.actor, text=name, on=on) for name in names]
    except InvalidInput as refusal:
        raise InvalidInput(str(refusal), fields={"units": str(refusal)}) from refusal
    words = ("title", "held_on", "convener", "kind", "level", "venue", "attendance", "cause", "cause_path")
    return commands.MeetingFacts(
        **{name: form.cleaned_data[name] for name in words},
        unit_ids=[unit.pk for unit in units],
        people=[commands.Attendant(name=name, title=title) for name, title in form.attendants()],
    )


def _form_page(request: Request, form: forms.MeetingForm, *, back: str, document_id: int | None = None) -> HttpResponse:
    return render(
        request,
        "directives/meeting_form.html",
        {"form": form, "back": back, "document_id": document_id},
        status=200 if request.method == "GET" else 422,
    )

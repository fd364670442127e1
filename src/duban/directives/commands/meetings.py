"""The register of meetings: what was held, by whom, and which speeches were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives import queries
from duban.directives.commands.taking_in import office_of
from duban.directives.models import Document, Meeting, MeetingPerson, MeetingSpeech, MeetingUnit, SpeechReference
from duban.directives.naming import Named, spoken_of
from duban.directives.policy import may_keep_register
from duban.directives.states import MeetingKind, OriginLevel
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotFound, Stale
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.organisation.states import Kind

# Kinds of unit whose meetings are those of the unit that they belong to.
BELONGING = frozenset({Kind.OFFICE, Kind.LEADERSHIP_TEAM})
MOST_PEOPLE = 300
MOST_SPEECHES = 60
LONGEST_WORDS = 200
FACTS = ("kind", "level", "convener", "title", "held_on", "venue", "attendance", "cause", "cause_path")


@dataclass(frozen=True, slots=True)
class Attendant:
    """Somebody at a meeting as the notice names them; no name where it is masked."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """
    What the register says of a meeting.

    `attendance` are the units and groups in words, `unit_ids` those of the tree; `cause` is the assessment that led to
    it, `cause_path` the address in this system where it can be seen.
    """

    title: str
    held_on: date
    convener: str
    kind: str = MeetingKind.PROMOTION
    level: str = OriginLevel.CITY
    venue: str = ""
    attendance: str = ""
    cause: str = ""
    cause_path: str = ""
    unit_ids: Sequence[int] = ()
    people: Sequence[Attendant] = ()


@transaction.atomic
def register_meeting(*, actor: Actor, campaign_id: int, unit_id: int, facts: MeetingFacts, at: datetime) -> Meeting:
    """
    Enter a meeting into the register of a unit; its number in sequence follows from its date (R-688, R-709).

    :raises NotFound: if this actor cannot see the campaign or the unit
    :raises NotAllowed: if this actor may not keep the register there
    :raises InvalidInput: if title, convener or day is missing or cannot be, or it is registered already
    """
    campaign, unit = office_of(actor=actor, campaign_id=campaign_id, unit_id=unit_id)
    given = _checked(facts, on=timezone.localdate(at))
    home = unit.parent if unit.kind in BELONGING and unit.parent is not None else unit
    same = Meeting.objects.filter(
        campaign=campaign, register_unit=home, withdrawn_at__isnull=True, title=given["title"], held_on=facts.held_on
    ).first()
    if same is not None:
        raise InvalidInput(_("This meeting is registered already."), meeting_id=same.pk)

    meeting = Meeting.objects.create(
        campaign=campaign,
        unit=unit,
        register_unit=home,
        registered_by=actor.user_id or 0,
        registered_at=at,
        **given,
    )
    _set_units(meeting, _units(actor, facts.unit_ids))
    _set_people(meeting, facts.people)

    _record(actor, meeting, at, "register", {name: given[name] for name in FACTS} | _attendance(facts))
    return meeting


@transaction.atomic
def correct_meeting(*, actor: Actor, meeting_id: int, version: int, facts: MeetingFacts, at: datetime) -> Meeting:
    """
    Correct what the register says of a meeting; short forms of names in its speeches are read again.

    :raises NotFound: if this actor cannot see the meeting
    :raises NotAllowed: if this actor may not keep the register there
    :raises Stale: if somebody changed it meanwhile
    :raises IllegalStep: if it was withdrawn
    :raises InvalidInput: if title, convener or day is missing or cannot be, or a speaker would be left out
    """
    meeting = _locked(actor, meeting_id)
    if meeting.version != version:
        raise Stale(
            _("Somebody else changed this meanwhile. Nothing of yours was kept; compare and send again."),
            yours=facts.title,
            theirs=meeting.title,
        )
    given = _checked(facts, on=timezone.localdate(at))
    before = {name: getattr(meeting, name) for name in FACTS}

    for name, value in given.items():
        setattr(meeting, name, value)
    meeting.version += 1
    meeting.save(update_fields=[*FACTS, "version"])
    _set_units(meeting, _units(actor, facts.unit_ids))
    _set_people(meeting, facts.people)
    read_references(meeting)

    _record(actor, meeting, at, "correct", given | _attendance(facts), before=before, after=given)
    return meeting


@transaction.atomic
def withdraw_meeting(*, actor: Actor, meeting_id: int, reason: str, at: datetime) -> Meeting:
    """
    Take a meeting out of the count; it was registered by mistake. The row stays, the numbers close up.

    :raises NotFound: if this actor cannot see the meeting
    :raises NotAllowed: if this actor may not keep the register there
    :raises IllegalStep: if it was withdrawn before, or a speech's text is attached to it
    :raises InvalidInput: if no reason is given
    """
    meeting = _locked(actor, meeting_id)
    if not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})
    if meeting.speeches.filter(document__isnull=False).exists():
        raise IllegalStep(_("The text of a speech is attached to this meeting. Take it off first."))

    meeting.withdrawn_at, meeting.withdrawn_reason = at, reason.strip()[:300]
    meeting.version += 1
    meeting.save(update_fields=["withdrawn_at", "withdrawn_reason", "version"])

    _record(actor, meeting, at, "withdraw", {"reason": meeting.withdrawn_reason})
    return meeting


@transaction.atomic
def add_speech(
    *,
    actor: Actor,
    meeting_id: int,
    at: datetime,
    person_id: int | None = None,
    title: str = "",
    document_id: int | None = None,
) -> MeetingSpeech:
    """
    Register the next speech of a meeting: who held it, and its text where that has been taken in (R-720).

    :raises NotFound: if this actor cannot see the meeting or the text, or nobody of that number attended
    :raises NotAllowed: if this actor may not keep the register there
    :raises InvalidInput: if neither speaker, title nor text is given, or the text was held elsewhere
    """
    meeting = _locked(actor, meeting_id)
    person = _person(meeting, person_id)
    document = _text(actor, meeting, document_id)
    if person is None and document is None and not title.strip():
        raise InvalidInput(_("Please say who spoke, or give the speech a title."))
    last = meeting.speeches.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_SPEECHES:
        raise InvalidInput(_("At most %(most)d speeches are kept for a meeting.") % {"most": MOST_SPEECHES})

    speech = MeetingSpeech.objects.create(
        meeting=meeting, position=last + 1, person=person, title=title.strip()[:300], document=document
    )
    read_references(meeting)

    _record(actor, meeting, at, "add_speech", {"speech": speech.pk, "person": person_id, "document": document_id})
    return speech


@transaction.atomic
def attach_text(*, actor: Actor, speech_id: int, document_id: int | None, at: datetime) -> MeetingSpeech:
    """
    Attach the text of a speech, or take it off (None); what other speeches say of it is resolved or open again (R-724).

    :raises NotFound: if this actor cannot see the speech or the text
    :raises NotAllowed: if this actor may not keep the register there
    :raises InvalidInput: if the text was held at another place
    """
    speech = _speech(actor, speech_id)
    meeting = _locked(actor, speech.meeting_id)
    before = speech.document_id
    document = _text(actor, meeting, document_id) if document_id != before else speech.document

    speech.document = document
    speech.save(update_fields=["document"])
    if before != document_id:
        # Its places were counted in the text that it had.
        speech.references.all().delete()
    read_references(meeting)

    _record(actor, meeting, at, "attach_text", {"speech": speech.pk, "from": before, "to": document_id})
    return speech


@transaction.atomic
def move_speech(*, actor: Actor, speech_id: int, place: int, at: datetime) -> MeetingSpeech:
    """
    Put a speech at its place in the order in which it was held; the others keep theirs among themselves.

    :raises NotFound: if this actor cannot see the speech
    :raises NotAllowed: if this actor may not keep the register there
    :raises InvalidInput: if there is no such place
    """
    found = _speech(actor, speech_id)
    meeting = _locked(actor, found.meeting_id)
    order = list(meeting.speeches.select_for_update().order_by("position"))
    if not 1 <= place <= len(order):
        raise InvalidInput(_("There is no such place in the order."))
    speech = next(one for one in order if one.pk == speech_id)

    order.remove(speech)
    order.insert(place - 1, speech)
    for position, one in enumerate(order, start=1):
        one.position = position
    MeetingSpeech.objects.bulk_update(order, ["position"])

    _record(actor, meeting, at, "move_speech", {"speech": speech.pk, "place": place})
    return speech


@transaction.atomic
def note_reference(*, actor: Actor, speech_id: int, words: str, refers_to_id: int, at: datetime) -> SpeechReference:
    """
    Note by hand that a speech speaks of another of its meeting, by the words that do so (R-724).

    :raises NotFound: if this actor cannot see the speech, or the other is not of the same meeting
    :raises NotAllowed: if this actor may not keep the register there
    :raises InvalidInput: if the speech has no text yet, the words do not stand in it, or it would refer to itself
    """
    speech = _speech(actor, speech_id)
    meeting = _locked(actor, speech.meeting_id)
    other = _other(meeting, speech, refers_to_id)
    words = words.strip()
    if speech.document is None:
        raise InvalidInput(_("The text of this speech has not been taken in yet."))
    start = speech.document.raw_text.find(words) if 0 < len(words) <= LONGEST_WORDS else -1
    if start < 0:
        missing = _("These words do not stand in the text. Please copy them from it.")
        raise InvalidInput(missing, fields={"words": missing})

    reference, _is_new = SpeechReference.objects.update_or_create(
        speech=speech,
        start=start,
        defaults={
            "end": start + len(words),
            "words": words,
            "person": other.person,
            "refers_to": other,
            "is_settled": True,
        },
    )

    _record(actor, meeting, at, "note_reference", {"speech": speech.pk, "words": words, "to": other.pk})
    return reference


@transaction.atomic
def settle_reference(*, actor: Actor, reference_id: int, refers_to_id: int, at: datetime) -> SpeechReference:
    """
    Say which speech of the meeting a reference means, where the words alone do not (R-724).

    :raises NotFound: if this actor cannot see the reference, or the other is not of the same meeting
    :raises NotAllowed: if this actor may not keep the register there
    :raises InvalidInput: if it would refer to itself
    """
    found = queries.get_reference(actor=actor, reference_id=reference_id)
    meeting = _locked(actor, found.speech.meeting_id)
    reference = SpeechReference.objects.select_for_update().get(pk=found.pk)
    other = _other(meeting, found.speech, refers_to_id)

    reference.refers_to, reference.is_settled = other, True
    reference.person = other.person or reference.person
    reference.save(update_fields=["refers_to", "is_settled", "person"])

    _record(actor, meeting, at, "settle_reference", {"words": reference.words, "to": other.pk})
    return reference


@transaction.atomic
def set_minutes(*, actor: Actor, meeting_id: int, document_id: int, at: datetime) -> Document:
    """
    Say that a paper holds the minutes of a meeting.

    :raises NotFound: if this actor cannot see the meeting or the paper
    :raises NotAllowed: if this actor may not keep the register there
    """
    meeting = _locked(actor, meeting_id)
    seen = queries.get_document(actor=actor, document_id=document_id)
    if seen.campaign_id != meeting.campaign_id:
        raise InvalidInput(_("This paper belongs to another campaign."))
    document = Document.objects.select_for_update(of=("self",)).get(pk=seen.pk)

    document.minutes_of = meeting
    document.version += 1
    document.save(update_fields=["minutes_of", "version"])

    _record(actor, meeting, at, "set_minutes", {"document": document.pk})
    return document


def read_references(meeting: Meeting) -> None:
    """
    Read again which speeches of a meeting speak of which; what a person settled stays.

    A reference names a speaker; it means the speech that this person held, known or still to come.
    """
    speeches = list(meeting.speeches.select_related("document").order_by("position"))
    people = [Named(person.pk, person.name, person.title) for person in meeting.people.order_by("position", "pk")]
    held = {speech.person_id: speech for speech in reversed(speeches) if speech.person_id is not None}
    kept = {(row.speech_id, row.start): row for row in SpeechReference.objects.filter(speech__meeting=meeting)}
    new, changed = [], []
    for speech in speeches:
        if speech.document is None:
            continue
        for mention in spoken_of(text=speech.document.raw_text, people=people):
            if mention.key is not None and mention.key == speech.person_id:
                continue
            other = held.get(mention.key) if mention.key is not None else None
            row = kept.get((speech.pk, mention.start))
            if row is None:
                row = SpeechReference(speech=speech, start=mention.start, end=mention.end, words=mention.words)
                new.append(row)
            elif not row.is_settled:
                changed.append(row)
            else:
                continue
            row.person_id, row.refers_to = mention.key, other
    SpeechReference.objects.bulk_create(new)
    SpeechReference.objects.bulk_update(changed, ["person", "refers_to"])


def _checked(facts: MeetingFacts, *, on: date) -> dict[str, object]:
    fields: dict[str, object] = {}
    if not facts.title.strip():
        fields["title"] = _("Please give the meeting a title.")
    if not facts.convener.strip():
        fields["convener"] = _("Please say who convened it.")
    if facts.held_on > on:
        fields["held_on"] = _("A meeting is registered once it has been held.")
    if facts.cause_path.strip() and not _is_own_address(facts.cause_path.strip()):
        fields["cause_path"] = _("Please give an address of this system, beginning with “/”.")
    if facts.kind not in MeetingKind.values:
        fields["kind"] = _("Please choose the kind of meeting.")
    if facts.level not in OriginLevel.values:
        fields["level"] = _("Please choose the level that convened it.")
    if len(facts.people) > MOST_PEOPLE:
        fields["people"] = _("At most %(most)d people are kept for a meeting.") % {"most": MOST_PEOPLE}
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)
    return {
        "kind": facts.kind,
        "level": facts.level,
        "convener": facts.convener.strip()[:120],
        "title": facts.title.strip()[:300],
        "held_on": facts.held_on,
        "venue": facts.venue.strip()[:120],
        "attendance": facts.attendance.strip()[:2000],
        "cause": facts.cause.strip()[:300],
        "cause_path": facts.cause_path.strip()[:300],
    }


def _is_own_address(path: str) -> bool:
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and not any(map(str.isspace, path))


def _units(actor: Actor, unit_ids: Sequence[int]) -> list[Unit]:
    wanted = set(unit_ids)
    found = list(organisation.visible_units(actor=actor).filter(pk__in=wanted)) if wanted else []
    if len(found) != len(wanted):
        raise NotFound(_("There is no such unit."))
    return found


def _set_units(meeting: Meeting, units: Sequence[Unit]) -> None:
    meeting.units.exclude(unit__in=units).delete()
    MeetingUnit.objects.bulk_create([MeetingUnit(meeting=meeting, unit=unit) for unit in units], ignore_conflicts=True)


def _set_people(meeting: Meeting, people: Sequence[Attendant]) -> None:
    """Take over the list of people; whoever stands in it already keeps their number."""
    left = list(meeting.people.order_by("position", "pk"))
    changed, new = [], []
    for position, given in enumerate(people, start=1):
        name, title = given.name.strip()[:60], given.title.strip()[:120]
        same = next((row for row in left if (row.name, row.title) == (name, title)), None) or next(
            (row for row in left if name and row.name == name), None
        )
        if same is None:
            new.append(MeetingPerson(meeting=meeting, position=position, name=name, title=title))
        else:
            left.remove(same)
            same.position, same.title = position, title
            changed.append(same)
    speaking = meeting.speeches.filter(person__in=left).select_related("person").first()
    if speaking is not None and speaking.person is not None:
        raise InvalidInput(
            _("%(person)s held a speech at this meeting and stays in the list.")
            % {"person": speaking.person.name or speaking.person.title}
        )
    MeetingPerson.objects.filter(pk__in=[row.pk for row in left]).delete()
    MeetingPerson.objects.bulk_update(changed, ["position", "title"])
    MeetingPerson.objects.bulk_create(new)


def _locked(actor: Actor, meeting_id: int) -> Meeting:
    found = queries.get_meeting(actor=actor, meeting_id=meeting_id)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=found.pk)
    may_keep_register(actor, meeting.unit).require()
    if meeting.withdrawn_at is not None:
        raise IllegalStep(_("This meeting was withdrawn."))
    return meeting


def _speech(actor: Actor, speech_id: int) -> MeetingSpeech:
    speech = MeetingSpeech.objects.select_related("document", "person").filter(pk=speech_id).first()
    if speech is None or not queries.visible_meetings(actor=actor).filter(pk=speech.meeting_id).exists():
        raise NotFound(_("There is no such speech."))
    return speech


def _other(meeting: Meeting, speech: MeetingSpeech, refers_to_id: int) -> MeetingSpeech:
    other = meeting.speeches.select_related("person").filter(pk=refers_to_id).first()
    if other is None:
        raise NotFound(_("There is no such speech."))
    if other.pk == speech.pk:
        raise InvalidInput(_("A speech does not refer to itself."))
    return other


def _person(meeting: Meeting, person_id: int | None) -> MeetingPerson | None:
    if person_id is None:
        return None
    person = meeting.people.filter(pk=person_id).first()
    if person is None:
        raise NotFound(_("Nobody of this kind attended the meeting."))
    return person


def _text(actor: Actor, meeting: Meeting, document_id: int | None) -> Document | None:
    if document_id is None:
        return None
    document = queries.get_document(actor=actor, document_id=document_id)
    if document.campaign_id != meeting.campaign_id:
        raise InvalidInput(_("This paper belongs to another campaign."))
    if MeetingSpeech.objects.filter(document=document).exists():
        raise InvalidInput(_("This text is attached to a speech already."))
    return document


def _attendance(facts: MeetingFacts) -> dict[str, object]:
    return {"units": sorted(facts.unit_ids), "people": len(facts.people)}


def _record(
    actor: Actor,
    meeting: Meeting,
    at: datetime,
    verb: str,
    payload: dict[str, object],
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        actor=actor,
        verb=f"meeting.{verb}",
        object_kind="meeting",
        object_id=meeting.pk,
        unit_id=meeting.unit_id,
        at=at,
        payload=payload,
        before=before,
        after=after,
    )

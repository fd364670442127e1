"""The register of meetings, one meeting, and what its speeches say of each other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.audit.named_lists import named_list
from duban.directives.models import Document, Meeting, MeetingPerson, MeetingSpeech, SpeechReference
from duban.directives.naming import Named, mentions
from duban.directives.policy import DirectivesCapability, may_keep_register
from duban.directives.queries.papers import visible_documents
from duban.directives.states import MeetingKind, OriginLevel
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import plain
from duban.organisation import queries as organisation
from duban.organisation.models import Unit

PAGE_SIZE = 30
MOST_EXPORTED = 5000
# What a list of texts to choose from offers.
MOST_OFFERED = 100


@dataclass(frozen=True, slots=True)
class MeetingFilter:
    """What the register is narrowed to; empty means all."""

    campaign_id: int | None = None
    words: str = ""
    kind: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One line of the register; `number` is its place among the meetings of its register, kind and level (R-709)."""

    meeting: Meeting
    number: int
    speeches: int
    texts: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """One reference of a speech to another; resolved once the text of the other has been taken in."""

    reference: SpeechReference
    sentence: str

    @property
    def is_resolved(self) -> bool:
        """Whether the speech meant is known and its text is here."""
        return self.reference.refers_to is not None and self.reference.refers_to.document_id is not None

    @property
    def state(self) -> str:
        """What is still missing, in words; empty where nothing is."""
        reference = self.reference
        if self.is_resolved:
            return ""
        if reference.refers_to is not None:
            return gettext("the text of that speech has not been taken in yet")
        if reference.person is not None:
            return gettext("no speech of this person is registered")
        return gettext("nobody registered for the meeting is meant for certain")


@dataclass(frozen=True, slots=True)
class NameLine:
    """A short form in the speeches of a meeting and whom it means (R-725)."""

    words: str
    times: int
    person: MeetingPerson | None
    is_masked: bool
    # How many registered people it may mean.
    possible: int


@dataclass(frozen=True, slots=True)
class SpeechLine:
    """One speech of a meeting, with how many requirements its text has; `may_open` where the reader may see the text."""

    speech: MeetingSpeech
    requirements: int
    may_open: bool
    references: list[ReferenceLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """Everything that the page of one meeting shows."""

    meeting: Meeting
    number: int
    # How many times the title of a speech says it was (第三次), where that differs from its number.
    said_number: int | None
    units: list[Unit]
    people: list[MeetingPerson]
    speeches: list[SpeechLine]
    minutes: list[Document]
    names: list[NameLine]
    may_edit: bool
    # Texts of the campaign that are not attached to a speech yet; empty for readers.
    texts: list[Document]

    @property
    def unresolved(self) -> int:
        """How many references still wait for a text or a name."""
        return sum(1 for line in self.speeches for reference in line.references if not reference.is_resolved)


def visible_meetings(*, actor: Actor) -> QuerySet[Meeting]:
    """Return the meetings that this actor may see, newest first, with their number in sequence."""
    meetings = Meeting.objects.select_related("unit", "register_unit", "campaign").order_by("-held_on", "-id")
    if actor.is_system:
        return meetings
    return meetings.filter(organisation.scope_filter(scope=actor.scope(DirectivesCapability.VIEW), unit="unit"))


def numbered(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """
    Add `number`: counted, not kept, so that it has no gap whatever is entered late or withdrawn (R-709).

    A withdrawn meeting has no number of its own.
    """
    before = (
        Meeting.objects.filter(
            Q(held_on__lt=OuterRef("held_on")) | Q(held_on=OuterRef("held_on"), pk__lte=OuterRef("pk")),
            campaign=OuterRef("campaign"),
            register_unit=OuterRef("register_unit"),
            kind=OuterRef("kind"),
            level=OuterRef("level"),
            withdrawn_at__isnull=True,
        )
        .order_by()
        .values("campaign")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return meetings.annotate(number=Coalesce(Subquery(before), 0))


def get_meeting(*, actor: Actor, meeting_id: int) -> Meeting:
    """
    Return one meeting.

    :raises NotFound: if there is none, or this actor may not see it
    """
    meeting = visible_meetings(actor=actor).filter(pk=meeting_id).first()
    if meeting is None:
        raise NotFound(_("There is no such meeting."))
    return meeting


def get_reference(*, actor: Actor, reference_id: int) -> SpeechReference:
    """
    Return one reference of a speech to another.

    :raises NotFound: if there is none, or this actor may not see its meeting
    """
    found = (
        SpeechReference.objects.select_related("speech")
        .filter(pk=reference_id, speech__meeting__in=visible_meetings(actor=actor).order_by())
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such reference."))
    return found


def meeting_lines(*, actor: Actor, given: MeetingFilter, after: str = "", size: int = PAGE_SIZE) -> Page[MeetingLine]:
    """
    Return one page of the register, newest first.

    :raises InvalidInput: if `after` is damaged
    """
    meetings = numbered(_narrowed(actor, given))
    if after:
        day, last = decode_key(after, length=2, kinds=(date, int))
        meetings = meetings.filter(Q(held_on__lt=day) | Q(held_on=day, pk__lt=last))
    page = cut(list(meetings[: size + 1]), size=size, key=lambda meeting: (meeting.held_on.isoformat(), meeting.pk))
    return Page(_lines(page.rows), page.after)


def meeting_rows(*, actor: Actor, given: MeetingFilter) -> list[MeetingLine]:
    """Return the lines of the register for a file, newest first, at most 5,000."""
    return _lines(list(numbered(_narrowed(actor, given))[:MOST_EXPORTED]))


@named_list("attendance", people=lambda page: len(page.people))
def meeting_page(*, actor: Actor, meeting_id: int) -> MeetingPage:
    """
    Return one meeting with its people, its speeches in their order, and what they say of each other.

    :raises NotFound: if there is none, or this actor may not see it
    """
    meeting = numbered(visible_meetings(actor=actor)).filter(pk=meeting_id).first()
    if meeting is None:
        raise NotFound(_("There is no such meeting."))
    number: int = meeting.number  # type: ignore[attr-defined]
    people = list(meeting.people.order_by("position", "pk"))
    speeches = list(
        meeting.speeches.select_related("person", "document__unit")
        .annotate(requirements=Count("document__requirements"))
        .order_by("position")
    )
    references = unresolved_and_resolved(speeches)
    scope = actor.scope(DirectivesCapability.VIEW)
    lines = [
        SpeechLine(
            speech=speech,
            requirements=speech.requirements,
            may_open=speech.document is not None and (actor.is_system or scope.covers(speech.document.unit)),
            references=references.get(speech.pk, []),
        )
        for speech in speeches
    ]
    editable = may_keep_register(actor, meeting.unit).allowed and meeting.withdrawn_at is None
    return MeetingPage(
        meeting=meeting,
        number=number,
        said_number=_said_otherwise(speeches, number),
        units=[row.unit for row in meeting.units.select_related("unit").order_by("unit__order_path")],
        people=people,
        speeches=lines,
        minutes=list(
            visible_documents(actor=actor).defer("raw_text", "findings").filter(minutes_of=meeting).order_by("pk")
        ),
        names=_names(speeches, people),
        may_edit=editable,
        texts=free_texts(actor=actor, campaign_id=meeting.campaign_id) if editable else [],
    )


def held_at(*, actor: Actor, document_id: int) -> MeetingSpeech | None:
    """Return the place of a text in the meeting at which it was held, or None."""
    meetings = visible_meetings(actor=actor).order_by()
    return (
        MeetingSpeech.objects.select_related("meeting")
        .filter(document_id=document_id, meeting__in=meetings.values("pk"))
        .first()
    )


def texts_held(*, actor: Actor, meeting_id: int) -> list[MeetingSpeech]:
    """
    Return the speeches of a meeting whose text has been taken in, in their order, without the texts.

    :raises NotFound: if there is no such meeting, or this actor may not see it
    """
    meeting = get_meeting(actor=actor, meeting_id=meeting_id)
    return list(meeting.speeches.filter(document__isnull=False).select_related("person").order_by("position"))


def free_texts(*, actor: Actor, campaign_id: int) -> list[Document]:
    """Return the newest hundred texts of a campaign that are not attached to a speech yet."""
    held = MeetingSpeech.objects.filter(document__isnull=False).values("document_id")
    documents = visible_documents(actor=actor, campaign_id=campaign_id).defer("raw_text", "findings")
    return list(documents.exclude(pk__in=held)[:MOST_OFFERED])


def unresolved_references(*, actor: Actor, campaign_id: int | None) -> list[ReferenceLine]:
    """Return the references of all speeches that still wait for a text or a name, newest meeting first (R-724)."""
    meetings = visible_meetings(actor=actor).filter(withdrawn_at__isnull=True).order_by()
    if campaign_id is not None:
        meetings = meetings.filter(campaign_id=campaign_id)
    found = (
        SpeechReference.objects.filter(speech__meeting__in=meetings)
        .filter(Q(refers_to__isnull=True) | Q(refers_to__document__isnull=True))
        .select_related("speech__meeting", "speech__document", "speech__person", "refers_to__person", "person")
        .order_by("-speech__meeting__held_on", "-speech__meeting_id", "speech__position", "start")[:MOST_EXPORTED]
    )
    return [_reference_line(row) for row in found]


def unresolved_and_resolved(speeches: Sequence[MeetingSpeech]) -> dict[int, list[ReferenceLine]]:
    """Return the references of each of these speeches in the order of its text."""
    rows = (
        SpeechReference.objects.filter(speech__in=speeches)
        .select_related("speech__document", "refers_to__person", "refers_to__document", "person")
        .order_by("start")
    )
    found: dict[int, list[ReferenceLine]] = {}
    for row in rows:
        found.setdefault(row.speech_id, []).append(_reference_line(row))
    return found


def _narrowed(actor: Actor, given: MeetingFilter) -> QuerySet[Meeting]:
    meetings = visible_meetings(actor=actor)
    if given.campaign_id is not None:
        meetings = meetings.filter(campaign_id=given.campaign_id)
    for word in plain(given.words).split()[:5]:
        meetings = meetings.filter(title__icontains=word)
    if given.kind in MeetingKind.values:
        meetings = meetings.filter(kind=given.kind)
    if given.level in OriginLevel.values:
        meetings = meetings.filter(level=given.level)
    return meetings


def _lines(meetings: Sequence[Meeting]) -> list[MeetingLine]:
    ids = [meeting.pk for meeting in meetings]
    held = {
        row["meeting_id"]: (row["speeches"], row["texts"])
        for row in MeetingSpeech.objects.filter(meeting__in=ids)
        .values("meeting_id")
        .annotate(speeches=Count("pk"), texts=Count("document_id"))
    }
    waiting = dict(
        SpeechReference.objects.filter(speech__meeting__in=ids)
        .filter(Q(refers_to__isnull=True) | Q(refers_to__document__isnull=True))
        .values_list("speech__meeting_id")
        .annotate(number=Count("pk"))
    )
    return [
        MeetingLine(
            meeting=meeting,
            number=meeting.number,  # type: ignore[attr-defined]
            speeches=held.get(meeting.pk, (0, 0))[0],
            texts=held.get(meeting.pk, (0, 0))[1],
            unresolved=waiting.get(meeting.pk, 0),
        )
        for meeting in meetings
    ]


def _reference_line(row: SpeechReference) -> ReferenceLine:
    document = row.speech.document
    if document is None:
        return ReferenceLine(row, row.words)
    text = document.raw_text
    begin = max((text.rfind(mark, 0, row.start) for mark in "。！？\n"), default=-1) + 1
    ends = [place for mark in "。！？\n" if (place := text.find(mark, row.end)) >= 0]
    return ReferenceLine(row, text[begin : (min(ends) + 1 if ends else len(text))].strip()[:200])


def _names(speeches: Sequence[MeetingSpeech], people: Sequence[MeetingPerson]) -> list[NameLine]:
    named = [Named(person.pk, person.name, person.title) for person in people]
    by_key = {person.pk: person for person in people}
    counted: Counter[tuple[str, tuple[int, ...], bool]] = Counter()
    for speech in speeches:
        if speech.document is not None:
            for mention in mentions(text=speech.document.raw_text, people=named):
                counted[mention.words, mention.keys, mention.is_masked] += 1
    return [
        NameLine(words, times, by_key[keys[0]] if len(keys) == 1 else None, is_masked, len(keys))
        for (words, keys, is_masked), times in sorted(counted.items(), key=lambda item: (-item[1], item[0][0]))
    ]


_NUMERALS = "一二三四五六七八九十"


def _said_otherwise(speeches: Sequence[MeetingSpeech], number: int) -> int | None:
    """Return the number that the title of a text says (第三次推进会) where the register counts another."""
    for speech in speeches:
        title = speech.document.title if speech.document is not None else speech.title
        place = title.find("第")
        word = title[place + 1 : title.find("次", place)] if place >= 0 and title.find("次", place) > 0 else ""
        said = int(word) if word.isdecimal() and word.isascii() and len(word) < 3 else _NUMERALS.find(word) + 1
        if word and len(word) <= 2 and said and said != number:
            return said
    return None

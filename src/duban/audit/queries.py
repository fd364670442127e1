"""Reading the record, and testing that it is whole."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.audit import chain
from duban.audit.models import AuditEvent, Verification
from duban.audit.named_lists import named_list
from duban.audit.policy import may_read
from duban.audit.words import detail_word, kind_word, verb_word
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.kernel.paging import Page, cut, decode_key

PAGE_SIZE = 50
MOST_FAULTS_KEPT = 100
# About ten seconds of writing, while somebody waits.
MOST_EXPORTED = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a page shows it."""

    event: AuditEvent
    what: object
    thing: object
    who: str
    on_behalf_of: str
    details: Sequence[tuple[object, str]]


@dataclass(slots=True)
class Found:
    """What testing the whole record found; `faults` keeps the first hundred as (number, sentence)."""

    rows: int = 0
    transactions: int = 0
    first_id: int | None = None
    last_id: int | None = None
    # Numbers that no row has: a transaction that was undone leaves such gaps, so they are no fault.
    missing_ids: int = 0
    # Rows that stand under a seal.
    sealed: int = 0
    fault_count: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    _last_xids: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.fault_count == 0

    def add(self, part: chain.Part) -> None:
        """Count a part and keep the sentences of its faults while there is room."""
        for event in part.rows:
            if self.last_id is None:
                self.first_id = event.pk
            else:
                self.missing_ids += event.pk - self.last_id - 1
            self.last_id = event.pk
        self.rows += len(part.rows)
        self.sealed += len(part.rows) if part.seal else 0
        xids = [event.xid for event in part.rows]
        self.transactions += len(set(xids) - set(self._last_xids))
        self._last_xids = xids
        self.fault_count += len(part.faults)
        room = MOST_FAULTS_KEPT - len(self.faults)
        self.faults += [(fault.event_id, fault.sentence) for fault in part.faults[:room]]


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the chain stands; `last` is None when it was never verified."""

    last: Verification | None
    running: Verification | None


@named_list("record", people=lambda page: len(page.rows))
def events_page(
    *,
    actor: Actor,
    after: str = "",
    object_kind: str = "",
    object_id: int | None = None,
    unit_id: int | None = None,
    sign_in_name: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Page[Line]:
    """
    Return a page of the record, newest first: of one thing, one unit, one account, some days, or of all.

    :raises NotAllowed: if this actor may not read the record
    """
    may_read(actor).require()
    events = _chosen(
        object_kind=object_kind,
        object_id=object_id,
        unit_id=unit_id,
        sign_in_name=sign_in_name,
        since=since,
        until=until,
    )
    if after:
        (event_id,) = decode_key(after, length=1, kinds=(int,))
        events = events.filter(pk__lt=event_id)
    page = cut(list(events[: PAGE_SIZE + 1]), size=PAGE_SIZE, key=lambda event: (event.pk,))
    return Page(_lines(page.rows), page.after)


@named_list("record", people=lambda line: 1)
def event_rows(
    *,
    actor: Actor,
    object_kind: str = "",
    object_id: int | None = None,
    unit_id: int | None = None,
    sign_in_name: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Iterator[Line]:
    """
    Hand out the record row by row, newest first, narrowed as its page is.

    :raises NotAllowed: if this actor may not read the record
    :raises InvalidInput: if there are more than 100,000 rows
    """
    may_read(actor).require()
    events = _chosen(
        object_kind=object_kind,
        object_id=object_id,
        unit_id=unit_id,
        sign_in_name=sign_in_name,
        since=since,
        until=until,
    )
    if events[: MOST_EXPORTED + 1].count() > MOST_EXPORTED:
        raise InvalidInput(
            _("These are more than %(most)d records; choose fewer days, one account or one unit.")
            % {"most": MOST_EXPORTED}
        )
    return _streamed(events)


def verify(*, actor: Actor) -> Found:
    """
    Test every row of the record, by itself and against the seals: its payload is canonical JSON, its hashes and salt have
    their length, within one transaction the numbers, the clock and the request go together, and what was sealed is as it
    was. Writes nothing.

    :raises NotAllowed: if this actor may not read the record
    """
    may_read(actor).require()
    found = Found()
    seen: chain.Seen = {}
    after = 0
    while part := chain.read_part(after=after, upto=None, seen=seen):
        found.add(part)
        after = part.last_id
        if len(seen) > chain.STEP:
            # Rows of one transaction lie close together; older ones cannot come back.
            for xid in list(seen)[: len(seen) - chain.REMEMBERED]:
                del seen[xid]
    return found


def chain_state(*, actor: Actor) -> ChainState:
    """
    Return how the chain stands: the last finished verification, and the one that runs.

    :raises NotAllowed: if this actor may not read the record
    """
    may_read(actor).require()
    latest = list(Verification.objects.order_by("-pk")[:2])
    return ChainState(
        last=next((one for one in latest if one.finished_at), None),
        running=next((one for one in latest if not one.finished_at), None),
    )


def _chosen(
    *,
    object_kind: str,
    object_id: int | None,
    unit_id: int | None,
    sign_in_name: str,
    since: date | None,
    until: date | None,
) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.order_by("-id")
    if object_kind:
        events = events.filter(object_kind=object_kind)
        if object_id is not None:
            events = events.filter(object_id=object_id)
        elif object_kind == "named_list":
            # A list has no number; said so, the index gives the newest first.
            events = events.filter(object_id__isnull=True)
    if unit_id is not None:
        events = events.filter(unit_id=unit_id)
    if sign_in_name:
        named = get_user_model().objects.filter(sign_in_name=sign_in_name.strip().lower()).values_list("pk", flat=True)
        events = events.filter(actor_user__in=list(named))
    zone = timezone.get_current_timezone()
    if since is not None:
        events = events.filter(recorded_at__gte=datetime.combine(since, time.min, zone))
    if until is not None:
        events = events.filter(recorded_at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
    return events


def _streamed(events: QuerySet[AuditEvent]) -> Iterator[Line]:
    last = None
    while rows := list((events if last is None else events.filter(pk__lt=last))[: chain.STEP]):
        yield from _lines(rows)
        last = rows[-1].pk


def _lines(events: Sequence[AuditEvent]) -> list[Line]:
    ids = {event.actor_user for event in events} | {event.on_behalf_of for event in events}
    names = dict(get_user_model().objects.filter(pk__in=ids - {None}).values_list("pk", "sign_in_name"))
    return [
        Line(
            event=event,
            what=verb_word(event.verb),
            thing=kind_word(event.object_kind),
            who=names.get(event.actor_user or 0, ""),
            on_behalf_of=names.get(event.on_behalf_of or 0, ""),
            details=_details(event),
        )
        for event in events
    ]


def _details(event: AuditEvent) -> list[tuple[object, str]]:
    try:
        value = json.loads(event.payload)
    except ValueError:
        return [("?", event.payload)]
    if not isinstance(value, dict):
        return [("?", event.payload)]
    return [(detail_word(name), _said(part)) for name, part in value.items() if part not in (None, "", [], {})]


def _said(part: object) -> str:
    if isinstance(part, dict):
        return "; ".join(f"{name}: {value}" for name, value in part.items())
    return str(part)

"""Reading the record, and testing that it is whole."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model

from duban.audit.canonical import canonical
from duban.audit.models import AuditEvent
from duban.audit.named_lists import named_list
from duban.audit.policy import may_read
from duban.audit.words import detail_word, kind_word, verb_word
from duban.kernel.authority import Actor
from duban.kernel.paging import Page, cut, decode_key

PAGE_SIZE = 50
CHUNK = 5000
MOST_FAULTS_KEPT = 100
HASH_BYTES = 32
SALT_BYTES = 16


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
class Verification:
    """What testing the whole record found; `faults` keeps the first hundred as (id, sentence)."""

    rows: int = 0
    transactions: int = 0
    first_id: int | None = None
    last_id: int | None = None
    # Numbers that no row has: a transaction that was undone leaves such gaps, so they are no fault.
    missing_ids: int = 0
    sealed: int = 0
    fault_count: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.fault_count == 0

    def add_fault(self, event_id: int, sentence: str) -> None:
        """Count a fault and keep its sentence while there is room."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS_KEPT:
            self.faults.append((event_id, sentence))


@named_list("record", people=lambda page: len(page.rows))
def events_page(
    *,
    actor: Actor,
    after: str = "",
    object_kind: str = "",
    object_id: int | None = None,
    unit_id: int | None = None,
    sign_in_name: str = "",
) -> Page[Line]:
    """
    Return a page of the record, newest first: of one thing, one unit, one account, or of all.

    :raises NotAllowed: if this actor may not read the record
    """
    may_read(actor).require()
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
    if after:
        (event_id,) = decode_key(after, length=1, kinds=(int,))
        events = events.filter(pk__lt=event_id)
    page = cut(list(events[: PAGE_SIZE + 1]), size=PAGE_SIZE, key=lambda event: (event.pk,))
    return Page(_lines(page.rows), page.after)


def verify(*, actor: Actor) -> Verification:
    """
    Test every row of the record: its payload is canonical JSON, its hashes and salt have their length, and within one
    transaction the numbers, the clock and the request go together.

    :raises NotAllowed: if this actor may not read the record
    """
    may_read(actor).require()
    found = Verification()
    seen: dict[str, tuple[datetime, str]] = {}
    previous = None
    for event in _all_events():
        found.rows += 1
        found.sealed += event.seq is not None
        if previous is None:
            found.first_id = event.pk
        else:
            found.missing_ids += event.pk - previous - 1
        previous = found.last_id = event.pk
        for sentence in _faults_of(event):
            found.add_fault(event.pk, sentence)
        known = seen.get(event.xid)
        if known is None:
            found.transactions += 1
        elif event.recorded_at < known[0]:
            found.add_fault(event.pk, "was recorded before an earlier row of its own transaction")
        elif event.request_id != known[1]:
            found.add_fault(event.pk, "names another request than its own transaction")
        seen[event.xid] = (event.recorded_at, event.request_id)
        if len(seen) > CHUNK:
            # Rows of one transaction lie close together; older ones cannot come back.
            for xid in list(seen)[: CHUNK // 2]:
                del seen[xid]
    return found


def _faults_of(event: AuditEvent) -> Iterator[str]:
    try:
        value = json.loads(event.payload)
    except ValueError:
        yield "has a payload that is not JSON"
    else:
        if not isinstance(value, dict):
            yield "has a payload that is not an object"
        elif canonical(value) != event.payload:
            yield "has a payload that is not canonical"
    for name, digest in (("before", event.before_hash), ("after", event.after_hash)):
        if digest is not None and len(digest) != HASH_BYTES:
            yield f"has a hash of the state {name} of {len(digest)} bytes"
    if len(event.salt) != SALT_BYTES:
        yield f"has a salt of {len(event.salt)} bytes"
    if not event.verb or not event.object_kind:
        yield "does not say what was done to what"


def _all_events() -> Iterator[AuditEvent]:
    last = 0
    while rows := list(AuditEvent.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from rows
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

"""
The chain of the record: parts of at most 5,000 rows, each sealed with a hash over its rows and over the seal before.

Whoever verifies reads the rows again and compares them with their seals; rows after the last seal are sealed then. A seal
keeps a short mark of each row, so that a break names the first record that differs. Rows that nobody has sealed yet
can be tested only by themselves.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection

from duban.audit.canonical import canonical
from duban.audit.models import AuditEvent, Seal
from duban.audit.states import FaultKind

STEP = 5000
HASH_BYTES = 32
SALT_BYTES = 16
# Of each row a seal keeps its number and the beginning of its hash.
NUMBER_BYTES = 8
MARK_BYTES = NUMBER_BYTES + 8
# Rows of one transaction lie close together.
REMEMBERED = 1000

# Whoever adds rows holds this lock until the end of the transaction; no number below theirs can appear afterwards.
_WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'audit_event'::regclass AND mode = 'RowExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one record."""

    event_id: int
    kind: FaultKind
    sentence: str


@dataclass(slots=True)
class Part:
    """The rows between two seals, or the next ones without a seal, as they are now."""

    rows: Sequence[AuditEvent]
    seal: Seal | None
    # The hash over the seal before and these rows, and the mark of each.
    digest: bytes
    marks: bytes
    faults: list[Fault] = field(default_factory=list)

    @property
    def last_id(self) -> int:
        """The number up to which the part goes."""
        return self.rows[-1].pk if self.seal is None else self.seal.last_id


# By transaction: when its last row was recorded, and in which request.
Seen = dict[str, tuple[datetime, str]]


def row_hash(event: AuditEvent) -> bytes:
    """Return the SHA-256 of everything that a row says, as canonical JSON; moments in UTC, bytes in hexadecimal."""
    said = {
        "id": event.pk,
        "xid": str(event.xid),
        "recorded_at": event.recorded_at.astimezone(UTC),
        "happened_at": event.happened_at.astimezone(UTC),
        "claimed_on": event.claimed_on,
        "verb": event.verb,
        "actor_user": event.actor_user,
        "actor_post": event.actor_post,
        "on_behalf_of": event.on_behalf_of,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "unit_id": event.unit_id,
        "request_id": event.request_id,
        "before_hash": event.before_hash and bytes(event.before_hash).hex(),
        "after_hash": event.after_hash and bytes(event.after_hash).hex(),
        "payload": event.payload,
        "salt": bytes(event.salt).hex(),
    }
    return hashlib.sha256(canonical(said).encode()).digest()


def read_part(*, after: int, upto: int | None, seen: Seen) -> Part | None:
    """
    Read the next part after that number and test it; None when there is no more (of what is unsealed, up to `upto`).

    `seen` remembers transactions from part to part.
    """
    seal = Seal.objects.filter(last_id__gt=after).order_by("last_id").first()
    events = AuditEvent.objects.filter(pk__gt=after).order_by("pk")
    if seal is not None:
        rows = list(events.filter(pk__lte=seal.last_id))
    else:
        rows = list((events if upto is None else events.filter(pk__lte=upto))[:STEP])
    if not rows and seal is None:
        return None
    hashes = [row_hash(event) for event in rows]
    before = Seal.objects.filter(last_id__lte=after).order_by("-last_id").values_list("digest", flat=True).first()
    part = Part(
        rows=rows,
        seal=seal,
        digest=hashlib.sha256(bytes(before or b"") + b"".join(hashes)).digest(),
        marks=b"".join(
            event.pk.to_bytes(NUMBER_BYTES) + digest[: MARK_BYTES - NUMBER_BYTES]
            for event, digest in zip(rows, hashes, strict=True)
        ),
    )
    for event in rows:
        part.faults += [Fault(event.pk, FaultKind.DAMAGED, sentence) for sentence in _faults_of(event, seen)]
    if seal is not None and part.digest != bytes(seal.digest):
        part.faults.append(_break(part, seal))
        part.faults.sort(key=lambda fault: fault.event_id)
    return part


def remembered(*, after: int) -> Seen:
    """Return the transactions of the rows just before a part."""
    rows = AuditEvent.objects.filter(pk__lte=after).order_by("-pk")[:REMEMBERED]
    return {
        xid: (recorded_at, request_id)
        for xid, recorded_at, request_id in reversed(rows.values_list("xid", "recorded_at", "request_id"))
    }


def writers() -> set[str]:
    """Return the open transactions of others that add rows just now."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {str(row[0]) for row in cursor.fetchall()}


def _break(part: Part, seal: Seal) -> Fault:
    """The first record at which a part differs from its seal."""
    kept, found = _marked(bytes(seal.marks)), _marked(part.marks)
    first = min(
        (number for number in kept.keys() | found.keys() if kept.get(number) != found.get(number)), default=None
    )
    if first is None:
        return Fault(seal.first_id, FaultKind.CHANGED, "belongs to a part whose seal was changed")
    if first not in found:
        return Fault(first, FaultKind.MISSING, "was sealed and is missing")
    if first not in kept:
        return Fault(first, FaultKind.ADDED, "was added to a part that was sealed")
    return Fault(first, FaultKind.CHANGED, "is not what it was when it was sealed")


def _marked(marks: bytes) -> dict[int, bytes]:
    found = (marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES))
    return {int.from_bytes(mark[:NUMBER_BYTES]): mark[NUMBER_BYTES:] for mark in found}


def _faults_of(event: AuditEvent, seen: Seen) -> Iterator[str]:
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
    known = seen.get(event.xid)
    if known is not None and event.recorded_at < known[0]:
        yield "was recorded before an earlier row of its own transaction"
    elif known is not None and event.request_id != known[1]:
        yield "names another request than its own transaction"
    seen[event.xid] = (event.recorded_at, event.request_id)

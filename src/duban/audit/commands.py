"""Writing the record: in the same transaction as the change, through the database's own function."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from duban.audit import chain
from duban.audit.canonical import canonical
from duban.audit.events import VerificationAsked
from duban.audit.models import AuditEvent, Seal, Verification
from duban.audit.named_lists import Reading
from duban.audit.policy import may_read
from duban.kernel.authority import Actor
from duban.kernel.events import publish

# How long a verification waits for those who were writing when it began.
WRITERS_GET = timedelta(seconds=30)
SAME_READING = timedelta(minutes=10)

# The actor's latest rows only: whoever fans out and imports has many. One statement, so a list costs one round trip.
_UNLESS_JUST_READ = """
SELECT audit_append(jsonb_agg(one)) FROM jsonb_array_elements(%(rows)s::jsonb) one
WHERE NOT EXISTS (
    SELECT 1 FROM (SELECT * FROM audit_event WHERE actor_user = %(user)s ORDER BY id DESC LIMIT 50) latest
    WHERE latest.happened_at > %(since)s AND latest.verb = one->>'verb' AND latest.payload = one->>'payload'
      AND latest.unit_id IS NOT DISTINCT FROM (one->>'unit_id')::bigint
      AND latest.actor_post IS NOT DISTINCT FROM (one->>'actor_post')::bigint
)
HAVING count(*) > 0
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `before` and `after` are states of the object, kept as hashes only."""

    verb: str
    object_kind: str
    object_id: int | None
    unit_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    claimed_on: date | None = None
    on_behalf_of: int | None = None


def _hash(state: Mapping[str, Any] | None) -> str | None:
    return None if state is None else hashlib.sha256(canonical(state).encode()).hexdigest()


def record(
    *,
    actor: Actor,
    verb: str,
    object_kind: str,
    object_id: int | None,
    at: datetime,
    unit_id: int | None = None,
    payload: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    claimed_on: date | None = None,
    on_behalf_of: int | None = None,
) -> None:
    """Record one change in its own transaction's record."""
    record_many(
        actor=actor,
        at=at,
        events=[
            Event(verb, object_kind, object_id, unit_id, payload or {}, before, after, claimed_on, on_behalf_of),
        ],
    )


def record_reading(*, actor: Actor, what: str, at: datetime, object_id: int | None = None) -> None:
    """Record that somebody looked at something sensitive (R-734): `what` is a word such as "record" or "account"."""
    record(actor=actor, verb=f"{what}.read", object_kind=what, object_id=object_id, at=at)


def record_readings(*, actor: Actor, readings: Sequence[Reading], address: str, at: datetime) -> None:
    """
    Record the named lists that somebody read at an address; what the system reads, and a list without people, is none.

    The same list with the same people at the same address within ten minutes is the same reading: turning back a page or
    loading it again adds nothing. A further page is one of its own, so the numbers add up to what was seen.
    """
    rows = [
        _row(
            actor,
            Event(
                verb=f"{reading.what}.read",
                object_kind="named_list",
                object_id=None,
                unit_id=reading.unit_id,
                payload={"address": address, "people": reading.people, **({"filter": filters} if filters else {})},
            ),
            at,
        )
        for reading in readings
        if reading.people
        for filters in [dict(reading.filters)]
    ]
    if rows and actor.user_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                _UNLESS_JUST_READ,
                {"rows": json.dumps(rows, ensure_ascii=False), "user": actor.user_id, "since": at - SAME_READING},
            )


@transaction.atomic
def ask_verification(*, actor: Actor, at: datetime) -> Verification:
    """
    Have the whole record verified in the background; while a verification runs, that one goes on.

    :raises NotAllowed: if this actor may not read the record
    """
    may_read(actor).require()
    newest = AuditEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    sealed = Seal.objects.aggregate(newest=Max("last_id"))["newest"] or 0
    Verification.objects.bulk_create(
        [Verification(asked_by=actor.user_id, asked_at=at, upto_id=max(newest, sealed))], ignore_conflicts=True
    )
    verification = Verification.objects.filter(finished_at__isnull=True).latest("pk")
    if not actor.is_system:
        record(actor=actor, verb="record.verify", object_kind="verification", object_id=verification.pk, at=at)
        publish(VerificationAsked(verification.pk))
    return verification


def verify_until_done(*, actor: Actor, verification_id: int, at: datetime) -> None:
    """Verify the record part by part, each in a transaction of its own; what stopped half-way goes on where it was."""
    wait_for_writers(actor=actor, verification_id=verification_id)
    while verify_step(actor=actor, verification_id=verification_id, at=at):
        pass


@transaction.atomic
def wait_for_writers(*, actor: Actor, verification_id: int, most: timedelta = WRITERS_GET) -> None:
    """
    Wait until nobody can add a row any more whose number lies before the end of the verification.

    Whoever keeps a transaction open for longer is not waited for: then only what is sealed is verified, and nothing new
    is sealed.
    """
    may_read(actor).require()
    waited_for = chain.writers()
    end = time.monotonic() + most.total_seconds()
    while waited_for and time.monotonic() < end:
        time.sleep(0.1)
        waited_for &= chain.writers()
    if waited_for:
        sealed = Seal.objects.aggregate(newest=Max("last_id"))["newest"] or 0
        Verification.objects.filter(pk=verification_id, finished_at__isnull=True).update(upto_id=sealed)


@transaction.atomic
def verify_step(*, actor: Actor, verification_id: int, at: datetime) -> bool:
    """Verify the next part, seal it if nobody has, and return whether there is more; the end is recorded."""
    may_read(actor).require()
    found = Verification.objects.select_for_update().get(pk=verification_id)
    if found.finished_at is not None:
        return False
    part = chain.read_part(after=found.reached_id, upto=found.upto_id, seen=chain.remembered(after=found.reached_id))
    if part is None:
        found.finished_at = at
        payload = {"faults": found.fault_count, "rows": found.rows, "until": found.upto_id}
        if found.first_fault_id is not None:
            payload["first_fault"] = found.first_fault_id
        record(
            actor=actor,
            verb="record.verified",
            object_kind="verification",
            object_id=found.pk,
            at=at,
            payload=payload,
        )
    else:
        if part.seal is None:
            Seal.objects.create(
                first_id=part.rows[0].pk,
                last_id=part.last_id,
                rows=len(part.rows),
                digest=part.digest,
                marks=part.marks,
                sealed_at=at,
            )
        found.digest = part.digest if part.seal is None else part.seal.digest
        found.reached_id = part.last_id
        found.rows += len(part.rows)
        found.fault_count += len(part.faults)
        if part.faults and found.first_fault_id is None:
            found.first_fault_id, found.first_fault = part.faults[0].event_id, part.faults[0].kind
    found.save()
    return part is not None


def record_many(*, actor: Actor, at: datetime, events: Iterable[Event]) -> None:
    """Record many changes at once; each keeps its own payload, salt and hashes."""
    rows = [_row(actor, event, at) for event in events]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_append(%s::jsonb)", [json.dumps(rows, ensure_ascii=False)])


def _row(actor: Actor, event: Event, at: datetime) -> dict[str, object]:
    return {
        "happened_at": at.isoformat(),
        "claimed_on": event.claimed_on and event.claimed_on.isoformat(),
        "verb": event.verb,
        "actor_user": actor.user_id,
        "actor_post": actor.post_id,
        "on_behalf_of": event.on_behalf_of,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "unit_id": event.unit_id,
        "request_id": actor.request_id,
        "before_hash": _hash(event.before),
        "after_hash": _hash(event.after),
        # The system has no account, so its reason is part of what is hashed.
        "payload": canonical({**event.payload, "by": actor.name} if actor.is_system else event.payload),
        "salt": secrets.token_hex(16),
    }

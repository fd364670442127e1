"""Writing the record: in the same transaction as the change, through the database's own function."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from duban.audit.canonical import canonical
from duban.kernel.authority import Actor


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


def record_many(*, actor: Actor, at: datetime, events: Iterable[Event]) -> None:
    """Record many changes at once; each keeps its own payload, salt and hashes."""
    rows = [
        {
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
        for event in events
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_append(%s::jsonb)", [json.dumps(rows, ensure_ascii=False)])

"""
Named lists: a query whose answer names people says so, and whoever reads it leaves a row in the record.

The mark notes the reading; whoever opened the transaction (a request) has it written at its end. So no page, export or
REST call can show such a list and forget to say that it did.
"""

import functools
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any, TypeVar

Query = TypeVar("Query", bound=Callable[..., Any])

# Which other arguments narrow a list needs no naming here: all do but these.
_NO_FILTER = {"actor", "unit_id", "on", "at", "size"}
# What somebody typed may be a name, and so may the place at which a page begins; the record cannot be emptied of it.
_TYPED = {"words", "searched", "name", "sign_in_name", "after"}
# Forgotten with the process: it tells two searches of today apart, and nobody can ask it for a name.
_KEY = secrets.token_bytes(32)


@dataclass(slots=True)
class Reading:
    """One list that was read: which, of which unit, narrowed to what, and how many people it named."""

    what: str
    unit_id: int | None
    filters: Mapping[str, str] = field(default_factory=dict)
    people: int = 0


_noted: ContextVar[list[Reading] | None] = ContextVar("noted", default=None)


@contextmanager
def readings() -> Iterator[list[Reading]]:
    """Collect what is read inside; the list is filled while the block runs."""
    found: list[Reading] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def named_list(what: str, people: Callable[[Any], int]) -> Callable[[Query], Query]:
    """
    Mark a query whose answer names people (R-734): `what` is a word of the record such as "member".

    `people` counts those whom an answer names; of a query that hands out row by row, those whom one row names. A list
    that names nobody leaves nothing behind. The unit is the argument `unit_id`; all else that was asked is a filter. Of
    typed text only a mark is kept: that there was some, and whether it is the text of the row before.
    """

    def mark(query: Query) -> Query:
        @functools.wraps(query)
        def noting(**asked: Any) -> Any:
            noted = _noted.get()
            if noted is None:
                return query(**asked)
            # A list inside a list is a part of it.
            token = _noted.set(None)
            try:
                answer = query(**asked)
            finally:
                _noted.reset(token)
            reading = Reading(what=what, unit_id=asked.get("unit_id"), filters=_filters(asked))
            noted.append(reading)
            if isinstance(answer, Iterator):
                return _counted(answer, reading, people)
            reading.people = people(answer)
            return answer

        noting.is_named_list = True  # type: ignore[attr-defined]
        return noting  # type: ignore[return-value]

    return mark


def _counted(rows: Iterator[Any], reading: Reading, people: Callable[[Any], int]) -> Iterator[Any]:
    for row in rows:
        reading.people += people(row)
        yield row


def _filters(asked: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in asked.items():
        if name in _NO_FILTER:
            continue
        parts = asdict(value) if is_dataclass(value) and not isinstance(value, type) else {name: value}
        found |= {key: _said(key, part) for key, part in parts.items() if part not in (None, "", False)}
    return found


def _said(key: str, part: object) -> str:
    return hmac.new(_KEY, str(part).encode(), hashlib.sha256).hexdigest()[:8] if key in _TYPED else str(part)

"""Paging by key: a page knows the key of its last row, never a row number."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from duban.kernel.errors import InvalidInput

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows; `after` asks for the next one and is empty on the last."""

    rows: Sequence[Row]
    after: str = ""


def encode_key(*parts: object) -> str:
    """Return an opaque word for the key of a row."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":"), default=str).encode()).decode().rstrip("=")


def decode_key(word: str, *, length: int, kinds: tuple[type, ...] = ()) -> list[Any]:
    """
    Return the parts of a key, of these kinds where they are named; days and moments are read from ISO form.

    :raises InvalidInput: if the word was not made by `encode_key` with that many parts of these kinds
    """
    try:
        parts = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if isinstance(parts, list) and len(parts) == length:
            return [_read(part, kind) for part, kind in zip(parts, kinds or (object,) * length, strict=True)]
    except (ValueError, TypeError):
        pass
    raise InvalidInput(_("This page address is damaged. Please start again from the first page."))


def _read(part: Any, kind: type) -> Any:
    if issubclass(kind, date):
        return kind.fromisoformat(part)
    if not isinstance(part, kind):
        raise TypeError(kind)
    return part


def cut(rows: Sequence[Row], *, size: int, key: Callable[[Row], tuple[object, ...]]) -> Page[Row]:
    """Return a page from up to `size + 1` fetched rows; the extra row only tells that there are more."""
    if len(rows) <= size:
        return Page(rows)
    return Page(rows[:size], encode_key(*key(rows[size - 1])))

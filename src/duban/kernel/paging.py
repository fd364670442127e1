"""Paging by key: a page knows the key of its last row, never a row number."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    Return the parts of a key, of these kinds where they are named.

    :raises InvalidInput: if the word was not made by `encode_key` with that many parts of these kinds
    """
    try:
        parts = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
    except ValueError:
        parts = None
    kinds = kinds or (object,) * length
    if not isinstance(parts, list) or len(parts) != length or not all(map(isinstance, parts, kinds)):
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    return parts


def cut(rows: Sequence[Row], *, size: int, key: Callable[[Row], tuple[object, ...]]) -> Page[Row]:
    """Return a page from up to `size + 1` fetched rows; the extra row only tells that there are more."""
    if len(rows) <= size:
        return Page(rows)
    return Page(rows[:size], encode_key(*key(rows[size - 1])))

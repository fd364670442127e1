"""Canonical JSON: the one way of writing a state down, so that its hash is the same everywhere."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def canonical(value: Mapping[str, Any]) -> str:
    """Return canonical JSON: sorted keys, no spaces, text as it is; dates and moments in ISO form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)

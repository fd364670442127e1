"""The demonstration speeches and what a careful reader finds in the long one."""

import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
# The speech is held so many days after the campaign's launch.
HELD_AFTER_DAYS = 88


def speech() -> str:
    """The long speech with its damages, as it would be pasted."""
    return (_HERE / "speech.txt").read_text(encoding="utf-8")


def speech_gold() -> dict[str, Any]:
    """What is in the long speech, judged by hand; the same shape as `duban outline --json` gives."""
    found: dict[str, Any] = json.loads((_HERE / "speech.gold.json").read_text(encoding="utf-8"))
    return found


def short_speech() -> str:
    """A speech of three sentences, one of which asks for something."""
    return (_HERE / "speech_short.txt").read_text(encoding="utf-8")

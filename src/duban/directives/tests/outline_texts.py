"""The texts the outline is tested on: the project's own, and the speeches beside the repository where they exist."""

import json
from pathlib import Path
from typing import Any

_OWN = Path(__file__).parent / "outline_fixtures"
_BESIDE = Path(__file__).parents[5] / "shared" / "speeches"
FILES = sorted(_OWN.glob("*.txt")) + (sorted(_BESIDE.glob("*.txt")) if _BESIDE.is_dir() else [])
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in FILES}
OWN = {path.stem for path in FILES if path.parent == _OWN}


def gold_of(*, name: str) -> dict[str, Any]:
    path = next(path for path in FILES if path.stem == name)
    gold: dict[str, Any] = json.loads(path.with_suffix(".gold.json").read_text("utf-8"))
    return gold

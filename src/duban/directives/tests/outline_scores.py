"""Measures an outline against a hand-made gold outline of the same text."""

import re
from dataclasses import dataclass
from typing import Any

_MARKS = re.compile(r"[\s,，。、;；:：“”\"'()（）!！?？]")


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares between 0 and 1; `missing` and `extra` name the items on which outline and gold differ."""

    precision: float
    recall: float
    kinds: float
    tasks: float
    noise: float
    missing: list[str]
    extra: list[str]
    wrong_kinds: list[str]
    missing_tasks: list[str]


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _marked(sections: list[dict[str, Any]], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """Path of (marker, title) from the top -> kind, for items with a marker."""
    found: dict[tuple[str, ...], str] = {}
    for node in sections:
        if node.get("implicit") or node["marker"] is None:
            continue
        here = (*path, f"{_plain(node['marker'])}|{_plain(node['title'])}")
        found[here] = node["kind"]
        found |= _marked(node["children"], here)
    return found


def compare(*, outline: dict[str, Any], gold: dict[str, Any]) -> Scores:
    """Scores of `outline` (as_json) against `gold`: an item counts when marker, title and all that holds it are equal."""
    ours, theirs = _marked(outline["sections"]), _marked(gold["sections"])
    both = [path for path in theirs if path in ours]
    texts = [_plain(task["text"]) for task in outline["explicit_tasks"]]
    wanted = [task["text"] for task in gold["explicit_tasks"]]
    missing_tasks = [text for text in wanted if not any(_plain(text) in ours_ for ours_ in texts)]
    noise = gold.get("noise", [])
    return Scores(
        precision=len(both) / len(ours) if ours else 1.0,
        recall=len(both) / len(theirs) if theirs else 1.0,
        kinds=sum(ours[path] == theirs[path] for path in both) / len(both) if both else 1.0,
        tasks=1 - len(missing_tasks) / len(wanted) if wanted else 1.0,
        noise=1.0 if sorted(outline["noise"]) == sorted(noise) else 0.0,
        missing=["/".join(path) for path in theirs if path not in ours],
        extra=["/".join(path) for path in ours if path not in theirs],
        wrong_kinds=[
            f"{'/'.join(path)}: {ours[path]} for {theirs[path]}" for path in both if ours[path] != theirs[path]
        ],
        missing_tasks=missing_tasks,
    )

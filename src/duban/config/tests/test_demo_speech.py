"""The demonstration speech carries the damages it should, and its gold outline is verbatim in it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from duban.config.demo.speech import short_speech, speech, speech_gold
from duban.workdays.expressions import read_due, seeded_calendar

TEXT = speech()
GOLD = speech_gold()


def cleaned() -> str:
    text = TEXT
    for noise in sorted(GOLD["noise"], key=len, reverse=True):
        at = 0 if noise == "1、" else text.index(noise)
        assert text.startswith(noise, at)
        text = text[:at] + text[at + len(noise) :]
    for line in GOLD["broken_lines"]:
        text = text.replace(f"{line['before']}\n{line['after']}", line["before"] + line["after"])
    return text


CLEAN = cleaned()


def nodes(items: list[dict[str, Any]] | None = None) -> Iterator[dict[str, Any]]:
    for node in GOLD["sections"] if items is None else items:
        yield node
        yield from nodes(node["children"])


def test_the_speech_has_about_four_and_a_half_thousand_characters() -> None:
    assert 4_300 <= len(TEXT) <= 4_800


def test_every_string_of_the_gold_outline_is_verbatim_in_the_speech() -> None:
    for node in nodes():
        strings = [node["title"], node.get("lead", ""), node.get("body", ""), node.get("tail", "")]
        strings += [
            piece for key in ("responsible", "deadline", "quantity") for piece in (node.get(key) or "").split(" | ")
        ]
        assert all(string in CLEAN for string in strings), node["title"]
        assert node["marker"] is None or node["marker"] + node["title"] in CLEAN
    for task in GOLD["explicit_tasks"]:
        assert CLEAN.count(task["text"]) == 1
    for key in ("title", "salutation", "intro", "closing"):
        assert GOLD[key] in CLEAN


def test_sections_items_tasks_and_noise_are_as_many_as_described() -> None:
    found = list(nodes())
    assert sum(node["level"] == 1 for node in found) == 5
    assert sum(node["level"] == 2 and node["marker"] is not None for node in found) == 23
    assert sum(node.get("set") == "六个不销号" for node in found) == 6
    tasks = GOLD["explicit_tasks"]
    assert len(tasks) == 24
    assert sum(task["deadline"] is not None for task in tasks) == 19
    assert sum(task["responsible"] is not None for task in tasks) == 21
    assert len(GOLD["noise"]) == 14
    assert len(GOLD["warnings"]) == 7


def test_the_damages_are_there() -> None:
    assert TEXT.count(GOLD["title"]) == 2
    assert "范文" in TEXT
    assert "专题民主\n生活会" in TEXT
    assert CLEAN.count("群众的事没有小事。") == 2
    assert all(f"\n{page}、" in TEXT for page in range(2, 10))
    assert GOLD["announced_counts"][0]["match"] is False
    for word in ("x个", "近x万人", "不程度存在", "教育实践活动", "昨天", "韩主任", "省略312字", " **"):
        assert word in TEXT
    halves = [section for section in GOLD["sections"] if "," in section["lead"]]
    assert [section["marker"] for section in halves] == ["二、", "四、"]


def test_every_deadline_of_the_speech_is_understood() -> None:
    on = date(2026, 11, 18)
    for task in GOLD["explicit_tasks"]:
        for text in (task["deadline"] or "").split(" | "):
            if text:
                due = read_due(text=text, on=on, calendar=seeded_calendar())
                assert due.raw == text
                assert due.kind in ("date", "recurring")
                assert due.end is not None or due.period is not None


def test_the_short_speech_asks_for_one_thing_by_the_end_of_the_month() -> None:
    sentences = [part for part in short_speech().splitlines()[-1].split("。") if part]
    assert len(sentences) == 3
    assert sum("要" in sentence for sentence in sentences) == 1
    assert read_due(text=sentences[1], on=date(2026, 11, 18), calendar=seeded_calendar()).end == date(2026, 11, 30)

"""Announced numbers of points against the points found, and named sets with their members (R-690, R-691, R-703, R-710)."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from duban.directives.outline.canonical import View
from duban.directives.outline.markers import chinese_number
from duban.directives.outline.nesting import Item

_N = "(?:[一二三四五六七八九十两几]{1,3}|\\d{1,2}|若干)"
_ANNOUNCED = re.compile(
    rf"(?<![第“])((?!一(?![一二三四五六七八九十])|1(?!\d)){_N})(?:个方面|方面|点|(?:个|项|条|件|大|类|句|步|种|道|层)(?=[\u4e00-\u9fff]))"
)
_SPOKEN = re.compile(
    rf"(?:(?:再|先|着重|重点|主要|简要)*(?:讲|谈|提出?|强调|说|作|部署|安排|抓好)(?:[了]?以?下?面?以下|如下|这么)?)({_N})(?:个方面|方面|点|个|项|条|件|句|层)[^,。;:!]{{0,12}}"
)
_SET = re.compile(
    r"“(?P<quoted>(?P<n1>[二两三四五六七八九十]{1,2})(?:个|项|条|大|次)?(?P<key1>[\u4e00-\u9fff]{1,6}))”"
    r"|(?P<half>(?P<n3>[二两三四五六七八九十]{1,2})(?:个|项|条)“(?P<key3>[\u4e00-\u9fff]{1,6})”)"
    r"|(?P<plain>(?P<n2>[二两三四五六七八九十]{1,2})个?(?P<key2>不[\u4e00-\u9fff]{1,3}|不能|坚持|带头))(?=[:,]|即|就是|,即)"
)
_PIECE = re.compile(r"[^、,;:。!?“”\n]+")
_CLAUSE = re.compile(r"[^,;:。!?“”\n]+")
_PREFIX = re.compile(r"^(?:即|就是|做到|也就是|分别是|包括|要|坚持做到|必须做到|对)?")
_SLOGAN = re.compile(
    r"“(?P<before>[^“”\n]{4,80})”的?(?P<b>\d{1,3}|[一二三四五六七八九十]{1,4})(?:个)?字"
    r"|(?P<a>\d{1,3}|[一二三四五六七八九十]{2,4})(?:个)?字[\u4e00-\u9fff]{0,6}[:,]?“(?P<after>[^“”\n]{4,80})”"
)
_REACH = 320


@dataclass(slots=True)
class Member:
    """A member of a named set at [start, end) of the view."""

    start: int
    end: int
    set: str


def number_of(text: str) -> int | None:
    """The number a Chinese or Arabic numeral stands for; None for 几 and 若干."""
    if text.isdigit():
        return int(text)
    return None if "几" in text or "若" in text else chinese_number(text)


def _last(matches: Iterator[re.Match[str]]) -> re.Match[str] | None:
    tail = deque(matches, maxlen=1)
    return tail[0] if tail else None


def _count(text: str, announced: int | None, found: int, position: int) -> dict[str, Any]:
    return {
        "text": text,
        "announced": announced,
        "found": found,
        "match": None if announced is None else announced == found,
        "position": position,
    }


def announced_lists(
    *, view: View, roots: list[Item], intro: tuple[int, int], found_at_top: int
) -> list[dict[str, Any]]:
    """Announcements that stand just before a list, and the one of the introduction."""
    counts: list[dict[str, Any]] = []
    text = view.text
    spoken = _last(_SPOKEN.finditer(text, *intro))
    if spoken and found_at_top:
        begin = max(text.rfind(mark, intro[0], spoken.start()) for mark in ",;:。!\n") + 1
        begin = begin if spoken.end() - begin <= 14 else spoken.start()
        counts.append(_count(view.shown[begin : spoken.end()].strip(), number_of(spoken.group(1)), found_at_top, begin))
    waiting = [item for item in roots if item.children]
    while waiting:
        item = waiting.pop()
        waiting += [child for child in item.children if child.children]
        for first, length in _lists(item.children):
            start = max(text.rfind(mark, item.start, first.start - 2) for mark in "。\n") + 1
            start = max(start, item.start, first.start - 120)
            last = _last(_ANNOUNCED.finditer(text, start, first.start))
            if last is None:
                start = item.after
                stops = [place for mark in "。\n" if (place := text.find(mark, start, first.start)) >= 0]
                last = _last(_ANNOUNCED.finditer(text, start, min([*stops, start + 60])))
            if last is None or (number_of(last.group(1)) or 0) > 20:
                continue
            begin = max(text.rfind(mark, start, last.start()) for mark in ",;:。") + 1 or start
            stop = min(
                (place for mark in ",;:。\n" if (place := text.find(mark, last.end(), first.start)) >= 0),
                default=first.start,
            )
            counts.append(_count(view.shown[max(begin, stop - 30) : stop], number_of(last.group(1)), length, begin))
    return counts


def _lists(children: list[Item]) -> list[tuple[Item, int]]:
    lists: list[list[Item]] = []
    for child in children:
        if lists and lists[-1][-1].type == child.type and child.number > 1:
            lists[-1].append(child)
        else:
            lists.append([child])
    return [(items[0], len(items)) for items in lists]


def named_sets(*, view: View, markers: list[int], begin: int) -> tuple[list[dict[str, Any]], list[Member]]:
    """Sets that the text names with a number (五不放过) and lists beside the name, member by member."""
    counts: list[dict[str, Any]] = []
    members: list[Member] = []
    done: set[str] = set()
    tried: dict[str, int] = {}
    text = view.text
    for match in _SET.finditer(text, begin):
        name = match.group("quoted") or match.group("half") or match.group("plain")
        number = chinese_number(match.group("n1") or match.group("n2") or match.group("n3"))
        key = match.group("key1") or match.group("key2") or match.group("key3")
        # A name without members beside it is looked at a few times only: a text may repeat it without end.
        tried[name] = tried.get(name, 0) + 1
        if name in done or tried[name] > 8 or len(tried) > 2000 or not number or number > 20:
            continue
        after = _pieces(text, match.end(), min(match.end() + _REACH, len(text)), key, number)
        before = _pieces(text, *_sentence_before(text, match.start()), key, number)
        chosen = after if len(after) == number else before if len(before) == number else after if len(key) > 1 else []
        if len(chosen) < 2:
            continue
        done.add(name)
        shown = view.shown[match.start() : match.end()]
        if match.group("quoted"):
            shown = shown[1:-1]
        counts.append(_count(shown, number, len(chosen), match.start()))
        listed = sum(1 for place in markers if chosen[0][0] - 4 <= place <= chosen[-1][1])
        if listed < 2:
            members += [Member(start, end, shown) for start, end in chosen]
    for match in _SLOGAN.finditer(text, begin):
        slogan, size = ("before", "b") if match.group("before") else ("after", "a")
        length = sum(1 for character in match.group(slogan) if "\u4e00" <= character <= "\u9fff")
        stop = match.end() if slogan == "before" else match.start("after") - 1
        place = match.start(size)
        counts.append(_count(view.shown[place:stop], number_of(match.group(size)), length, place))
    return counts, sorted(members, key=lambda member: member.start)


def _sentence_before(text: str, position: int) -> tuple[int, int]:
    start = position
    for _ in range(2):
        start = max(
            text.rfind("。", max(0, position - _REACH), start), text.rfind("\n", max(0, position - _REACH), start)
        )
        if start < 0:
            return max(0, position - _REACH), position
    return start + 1, position


def _pieces(text: str, start: int, end: int, key: str, number: int) -> list[tuple[int, int]]:
    """Places of the clauses in text[start:end] that carry the key of the set, at most as many as it announces."""
    fallback: list[tuple[int, int]] = []
    zone = text[start:end]
    keys = [used for used in ((key, key[:-1]) if len(key) >= 3 else (key,)) if zone.count(used) >= 2]
    for used, piece in ((used, piece) for used in keys for piece in (_CLAUSE, _PIECE)):
        found: list[tuple[int, int]] = []
        for match in piece.finditer(text, start, end):
            words = match.group()
            lead = _PREFIX.match(words)
            offset = (
                lead.end() if lead and len(words) - lead.end() > len(used) + 1 and not words.startswith("对") else 0
            )
            words = words[offset:].strip(" ")
            hit = (
                words.startswith(used) and len(words) >= 3
                if len(used) == 1
                else used in words and len(words) > len(used)
            )
            if hit and len(words) <= 40:
                found.append((match.start() + offset, match.end()))
                if len(found) == number:
                    return found
        if len(found) > len(fallback) and "。" not in text[start : found[-1][0]]:
            fallback = found
    return fallback if len(fallback) >= 2 else []

"""Figures with their meaning, repeated words, words of another campaign, and the warnings a reader is shown."""

import re
from bisect import bisect_left
from typing import Any

from duban.directives.outline.markers import chinese_number

_FIGURE = re.compile(
    r"(?=[近约超不达累\dxX×*一二三四五六七八])(?:(?P<date>(?:\d{4}年)?\d{1,2}月\d{1,2}[日号])"
    r"|(?P<half>\d{1,3}天半)"
    r"|(?:近|约|超过?|不少于|不低于|不超过|达|累计)?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>[万亿]?(?:[%‰]|个百分点|工作日|[\u4e00-\u9fff]))"
    r"|近?(?P<unknown>[xX×]{1,3}|\*{1,3})(?P<what>[万亿]?[个名人条件次户家项])"
    r"|(?P<from>[一二三四五六七八])[、至到]?(?P<to>[二三四五六七八九])[个名人条件次户家项种篇])"
)
_CAMPAIGN = re.compile(r"(主题教育|专题教育|教育实践活动|教育整顿|先进性教育|学习教育|集中教育|警示教育)")
_DEMANDED = re.compile(r"(?:确保|保证|推动|推进|抓好|搞好|开展好|深入开展|扎实开展|完成好)[\u4e00-\u9fff]{0,4}$")
_EARLIER = re.compile(r"以往|曾经|曾|过去|前期|历次|此前|去年|上一批|先后|等党内|参加过")
_MASK = re.compile(
    r"\*{2,}|(?<![A-Za-z])[xX×]{1,3}(?=[个名人条件次户家项万亿年月日大市区县省某])|(?<![\u4e00-\u9fffA-Za-z])_(?=[\u4e00-\u9fff])|某某|XX|×"
)
_RELATIVE = re.compile(r"昨天|昨日|今天|今日|前天|明天|上周|本周|上个月|上月|本月")
_STOP = re.compile(r"[,。;:!?\n]")
_MOST_FIGURES = 5000
_WINDOW = 36
_STRIDE = 6


def figures(*, view: str, shown: str, begin: int) -> list[dict[str, Any]]:
    """Numbers with a unit: value (None for a placeholder such as x) and the clause that gives it its meaning."""
    found: list[dict[str, Any]] = []
    stops = [match.start() for match in _STOP.finditer(view)]
    seen: set[tuple[str, str]] = set()
    for match in _FIGURE.finditer(view, begin):
        if len(found) == _MOST_FIGURES:
            break
        slot = bisect_left(stops, match.start())
        start = stops[slot - 1] + 1 if slot and stops[slot - 1] >= match.start() - 60 else max(0, match.start() - 60)
        slot = bisect_left(stops, match.end())
        near = slot < len(stops) and stops[slot] < match.end() + 60
        meaning = shown[start : stops[slot] if near else match.end()].strip()
        text = shown[match.start() : match.end()]
        if match.group("unknown"):
            text = shown[max(start, view.rfind("、", start, match.start()) + 1) : match.end()]
        if (text, meaning) in seen:
            continue
        seen.add((text, meaning))
        found.append({"text": text, "value": _value(match), "meaning": meaning})
    return found


def _value(match: re.Match[str]) -> int | float | str | None:
    if match.group("date"):
        parts = [int(part) for part in re.findall(r"\d+", match.group("date"))]
        return "-".join(f"{part:02d}" for part in parts)
    if match.group("half"):
        return int(match.group("half")[:-2]) + 0.5
    if match.group("number"):
        plain = match.group("number").replace(",", "")
        if len(plain) > 15:
            return None
        number = float(plain) if "." in plain else int(plain)
        scale = {"万": 10_000, "亿": 100_000_000}.get(match.group("unit")[0], 1)
        return number * scale
    if match.group("from"):
        return f"{chinese_number(match.group('from'))}-{chinese_number(match.group('to'))}"
    return None


def repeated(*, sentences: list[str]) -> dict[int, int]:
    """Sentence index -> index of the earlier sentence that has the same words, or at least 36 of them in a row."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for index, sentence in enumerate(sentences):
        words = re.sub(r"[\s,。;:!?、“”]", "", sentence)[:4000]
        if len(words) < 14:
            continue
        key = words if len(words) < _WINDOW else ""
        if key:
            earlier = first.get(key)
            first.setdefault(key, index)
        else:
            earlier = next(
                (
                    first[part]
                    for place in range(len(words) - _WINDOW + 1)
                    if (part := words[place : place + _WINDOW]) in first
                ),
                None,
            )
            for place in range(0, len(words) - _WINDOW + 1, _STRIDE):
                first.setdefault(words[place : place + _WINDOW], index)
        if earlier is not None and earlier != index:
            found[index] = earlier
    return found


def other_campaign(*, title: str, sentences: list[str]) -> list[tuple[str, int]]:
    """Names of kinds of campaign that the title does not carry and a demand does: (word, sentence index)."""
    own = {match.group(1) for match in _CAMPAIGN.finditer(title)}
    if not own:
        return []
    tally: dict[str, list[int]] = {}
    for index, sentence in enumerate(sentences):
        for match in _CAMPAIGN.finditer(sentence[:3000]):
            word = match.group(1)
            demanded = _DEMANDED.search(sentence, max(0, match.start() - 8), match.start())
            if demanded and word not in own and not _EARLIER.search(sentence[:3000]):
                tally.setdefault(word, []).append(index)
    usual = sum(sentence.count(word) for sentence in sentences for word in own)
    return [(word, places[0]) for word, places in tally.items() if len(places) <= 2 and usual >= 3]


def warning(code: str, message: str, **context: Any) -> dict[str, Any]:
    """One warning: a code for programs, an English sentence, and what it is about."""
    return {"code": code, "message": message, **context}


def masked(*, view: str) -> list[str]:
    """Masked names and placeholders, as written (unknown values, never names or zero)."""
    return list(dict.fromkeys(match.group() for match in _MASK.finditer(view)))


def relative_date(*, view: str) -> str | None:
    match = _RELATIVE.search(view, 0, 4000)
    return match.group() if match else None

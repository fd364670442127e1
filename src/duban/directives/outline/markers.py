"""Where the text may start an item, and what number that item would have."""

import re
from dataclasses import dataclass

_N = "[一二三四五六七八九十]{1,3}"
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
STRUCTURAL = {"chapter": 0, "part": 1, "cn": 2, "pcn": 3, "dig": 4, "pdig": 5, "half": 6, "circled": 7}
INLINE = ("shi", "yao", "di", "xian", "qi")
CONVENTIONAL_LIMIT = 60

_MARKER = re.compile(
    r"(?=[第首其再最(\d㈠-㈩⑴-⒛①-⑳一二三四五六七八九十])(?:"
    rf"第(?P<part>[一二三四五六七八九十百]{{1,4}})(?P<unit>[章节条编]|部分)(?=[ \n:、,]|[\u4e00-\u9fff])"
    rf"|第(?P<di>{_N})(?:[,、:]|(?=是|要))(?![ ]*第{_N})"
    rf"|(?P<shi>{_N})是(?!否|非)"
    rf"|(?P<yao>{_N})要(?!求|素|闻|害|塞|件|不然|点(?!名|对|面|评|亮|出|到)|领(?!导|会|取|先|着)|是(?!把|抓|加|用))"
    rf"|(?P<cn>{_N})(?:、(?!{_N}(?:[、季级类线期批等是个]|[\u4e00-\u9fff]?(?:年级|季度)))|[.])"
    rf"|\((?P<pcn>{_N})\)"
    r"|(?P<pcn1>[㈠-㈩])"
    r"|(?P<dig>\d{1,2})(?:、|[.](?!\d)|[.](?=\d{4}年))"
    r"|(?P<dig1>[⒈-⒛])"
    r"|\((?P<pdig>\d{1,2})\)"
    r"|(?P<pdig1>[⑴-⒇])"
    r"|(?P<half>\d{1,2})\)"
    r"|(?P<circled>[①-⑳])"
    r"|(?P<xian>首先|其次|再次|再其次|最后)(?=[,:要是应]|[\u4e00-\u9fff])"
    rf"|其(?P<qi>{_N})(?:[,、:]|(?=是|要)))"
)
_FIRST = {"pcn1": "㈠", "dig1": "⒈", "pdig1": "⑴", "circled": "①"}
_ORDER = {"首先": 1, "其次": 2, "再次": 3, "再其次": 3, "最后": 0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible marker at [start, end) of the view; number 0 means "the last one" (最后)."""

    type: str
    number: int
    start: int
    end: int
    line_start: bool
    strong: bool


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral below a thousand; None where the characters do not make one."""
    total = digit = 0
    for character in text.replace("零", "〇").replace("两", "二"):
        if character == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif character == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif character == "〇":
            continue
        elif character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        else:
            return None
    return total + digit or None


def find_candidates(*, view: str) -> list[Candidate]:
    """Markers at a line start, after a sentence end, or (inline ones) after a comma."""
    found: list[Candidate] = []
    for match in _MARKER.finditer(view):
        kind = match.lastgroup or ""
        if match.group("part"):
            kind = "part" if match.group("unit") in ("条", "节") else "chapter"
            number = chinese_number(match.group("part"))
        elif kind in _FIRST:
            number = ord(match.group(kind)) - ord(_FIRST[kind]) + 1
            kind = kind.removesuffix("1")
        elif kind == "xian":
            number = _ORDER[match.group(kind)]
        elif kind in ("dig", "pdig", "half"):
            number = int(match.group(kind))
        else:
            number = chinese_number(match.group(kind))
        if number is None:
            continue
        start = match.start()
        before = start - 1
        while before >= 0 and view[before] == " ":
            before -= 1
        line_start = before < 0 or view[before] == "\n"
        strong = line_start or _strong(view, before)
        weak = not strong and kind in INLINE and view[before] in ",，"
        if kind in ("chapter", "part") and not line_start:
            continue
        if kind == "half" and not strong:
            continue
        if strong or weak:
            found.append(Candidate(kind, number, start, match.end(), line_start, strong))
    return found


def _strong(view: str, before: int) -> bool:
    last = view[before]
    if last in "。;:!?…":
        return True
    return last in "”’)》" and before > 0 and view[before - 1] in "。;!?"

"""
The visible markers of automatic numbering in a .docx: 一、 （一） 1. ① and the like, which are nowhere in its text.

Word keeps per list the form and start of each level (numbering.xml) and counts while it lays out; this counts the same way.
Runs inside a confined process.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from duban.workbooks.wordtables import W

MOST_LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_PLACE = re.compile(r"%([1-9])")


def chinese(number: int, *, digits: str = _DIGITS, units: str = "十百千") -> str:
    """1 → 一, 12 → 十二, 105 → 一百〇五 (up to 9,999; larger numbers in figures)."""
    if not 0 < number < 10_000:
        return str(number)
    parts = ""
    pending_zero = False
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), str(number), strict=True):
        if digit == "0":
            pending_zero = bool(parts)
            continue
        parts += (digits[0] if pending_zero else "") + digits[int(digit)] + (units[place - 1] if place else "")
        pending_zero = False
    return parts[1:] if 10 <= number < 20 and digits == _DIGITS else parts


def _roman(number: int) -> str:
    text = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        text += letters * (number // value)
        number %= value
    return text


def _letter(number: int) -> str:
    return chr(65 + (number - 1) % 26) * min(1 + (number - 1) // 26, 9)


def _ringed(number: int) -> str:
    if 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    return chr(0x3251 + number - 21) if 21 <= number <= 35 else str(number)


def _wide(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))


def _plain_counting(number: int) -> str:
    """Forms named “counting” without thousands write larger numbers digit by digit."""
    return chinese(number) if number < 100 else "".join(_DIGITS[int(digit)] for digit in str(number))


FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02d}",
    "decimalFullWidth": _wide,
    "decimalFullWidth2": _wide,
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _ringed,
    "decimalEnclosedCircleChinese": _ringed,
    "decimalEnclosedFullstop": lambda n: chr(0x2488 + n - 1) if 1 <= n <= 20 else f"{n}.",
    "decimalEnclosedParen": lambda n: chr(0x2474 + n - 1) if 1 <= n <= 20 else f"({n})",
    "chineseCounting": _plain_counting,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(digit)] for digit in str(n)),
    "taiwaneseCounting": _plain_counting,
    "taiwaneseCountingThousand": chinese,
    "taiwaneseDigital": lambda n: "".join(_DIGITS[int(digit)] for digit in str(n)),
    "ideographDigital": lambda n: "".join(_DIGITS[int(digit)] for digit in str(n)),
    "koreanCounting": chinese,
    "chineseLegalSimplified": lambda n: chinese(n, digits=_LEGAL, units="拾佰仟"),
    "ideographLegalTraditional": lambda n: chinese(n, digits=_LEGAL, units="拾佰仟"),
    "ideographTraditional": lambda n: _STEMS[(n - 1) % 10],
    "ideographZodiac": lambda n: _BRANCHES[(n - 1) % 12],
    "ideographEnclosedCircle": lambda n: chr(0x3280 + n - 1) if 1 <= n <= 10 else chinese(n),
    "upperLetter": _letter,
    "lowerLetter": lambda n: _letter(n).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda n: _roman(n).lower(),
}


@dataclass(kw_only=True)
class Level:
    """One level of a list: where it starts, how its number looks, the text around it ("（%1）")."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    in_figures: bool = False
    restart_after: int | None = None


@dataclass(kw_only=True)
class _List:
    shared: str
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the automatic numbers of one document, paragraph by paragraph in the order of the text."""

    def __init__(self, numbering: ElementTree.Element | None, styles: ElementTree.Element | None) -> None:
        self.lists: dict[str, _List] = {}
        self.of_style: dict[str, tuple[str, int]] = {}
        self.counts: dict[str, dict[int, int]] = {}  # lists made from one definition go on counting together
        self.begun: set[tuple[str, int]] = set()
        if numbering is not None:
            self._read_lists(numbering)
        if styles is not None:
            self._read_styles(styles)

    def _read_lists(self, root: ElementTree.Element) -> None:
        shared: dict[str, dict[int, Level]] = {}
        linked: dict[str, str] = {}
        for abstract in root.iterfind(f"{W}abstractNum"):
            name = abstract.get(f"{W}abstractNumId", "")
            shared[name] = {_int(lvl.get(f"{W}ilvl"), 0): _level(lvl) for lvl in abstract.iterfind(f"{W}lvl")}
            style = abstract.find(f"{W}styleLink")
            if style is not None:
                linked[style.get(f"{W}val", "")] = name
        for abstract in root.iterfind(f"{W}abstractNum"):
            link = abstract.find(f"{W}numStyleLink")
            if link is not None and link.get(f"{W}val", "") in linked:
                shared[abstract.get(f"{W}abstractNumId", "")] = shared[linked[link.get(f"{W}val", "")]]
        for number in root.iterfind(f"{W}num"):
            abstract_id = number.find(f"{W}abstractNumId")
            name = "" if abstract_id is None else abstract_id.get(f"{W}val", "")
            levels = dict(shared.get(name, {}))
            starts: dict[int, int] = {}
            for override in number.iterfind(f"{W}lvlOverride"):
                place = _int(override.get(f"{W}ilvl"), 0)
                own = override.find(f"{W}lvl")
                if own is not None:
                    levels[place] = _level(own)
                start = override.find(f"{W}startOverride")
                if start is not None:
                    starts[place] = _int(start.get(f"{W}val"), 1)
            self.lists[number.get(f"{W}numId", "")] = _List(shared=name, levels=levels, starts=starts)

    def _read_styles(self, root: ElementTree.Element) -> None:
        based: dict[str, str] = {}
        own: dict[str, tuple[str | None, int | None]] = {}
        for style in root.iterfind(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            base = style.find(f"{W}basedOn")
            based[name] = "" if base is None else base.get(f"{W}val", "")
            given = style.find(f"{W}pPr/{W}numPr")
            if given is not None:
                own[name] = _given(given)
        for name in based:
            number: str | None = None
            level: int | None = None
            at, seen = name, set[str]()
            while at and at not in seen and (number is None or level is None):
                seen.add(at)
                above_number, above_level = own.get(at, (None, None))
                number = above_number if number is None else number
                level = above_level if level is None else level
                at = based.get(at, "")
            if number is not None:
                self.of_style[name] = (number, level or 0)

    def marker(self, paragraph: ElementTree.Element) -> str:
        """The marker that stands before this paragraph, "" for none; has to be asked once for each paragraph in order."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            style = given = None
        else:
            style, given = properties.find(f"{W}pStyle"), properties.find(f"{W}numPr")
        number, level = self.of_style.get("" if style is None else style.get(f"{W}val", ""), (None, 0))
        if given is not None:
            own_number, own_level = _given(given)
            number = number if own_number is None else own_number
            level = level if own_level is None else own_level
        if number is None or number not in self.lists:
            return ""
        return self._next(number, min(level, MOST_LEVELS - 1))

    def _next(self, number: str, level: int) -> str:
        listed = self.lists[number]
        form = listed.levels.get(level)
        if form is None or form.form == "none":
            return "" if form is None or "%" in form.text else form.text
        if form.form == "bullet":
            return "" if not form.text or "\ue000" <= form.text[0] <= "\uf8ff" else form.text
        counts = self.counts.setdefault(listed.shared, {})
        if level in listed.starts and (number, level) not in self.begun:
            counts[level] = listed.starts[level]
        else:
            counts[level] = counts[level] + 1 if level in counts else form.start
        self.begun.add((number, level))
        for deeper in [other for other in counts if other > level]:
            restart = listed.levels.get(deeper, Level()).restart_after
            if restart is None or (restart > 0 and level < restart):
                del counts[deeper]

        def filled(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            shown = listed.levels.get(at, Level())
            count = counts.get(at, shown.start)
            return str(count) if form.in_figures else FORMS.get(shown.form, str)(max(count, 1) if count else 0)

        return _PLACE.sub(filled, form.text)


def _int(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else otherwise


def _given(properties: ElementTree.Element) -> tuple[str | None, int | None]:
    number, level = properties.find(f"{W}numId"), properties.find(f"{W}ilvl")
    return (
        None if number is None else number.get(f"{W}val", ""),
        None if level is None else _int(level.get(f"{W}val"), 0),
    )


def _level(node: ElementTree.Element) -> Level:
    def value(name: str) -> str | None:
        found = node.find(W + name)
        return None if found is None else found.get(f"{W}val", "")

    legal = node.find(f"{W}isLgl")
    return Level(
        start=_int(value("start"), 1),
        form=value("numFmt") or "decimal",
        text=value("lvlText") or "",
        in_figures=legal is not None and legal.get(f"{W}val", "1") not in ("0", "false"),
        restart_after=None if value("lvlRestart") is None else _int(value("lvlRestart"), 0),
    )

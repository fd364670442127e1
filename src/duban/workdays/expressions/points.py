"""Stretches of time named in Chinese papers: a day, the last third of a month, a quarter, a year, a festival."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from duban.workdays.expressions.festivals import FESTIVALS, festival_day
from duban.workdays.expressions.numerals import NUMERAL, number

Precision = Literal["day", "week", "ten_days", "month", "quarter", "half_year", "year"]
Stretch = tuple[date, date]

ONE_DAY = timedelta(days=1)
# How far back a date without a year may lie before it is read as one of the following year: a named day may be a report
# of the past, a deadline hardly, the days before a festival never.
LOOK_BACK = timedelta(days=183)
LOOK_BACK_OF_DEADLINES = timedelta(days=31)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class Point:
    """A named stretch, not yet placed in a year.

    `edge` marks the names of a last moment (底, 末, 内), which are deadlines by themselves; `festival` those on
    which nobody works, so that "before" never includes them. Exactly one of `in_year` and `from_day` is set.
    """

    stop: int
    precision: Precision
    year: int | None = None
    year_shift: int | None = None
    in_year: Callable[[int], Stretch] | None = None
    from_day: Callable[[date], Stretch] | None = None
    chained: bool = False
    edge: bool = False
    festival: bool = False
    # A stretch of named days is a period although each end is exact.
    several: bool = False

    def place(self, *, on: date | None, after: date | None = None, deadline: bool = False) -> Stretch | None:
        """The stretch seen from the document's date `on`; `after` is the start of the range that this point ends.

        A date without a year is one of the document's year, unless that lies too far back (less far for a `deadline`).

        None where the document's date would be needed. Raises ValueError or OverflowError where there is no such day.
        """
        if self.from_day is not None:
            reference = after if self.chained and after is not None else on
            return self.from_day(reference) if reference is not None else None
        assert self.in_year is not None
        if self.year is not None:
            return self.in_year(_sane(self.year))
        if self.year_shift is not None:
            return self.in_year(_sane(on.year + self.year_shift)) if on is not None else None
        if after is not None:
            stretch = self.in_year(after.year)
            return stretch if stretch[1] >= after else self.in_year(after.year + 1)
        if on is None:
            # A leap year, so that only what no year has is called impossible.
            self.in_year(2024)
            return None
        back = ONE_DAY if self.festival else LOOK_BACK_OF_DEADLINES if deadline else LOOK_BACK
        try:
            stretch = self.in_year(on.year)
        except ValueError:
            # 29 February may be a day of the following year only.
            return self.in_year(on.year + 1)
        return stretch if on - stretch[1] <= back else self.in_year(on.year + 1)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - ONE_DAY


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(
        date(year, month + 1, 1) + timedelta(days=day.day - 1),
        month_end(year, month + 1),
    )


def month_stretch(year: int, first: int, last: int) -> Stretch:
    """From the first day of one month to the last day of another of the same year. Raises ValueError for no month."""
    if not 1 <= first <= last <= 12:
        raise ValueError("no such month")
    return date(year, first, 1), month_end(year, last)


def _sane(year: int) -> int:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError("no such year")
    return year


N = f"[{NUMERAL}]"
GAP = r"[ \t\n]{0,2}"
YEAR_WORDS = {
    "今年": 0, "本年度": 0, "本年": 0, "当年": 0, "明年": 1, "次年": 1, "来年": 1, "下一年": 1, "翌年": 1,
    "后年": 2, "去年": -1, "上年": -1, "上一年": -1, "前年": -2,
}  # fmt: skip
NAMED_YEAR = (
    rf"(?:(?P<year>(?:19|20|21)[0-9]{{2}}|[一二][〇○零一九][〇○零一二三四五六七八九]{{2}}|[2-9][0-9](?=年{GAP}{N}{{1,2}}{GAP}月))"
    rf"{GAP}年度?|(?P<year_word>今年|本年度|本年|当年|明年|次年|来年|下一年|翌年|后年|去年|上一年|上年|前年)){GAP}的?"
)
YEAR = f"(?:{NAMED_YEAR})?"
MONTH = rf"(?P<month>元|{N}{{1,2}}){GAP}月份?"
PARTS = r"(?P<part>[上中下]{1,2}旬|底|末|初|中(?![旬央心下小共国级层型间介等外止断])|内)?"
LAST_MOMENTS = ("底", "末", "内", "中")
PART_DAYS = {"上": (1, 10), "中": (11, 20), "下": (21, 31)}


def _stated_year(match: re.Match[str]) -> tuple[int | None, int | None]:
    word = match["year_word"]
    if word:
        return None, YEAR_WORDS[word]
    text = match["year"]
    if not text:
        return None, None
    value = number(text)
    return (value + 2000 if value is not None and value < 100 else value), None


def _value(text: str | None) -> int:
    value = number(text or "")
    return -1 if value is None else value


def _part_of_month(year: int, month: int, part: str | None) -> Stretch:
    first, last = month_stretch(year, month, month)
    if part is None or part in ("底", "末", "内"):
        return first, last
    if part == "初":
        return first, date(year, month, 10)
    if part == "中":
        return date(year, month, 11), date(year, month, 15)
    return date(year, month, PART_DAYS[part[0]][0]), min(last, first + timedelta(days=PART_DAYS[part[-2]][1] - 1))


def _part_precision(part: str | None) -> Precision:
    return "month" if part in (None, "底", "末", "内") else "ten_days"


def _day(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    month, day = _value(match["month"]), _value(match["day"])
    return Point(
        match.end(),
        "day",
        year,
        shift,
        in_year=lambda y: (date(y, month, day), date(y, month, day)),
    )


def _days(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    month, first, last = _value(match["month"]), _value(match["first"]), _value(match["last"])
    return Point(
        match.end(), "day", year, shift, in_year=lambda y: (date(y, month, first), date(y, month, last)), several=True
    )


def _month(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    month, part = _value(match["month"]), match["part"]
    return Point(
        match.end(), _part_precision(part), year, shift,
        in_year=lambda y: _part_of_month(y, month, part), edge=part in LAST_MOMENTS,
    )  # fmt: skip


def _months(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    first, last = _value(match["first"]), _value(match["last"])
    return Point(
        match.end(),
        "month",
        year,
        shift,
        in_year=lambda y: _months_across(y, first, last),
    )


def _months_across(year: int, first: int, last: int) -> Stretch:
    if first <= last:
        return month_stretch(year, first, last)
    return month_stretch(year, first, first)[0], month_stretch(year + 1, last, last)[1]


def _quarter(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    first = _value(match["quarter"])
    last = _value(match["last_quarter"]) if match["last_quarter"] else first
    return Point(
        match.end(), "quarter", year, shift,
        in_year=lambda y: month_stretch(y, first * 3 - 2, last * 3), edge=bool(match["edge"]),
    )  # fmt: skip


def _half(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    months = (1, 6) if match["half"] == "上" else (7, 12)
    return Point(
        match.end(),
        "half_year",
        year,
        shift,
        in_year=lambda y: month_stretch(y, *months),
        edge=bool(match["edge"]),
    )


def _year(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    if year is None and shift is None:
        shift = 0
    return Point(
        # 今年的 takes its 的 along only where a month follows.
        match.end() - match.group().endswith("的"),
        "year",
        year,
        shift,
        in_year=lambda y: month_stretch(y, 1, 12),
        edge=bool(match["edge"]),
    )


def _whole_year(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    if match["year_"]:
        year = int(match["year_"])
    elif year is None and shift is None:
        shift = 0
    return Point(match.end(), "year", year, shift, in_year=lambda y: month_stretch(y, 1, 12), edge=bool(match["edge"]))


def _year_part(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    part = match["part"][-1]
    months = {"初": (1, 1), "中": (6, 6)}.get(part, (1, 12))
    precision: Precision = "month" if part in ("初", "中") else "year"
    if year is None and shift is None:
        shift = 0
    return Point(
        match.end(),
        precision,
        year,
        shift,
        in_year=lambda y: month_stretch(y, *months),
        edge=part != "初",
    )


def _figures(match: re.Match[str]) -> Point:
    year, month = int(match["y"]), int(match["m"])
    if match["d"] is None:
        return Point(match.end(), "month", year, in_year=lambda y: month_stretch(y, month, month))
    day = int(match["d"])
    return Point(
        match.end(),
        "day",
        year,
        in_year=lambda y: (date(y, month, day), date(y, month, day)),
    )


def _packed(match: re.Match[str]) -> Point:
    text = match["packed"]
    month, day = int(text[4:6]), int(text[6:])
    return Point(
        match.end(),
        "day",
        int(text[:4]),
        in_year=lambda y: (date(y, month, day), date(y, month, day)),
    )


def _figure_months(match: re.Match[str]) -> Point:
    first, last = int(match["first"]), int(match["last"])
    return Point(
        match.end(),
        "month",
        int(match["y"]),
        in_year=lambda y: _months_across(y, first, last),
    )


def _years(match: re.Match[str]) -> Point:
    first, last = int(match["first"]), int(match["last"])
    return Point(
        match.end(),
        "year",
        first,
        in_year=lambda y: (date(y, 1, 1), date(_sane(last), 12, 31)),
    )


def _figures_without_year(match: re.Match[str]) -> Point:
    month, day = int(match["m"]), int(match["d"])
    return Point(match.end(), "day", in_year=lambda y: (date(y, month, day), date(y, month, day)))


def _relative_month(match: re.Match[str]) -> Point:
    shift = {"上": -1, "下": 1, "次": 1}.get(match["which"][0], 0)
    part, day = match["part"], match["day"]

    def from_day(on: date) -> Stretch:
        month = add_months(on.replace(day=1), shift)
        if day:
            return (month.replace(day=_value(day)),) * 2
        return _part_of_month(month.year, month.month, part)

    precision: Precision = "day" if day else _part_precision(part)
    return Point(match.end(), precision, from_day=from_day, edge=part in LAST_MOMENTS)


def _bare_part(match: re.Match[str]) -> Point:
    part = match["part"]
    return Point(
        match.end(), _part_precision(part),
        from_day=lambda on: _part_of_month(on.year, on.month, part), chained=True, edge=part in LAST_MOMENTS,
    )  # fmt: skip


def _bare_ten_days(match: re.Match[str]) -> Point:
    part = match["part"]
    return Point(
        match.end(),
        "ten_days",
        from_day=lambda on: _part_of_month(on.year, on.month, part),
        chained=True,
    )


def _relative_quarter(match: re.Match[str]) -> Point:
    shift = {"上": -1, "下": 1}.get(match["which"][:1], 0)

    def from_day(on: date) -> Stretch:
        first = add_months(date(on.year, (on.month - 1) // 3 * 3 + 1, 1), shift * 3)
        return first, month_end(first.year, first.month + 2)

    return Point(match.end(), "quarter", from_day=from_day, edge=bool(match["edge"]))


WEEKDAYS = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    "末": 6,
}


def _relative_week(match: re.Match[str]) -> Point:
    which, weekday = match["which"], match["weekday"]
    weeks = {"上": -1, "下": 1}.get(which[0], 0) * len(which.replace("个", "").replace("一", ""))

    def from_day(on: date) -> Stretch:
        monday = on - timedelta(days=on.weekday()) + timedelta(weeks=weeks)
        if weekday and weekday != "末":
            return (monday + timedelta(days=WEEKDAYS[weekday]),) * 2
        return monday, monday + timedelta(days=6)

    exact = bool(weekday) and weekday != "末"
    return Point(
        match.end(),
        "day" if exact else "week",
        from_day=from_day,
        edge=bool(match["edge"]) or weekday == "末",
    )


def _weekday(match: re.Match[str]) -> Point:
    weekday = WEEKDAYS[match["weekday"]]
    return Point(match.end(), "day", from_day=lambda on: (on + timedelta(days=(weekday - on.weekday()) % 7),) * 2)


def _relative_day(match: re.Match[str]) -> Point:
    shift = {"昨": -1, "前": -2, "明": 1, "次": 1, "后": 2, "大": 3}.get(match["which"][0], 0)
    return Point(
        match.end(),
        "day",
        from_day=lambda on: (on + timedelta(days=shift),) * 2,
        edge=bool(match["edge"]),
    )


def _day_of_month(match: re.Match[str]) -> Point:
    day = _value(match["day"])

    def from_day(reference: date) -> Stretch:
        here = reference.replace(day=day)
        if here < reference:
            following = add_months(reference.replace(day=1), 1)
            here = following.replace(day=day)
        return here, here

    return Point(match.end(), "day", from_day=from_day, chained=True)


def _festival(match: re.Match[str]) -> Point:
    year, shift = _stated_year(match)
    name = match["festival"]
    return Point(
        match.end(),
        "day",
        year,
        shift,
        in_year=lambda y: (festival_day(name, y),) * 2,
        festival=True,
    )


EDGE = r"(?P<edge>末|底|(?:之|以)?内)?"
TO = rf"{GAP}(?:-|至|到){GAP}"
BEFORE = r"(?:之|以)?前(?![后期往来列沿段所])"
# Two numerals are a festival only where the paper says before it: 十一 is mostly the number eleven.
_NAMES = "|".join(sorted(FESTIVALS, key=len, reverse=True))
_FIGURE_MONTH = r"(?:1[0-2]|0?[1-9])"
_MONTH_PART = r"[上中下]{1,2}旬|底|末|初|内|中(?=前|旬|完|报)"

Form = tuple[re.Pattern[str], Callable[[re.Match[str]], Point]]


def _form(pattern: str, build: Callable[[re.Match[str]], Point]) -> Form:
    return re.compile(pattern), build


FORMS: tuple[Form, ...] = (
    _form(
        rf"(?<![0-9.])(?P<y>(?:19|20|21)[0-9]{{2}})(?P<sign>[-./])(?P<m>{_FIGURE_MONTH})"
        r"(?:(?P=sign)(?P<d>[0-9]{1,2}))?(?![0-9%亿万元倍]|\.[0-9])"
        r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?日?",
        _figures,
    ),
    _form(
        rf"(?<![0-9.])(?P<y>(?:19|20|21)[0-9]{{2}})[./](?P<first>{_FIGURE_MONTH})-(?P<last>{_FIGURE_MONTH})(?![0-9./-])月?",
        _figure_months,
    ),
    _form(
        r"(?<![0-9])(?P<packed>20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])",
        _packed,
    ),
    _form(
        rf"(?<![0-9.])(?P<m>{_FIGURE_MONTH})[./](?P<d>[0-9]{{1,2}})(?={BEFORE})",
        _figures_without_year,
    ),
    _form(
        r"(?<![0-9])(?P<first>20[0-9]{2})年?(?:-|至|到)(?P<last>20[0-9]{2})年(?!.{0,2}月)",
        _years,
    ),
    _form(rf"{YEAR}{MONTH}{GAP}(?P<day>{N}{{1,3}}){GAP}[日号]", _day),
    _form(rf"{YEAR}{MONTH}{GAP}(?P<first>{N}{{1,3}})[日号]?{TO}(?P<last>{N}{{1,3}})[日号]", _days),
    _form(rf"{YEAR}{MONTH}{GAP}{PARTS}", _month),
    _form(
        rf"{YEAR}(?P<first>{N}{{1,2}})(?:月份?)?{TO}(?P<last>{N}{{1,2}})月份?(?!{GAP}{N})(?P<edge>底|末|内)?",
        _months,
    ),
    _form(
        rf"{YEAR}第?(?P<quarter>[1-4一二三四])(?:(?:-|至|到)第?(?P<last_quarter>[1-4一二三四]))?(?:季度|季(?=末|底)){EDGE}",
        _quarter,
    ),
    _form(rf"{YEAR}[qQ](?P<quarter>[1-4])(?P<last_quarter>(?!))?(?![0-9]){EDGE}", _quarter),
    _form(rf"{YEAR}(?P<half>[上下])半年{EDGE}", _half),
    _form(rf"{NAMED_YEAR}(?:全年)?(?![级代龄])(?P<edge>(?!))?", _year),
    _form(rf"(?:{YEAR}|(?P<year_>20[0-9]{{2}}))全年(?=[，,。；;、]|内|$)(?P<edge>内)?", _whole_year),
    _form(
        rf"{YEAR}(?<![{NUMERAL}每近多几])(?P<part>年底|年末|年终|年初|年中(?=前|旬|完|报|$)|年度?内|(?<=[年度])[底末终内]|(?<=年)初(?!中))",
        _year_part,
    ),
    _form(
        rf"(?P<which>本|当|这个|这|上个|上|下个|下|次)月份?(?:{GAP}(?P<day>{N}{{1,3}})[日号]|(?P<part>{_MONTH_PART}))?",
        _relative_month,
    ),
    _form(
        rf"(?<![{NUMERAL}个每本当这上下次])月(?P<part>底|末|中(?=前|旬|完|报|$)|初|内)",
        _bare_part,
    ),
    _form(r"(?<![月年])(?P<part>[上中下]{1,2}旬)", _bare_ten_days),
    _form(
        rf"(?P<which>本|这个|这|当|上个|上一|上|下个|下一|下)季度{EDGE}",
        _relative_quarter,
    ),
    _form(
        r"(?P<which>本|这个|这|当|上个|上上|上一|上|下个|下下|下一|下)(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])?"
        rf"{EDGE}(?![年期围边岁到])",
        _relative_week,
    ),
    _form(
        r"(?P<which>大后天|今天|今日|今晚|当天|当日|即日|明天|明日|次日|后天|昨天|昨日|前天)(?P<edge>(?:之|以)?内)?",
        _relative_day,
    ),
    _form(r"(?P<which>现在)(?=起)(?P<edge>(?!))?", _relative_day),
    _form(rf"(?P<which>)(?<![{NUMERAL}每本当这上下第])季度?(?P<edge>末|底)", _relative_quarter),
    _form(rf"(?<![每本上下这当{NUMERAL}])(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?=下班|{BEFORE})", _weekday),
    _form(
        rf"(?<![{NUMERAL}月每])(?P<day>{N}{{1,3}})[日号](?={BEFORE}|止|下班)",
        _day_of_month,
    ),
    _form(rf"{YEAR}(?<![{NUMERAL}第])(?P<festival>{_NAMES})(?={BEFORE}|(?:之|以)?后|$)", _festival),
)
# Only the end of a range may be a bare day: 3月5日至8日.
LAST_FORMS: tuple[Form, ...] = (
    *FORMS,
    _form(rf"(?P<day>{N}{{1,3}})[日号]", _day_of_month),
)


def point_at(text: str, position: int, *, last: bool = False) -> Point | None:
    """The longest stretch named at this position of a plain text; `last` where it ends a range."""
    found: Point | None = None
    for pattern, build in LAST_FORMS if last else FORMS:
        match = pattern.match(text, position)
        if match and (found is None or match.end() > found.stop):
            found = build(match)
    return found

"""Spans counted from an event: within ten working days, within three days after the meeting."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from duban.kernel.errors import InvalidInput
from duban.workdays.expressions.calendar import Calendar
from duban.workdays.expressions.numerals import number
from duban.workdays.expressions.points import GAP, N, add_months

Unit = Literal["workday", "day", "week", "month", "year", "hour", "minute"]
_UNITS: dict[str, Unit] = {
    "工作日": "workday", "工作天": "workday", "日": "day", "天": "day", "周": "week", "星期": "week", "礼拜": "week",
    "月": "month", "季度": "month", "年": "year", "小时": "hour", "分钟": "minute",
}  # fmt: skip
_SYMBOLS = {
    "workday": "WD",
    "day": "D",
    "week": "W",
    "month": "M",
    "year": "Y",
    "hour": "H",
    "minute": "M",
}

_AMOUNT = (
    rf"(?:{N}{{1,3}}(?:-|至|到|、))?(?:(?P<n>{N}{{1,5}})|(?P<half>半))"
    rf"{GAP}(?P<and_half>个半)?(?P<unit>(?:(?<=[半一两])|个){GAP}月|个?季度(?<=个季度)|个?(?:工作日|工作天|星期|礼拜|小时)|分钟|[日天周年])(?P<tail_half>半)?"
)
WITHIN = re.compile(rf"{_AMOUNT}{GAP}(?:(?:的?时间)?(?:之|以)?内|以里)")
# 不超过1小时 says how long a meeting lasts; a deadline is put in working days, weeks or months.
AT_MOST = re.compile(rf"(?:不超过|不得超过|最多|至多){GAP}{_AMOUNT}(?<!小时)(?<!分钟)(?<!年)(?<!天)(?:的?时间)?")
LASTING = re.compile(rf"(?:为期|用|利用|集中|时间为|历时){GAP}{_AMOUNT}(?:左右)?(?:的?时间)?(?!前|后)")
UNCOUNTED_WITHIN = re.compile(r"(?:几|数)(?:天|日|周|个月|个工作日)(?:之|以)?内|短期内|短时间内")

# What happened, or what is counted from, stands before the span. These events are the document itself.
_FROM_DOCUMENT = re.compile(
    r"(?:(?:本次|这次|此次|推进)?(?:会议|大会|会)(?:召开|结束)?(?:之|以)?后"
    r"|(?:自|从)?(?:即日|今日|今天|现在)起[，,]?"
    r"|(?:自|从)?(?:收到|接到|接)?本?(?:通知|来文|文件|方案|纪要|意见|要点|讲话)(?:收到|印发|下发|发出|发布|送达)?(?:之日起|之后|后|起)"
    r"|(?:自|从)?(?:印发|下发|发文|发布)(?:之日起|之后|后)"
    r"|今后|未来|接下来)的?$"
)
_FROM_OTHER = re.compile(r"(?P<event>[一-鿿“”《》]{1,8}?(?:之日起|当日起|之后|以后|后|起))的?$")
# 近三年内 and 已用两天时间 look back: no deadline.
_BACKWARDS = re.compile(r"(?:近|最近|过去|此前|之前|前|已|已经|先后)的?$")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as it was written; `written` in the manner of ISO 8601, with WD for working days."""

    start: int
    stop: int
    amount: int
    unit: Unit
    extra_half: bool = False
    event: str | None = None
    lasting: bool = False

    @property
    def written(self) -> str:
        """For example P3D, P2W, P10WD, PT24H."""
        return f"P{'T' if self.unit in ('hour', 'minute') else ''}{self.amount}{_SYMBOLS[self.unit]}"

    def end(self, *, on: date, calendar: Calendar) -> date:
        """The last day of the span. The first day itself is not counted. Raises InvalidInput beyond the calendar."""
        try:
            if self.unit == "workday":
                return calendar.add_workdays(on, self.amount)
            if self.unit == "minute":
                return on + timedelta(days=self.amount // 1440)
            if self.unit == "hour":
                return on + timedelta(days=-(-self.amount // 24))
            if self.unit in ("day", "week"):
                return on + timedelta(days=self.amount * (7 if self.unit == "week" else 1))
            months = self.amount * (12 if self.unit == "year" else 1)
            if self.unit == "year":
                return add_months(on, months + (6 if self.extra_half else 0))
            return add_months(on, months) + timedelta(days=15 if self.extra_half else 0)
        except (OverflowError, ValueError):
            raise InvalidInput("The date lies outside the calendar.") from None


def duration_at(text: str, position: int, *, floor: int) -> Duration | None:
    """The span that starts at this position of a plain text; its event is looked for back to `floor`."""
    lasting = False
    match = WITHIN.match(text, position) or AT_MOST.match(text, position)
    if match is None:
        match = LASTING.match(text, position)
        lasting = match is not None
    if match is None:
        return None
    start = match.start()
    before = text[max(floor, start - 24) : start].rstrip(" \t\n第在的")
    if _BACKWARDS.search(before):
        return None
    start, event = _event(text, start, floor)
    unit_word = match["unit"].lstrip("个").strip()
    unit = _UNITS[unit_word]
    if match["half"]:
        amount, unit = _half(unit_word)
    else:
        value = number(match["n"])
        if value is None:
            return None
        amount = value * 3 if unit_word == "季度" else value
    extra_half = bool(match["and_half"] or match["tail_half"])
    return Duration(start, match.end(), amount, unit, extra_half, event, lasting)


def _half(unit_word: str) -> tuple[int, Unit]:
    if unit_word == "年":
        return 6, "month"
    if unit_word == "小时":
        return 1, "hour"
    if unit_word == "分钟":
        return 0, "minute"
    return {"月": 15, "周": 4, "星期": 4, "礼拜": 4, "季度": 45}.get(unit_word, 1), "day"


def _event(text: str, start: int, floor: int) -> tuple[int, str | None]:
    """Where the words of the span begin, and the event it is counted from where that is not the document."""
    left = max(floor, start - 24)
    stop = start
    while stop > left and text[stop - 1] in " \t\n第在":
        stop -= 1
    before = text[left:stop]
    if (match := _FROM_DOCUMENT.search(before)) and match.group():
        return left + match.start(), None
    if match := _FROM_OTHER.search(before):
        return left + match.start(), match["event"]
    return start, None

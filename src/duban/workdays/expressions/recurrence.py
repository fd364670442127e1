"""What returns: every month by the 25th, every Friday, at each quarter's end; as recurrence rules of RFC 5545."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from duban.kernel.errors import InvalidInput
from duban.workdays.expressions.calendar import Calendar
from duban.workdays.expressions.numerals import number
from duban.workdays.expressions.points import BEFORE, GAP, TO, N, add_months, month_end

WEEKDAYS = {
    "一": "MO",
    "二": "TU",
    "三": "WE",
    "四": "TH",
    "五": "FR",
    "六": "SA",
    "日": "SU",
    "天": "SU",
    "末": "SU",
}
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING_DAYS = "BYDAY=MO,TU,WE,TH,FR"
PART_DAYS = {"初": 10, "上旬": 10, "中": 15, "中旬": 20, "下旬": -1, "底": -1, "末": -1}
# After 每周一 these words show that 一 counts occasions and names no Monday.
_COUNTED = r"次|报|调度|会商|研判|通报|汇总|小结|例会|更新|简报|个|场|篇|条|题|讲|学|主题"
_OCCASION = r"报|调度|反馈|汇总|更新|通报|推进|公布|分析|开展|梳理|盘点|小结|研判|公示|核对|上报|跟踪|督"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A recurrence rule and where its words end."""

    stop: int
    rule: str


_MONTHLY = re.compile(
    rf"每个?月(?:份|的)?{GAP}(?:(?:(?:{N}{{1,3}}[日号]?{TO})?(?P<days>{N}{{1,3}}[日号]?(?:[、和]{N}{{1,3}}[日号]?){{0,3}}(?<=[日号]))"
    rf"|(?P<part>[上中下]旬|底|末|初|中(?=旬|前|报))|(?P<nth>第{N}{{1,2}}个|最后一个|末个)(?P<what>工作日|周[一二三四五六日])"
    rf"|前(?P<first>{N}{{1,2}})个工作日内?)(?P<before>{BEFORE})?)?"
)
_WEEKLY = re.compile(
    rf"每(?:(?P<every>{N}{{1,2}})个?)?(?:周|星期|礼拜)(?!年)"
    rf"(?:(?P<days>(?!一(?:{_COUNTED}))[一二三四五六日天末](?!次)(?:(?:[、和]|{TO})(?:周|星期)?[一二三四五六日天]){{0,4}})(?P<before>{BEFORE})?)?"
)
_QUARTERLY = re.compile(
    rf"每个?季度?的?(?:(?:(?P<month>首月|第一个月|次月|末月|最后一个月|第三个月)的?)?(?:(?P<day>{N}{{1,3}})[日号])?(?P<part>末|底|初)?"
    rf"(?<!度)(?<!的)(?<!季)(?P<before>{BEFORE})?)?"
)
_YEARLY = re.compile(
    rf"每年(?!级)的?(?:(?:(?P<months>(?:{N}{{1,2}}月份?底?[、和]){{0,11}})(?P<month>{N}{{1,2}})月份?"
    rf"(?:(?P<day>{N}{{1,3}})[日号]|(?P<part>底|末|初|[上中下]旬))?|(?P<end>年?[底末终]))(?P<before>{BEFORE})?)?"
)
_PLAIN = (
    (re.compile(r"每半个?月"), "FREQ=MONTHLY;BYMONTHDAY=15,-1"),
    (re.compile(r"每旬"), "FREQ=MONTHLY;BYMONTHDAY=10,20,-1"),
    (re.compile(r"每半年"), "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"),
    (re.compile(r"每个?工作日"), f"FREQ=WEEKLY;{WORKING_DAYS}"),
    (re.compile(r"每[日天](?!然)"), "FREQ=DAILY"),
    (re.compile(rf"(?:逐|按)[日天](?={_OCCASION}|$)"), "FREQ=DAILY"),
    (re.compile(rf"(?:逐|按)周(?={_OCCASION}|$)"), "FREQ=WEEKLY"),
    (re.compile(rf"(?:逐|按)月(?:度)?(?={_OCCASION}|$)"), "FREQ=MONTHLY"),
    (
        re.compile(rf"(?:逐|按)季度?(?={_OCCASION}|$)"),
        "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1",
    ),
    (re.compile(rf"(?:逐|按)年(?:度)?(?={_OCCASION}|$)"), "FREQ=YEARLY"),
)
_EVERY = re.compile(rf"每隔?(?P<every>{N}{{1,3}})(?P<unit>个?月|个工作日|[天日]|年|个季度|周|个?星期)")
_EVERY_RULES = {
    "月": "FREQ=MONTHLY;INTERVAL={}", "周": "FREQ=WEEKLY;INTERVAL={}", "星期": "FREQ=WEEKLY;INTERVAL={}",
    "天": "FREQ=DAILY;INTERVAL={}", "日": "FREQ=DAILY;INTERVAL={}",
    "工作日": "FREQ=DAILY;INTERVAL={}", "年": "FREQ=YEARLY;INTERVAL={}",
}  # fmt: skip


def recurrence_at(text: str, position: int, *, inclusive_before: bool) -> Recurrence | None:
    """The rule whose words start at this position of a plain text, or None."""
    early = 0 if inclusive_before else 1
    if match := _MONTHLY.match(text, position):
        return Recurrence(match.end(), _monthly(match, early if match["before"] else 0))
    if match := _WEEKLY.match(text, position):
        return Recurrence(match.end(), _weekly(match, early if match["before"] else 0))
    if match := _QUARTERLY.match(text, position):
        return Recurrence(match.end(), _quarterly(match, early if match["before"] else 0))
    if match := _YEARLY.match(text, position):
        return Recurrence(match.end(), _yearly(match, early if match["before"] else 0))
    for pattern, rule in _PLAIN:
        if match := pattern.match(text, position):
            return Recurrence(match.end(), rule)
    if match := _EVERY.match(text, position):
        every = number(match["every"]) or 1
        unit = match["unit"].removeprefix("个")
        if unit == "季度":
            return Recurrence(match.end(), f"FREQ=MONTHLY;INTERVAL={3 * every}")
        return Recurrence(match.end(), _EVERY_RULES[unit].format(every))
    return None


def _days(text: str) -> list[int]:
    values = [number(piece) for piece in re.split(r"[、和日号]+", text) if piece]
    return [value for value in values if value is not None and 1 <= value <= 31]


def _month_days(days: list[int], early: int) -> str:
    """Day 1 minus one is the last day of the month before, which recurs as day -1."""
    shifted = [day - early if day > 0 else day for day in days]
    return "BYMONTHDAY=" + ",".join(str(day or -1) for day in shifted)


def _monthly(match: re.Match[str], early: int) -> str:
    if match["days"]:
        days = _days(match["days"])
        return "FREQ=MONTHLY;" + _month_days(days, early) if days else "FREQ=MONTHLY"
    if match["part"]:
        return f"FREQ=MONTHLY;BYMONTHDAY={PART_DAYS[match['part']]}"
    if match["first"]:
        return f"FREQ=MONTHLY;{WORKING_DAYS};BYSETPOS={number(match['first']) or 1}"
    if match["nth"]:
        nth = -1 if match["nth"][0] in "最末" else number(match["nth"][1:-1]) or 1
        if match["what"] == "工作日":
            return f"FREQ=MONTHLY;{WORKING_DAYS};BYSETPOS={nth}"
        return f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[match['what'][1]]}"
    return "FREQ=MONTHLY"


def _weekly(match: re.Match[str], early: int) -> str:
    every = number(match["every"]) if match["every"] else 1
    rule = "FREQ=WEEKLY" if not every or every == 1 else f"FREQ=WEEKLY;INTERVAL={every}"
    if not match["days"]:
        return rule
    codes = [WEEKDAYS[character] for character in match["days"] if character in WEEKDAYS]
    if any(sign in match["days"] for sign in "-至到") and len(codes) == 2:
        first, last = (DAY_CODES.index(code) for code in codes)
        codes = list(DAY_CODES[first : last + 1]) or codes
    codes = [DAY_CODES[(DAY_CODES.index(code) - early) % 7] for code in codes]
    return f"{rule};BYDAY={','.join(codes)}"


def _quarterly(match: re.Match[str], early: int) -> str:
    months = {"首月": "1,4,7,10", "第一个月": "1,4,7,10", "次月": "2,5,8,11"}.get(match["month"] or "", "3,6,9,12")
    if match["part"] == "初":
        return "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=10"
    day = number(match["day"]) if match["day"] else None
    if day and 1 <= day <= 31:
        return f"FREQ=YEARLY;BYMONTH={months};{_month_days([day], early)}"
    return f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY=-1"


def _yearly(match: re.Match[str], early: int) -> str:
    if match["end"]:
        return "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1"
    month = number(match["month"]) if match["month"] else None
    if not month or not 1 <= month <= 12:
        return "FREQ=YEARLY"
    day = number(match["day"]) if match["day"] else None
    earlier = [number(piece) for piece in re.findall(rf"{N}+", match["months"] or "")]
    months = ",".join(str(value) for value in (*earlier, month) if value and 1 <= value <= 12)
    if day and 1 <= day <= 31:
        return f"FREQ=YEARLY;BYMONTH={months};{_month_days([day], early)}"
    return f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY={PART_DAYS.get(match['part'] or '', -1)}"


def next_occurrence(rule: str, *, after: date, calendar: Calendar) -> date:
    """The first day after `after` on which something is due by this rule.

    A rule that names no day is due on the last day of its week, month or year. Intervals count from `after`. A day that
    a month does not have (31 in June) becomes its last day. Raises InvalidInput for a rule this module does not write.
    """
    parts = dict(piece.split("=", 1) for piece in rule.split(";") if "=" in piece)
    try:
        frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
        if frequency == "DAILY":
            return after + timedelta(days=interval)
        if frequency == "WEEKLY":
            codes = parts.get("BYDAY", "SU").split(",")
            first = after + timedelta(days=1 + 7 * (interval - 1))
            return next(day for day in _following(first) if DAY_CODES[day.weekday()] in codes)
        if frequency == "MONTHLY" and "BYDAY" in parts:
            return next(day for month in _months_from(after) if (day := _weekday_in(month, parts, calendar)) > after)
        if frequency in ("MONTHLY", "YEARLY"):
            months = [
                int(month) for month in parts.get("BYMONTH", "12" if frequency == "YEARLY" else "").split(",") if month
            ]
            days = [int(day) for day in parts.get("BYMONTHDAY", "-1").split(",")]
            skipped = (interval - 1) * (12 if frequency == "YEARLY" else 1)
            return next(
                day
                for month in _months_from(add_months(after, skipped))
                if not months or month.month in months
                for day in sorted(_day_in(month, number_of_day) for number_of_day in days)
                if day > after
            )
    except (KeyError, ValueError, OverflowError, StopIteration):
        pass
    raise InvalidInput("This rule of repetition is not known.", rule=rule)


def _following(day: date) -> Iterator[date]:
    for _ in range(7):
        yield day
        day += timedelta(days=1)


def _months_from(day: date) -> Iterator[date]:
    for shift in range(26):
        yield add_months(day.replace(day=1), shift)


def _day_in(month: date, day: int) -> date:
    last = month_end(month.year, month.month)
    return last if day < 0 or day > last.day else month.replace(day=day)


def _weekday_in(month: date, parts: dict[str, str], calendar: Calendar) -> date:
    if "BYSETPOS" in parts:
        place = int(parts["BYSETPOS"])
        if place < 0:
            return calendar.previous_workday(month_end(month.year, month.month) + timedelta(days=1))
        return calendar.add_workdays(month - timedelta(days=1), place)
    place, code = int(parts["BYDAY"][:-2]), DAY_CODES.index(parts["BYDAY"][-2:])
    if place < 0:
        last = month_end(month.year, month.month)
        return last - timedelta(days=(last.weekday() - code) % 7)
    return month + timedelta(days=(code - month.weekday()) % 7 + 7 * (place - 1))

"""Reads deadlines as Chinese papers write them. What cannot be known is left empty and marked, never guessed."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from duban.kernel.errors import InvalidInput
from duban.workdays.expressions.calendar import Calendar
from duban.workdays.expressions.durations import UNCOUNTED_WITHIN, duration_at
from duban.workdays.expressions.numerals import NUMERAL, plain
from duban.workdays.expressions.points import (
    BEFORE,
    GAP,
    TO,
    Point,
    Precision,
    Stretch,
    add_months,
    point_at,
)
from duban.workdays.expressions.recurrence import recurrence_at

DueKind = Literal["date", "period", "recurring", "long_term", "vague", "unknown"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is to be done, as the text says it.

    `kind`: `date` (an end, or one named day where `start` equals `end`), `period` (from `start` to `end`, either may be
    open), `recurring`, `long_term` (no end by decision), `vague` (及时, 第一时间), `unknown`.
    `period`: the rule of a recurring due (RFC 5545), or the length (P3D, P10WD: working days) counted from an event.
    `raw`: the words of the text; they stand at `offset`. `precision`: how exactly the text names its end.
    `needs_date`: the document's date is missing. `event`: what it is counted from where that is not the document; `end`
    is open then. `beyond_calendar`: working days were counted where holidays are not published yet. `impossible`: there
    is no such day.
    """

    kind: DueKind
    start: date | None = None
    end: date | None = None
    period: str | None = None
    raw: str = ""
    offset: int = 0
    precision: Precision | None = None
    needs_date: bool = False
    event: str | None = None
    beyond_calendar: bool = False
    impossible: bool = False

    def as_dict(self) -> dict[str, str | None]:
        """`{kind, start, end, period, raw}`, dates in ISO 8601."""
        return {
            "kind": self.kind,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "period": self.period,
            "raw": self.raw,
        }


_KEY = (
    r"今[年天日晚]|本[年月周季星礼]|当[年月天日周季]|这个?[月周季星礼]|明[年天日]|次[年月日]|来年|翌年|去年|昨[天日]|即日|大?后[年天]|前[年天]"
    r"|[上下][一个上下]{0,2}[年月周季星礼旬半中]|中旬|年度?[底末终初中内]|月[底末初中内]|元月|第[一二三四1-4]"
    r"|春节|元旦|清明|端午|中秋|国庆|“?(?:五一|七一|八一|十一|三八)|建党节|建军节|教师节|劳动节|国际劳动节|妇女节"
    r"|季度?[底末]|现在起|全年|[周星礼]期?拜?[一二三四五六日天]|[每逐按]|半年|半个|[不最至]|为期|利?用|集中|时间为|历时|[几数短]|[qQ][1-4]"
)
_TRIGGER = re.compile(
    rf"(?=[{NUMERAL}今本当这明次来翌去昨即大后前上下中年月元第春清端国“五七八十三建教劳妇每逐按半不最至为利用集时历几数短qQxX×*某长贯常持久一无全季现周星礼定及尽近适立马限随])"
    rf"(?=(?P<number>(?<![0-9.])[{NUMERAL}]{{1,5}}{GAP}(?:[年月日号天周个季半分./全]|工作|星期|小时|礼拜|-|至|到|、)|20[0-9]{{6}})"
    rf"|(?P<key>{_KEY})|(?:长期|贯穿|常|持|久|一以|无期|全程|不|定期|及时|尽|近|适时|立|马上|即|限期|随时|第一时间|当前和)|(?P<blank>[xX×*某]))"
)
_LONG_TERM = re.compile(
    r"长期(?:坚持|推进|推动|抓好|整改|落实|任务|开展|抓)|贯穿(?:[^，。；、,;\s]{0,12}?)(?:始终|全过程|全程)"
    r"|常态(?:化|长效)(?:地)?(?:坚持|推进|推动|开展|进行|抓好|落实)?|持续(?:坚持|推进|推动|深化|抓好|巩固|整改|用力|发力)"
    r"|持之以恒|常抓不懈|久久为功|一以贯之|无期限"
)
_VAGUE = re.compile(
    r"不定期|定期|(?<!不)(?<!不够)及时|第一时间|尽快|尽早|近[期日](?=内|要|组织|完成|开展)|适时|立即|马上|即刻|(?<!无)限期|随时|立[行查]立改|即知即改|立说立行|当前和下一步"
)
_BLANK = re.compile(r"(?:(?:20)?[xX×*某]{1,4}年)?[xX×*某]{1,3}月(?:[xX×*某]{1,3}[日号]|底|[上中下]旬)?(?:前)?")
_WHOLE_LONG_TERM = re.compile(r"(?:长期|持续|全程|常年|长期性|常态|长期有效|长效|永久)[。；;]?")
_WHOLE_DAY = re.compile(r"(?P<month>1[0-2]|0?[1-9])[-./](?P<day>3[01]|[12][0-9]|0?[1-9])")
LONGEST_CELL = 12
_SUFFIX = re.compile(
    rf"{GAP}(?:(?:上午|下午|中午|晚上|晚)?(?:[0-9一二三四五六七八九十]{{1,3}}(?:时|点|:[0-9]{{2}})(?:[0-9]{{1,2}}分|整|半)?)?(?:下班)?(?:\([^()\n]{{0,6}}\))?(?:前夕|{BEFORE}))"
)
_UNTIL = re.compile(r"(?:为止|止|截止|结束)")
_SINCE = re.compile(r"(?:开始|起(?![草来动点步初因源到诉])|(?:之|以)?后(?![续备勤面期台来半]))")
_SO_FAR = re.compile(r"以来")
_RANGE = re.compile(rf"(?:起|开始)?{GAP}(?:，|,)?(?:{TO}|~)(?:到)?")
_LEAD_UNTIL = re.compile(
    r"(?:截至|截止到|截止至|截止|不迟于|不晚于|最迟(?:于|在|不超过)?|最晚(?:于|在)?|延长至|延至|延期至|推迟至|(?<![以直甚至])至|(?<![达得看见做感受遇])到)$"
)
_LEAD_SINCE = re.compile(r"(?:自|从|由)$")
_BETWEEN = re.compile(rf"{GAP}[，,]?{GAP}")


def find_dues(*, text: str, on: date | None, calendar: Calendar, inclusive_before: bool = True) -> list[Due]:
    """Every expression of time in a text, in its order, not overlapping; `offset` and `raw` give its place in `text`.

    Years and relative dates are reckoned from the document's date `on`. With `inclusive_before` a thing due 4月15日前
    may still be done on the 15th. Never raises for any text.
    """
    reader = _Reader(text=text, on=on, calendar=calendar, inclusive_before=inclusive_before)
    return reader.find()


def read_due(*, text: str, on: date | None, calendar: Calendar, inclusive_before: bool = True) -> Due:
    """The deadline that a cell or a phrase states: its first date, period or rhythm, else 长期, else a vague word.

    Never raises for any text; `raw` is the whole text where nothing is known of it.
    """
    found = find_dues(text=text, on=on, calendar=calendar, inclusive_before=inclusive_before)
    ranks = {
        "date": 0,
        "period": 0,
        "recurring": 0,
        "long_term": 1,
        "vague": 2,
        "unknown": 3,
    }
    if not found or ranks[min(found, key=lambda due: ranks[due.kind]).kind] > 1:
        cell = _read_cell(text=text, on=on, calendar=calendar)
        if cell is not None:
            return cell
    if not found:
        return Due("unknown", raw=text)
    return min(found, key=lambda due: ranks[due.kind])


def _read_cell(*, text: str, on: date | None, calendar: Calendar) -> Due | None:
    """What stands alone in a cell says more than it would in a sentence: 长期, two weeks, 6/30."""
    words = text.strip()
    place = text.index(words)
    if _WHOLE_LONG_TERM.fullmatch(words):
        return Due("long_term", raw=words, offset=place)
    if len(words) > LONGEST_CELL:
        return None
    if figures := _WHOLE_DAY.fullmatch(plain(words)):
        written, length = f"{figures['month']}月{figures['day']}日", None
    else:
        written, length = words + "内", len(words) + 1
    found = find_dues(text=written, on=on, calendar=calendar)
    if len(found) != 1 or found[0].kind != "date" or (length is not None and len(found[0].raw) != length):
        return None
    return replace(found[0], raw=words, offset=place)


_Trouble = Literal["needs_date", "impossible"]


def _marked(due: Due, trouble: _Trouble | None) -> Due:
    return replace(due, needs_date=trouble == "needs_date", impossible=trouble == "impossible")


class _Reader:
    def __init__(self, *, text: str, on: date | None, calendar: Calendar, inclusive_before: bool) -> None:
        self.original = text
        self.text = plain(text)
        self.on = on
        self.calendar = calendar
        self.inclusive_before = inclusive_before

    def find(self) -> list[Due]:
        found: list[Due] = []
        floor = 0
        for trigger in _TRIGGER.finditer(self.text):
            position = trigger.start()
            if position < floor:
                continue
            best = self._at(position, floor, blank=trigger["blank"] is not None)
            if best is not None:
                due, stop = best
                found.append(due)
                floor = stop
        return found

    def _at(self, position: int, floor: int, *, blank: bool) -> tuple[Due, int] | None:
        if blank:
            return self._matched(_BLANK, position, "unknown")
        best = self._recurring(position, position)
        for candidate in (
            self._duration(position, floor),
            self._point(position, floor),
        ):
            if candidate is not None and (best is None or candidate[1] > best[1]):
                best = candidate
        if best is None:
            best = self._matched(UNCOUNTED_WITHIN, position, "vague")
        if best is None:
            best = self._matched(_LONG_TERM, position, "long_term") or self._matched(_VAGUE, position, "vague")
        return best

    def _matched(self, pattern: re.Pattern[str], position: int, kind: DueKind) -> tuple[Due, int] | None:
        match = pattern.match(self.text, position)
        return (self._due(kind, position, match.end()), match.end()) if match else None

    def _due(
        self,
        kind: DueKind,
        start: int,
        stop: int,
        *,
        period: str | None = None,
        precision: Precision | None = None,
        event: str | None = None,
        trouble: _Trouble | None = None,
    ) -> Due:
        raw = self.original[start:stop]
        due = Due(kind, period=period, raw=raw, offset=start, precision=precision, event=event)
        return _marked(due, trouble)

    def _recurring(self, position: int, begin: int) -> tuple[Due, int] | None:
        found = recurrence_at(self.text, position, inclusive_before=self.inclusive_before)
        if found is None:
            return None
        return self._due("recurring", begin, found.stop, period=found.rule), found.stop

    def _duration(self, position: int, floor: int) -> tuple[Due, int] | None:
        span = duration_at(self.text, position, floor=floor)
        if span is None:
            return None
        kind: DueKind = "period" if span.lasting else "date"
        due = self._due(kind, span.start, span.stop, precision="day", event=span.event)
        if span.event is not None:
            return replace(due, period=span.written), span.stop
        if self.on is None:
            return replace(due, period=span.written, needs_date=True), span.stop
        try:
            end = span.end(on=self.on, calendar=self.calendar)
        except InvalidInput:
            return replace(due, impossible=True), span.stop
        beyond = span.unit == "workday" and not (self.calendar.covers(end) and self.calendar.covers(self.on))
        return replace(due, start=self.on, end=end, beyond_calendar=beyond), span.stop

    def _point(self, position: int, floor: int) -> tuple[Due, int] | None:
        point = point_at(self.text, position)
        if point is None:
            return None
        between = _RANGE.match(self.text, point.stop)
        if between and (last := point_at(self.text, between.end(), last=True)):
            return self._range(point, last, self._led(position, floor, _LEAD_SINCE))
        if _SO_FAR.match(self.text, point.stop):
            return self._since(
                point,
                self._led(position, floor, _LEAD_SINCE),
                point.stop + 2,
                end=self.on,
            )
        if suffix := _SUFFIX.match(self.text, point.stop):
            start = self._led(position, floor, _LEAD_UNTIL)
            return self._until(point, start, suffix.end(), before=suffix.group())
        if suffix := _UNTIL.match(self.text, point.stop):
            return self._until(
                point,
                self._led(position, floor, _LEAD_UNTIL),
                suffix.end(),
                before="",
            )
        if suffix := _SINCE.match(self.text, point.stop):
            begin = self._led(position, floor, _LEAD_SINCE)
            gap = _BETWEEN.match(self.text, suffix.end())
            recurring = self._recurring(gap.end() if gap else suffix.end(), begin)
            after = suffix.group().endswith("后")
            since = self._since(point, begin, suffix.end(), after=after)
            if recurring is None:
                return since
            known = since[0]
            return replace(
                recurring[0],
                start=known.start,
                needs_date=known.needs_date,
                impossible=known.impossible,
            ), recurring[1]
        begin = self._led(position, floor, _LEAD_UNTIL)
        if point.edge or begin < position:
            return self._until(point, begin, point.stop, before="")
        stretch, trouble = self._place(point)
        kind: DueKind = "date" if point.precision == "day" and not point.several else "period"
        due = self._due(kind, position, point.stop, precision=point.precision, trouble=trouble)
        if stretch is None:
            return due, point.stop
        return replace(due, start=stretch[0], end=stretch[1]), point.stop

    def _led(self, position: int, floor: int, lead: re.Pattern[str]) -> int:
        """Where the expression begins when the word before it belongs to it."""
        left = max(floor, position - 6)
        match = lead.search(self.text[left:position])
        return left + match.start() if match and match.group() else position

    def _place(
        self, point: Point, *, after: date | None = None, deadline: bool = False
    ) -> tuple[Stretch | None, _Trouble | None]:
        try:
            stretch = point.place(on=self.on, after=after, deadline=deadline)
        except (ValueError, OverflowError):
            return None, "impossible"
        if stretch is None:
            return None, "needs_date"
        return (stretch, None) if stretch[0] <= stretch[1] else (None, "impossible")

    def _until(self, point: Point, start: int, stop: int, *, before: str) -> tuple[Due, int]:
        stretch, trouble = self._place(point, deadline=True)
        due = self._due("date", start, stop, precision=point.precision, trouble=trouble)
        if stretch is None:
            return due, stop
        return replace(due, end=self._last_day(stretch, point, before=before)), stop

    def _since(
        self,
        point: Point,
        start: int,
        stop: int,
        *,
        end: date | None = None,
        after: bool = False,
    ) -> tuple[Due, int]:
        stretch, trouble = self._place(point)
        due = self._due("period", start, stop, precision=point.precision, trouble=trouble)
        if stretch is None:
            return due, stop
        first = stretch[1] + ONE_DAY if after else stretch[0]
        if end is not None and end < first:
            # "Since November", said in January: the November before.
            first = add_months(first, -12) if point.year is None else first
            end = end if first <= end else None
        return replace(due, start=first, end=end), stop

    def _range(self, first: Point, last: Point, start: int) -> tuple[Due, int]:
        stop = last.stop
        before = ""
        if suffix := (_SUFFIX.match(self.text, stop) or _UNTIL.match(self.text, stop)):
            before = suffix.group() if suffix.re is _SUFFIX else ""
            stop = suffix.end()
        due = self._due("period", start, stop, precision=last.precision)
        late = last.year is not None or last.year_shift is not None
        if late and first.in_year is not None and first.year is None and first.year_shift is None:
            return self._range_with_late_year(first, last, due), stop
        opening, trouble = self._place(first)
        if opening is None:
            closing = self._place(last)[0] if last.year is not None else None
            return _marked(replace(due, end=closing[1] if closing else None), trouble), stop
        closing, trouble = self._place(last, after=opening[0])
        if closing is None:
            return _marked(replace(due, start=opening[0]), trouble), stop
        return self._closed(due, opening[0], self._last_day(closing, last, before=before)), stop

    def _last_day(self, closing: Stretch, last: Point, *, before: str) -> date:
        """The last day on which it may be done; `before` is the word that may leave the named day out."""
        if "含" in before:
            inclusive = "不含" not in before
        else:
            inclusive = self.inclusive_before or last.edge
        if before and (last.festival or not inclusive):
            return closing[0] - ONE_DAY
        return closing[1]

    def _range_with_late_year(self, first: Point, last: Point, due: Due) -> Due:
        """3月至2026年5月: the year said at the end holds for the beginning too."""
        closing, trouble = self._place(last)
        if closing is None:
            return _marked(due, trouble)
        for year in (closing[1].year, closing[1].year - 1):
            opening, trouble = self._place(replace(first, year=year))
            if opening is None:
                return _marked(replace(due, end=closing[1]), trouble)
            if opening[0] <= closing[1]:
                return replace(due, start=opening[0], end=closing[1])
        return replace(due, end=closing[1], impossible=True)

    @staticmethod
    def _closed(due: Due, start: date, end: date) -> Due:
        if end < start:
            return replace(due, impossible=True)
        return replace(due, start=start, end=end)

"""Properties of the reader and of the calendar that hold for every input."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.workdays.expressions import Calendar, find_dues, next_occurrence, read_due, seeded_calendar
from duban.workdays.expressions.numerals import number

CALENDAR = seeded_calendar()
days = st.dates(date(2004, 1, 1), date(2026, 12, 31))
DIGITS = "〇一二三四五六七八九"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def counted(value: int) -> str:
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones or not tens else "")


def spellings(day: date) -> list[str]:
    figures = f"{day.year}年{day.month}月{day.day}日"
    return [
        figures,
        figures.translate(WIDE),
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}.{day.month:02}.{day.day:02}",
        f"{day:%Y%m%d}",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{day.year}年{day.month}月{day.day}号",
        "".join(DIGITS[int(digit)] for digit in str(day.year)) + f"年{counted(day.month)}月{counted(day.day)}日",
    ]


@given(day=days, on=st.none() | days, choice=st.integers(0, 9))
def test_a_full_date_is_read_back_from_every_spelling(day: date, on: date | None, choice: int) -> None:
    due = read_due(text=spellings(day)[choice], on=on, calendar=CALENDAR)
    assert (due.kind, due.start, due.end, due.raw) == ("date", day, day, spellings(day)[choice])


@given(on=days, ahead=st.integers(0, 180))
def test_a_deadline_without_a_year_lies_ahead_of_its_document(on: date, ahead: int) -> None:
    day = on + timedelta(days=ahead)
    due = read_due(text=f"{day.month}月{day.day}日前", on=on, calendar=CALENDAR)
    assert due.end == day


@given(start=days, length=st.integers(0, 400), dash=st.sampled_from(["至", "到", "—", "-", "－", "～"]))
def test_a_range_is_read_back(start: date, length: int, dash: str) -> None:
    end = start + timedelta(days=length)
    text = f"{start.year}年{start.month}月{start.day}日{dash}{end.year}年{end.month}月{end.day}日"
    due = read_due(text=text, on=None, calendar=CALENDAR)
    assert (due.kind, due.start, due.end, due.raw) == ("period", start, end, text)


@given(value=st.integers(1, 99))
def test_chinese_counting_is_read_back(value: int) -> None:
    assert number(counted(value)) == value
    assert number(str(value)) == value


PIECES = st.sampled_from(
    [
        *"0123456789〇一二三四五六七八九十百廿卅两半年月日号周旬季度天个前后内底末初中上下",
        *"本今明去次每逐按起至到—-./、，。 \n",
        *"自从即截止春节国庆“”十一工作日小时会长期坚持贯穿始终及时xX×*第星期礼拜当这元Qq近已为用数几不超过",
        "工作日",
        "以来",
        "之日起",
        "2026",
        "9999",
        "即日起",
    ]
)


@settings(max_examples=400)
@given(text=st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=40), on=st.none() | st.dates())
def test_no_text_makes_the_reader_fail_and_no_end_precedes_its_start(text: str, on: date | None) -> None:
    position = 0
    for due in find_dues(text=text, on=on, calendar=CALENDAR):
        assert text[due.offset : due.offset + len(due.raw)] == due.raw
        assert due.offset >= position
        position = due.offset + len(due.raw)
        assert due.start is None or due.end is None or due.start <= due.end
        if due.kind == "recurring" and due.period is not None:
            assert next_occurrence(due.period, after=date(2026, 3, 2), calendar=CALENDAR) > date(2026, 3, 2)
    read_due(text=text, on=on, calendar=CALENDAR, inclusive_before=False)


@given(day=days, n=st.integers(-400, 400))
def test_adding_working_days_and_taking_them_away_returns_to_a_working_day(day: date, n: int) -> None:
    there = CALENDAR.add_workdays(day, n)
    if n:
        assert CALENDAR.is_workday(there)
    if CALENDAR.is_workday(day):
        assert CALENDAR.add_workdays(there, -n) == day
    assert CALENDAR.workdays_between(day, there) == n or not CALENDAR.is_workday(day)


@given(day=days, n=st.integers(0, 300), m=st.integers(0, 300))
def test_adding_working_days_in_two_steps_is_adding_them_at_once(day: date, n: int, m: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, n), m) == CALENDAR.add_workdays(day, n + m)


@given(start=days, length=st.integers(0, 800))
def test_counting_working_days_agrees_with_looking_at_each(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    each = sum(CALENDAR.is_workday(start + timedelta(days=step)) for step in range(1, length + 1))
    assert CALENDAR.workdays_between(start, end) == each
    assert CALENDAR.workdays_between(end, start) == -each


@given(exceptions=st.dictionaries(days, st.booleans(), max_size=30), day=days)
def test_an_exceptional_day_is_what_it_was_set_to(exceptions: dict[date, bool], day: date) -> None:
    calendar = Calendar(exceptions=exceptions)
    assert calendar.is_workday(day) == exceptions.get(day, day.weekday() < 5)
    assert all(calendar.covers(known) for known in exceptions)

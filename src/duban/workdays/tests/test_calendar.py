"""The calendar of working days."""

from datetime import date, timedelta
from time import perf_counter

import pytest

from duban.kernel.errors import InvalidInput
from duban.workdays.expressions import Calendar, find_dues, next_occurrence, seeded_calendar, seeded_days
from duban.workdays.expressions.festivals import festival_day

CALENDAR = seeded_calendar()


def test_the_seed_holds_only_days_that_differ_from_the_plain_week() -> None:
    days = seeded_days()
    assert len(days) == 557
    assert all(is_workday != (day.weekday() < 5) for day, is_workday, _ in days)
    assert {day.year for day, _, _ in days} == set(range(2004, 2027))


def test_national_day_is_free_and_its_make_up_saturday_is_worked() -> None:
    assert not CALENDAR.is_workday(date(2026, 10, 1))
    assert CALENDAR.is_workday(date(2026, 10, 10))
    assert CALENDAR.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.previous_workday(date(2026, 10, 8)) == date(2026, 9, 30)


def test_beyond_the_published_years_the_weekday_decides_and_the_calendar_says_so() -> None:
    assert CALENDAR.covers(date(2026, 12, 31))
    assert not CALENDAR.covers(date(2027, 1, 1))
    assert CALENDAR.is_workday(date(2027, 1, 1))
    assert not Calendar(exceptions={}).covers(date(2026, 1, 1))


def test_absurd_numbers_of_working_days_are_refused() -> None:
    with pytest.raises(InvalidInput):
        CALENDAR.add_workdays(date(2026, 1, 1), 5_001)
    with pytest.raises(InvalidInput):
        CALENDAR.add_workdays(date.max - timedelta(days=3), 10)


@pytest.mark.parametrize("rule", ["", "FREQ=SECONDLY", "FREQ=MONTHLY;BYMONTHDAY=x", "nonsense"])
def test_a_rule_from_elsewhere_is_refused(rule: str) -> None:
    with pytest.raises(InvalidInput):
        next_occurrence(rule, after=date(2026, 3, 2), calendar=CALENDAR)


def test_festivals_fall_inside_the_holidays_named_after_them() -> None:
    named = {(day, name) for day, is_workday, name in seeded_days() if not is_workday}
    for year in range(2008, 2027):
        for festival, name in (("春节", "春节"), ("清明", "清明节"), ("端午", "端午节")):
            day = festival_day(festival, year)
            if day.weekday() < 5:
                assert day in {known for known, _ in named}, (year, name)


def test_twenty_thousand_characters_take_less_than_fifty_milliseconds() -> None:
    text = (
        "各单位要在4月15日前报送方案，每月25日前反馈进展，重大情况及时报告，确保教育取得实效，群众满意不满意是标准。"
        * 400
    )[:20_000]
    best = min(_seconds(text) for _ in range(3))
    assert best < 0.3


def _seconds(text: str) -> float:
    started = perf_counter()
    find_dues(text=text, on=date(2026, 3, 2), calendar=CALENDAR)
    return perf_counter() - started

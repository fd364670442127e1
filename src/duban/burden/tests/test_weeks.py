"""Where a demand lies, and what each week bears."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.burden.weeks import WEEK, span_of, week_of

MONDAY = date(2026, 3, 2)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))


@given(DAYS)
def test_a_week_begins_on_its_monday(day):
    assert week_of(day).weekday() == 0
    assert 0 <= (day - week_of(day)).days < 7


def test_one_time_work_lies_in_the_week_in_which_it_was_asked():
    span = span_of(asked_on=date(2026, 3, 4), due_on=date(2026, 6, 30), minutes=30)
    assert (span.from_week, span.until_week, span.minutes, span.every_week) == (MONDAY, MONDAY + WEEK, 30, False)


def test_a_weekly_report_lies_in_every_week_until_its_last_date():
    span = span_of(asked_on=MONDAY, due_on=date(2026, 3, 18), minutes=20, rhythm="weekly")
    assert (span.until_week, span.minutes, span.every_week) == (date(2026, 3, 23), 20, True)


@pytest.mark.parametrize(("rhythm", "share"), [("weekly", 60), ("monthly", 14), ("quarterly", 5)])
def test_a_report_that_comes_back_burdens_each_week_with_its_share(rhythm, share):
    assert span_of(asked_on=MONDAY, due_on=None, minutes=60, rhythm=rhythm).minutes == share


def test_a_report_without_a_last_date_has_no_end():
    assert span_of(asked_on=MONDAY, due_on=None, minutes=60, rhythm="monthly").until_week is None


@given(DAYS, DAYS, st.integers(0, 10_000), st.sampled_from(["once", "weekly", "monthly", "quarterly"]))
def test_no_demand_ends_before_it_begins(asked_on, due_on, minutes, rhythm):
    span = span_of(asked_on=asked_on, due_on=due_on, minutes=minutes, rhythm=rhythm)
    assert span.until_week is not None
    assert span.until_week > span.from_week
    assert span.minutes <= minutes

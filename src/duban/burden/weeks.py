"""Weeks of the ledger: each begins on a Monday and is named by it."""

from dataclasses import dataclass
from datetime import date, timedelta

from duban.burden.states import REPORTS_A_QUARTER, WEEKS_OF_A_QUARTER

WEEK = timedelta(days=7)


def week_of(day: date) -> date:
    """Return the Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks in which a demand lies, and what it takes a unit in each of them."""

    from_week: date
    # The first week in which it no longer lies; None: without an end.
    until_week: date | None
    minutes: int
    every_week: bool = False


def span_of(*, asked_on: date, due_on: date | None, minutes: int, rhythm: str = "once") -> Span:
    """
    Return where a demand of so many minutes lies.

    Work that is done once lies in the week in which it was asked. Reports that come back (`rhythm` weekly, monthly or
    quarterly) lie in all weeks until the last date, each of which bears its share of their minutes, rounded up.
    """
    first = week_of(asked_on)
    reports = REPORTS_A_QUARTER.get(rhythm)
    if reports is None:
        return Span(first, first + WEEK, minutes)
    return Span(
        from_week=first,
        until_week=None if due_on is None else max(first, week_of(due_on)) + WEEK,
        minutes=-(-minutes * reports // WEEKS_OF_A_QUARTER),
        every_week=rhythm == "weekly",
    )

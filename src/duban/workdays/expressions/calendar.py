"""Working days: weekdays, corrected by a set of exceptional days (holidays on weekdays, make-up work on weekends)."""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from duban.kernel.errors import InvalidInput

ONE_DAY = timedelta(days=1)
MOST_WORKDAYS = 5_000
SEED = Path(__file__).with_name("days_2004_2026.csv")


class Calendar:
    """Which days are working days, as far as that is published.

    `exceptions` maps a day to whether it is a working day; every other day follows its weekday.
    `known_from` and `known_until` bound the years whose exceptional days are published; beyond them the weekday rule
    is all there is, and `covers` says so.
    """

    def __init__(
        self,
        *,
        exceptions: Mapping[date, bool],
        known_from: date | None = None,
        known_until: date | None = None,
    ) -> None:
        self._exceptions = dict(exceptions)
        self.known_from = known_from or (min(self._exceptions) if self._exceptions else None)
        self.known_until = known_until or (max(self._exceptions) if self._exceptions else None)
        changed = {day: is_workday for day, is_workday in self._exceptions.items() if is_workday != (day.weekday() < 5)}
        self._extra = sorted(day for day, is_workday in changed.items() if is_workday)
        self._lost = sorted(day for day, is_workday in changed.items() if not is_workday)

    def covers(self, day: date) -> bool:
        """Whether the holidays of that day's year are published."""
        if self.known_from is None or self.known_until is None:
            return False
        return self.known_from <= day <= self.known_until

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day; beyond the published years Monday to Friday."""
        return self._exceptions.get(day, day.weekday() < 5)

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """The last working day before `day`."""
        return self.add_workdays(day, -1)

    def add_workdays(self, day: date, n: int) -> date:
        """The `n`-th working day after `day` (before it where `n` is negative; `day` itself where it is 0).

        The day itself is not counted: one working day after a Friday is the next Monday. Raises InvalidInput for
        more than 5,000 days and where the result lies outside the years 1 to 9999.
        """
        if abs(n) > MOST_WORKDAYS:
            raise InvalidInput("The number of working days is too large.")
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        try:
            while left:
                day += step
                if self.is_workday(day):
                    left -= 1
        except OverflowError:
            raise InvalidInput("The date lies outside the calendar.") from None
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative where `end` is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        extra = bisect_right(self._extra, end) - bisect_left(self._extra, start + ONE_DAY)
        lost = bisect_right(self._lost, end) - bisect_left(self._lost, start + ONE_DAY)
        return _weekdays_until(end) - _weekdays_until(start) + extra - lost


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays since 1 January of year 1, which was a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def seeded_days() -> list[tuple[date, bool, str]]:
    """The exceptional days of 2004–2026 as published each year: day, whether it is worked, name of the holiday."""
    with SEED.open(encoding="utf-8", newline="") as lines:
        return [
            (date.fromisoformat(row["day"]), row["is_workday"] == "1", row["name"]) for row in csv.DictReader(lines)
        ]


@cache
def seeded_calendar() -> Calendar:
    """The calendar of 2004–2026 that comes with the program; a fallback where no database is at hand."""
    return Calendar(
        exceptions={day: is_workday for day, is_workday, _ in seeded_days()},
        known_from=date(2004, 1, 1),
        known_until=date(2026, 12, 31),
    )

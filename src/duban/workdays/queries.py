"""Reading the calendar."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from time import monotonic

from duban.kernel.authority import Actor
from duban.workdays.expressions import Calendar
from duban.workdays.models import Workday
from duban.workdays.policy import may_edit

# The yearly notice never names fewer exceptional days; a year with fewer has not been published.
FEWEST_DAYS_OF_A_NOTICE = 7
KEPT_SECONDS = 60.0

_kept: tuple[float, Calendar] | None = None


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The exceptional days of one year, the years there are, and whether its holidays are published."""

    year: int
    days: list[Workday]
    years: list[int]
    is_published: bool


def calendar(*, actor: Actor) -> Calendar:
    """
    Return the calendar of working days; open to everybody.

    A process keeps it for a minute, so that a change made elsewhere is felt a minute later at most.
    """
    global _kept
    now = monotonic()
    if _kept is None or now - _kept[0] > KEPT_SECONDS:
        days = dict(Workday.objects.values_list("day", "is_workday"))
        years = _published_years(days)
        _kept = (
            now,
            Calendar(
                exceptions=days,
                known_from=date(years[0], 1, 1) if years else None,
                known_until=date(years[-1], 12, 31) if years else None,
            ),
        )
    return _kept[1]


def forget(*, actor: Actor) -> None:
    """Let this process read the calendar anew."""
    global _kept
    _kept = None


def calendar_year(*, actor: Actor, year: int) -> CalendarYear:
    """Return the exceptional days of a year, the earliest first; open to everybody."""
    entered = {day.year for day in Workday.objects.values_list("day", flat=True)} | {year}
    # The year after the last one is the next to be entered.
    known = sorted(entered | {max(entered) + 1})
    days = list(Workday.objects.filter(day__year=year).order_by("day"))
    return CalendarYear(year=year, days=days, years=known, is_published=len(days) >= FEWEST_DAYS_OF_A_NOTICE)


def may_change(*, actor: Actor) -> bool:
    """Return whether this actor may change the calendar."""
    return bool(may_edit(actor))


def _published_years(days: dict[date, bool]) -> list[int]:
    """The unbroken run of published years from the first."""
    counted = Counter(day.year for day in days)
    published = sorted(year for year, count in counted.items() if count >= FEWEST_DAYS_OF_A_NOTICE)
    run = published[:1]
    for year in published[1:]:
        if year != run[-1] + 1:
            break
        run.append(year)
    return run

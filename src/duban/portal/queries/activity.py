"""Week by week: when something was recorded on a unit's items, told to the unit itself and its own contact (R-589)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Case, Count, DateField, F, Max, Min, Q, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor, Scope
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.portal.policy import may_see_absence
from duban.tasks import limits
from duban.tasks import queries as tasks
from duban.tasks.models import Task, TaskEntry
from duban.tasks.states import EntryKind, TaskStatus

# Of a longer campaign the last.
MOST_WEEKS = 60
WEEK = timedelta(days=7)
# What is told of the work itself, beside signing for it, asking for a later date and the like.
ANSWERS = (EntryKind.FEEDBACK, EntryKind.EVIDENCE, EntryKind.ASK_DONE, EntryKind.DECLARE)
# Waits or waited for the unit; long-term and suspended work asks for no word in a given week.
OWED = (TaskStatus.TO_SIGN, TaskStatus.IN_HAND, TaskStatus.PARTLY_DONE, TaskStatus.ASKED_DONE, TaskStatus.DONE)


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """What was recorded on one day, and between which moments."""

    day: date
    entries: int
    answers: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the campaign, counted from its first day: items that waited for the unit, and what was recorded."""

    number: int
    first: date
    last: date
    open_items: int
    entries: int
    answers: int
    is_over: bool
    busiest: RecordedDay | None

    @property
    def is_quiet(self) -> bool:
        """Whether the week passed without a record though something waited for the unit."""
        return self.is_over and self.open_items > 0 and self.entries == 0


@dataclass(frozen=True, slots=True)
class Gap:
    """More quiet weeks in a row than the office has set; the day on which much was recorded right after them, if one."""

    weeks: list[Week]
    made_up_on: RecordedDay | None
    is_going_on: bool

    @property
    def first(self) -> Week:
        """The week in which it begins."""
        return self.weeks[0]

    @property
    def last(self) -> Week:
        """The last week of it, so far."""
        return self.weeks[-1]


@dataclass(frozen=True, slots=True)
class Activity:
    """The weeks of one unit up to today, with the gaps in them."""

    unit: Unit
    weeks: list[Week]
    gaps: list[Gap]
    quiet_weeks: int
    today: date
    scope: str

    @property
    def in_gaps(self) -> set[int]:
        """Numbers of the weeks that lie in a gap."""
        return {week.number for gap in self.gaps for week in gap.weeks}

    @property
    def made_up(self) -> Mapping[int, RecordedDay]:
        """The day on which much was recorded right after a gap, by the number of its week."""
        return {gap.last.number + 1: gap.made_up_on for gap in self.gaps if gap.made_up_on is not None}

    @property
    def has_records(self) -> bool:
        """Whether anything was ever asked of the unit or recorded."""
        return any(week.open_items or week.entries for week in self.weeks)


def may_see_activity(*, actor: Actor, unit: Unit) -> bool:
    """Return whether this actor is told in which weeks nothing was recorded for the unit."""
    return bool(may_see_absence(actor, unit))


def activity(*, actor: Actor, campaign: Campaign, unit_id: int, today: date) -> Activity:
    """
    Return what was recorded each week on the items of one unit, and the gaps (R-589).

    A unit counts with everything below it, as in its figures: a county works through its townships, and numbers alone
    name nobody there. An entry counts at the unit that owes the item, whoever keyed it (代录), on the day on which it was
    written down: a day claimed for it later (补录) fills no week. A week in which nothing waited for the unit is no gap.
    It stands in no list of units, in no file and in no report; no record does not mean that nothing was done.

    :raises NotFound: if this actor may not see the unit's tasks
    :raises NotAllowed: if they are neither the unit itself nor its own contact
    """
    unit = tasks.unit_in_view(actor=actor, unit_id=unit_id)
    may_see_absence(actor, unit).require()
    quiet_weeks = tasks.limits_of(actor=actor, campaign_id=campaign.pk).quiet_weeks
    recorded, spans = _recorded(campaign, unit), _waiting(campaign, unit)
    last = min(today, campaign.planned_end_on or today)
    count = (last - campaign.starts_on).days // 7 + 1 if campaign.starts_on <= last else 0
    weeks = []
    for number in range(max(0, count - MOST_WEEKS), count):
        first = campaign.starts_on + number * WEEK
        end = first + timedelta(days=6)
        days = [recorded[day] for day in (first + timedelta(days=each) for each in range(7)) if day in recorded]
        weeks.append(
            Week(
                number=number + 1,
                first=first,
                last=end,
                open_items=sum(span.items for span in spans if span.meets(first, end)),
                entries=sum(day.entries for day in days),
                answers=sum(day.answers for day in days),
                is_over=end < today,
                busiest=max(days, key=lambda day: day.entries, default=None),
            )
        )
    return Activity(
        unit=unit,
        weeks=weeks,
        gaps=_gaps_in(weeks, quiet_weeks=quiet_weeks),
        quiet_weeks=quiet_weeks,
        today=today,
        scope=_("%(unit)s with everything below it · %(campaign)s") % {"unit": unit.name, "campaign": campaign.name},
    )


def _gaps_in(weeks: list[Week], *, quiet_weeks: int) -> list[Gap]:
    """Return the runs of more than `quiet_weeks` quiet weeks, each with the day on which it was made up for."""
    gaps = []
    by_number = {week.number: week for week in weeks}
    for is_quiet, run in groupby(weeks, key=lambda week: week.is_quiet):
        found = list(run)
        if not is_quiet or len(found) <= quiet_weeks:
            continue
        following = by_number.get(found[-1].number + 1)
        busiest = following.busiest if following else None
        gaps.append(
            Gap(
                weeks=found,
                made_up_on=busiest if busiest and busiest.entries >= limits.MADE_UP_IN_A_DAY else None,
                is_going_on=following is None or (not following.is_over and busiest is None),
            )
        )
    return gaps


@dataclass(frozen=True, slots=True)
class _Span:
    """Items that began to wait for the unit on one day and ceased on another; None: they still do."""

    begun: date
    ended: date | None
    items: int

    def meets(self, first: date, last: date) -> bool:
        return self.begun <= last and (self.ended is None or self.ended >= first)


def _recorded(campaign: Campaign, unit: Unit) -> dict[date, RecordedDay]:
    rows = (
        TaskEntry.objects.filter(
            organisation.scope_filter(scope=Scope(paths=(unit.path,)), unit="task__unit"),
            task__campaign=campaign,
            kind__in=tasks.ANSWERING,
        )
        .order_by()
        .values(day=TruncDate("made_at"))
        .annotate(
            entries=Count("pk"),
            answers=Count("pk", filter=Q(kind__in=ANSWERS)),
            first_at=Min("made_at"),
            last_at=Max("made_at"),
        )
    )
    return {row["day"]: RecordedDay(**row) for row in rows}


def _waiting(campaign: Campaign, unit: Unit) -> list[_Span]:
    """From the issue until the unit said that it was done, or for good; of what was returned, on and on."""
    rows = (
        Task.objects.filter(
            organisation.scope_filter(scope=Scope(paths=(unit.path,)), unit="unit"), campaign=campaign, status__in=OWED
        )
        .order_by()
        .values(
            begun=TruncDate("issued_at"),
            ended=Case(
                When(status=TaskStatus.ASKED_DONE, then=TruncDate("asked_at")),
                When(status=TaskStatus.DONE, then=F("finished_on")),
                output_field=DateField(),
            ),
        )
        .annotate(items=Count("pk"))
    )
    return [_Span(row["begun"], row["ended"], row["items"]) for row in rows]

"""Where the work stands against the time: a plain statement from figures, and the key measures over the whole period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duban.campaigns.models import Campaign
from duban.figures import queries as figures
from duban.kernel.authority import Actor
from duban.office.policy import OfficeCapability
from duban.organisation.models import Unit
from duban.portal.queries.table import Counts, UnitRow, UnitTable
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.policy import TasksCapability
from duban.tasks.queries import Day, TaskFilter
from duban.tasks.states import OPEN_STATUSES, TaskStatus
from duban.workbooks.listing import Column, Listing
from duban.workdays import queries as workdays


@dataclass(frozen=True, slots=True)
class Pace:
    """Open items against the working days that are left, and what was done on each that is over."""

    open_items: int
    done: int
    days_over: int
    days_left: int
    elapsed: float
    done_share: float

    @property
    def needed(self) -> float:
        """Items to be done on each working day that is left."""
        return self.open_items / self.days_left if self.days_left else float(self.open_items)

    @property
    def present(self) -> float:
        """Items done on each working day that is over."""
        return self.done / self.days_over if self.days_over else 0.0

    @property
    def is_short(self) -> bool:
        """Whether items would be left at the end if it went on like this."""
        return self.open_items > self.present * self.days_left

    @property
    def sentence(self) -> str:
        """The statement: the figures and what follows from them, nothing else (R-657)."""
        words = _(
            "%(elapsed)s of the time is over, %(done)s of the work is done. %(open)d items are open for %(days)d working"
            " days. Needed: %(needed)s. So far: %(present)s."
        ) % {
            "elapsed": f"{self.elapsed:.0%}",
            "done": f"{self.done_share:.0%}",
            "open": self.open_items,
            "days": self.days_left,
            "needed": _rate(self.needed),
            "present": _rate(self.present),
        }
        if self.is_short:
            words += _(" At the present pace about %(left)d would be left at the end.") % {
                "left": max(1, round(self.open_items - self.present * self.days_left))
            }
        return words


@dataclass(frozen=True, slots=True)
class Measure:
    """One key measure over the whole period: its parts in the order of their dates, and how far it is (R-639)."""

    heading: str
    parts: list["MeasurePart"]

    @property
    def total(self) -> int:
        """Items of all parts."""
        return sum(part.total for part in self.parts)

    @property
    def done(self) -> int:
        """Items done of all parts."""
        return sum(part.done for part in self.parts)

    @property
    def overdue(self) -> int:
        """Items overdue of all parts."""
        return sum(part.overdue for part in self.parts)


@dataclass(frozen=True, slots=True)
class MeasurePart:
    """One assignment of a measure: from when until when, and its items."""

    wording: str
    starts_on: date | None
    due_on: date | None
    total: int
    done: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Measures:
    """The key measures as far as this actor sees their items, with the words of the head."""

    measures: list[Measure]
    day: Day
    scope: str


# The figures by which a pace is judged.
_JUDGED_BY = ("total", "done", "long_term")


def _rate(items: float) -> str:
    """Return items a working day in words; below one a day in days for an item, because nobody does 0.02 of one."""
    if not items:
        return _("nothing yet")
    if items < 1:
        days = round(1 / items)
        return ngettext("one each working day", "one in %(count)d working days", days) % {"count": days}
    return _("%(count)s each working day") % {"count": f"{items:.0f}" if items >= 10 else f"{items:.1f}"}


def pace(*, actor: Actor, campaign: Campaign, counts: Counts, on: date) -> Pace | None:
    """Return how the work of these figures stands against the time; None without an end date or without dated items."""
    if campaign.planned_end_on is None or not campaign.starts_on <= on <= campaign.planned_end_on:
        return None
    open_items = counts["total"] - counts["done"] - counts["long_term"]
    if open_items <= 0:
        return None
    calendar = workdays.calendar(actor=actor)
    whole = (campaign.planned_end_on - campaign.starts_on).days
    return Pace(
        open_items=open_items,
        done=counts["done"],
        days_over=calendar.workdays_between(campaign.starts_on, on),
        days_left=calendar.workdays_between(on, campaign.planned_end_on),
        elapsed=(on - campaign.starts_on).days / whole,
        done_share=counts["done"] / (open_items + counts["done"]),
    )


def pace_of_unit(*, actor: Actor, campaign: Campaign, unit: Unit, day: Day) -> Pace | None:
    """Return the pace of one unit for itself, its own contact and the offices above; None for anybody else."""
    told = (
        actor.scope(TasksCapability.ANSWER).covers(unit)
        or actor.scope(OfficeCapability.KEEP).covers(unit)
        or unit.pk in actor.scope(TasksCapability.VIEW).unit_ids
    )
    if not told:
        return None
    counted = figures.sums(
        actor=actor, table=TASK_FIGURES, campaign_id=campaign.pk, alone=[unit.pk], names=_JUDGED_BY
    ).get(unit.pk)
    return pace(actor=actor, campaign=campaign, counts=counted, on=day.as_of) if counted else None


def short_units(*, actor: Actor, table: UnitTable) -> Sequence[tuple[UnitRow, Pace]]:
    """
    Return the rows of the table that would have items left at the end, in protocol order, each with its statement.

    For an office over its own units and for a group over those it looks after; nobody else, and no file has it.
    """
    found = []
    keeps, listed = actor.scope(OfficeCapability.KEEP), actor.scope(TasksCapability.VIEW).unit_ids
    for row in table.rows:
        if not (keeps.covers(row.unit) or row.unit.pk in listed):
            continue
        stand = pace(actor=actor, campaign=table.campaign, counts=row.figures, on=table.day.as_of)
        if stand is not None and stand.is_short:
            found.append((row, stand))
    return found


def key_measures(*, actor: Actor, campaign: Campaign, today: date) -> Measures:
    """Return the key measures of the campaign with their parts in the order in which they hand over to each other."""
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    given = TaskFilter(campaign_id=campaign.pk, status="total", as_of=day.as_of, near_until=day.near_until)
    rows = (
        tasks.narrowed(actor=actor, given=given)
        .exclude(assignment__heading="")
        .order_by()
        .values("assignment_id", "assignment__heading", "assignment__wording")
        .annotate(
            starts=Min("assignment__starts_on"),
            issued=Min("issued_at"),
            due=Max("agreed_due"),
            total=Count("pk"),
            done=Count("pk", filter=Q(status=TaskStatus.DONE)),
            overdue=Count("pk", filter=Q(status__in=OPEN_STATUSES, agreed_due__lt=day.as_of)),
        )
        .order_by("assignment_id")
    )
    found: dict[str, list[MeasurePart]] = {}
    for row in rows:
        part = MeasurePart(
            wording=row["assignment__wording"],
            starts_on=row["starts"] or timezone.localdate(row["issued"]),
            due_on=row["due"],
            total=row["total"],
            done=row["done"],
            overdue=row["overdue"],
        )
        found.setdefault(row["assignment__heading"], []).append(part)
    measures = [
        Measure(heading, sorted(parts, key=lambda part: (part.due_on or date.max, part.starts_on or date.min)))
        for heading, parts in found.items()
    ]
    return Measures(measures, day, f"{_('All units in your scope')} · {campaign.name}")


def measures_listing(*, actor: Actor, found: Measures) -> Listing:
    """Return the key measures for Excel and Word."""
    return Listing(
        title=_("Key measures"),
        scope=found.scope,
        filters="",
        as_of=found.day.as_of,
        columns=[
            Column("heading", _("Key task"), width=20),
            Column("wording", _("What is to be done"), width=48),
            Column("starts_on", _("Start"), "date"),
            Column("due_on", _("By when"), "date"),
            Column("total", _("Items"), "integer", 8),
            Column("done", _("Done"), "integer", 8),
            Column("overdue", _("Overdue"), "integer", 8),
        ],
        rows=[
            [
                measure.heading,
                part.wording,
                part.starts_on or "",
                part.due_on or "",
                part.total,
                part.done,
                part.overdue,
            ]
            for measure in found.measures
            for part in measure.parts
        ],
    )

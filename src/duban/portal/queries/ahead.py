"""What comes: everything due or starting in the next days, for all units or in the calendar of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor
from duban.office import queries as office
from duban.office.models import Duty
from duban.office.queries import Displaced, MatterFilter
from duban.office.states import MatterStatus
from duban.organisation.models import Unit
from duban.portal.queries.activity import may_see_activity
from duban.portal.queries.replanning import Replanning, replanning
from duban.tasks import queries as tasks
from duban.tasks.queries import Crowded, Day, TaskFilter
from duban.workbooks.listing import Column, Listing
from duban.workdays import queries as workdays

DAYS, MOST_DAYS = 10, 60
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class AheadLine:
    """One thing that falls due, starts or takes place on a day."""

    day: date
    # due, starts, event, step, duty
    kind: str
    kind_word: str
    wording: str
    # How many items or units; 0 where that says nothing.
    number: int
    # The matter, duty or task behind it, where there is exactly one.
    thing_id: int = 0
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What comes in the next working days, with the words of its head."""

    unit: Unit | None
    days: list[tuple[date, list[AheadLine]]]
    crowded: list[Crowded]
    day: Day
    workdays: int
    has_more: bool
    may_write: bool
    may_see_activity: bool
    # Units with items of which none goes with central work; told to themselves and their own contact.
    without_link: list[Unit]
    # Units where the campaign displaces other work or the reverse; told to the same, on a unit's page its own only.
    displaced: list[Displaced]
    # Of a unit whose work came to rest in its busy days; told to the same.
    replanning: Replanning | None
    scope: str
    filters: str


def ahead(*, actor: Actor, campaign: Campaign, unit_id: int | None, workdays_ahead: int, today: date) -> Ahead:
    """
    Return everything that falls due or starts in the next working days (R-629), with the other duties of a unit (R-658).

    :raises NotFound: if this actor may not see the unit's tasks
    """
    length = max(1, min(workdays_ahead, MOST_DAYS))
    unit = tasks.unit_in_view(actor=actor, unit_id=unit_id) if unit_id is not None else None
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    calendar = workdays.calendar(actor=actor)
    last = calendar.add_workdays(day.as_of, length - (1 if calendar.is_workday(day.as_of) else 0))
    lines = [
        *_items(actor, campaign, unit, day, last),
        *_matters(actor, campaign, unit, day.as_of, last),
        *(_duties(actor, campaign, unit, day.as_of, last) if unit is not None else ()),
    ]
    lines.sort(key=lambda line: (line.day, line.kind, line.wording))
    kept = lines[:MOST_ROWS]
    return Ahead(
        unit=unit,
        days=[(each, [line for line in kept if line.day == each]) for each in dict.fromkeys(line.day for line in kept)],
        crowded=tasks.crowded_classes(
            actor=actor, campaign_id=campaign.pk, first=day.as_of, last=last, unit_id=unit.pk if unit else None
        ),
        day=day,
        workdays=length,
        has_more=len(lines) > len(kept),
        may_write=unit is not None and office.writes_duties_of(actor=actor, unit=unit),
        may_see_activity=unit is not None and may_see_activity(actor=actor, unit=unit),
        without_link=office.units_without_link(actor=actor, campaign_id=campaign.pk),
        displaced=office.units_displacing(
            actor=actor, campaign_id=campaign.pk, on=day.as_of, unit_id=unit.pk if unit else None
        ),
        replanning=replanning(actor=actor, campaign=campaign, unit=unit, today=today) if unit is not None else None,
        scope=f"{unit.name if unit else _('All units in your scope')} · {campaign.name}",
        filters=_("The next %(days)d working days") % {"days": length},
    )


def ahead_listing(*, actor: Actor, found: Ahead) -> Listing:
    """Return the same lines for Excel and Word."""
    return Listing(
        title=_("What comes"),
        scope=found.scope,
        filters=found.filters,
        as_of=found.day.as_of,
        columns=[
            Column("day", _("Day"), "date"),
            Column("kind", _("Kind"), width=12),
            Column("what", _("What is to be done"), width=56),
            Column("number", _("Units"), "integer", 8),
        ],
        rows=[[each, line.kind_word, line.wording, line.number or ""] for each, lines in found.days for line in lines],
    )


def _items(actor: Actor, campaign: Campaign, unit: Unit | None, day: Day, last: date) -> Iterator[AheadLine]:
    given = TaskFilter(
        campaign_id=campaign.pk,
        status="open",
        unit_id=unit.pk if unit else None,
        own_only=unit is not None,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    found = tasks.narrowed(actor=actor, given=given).order_by()
    for kind, word, column in (
        ("due", _("Due"), "agreed_due"),
        ("starts", _("Starts"), "assignment__starts_on"),
    ):
        rows = (
            found.filter(**{f"{column}__range": (day.as_of, last)})
            .values(column, "assignment_id", "assignment__wording")
            .annotate(number=Count("pk"))
            .order_by(column, "assignment_id")[: MOST_ROWS + 1]
        )
        for row in rows:
            yield AheadLine(row[column], kind, word, row["assignment__wording"], row["number"])


def _matters(actor: Actor, campaign: Campaign, unit: Unit | None, first: date, last: date) -> Iterator[AheadLine]:
    given = MatterFilter(campaign_id=campaign.pk, status=MatterStatus.OPEN)
    found = office.narrowed_matters(actor=actor, given=given).filter(due_on__range=(first, last))
    if unit is not None:
        found = found.filter(unit=unit)
    for matter in found.order_by("due_on", "pk")[: MOST_ROWS + 1]:
        if matter.due_on is not None:
            yield AheadLine(matter.due_on, "event", matter.get_kind_display(), matter.title, 0, matter.pk)
    if unit is None:
        for step in office.open_steps(actor=actor, campaign_id=campaign.pk, first=first, last=last):
            if step.due_on is not None:
                words = f"{step.matter.title}：{step.text}" + (f"（{step.owner}）" if step.owner else "")
                yield AheadLine(step.due_on, "step", _("Step"), words, 0, step.matter_id)


def _duties(actor: Actor, campaign: Campaign, unit: Unit, first: date, last: date) -> Iterator[AheadLine]:
    duties = office.duties_between(actor=actor, campaign_id=campaign.pk, unit_id=unit.pk, first=first, last=last)
    for duty in duties:
        yield AheadLine(
            max(duty.due_on, first) if duty.done_on is None else duty.due_on,
            "duty",
            duty.get_kind_display(),
            _duty_words(duty),
            0,
            duty.pk,
            duty.done_on is not None,
        )


def _duty_words(duty: Duty) -> str:
    return f"{duty.text}：{duty.result}" if duty.result else duty.text

"""Reading what units do besides the campaign, and which of it goes with a campaign item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.office.models import Duty
from duban.office.policy import OfficeCapability
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.models import Task
from duban.tasks.policy import TasksCapability
from duban.tasks.states import NOT_OWED, OPEN_STATUSES, TaskStatus

MOST_UNITS = 200


def visible_duties(*, actor: Actor) -> QuerySet[Duty]:
    """Return the duties of the units for which this actor asks, or whose tasks they see."""
    if actor.is_system:
        return Duty.objects.all()
    return Duty.objects.filter(
        organisation.scope_filter(scope=actor.scope(OfficeCapability.ASK), unit="unit")
        | organisation.scope_filter(scope=actor.scope(TasksCapability.VIEW), unit="unit")
    )


def get_duty(*, actor: Actor, duty_id: int) -> Duty:
    """
    Return one duty.

    :raises NotFound: if there is none, or this actor may not see it
    """
    duty = visible_duties(actor=actor).select_related("unit").filter(pk=duty_id).first()
    if duty is None:
        raise NotFound(_("There is no such duty."))
    return duty


def duties_between(*, actor: Actor, campaign_id: int, unit_id: int, first: date, last: date) -> Sequence[Duty]:
    """Return the duties of a unit that fall on these days, and those of earlier days that are not done."""
    duties = visible_duties(actor=actor).filter(campaign_id=campaign_id, unit_id=unit_id, due_on__lte=last)
    return list(duties.filter(Q(due_on__gte=first) | Q(done_on__isnull=True)).order_by("due_on", "pk")[:MOST_UNITS])


def writes_duties_of(*, actor: Actor, unit: Unit) -> bool:
    """Return whether this actor writes duties of the unit down."""
    return actor.scope(OfficeCapability.ASK).covers(unit)


def units_without_link(*, actor: Actor, campaign_id: int) -> list[Unit]:
    """
    Return the units with items of the campaign of which none goes with central work (R-652), in protocol order.

    Told to the unit itself, also where its office sees everything below it, and to whoever looks after exactly this unit,
    never to a level above: the absence of a record does not mean that nothing was done.
    """
    linked = Duty.objects.filter(unit=OuterRef("pk"), campaign_id=campaign_id, task__isnull=False)
    owing = Task.objects.filter(unit=OuterRef("pk"), campaign_id=campaign_id)
    units = _told_to(actor).filter(Exists(owing), ~Exists(linked))
    return list(units.order_by("order_path", "pk")[:MOST_UNITS])


@dataclass(frozen=True, slots=True)
class Displaced:
    """A unit of which one kind of work is late while the other is not; `duties` are the own ones that this says."""

    unit: Unit
    # Own duties that are past their day, else those that were done by it.
    duties: list[Duty]
    items: int
    items_late: int

    @property
    def is_campaign_first(self) -> bool:
        """Whether the campaign displaces other work (教育挤占业务); otherwise it is the reverse (业务挤占教育)."""
        return self.items_late == 0


def units_displacing(*, actor: Actor, campaign_id: int, on: date, unit_id: int | None = None) -> list[Displaced]:
    """
    Return the units where the campaign displaces other work or the reverse (R-660), in protocol order.

    Own duties past their day while campaign items were answered and none is overdue; or items overdue while own duties
    were done by their day and none is past it. A duty that goes with an item is one thing with it and says neither.
    Told as `units_without_link` is: to the unit itself and its own contact, never to a level above.
    """
    items = Task.objects.filter(unit=OuterRef("pk"), campaign_id=campaign_id)
    duties = Duty.objects.filter(unit=OuterRef("pk"), campaign_id=campaign_id, task__isnull=True)
    late, in_time = Q(done_on__isnull=True, due_on__lt=on), Q(done_on__lte=F("due_on"))
    answered = items.filter(status__in=(TaskStatus.ASKED_DONE, TaskStatus.PARTLY_DONE, TaskStatus.DONE))
    units = _told_to(actor).annotate(
        items=_number(items.exclude(status__in=NOT_OWED)),
        items_late=_number(items.filter(status__in=OPEN_STATUSES, agreed_due__lt=on)),
    )
    if unit_id is not None:
        units = units.filter(pk=unit_id)
    found = units.filter(
        (Q(items_late=0) & Exists(duties.filter(late)) & Exists(answered))
        | (Q(items_late__gt=0) & ~Exists(duties.filter(late)) & Exists(duties.filter(in_time)))
    )
    told = list(found.order_by("order_path", "pk")[:MOST_UNITS])
    saying: dict[int, list[Duty]] = {unit.pk: [] for unit in told}
    if told:
        own = Duty.objects.filter(late | in_time, unit__in=saying, campaign_id=campaign_id, task__isnull=True)
        for duty in own.order_by("due_on", "pk"):
            saying[duty.unit_id].append(duty)
    return [
        # Of a unit with late duties those only.
        Displaced(
            unit,
            [duty for duty in saying[unit.pk] if (duty.done_on is None) == (unit.items_late == 0)],
            unit.items,
            unit.items_late,
        )
        for unit in told
    ]


def _number(rows: QuerySet[Task]) -> Coalesce:
    counted = rows.order_by().values("unit").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _told_to(actor: Actor) -> QuerySet[Unit]:
    """Return the units to whose own people, or to whose own contact, this actor belongs: what merely lies below is none."""
    ask, view = actor.scope(OfficeCapability.ASK), actor.scope(TasksCapability.VIEW)
    return Unit.objects.filter(
        Q(pk__any_of=sorted(ask.unit_ids | view.unit_ids)) | Q(path__in={*ask.paths, *view.paths})
    )

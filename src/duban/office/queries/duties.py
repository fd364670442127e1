"""Reading what units do besides the campaign, and which of it goes with a campaign item."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.office.models import Duty
from duban.office.policy import OfficeCapability
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.models import Task
from duban.tasks.policy import TasksCapability

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
    ask, view = actor.scope(OfficeCapability.ASK), actor.scope(TasksCapability.VIEW)
    own = Q(pk__any_of=sorted(ask.unit_ids | view.unit_ids)) | Q(path__in={*ask.paths, *view.paths})
    linked = Duty.objects.filter(unit=OuterRef("pk"), campaign_id=campaign_id, task__isnull=False)
    owing = Task.objects.filter(unit=OuterRef("pk"), campaign_id=campaign_id)
    units = Unit.objects.filter(own).filter(Exists(owing), ~Exists(linked))
    return list(units.order_by("order_path", "pk")[:MOST_UNITS])

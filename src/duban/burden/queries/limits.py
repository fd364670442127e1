"""Reading caps and blocked periods."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from duban.burden.models import BlockedPeriod, Cap
from duban.burden.policy import BurdenCapability, may_block, may_set_caps, may_state_own_busy_days
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.organisation.states import Kind

MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A blocked period as the list shows it."""

    period: BlockedPeriod
    kinds: str
    may_end: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """All caps in the order of the kinds, and the periods of the actor's scope that have not passed."""

    caps: list[Cap]
    periods: list[PeriodLine]
    may_set_caps: bool
    # Units for which this actor may block days, the highest first.
    places: list[Unit]
    may_close: bool


def limits(*, actor: Actor, today: date) -> Limits:
    """Return what the page of limits shows; caps are read by everybody."""
    order = {value: place for place, value in enumerate(Kind.values)}
    scope = actor.scope(BurdenCapability.VIEW)
    found = (
        BlockedPeriod.objects.filter(ended_at__isnull=True, until_on__gte=today)
        .select_related("unit")
        .order_by("from_on", "pk")
    )
    above = {int(part) for path in scope.paths for part in path.split("/")[:-1]}
    periods = [
        period
        for period in found
        if actor.is_system or scope.covers(period.unit) or (period.with_below and period.unit_id in above)
    ]
    return Limits(
        caps=sorted(Cap.objects.all(), key=lambda cap: order.get(cap.unit_kind, len(order))),
        periods=[
            PeriodLine(
                period,
                "、".join(str(Kind(kind).label) for kind in period.kinds) or _("All kinds"),
                bool(may_end(actor=actor, period=period)),
            )
            for period in periods
        ],
        may_set_caps=bool(may_set_caps(actor)),
        places=places(actor=actor),
        may_close=actor.holds(BurdenCapability.LIMIT),
    )


def busy_days(*, actor: Actor, unit: Unit, first: date, last: date) -> list[BlockedPeriod]:
    """Return the busy days of a unit, its own and those set above it, that meet these days; the earliest first."""
    if not (actor.is_system or actor.scope(BurdenCapability.VIEW).covers(unit)):
        return []
    above = [int(part) for part in unit.path.split("/") if part]
    found = BlockedPeriod.objects.filter(
        Q(unit_id=unit.pk) | Q(with_below=True, unit_id__in=above),
        Q(kinds=[]) | Q(kinds__contains=[unit.kind]),
        ended_at__isnull=True,
        from_on__lte=last,
        until_on__gte=first,
    )
    return list(found.order_by("from_on", "pk")[:MOST_PLACES])


def places(*, actor: Actor) -> list[Unit]:
    """Return the units for which this actor may block days, the highest first: an office's parts, or the own unit."""
    capability = BurdenCapability.LIMIT if actor.holds(BurdenCapability.LIMIT) else BurdenCapability.OBJECT
    return list(
        organisation.units_where(actor=actor, capability=capability).order_by("depth", "order_path")[:MOST_PLACES]
    )


def may_end(*, actor: Actor, period: BlockedPeriod) -> bool:
    """Return whether this actor may take a period away: the office, or the unit that stated its own."""
    own = not period.with_below and not period.is_closed and may_state_own_busy_days(actor, period.unit)
    return bool(own or may_block(actor, period.unit))


def get_period(*, actor: Actor, period_id: int) -> BlockedPeriod:
    """
    Return one blocked period of the actor's scope.

    :raises NotFound: if there is none
    """
    period = BlockedPeriod.objects.select_related("unit").filter(pk=period_id).first()
    scope = actor.scope(BurdenCapability.VIEW)
    if period is None or not (actor.is_system or scope.covers(period.unit)):
        raise NotFound(_("There is no such period."))
    return period

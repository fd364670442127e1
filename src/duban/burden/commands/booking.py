"""Booking what is asked: one row for the demand, one per unit, in the transaction of whoever asks."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.burden import queries
from duban.burden.models import BlockedPeriod, Cap, Demand
from duban.burden.queries.cost import Asking
from duban.burden.states import DEFAULT_MINUTES, CapEffect
from duban.burden.weeks import span_of
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class DemandText:
    """
    What is asked, as the ledger keeps it.

    `source` names the thing that asks ("assignment 12"); booked again it is the same demand. `minutes` None: the usual
    ones of its kind. `is_earlier`: a date was set when it was passed down; `days_earlier`: by how much it lies before the
    original one, 0 for long-term work, which has none.
    """

    source: str
    kind: str
    asker_id: int
    what: str
    path: str = ""
    campaign_id: int | None = None
    due_on: date | None = None
    minutes: int | None = None
    rhythm: str = "once"
    days_earlier: int = 0
    is_earlier: bool = False
    # The day of a meeting or a visit; None: the day on which it is booked.
    on: date | None = None


@transaction.atomic
def book(*, actor: Actor, text: DemandText, units: QuerySet[Unit], at: datetime) -> Demand:
    """
    Book in the ledger what is asked of units; the caller has checked that the actor may ask them.

    One statement for all units. Two askers at once near a cap that refuses: the caps of these kinds of unit are locked
    first, so the second one counts what the first one booked.

    :raises InvalidInput: if a cap that refuses would be passed, or the due date lies in a closed period
    """
    asked_on = text.on or timezone.localdate(at)
    asking = Asking(text.kind, asked_on, text.due_on, text.minutes, text.rhythm)
    _require_room(actor=actor, units=units, asking=asking, source=text.source)

    minutes = DEFAULT_MINUTES[text.kind] if text.minutes is None else text.minutes
    span = span_of(asked_on=asked_on, due_on=text.due_on, minutes=minutes, rhythm=text.rhythm)
    demand, _created = Demand.objects.get_or_create(
        source=text.source,
        defaults={
            "kind": text.kind,
            "campaign_id": text.campaign_id,
            "asker_id": text.asker_id,
            "what": text.what[:300],
            "path": text.path,
            "asked_on": asked_on,
            "from_week": span.from_week,
            "until_week": span.until_week,
            "every_week": span.every_week,
            "minutes": span.minutes,
            "due_on": text.due_on,
            "days_earlier": text.days_earlier,
            "is_earlier": text.is_earlier or text.days_earlier > 0,
            "booked_at": at,
            "booked_by": actor.user_id,
        },
    )
    query, parameters = units.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO burden_demandunit (demand_id, unit_id)"
            f" SELECT %s, chosen.id FROM ({query}) AS chosen(id) ORDER BY chosen.id ON CONFLICT DO NOTHING",
            [demand.pk, *parameters],
        )
    return demand


def _require_room(*, actor: Actor, units: QuerySet[Unit], asking: Asking, source: str) -> None:
    # Without a cap that refuses and without a closed period nothing can be refused, and nothing is counted.
    strict = list(
        Cap.objects.select_for_update()
        .filter(effect=CapEffect.REFUSE, unit_kind__in=units.order_by().values("kind"))
        .order_by("pk")
    )
    closed = asking.due_on is not None and BlockedPeriod.objects.filter(
        ended_at__isnull=True, is_closed=True, from_on__lte=asking.due_on, until_on__gte=asking.due_on
    )
    if not strict and not closed:
        return
    cost = queries.cost_of(actor=actor, units=units, asked=[asking], asked_already=source)
    if cost.refusals:
        later = _(" A date that no period blocks: %(day)s.") % {"day": cost.later.isoformat()} if cost.later else ""
        raise InvalidInput(
            _("Too much is asked: %(reasons)s. Choose a later date or fewer units.%(later)s")
            % {"reasons": "；".join(cost.refusals), "later": later}
        )

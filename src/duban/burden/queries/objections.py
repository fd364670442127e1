"""Reading objections: the unit's own, and those that wait for whoever asked."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.burden.models import DemandUnit, Objection
from duban.burden.policy import BurdenCapability, may_object
from duban.burden.states import ObjectionStatus
from duban.kernel.authority import Actor, Scope
from duban.kernel.errors import NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation

PAGE_SIZE = 50


def get_row(*, actor: Actor, row_id: int) -> DemandUnit:
    """
    Return one row of the ledger.

    :raises NotFound: if there is none, or this actor may not see its unit's ledger
    """
    row = DemandUnit.objects.select_related("unit", "demand__asker").filter(pk=row_id).first()
    if row is None or not (actor.is_system or actor.scope(BurdenCapability.VIEW).covers(row.unit)):
        raise NotFound(_("There is no such item."))
    return row


def row_to_object_to(*, actor: Actor, row_id: int) -> DemandUnit:
    """
    Return one row of the ledger for the form that objects to it.

    :raises NotFound: if there is none, or this actor may not see its unit's ledger
    :raises NotAllowed: if this actor does not answer for the unit
    """
    row = get_row(actor=actor, row_id=row_id)
    may_object(actor, row.unit).require()
    return row


def objections_to_answer(*, actor: Actor) -> QuerySet[Objection]:
    """Return the objections that this actor may answer: `may_answer_objection` as a filter."""
    found = Objection.objects.select_related("row__demand__asker", "row__unit")
    if actor.is_system:
        return found
    if not actor.holds(BurdenCapability.ANSWER):
        return found.none()
    subtrees = Scope(paths=actor.scope(BurdenCapability.ANSWER).paths)
    return found.filter(
        Q(row__demand__asker_id=actor.unit_id) | organisation.scope_filter(scope=subtrees, unit="row__demand__asker")
    )


def _asked_by_ourselves(actor: Actor) -> Q:
    # What a unit below asked or passed down waits for that unit, and only then for the office above it.
    heads = Q(row__demand__asker__path__in=actor.scope(BurdenCapability.ANSWER).paths)
    return Q() if actor.is_system else heads | Q(row__demand__asker_id=actor.unit_id)


def get_objection(*, actor: Actor, objection_id: int) -> Objection:
    """
    Return one objection to what this actor's office or unit, or a unit below it, asked.

    :raises NotFound: if there is none
    """
    found = objections_to_answer(actor=actor).filter(pk=objection_id).first()
    if found is None:
        raise NotFound(_("There is no such objection."))
    return found


def objection_list(
    *, actor: Actor, is_open: bool = True, is_below: bool = False, after: str = "", size: int = PAGE_SIZE
) -> Page[Objection]:
    """
    Return one page of objections to what this actor's office or unit asked or passed down, the oldest first.

    `is_below`: those to what units below it asked, which they answer themselves.

    :raises NotAllowed: if this actor asks nothing of others
    """
    if not actor.holds(BurdenCapability.ANSWER):
        raise NotAllowed(_("Your present post asks nothing of other units."))
    own = _asked_by_ourselves(actor)
    found = objections_to_answer(actor=actor).filter(~own if is_below else own)
    found = found.filter(status=ObjectionStatus.OPEN) if is_open else found.exclude(status=ObjectionStatus.OPEN)
    if after:
        found = found.filter(pk__gt=decode_key(after, length=1, kinds=(int,))[0])
    return cut(list(found.order_by("pk")[: size + 1]), size=size, key=lambda objection: (objection.pk,))


@dataclass(frozen=True, slots=True)
class OpenObjections:
    """How many objections wait for an answer, and since when the oldest does."""

    number: int
    oldest: date | None


def open_objections(*, actor: Actor) -> OpenObjections:
    """Return how many objections to what this actor's office or unit asked or passed down wait for its answer."""
    waiting = objections_to_answer(actor=actor).filter(_asked_by_ourselves(actor), status=ObjectionStatus.OPEN)
    waiting = waiting.order_by()
    told = waiting.aggregate(number=Count("pk"), oldest=Min("made_at"))
    return OpenObjections(told["number"], timezone.localdate(told["oldest"]) if told["oldest"] else None)

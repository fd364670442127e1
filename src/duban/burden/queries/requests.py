"""Reading data requests: what they ask, of whom, what speaks against them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.burden import known
from duban.burden.models import DataRequest, DataRequestUnit
from duban.burden.policy import WHO_MAY, BurdenCapability
from duban.burden.queries.cost import Asking, Cost, cost_of
from duban.burden.states import REQUEST_FLOW, DemandKind, RequestStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import bigrams
from duban.organisation import queries as organisation
from duban.organisation.models import Unit

PAGE_SIZE = 50
NAMED_UNITS = 20
MOST_NAMES = 200
# Two requests ask the same if so much of their pairs of characters is common.
SAME = 0.75


@dataclass(frozen=True, slots=True)
class KnownFact:
    """Something that need not be asked, and the page where it stands."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step out of the present status; `refusal` is empty where this actor may take it."""

    name: str
    reason_required: bool
    refusal: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Everything that the page of one data request shows."""

    request: DataRequest
    units: list[Unit]
    cost: Cost | None
    known: list[KnownFact]
    running: list[DataRequest]
    steps: list[OfferedStep]


def visible_requests(*, actor: Actor) -> QuerySet[DataRequest]:
    """Return the data requests of this actor's office or unit, and those sent to units in their scope."""
    requests = DataRequest.objects.select_related("asker", "campaign")
    if actor.is_system:
        return requests
    asks, approves = actor.scope(BurdenCapability.ASK), actor.scope(BurdenCapability.APPROVE)
    own = Q(asker_id=actor.unit_id) if actor.holds(BurdenCapability.ASK) else Q(pk__in=[])
    sent = DataRequestUnit.objects.filter(
        organisation.scope_filter(scope=actor.scope(BurdenCapability.VIEW), unit="unit")
    ).values("request_id")
    return requests.filter(
        own
        | organisation.scope_filter(scope=asks, unit="asker")
        | organisation.scope_filter(scope=approves, unit="asker")
        | (
            Q(pk__in=sent)
            & (Q(status=RequestStatus.SENT) | Q(status=RequestStatus.WITHDRAWN, decided_at__isnull=False))
        )
    )


def get_request(*, actor: Actor, request_id: int) -> DataRequest:
    """
    Return one data request.

    :raises NotFound: if there is none, or this actor has no part in it
    """
    found = visible_requests(actor=actor).filter(pk=request_id).first()
    if found is None:
        raise NotFound(_("There is no such data request."))
    return found


def request_list(*, actor: Actor, status: str = "", after: str = "", size: int = PAGE_SIZE) -> Page[DataRequest]:
    """
    Return one page of the register of data requests, newest first.

    :raises NotAllowed: if this actor sees no unit's ledger
    """
    if not actor.holds(BurdenCapability.VIEW):
        raise NotAllowed(_("Your present post does not include the burden ledger."))
    found = visible_requests(actor=actor)
    if status:
        found = found.filter(status=status)
    if after:
        found = found.filter(pk__lt=decode_key(after, length=1, kinds=(int,))[0])
    return cut(list(found.order_by("-pk")[: size + 1]), size=size, key=lambda request: (request.pk,))


def request_page(*, actor: Actor, request_id: int, at: datetime) -> RequestPage:
    """
    Return one data request with its cost and what speaks against it, as long as it has not been sent.

    :raises NotFound: if there is none, or this actor has no part in it
    """
    request = get_request(actor=actor, request_id=request_id)
    units = units_of_request(actor=actor, request=request)
    is_open = request.status in {RequestStatus.DRAFT, RequestStatus.TO_APPROVE}
    scope = actor.scope(BurdenCapability.VIEW)
    shown = units if actor.is_system else units.filter(organisation.scope_filter(scope=scope))
    return RequestPage(
        request=request,
        units=list(shown.order_by("order_path", "pk")[:NAMED_UNITS]),
        cost=request_cost(actor=actor, request=request, on=timezone.localdate(at)) if is_open else None,
        known=known_facts(actor=actor, text=request.what) if is_open else [],
        running=running_alike(actor=actor, request=request, on=timezone.localdate(at)) if is_open else [],
        steps=[
            OfferedStep(step.name, step.reason_required, str(WHO_MAY[step.name](actor, request).reason))
            for step in REQUEST_FLOW.steps_from(request.status)
        ],
    )


def units_of_request(*, actor: Actor, request: DataRequest) -> QuerySet[Unit]:
    """Return the units from which a request asks, fixed when it was registered."""
    return Unit.objects.filter(pk__in=DataRequestUnit.objects.filter(request=request).values("unit_id"))


def request_cost(*, actor: Actor, request: DataRequest, on: date) -> Cost:
    """Return what sending a request on the day would cost its units (R-581)."""
    return cost_of(
        actor=actor,
        units=units_of_request(actor=actor, request=request),
        asked=[Asking(DemandKind.DATA_REQUEST, on, request.due_on, request.minutes)],
        asked_already=source_of(request=request),
    )


def source_of(*, request: DataRequest) -> str:
    """Return how the ledger names a data request."""
    return f"data request {request.pk}"


def known_facts(*, actor: Actor, text: str) -> list[KnownFact]:
    """Return what the register and the figures know already of that for which a text asks; told to everybody."""
    return [KnownFact(str(one.label), reverse(one.address)) for one in known.asked_for(text)]


def running_alike(*, actor: Actor, request: DataRequest, on: date) -> list[DataRequest]:
    """Return the requests that run already and ask some of the same units for the same, whoever sent them."""
    mine = set(bigrams(request.what))
    units = DataRequestUnit.objects.filter(request=request).values("unit_id")
    running = (
        DataRequest.objects.filter(status=RequestStatus.SENT, due_on__gte=on)
        .exclude(pk=request.pk)
        .select_related("asker")
    )
    alike = [other for other in running if _common(mine, set(bigrams(other.what))) >= SAME]
    return [other for other in alike if DataRequestUnit.objects.filter(request=other, unit_id__in=units).exists()]


def may_ask_somewhere(*, actor: Actor) -> bool:
    """Return whether this actor asks anything of other units."""
    return actor.holds(BurdenCapability.ASK)


def asking_units(*, actor: Actor) -> list[Unit]:
    """
    Return the units in whose name this actor may ask: the office's, else that of the post.

    :raises NotAllowed: if there is none
    """
    scope = actor.scope(BurdenCapability.ASK)
    found = list(Unit.objects.filter(path__in=scope.paths).order_by("order_path", "pk"))
    if not found and actor.holds(BurdenCapability.ASK):
        found = list(Unit.objects.filter(pk__in=[actor.unit_id]))
    if not found:
        raise NotAllowed(_("Your present post asks nothing of other units."))
    return found


def get_asker(*, actor: Actor, unit_id: int) -> Unit:
    """
    Return a unit in whose name one may ask: that of the post, which need not lie in what one sees, or a visible one.

    :raises NotFound: if there is none
    """
    own = Unit.objects.filter(pk=unit_id).first() if unit_id == actor.unit_id else None
    return own or organisation.get_unit(actor=actor, unit_id=unit_id)


def choose_units(*, actor: Actor, asker: Unit, kinds: Sequence[str], names: str, on: date) -> QuerySet[Unit]:
    """
    Return the units that a form chooses: whole kinds, or names with 、 between them; never the asker itself.

    :raises InvalidInput: if nothing is chosen, or a name is not known
    """
    within = organisation.units_where(actor=actor, capability=BurdenCapability.ASK).filter(organisation.in_force(on=on))
    wanted = [name for name in names.replace("，", "、").replace("\n", "、").split("、") if name.strip()]
    if len(wanted) > MOST_NAMES:
        raise InvalidInput(_("Please name 200 units at most, or choose whole kinds."))
    if wanted:
        ids = [organisation.unit_named(actor=actor, text=name, on=on).pk for name in wanted]
        within = within.filter(pk__in=ids)
    elif kinds:
        within = within.filter(kind__in=list(kinds))
    else:
        sentence = _("Please choose kinds of unit, or name single ones.")
        raise InvalidInput(sentence, fields={"kinds": sentence})
    return within.exclude(pk=asker.pk)


def _common(mine: set[str], other: set[str]) -> float:
    return len(mine & other) / len(mine | other) if mine | other else 0.0

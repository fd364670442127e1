"""Who sees the ledger, who may ask, approve, set limits and object."""

from collections.abc import Callable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.burden.models import DataRequest, Objection
from duban.kernel.authority import ALLOWED, Actor, Decision, Placed, decide, denied
from duban.organisation import queries as organisation


class BurdenCapability(StrEnum):
    VIEW = "burden.view"
    ASK = "burden.ask"
    APPROVE = "burden.approve"
    LIMIT = "burden.limit"
    OBJECT = "burden.object"
    # What units object to in what was asked of them; held by whoever asks and whoever passes down.
    ANSWER = "burden.answer"


def may_ask(actor: Actor, asker: Placed) -> Decision:
    """One asks in the name of the unit in whose post one acts, or of one's office."""
    if actor.unit_id == asker.id and actor.holds(BurdenCapability.ASK):
        return ALLOWED
    return decide(actor=actor, capability=BurdenCapability.ASK, unit=asker)


def may_set_caps(actor: Actor) -> Decision:
    """One table of caps holds for everybody, so it is changed by the head of the office of the top unit."""
    tops = organisation.units_where(actor=actor, capability=BurdenCapability.LIMIT).filter(parent__isnull=True)
    if actor.is_system or tops.exists():
        return ALLOWED
    return denied(_("The caps hold for all units. Ask the head of the office of the top unit."))


def may_block(actor: Actor, unit: Placed) -> Decision:
    """The head of an office blocks days for units of its part of the tree."""
    return decide(actor=actor, capability=BurdenCapability.LIMIT, unit=unit)


def may_state_own_busy_days(actor: Actor, unit: Placed) -> Decision:
    """A unit states its own busy season, which warns and never refuses (R-030)."""
    return decide(actor=actor, capability=BurdenCapability.OBJECT, unit=unit)


def may_submit(actor: Actor, request: DataRequest) -> Decision:
    """Whoever asks submits and withdraws."""
    return may_ask(actor, request.asker)


def may_approve(actor: Actor, request: DataRequest) -> Decision:
    """Nobody approves what they registered themselves (R-575)."""
    if actor.user_id is not None and actor.user_id == request.registered_by:
        return denied(_("You registered this request, so somebody else must approve it."))
    return decide(actor=actor, capability=BurdenCapability.APPROVE, unit=request.asker)


def may_withdraw(actor: Actor, request: DataRequest) -> Decision:
    """Whoever asks may withdraw, and whoever approves."""
    asked = may_ask(actor, request.asker)
    return asked or decide(actor=actor, capability=BurdenCapability.APPROVE, unit=request.asker)


def may_object(actor: Actor, unit: Placed) -> Decision:
    """A unit objects for itself."""
    return decide(actor=actor, capability=BurdenCapability.OBJECT, unit=unit)


def may_answer_objection(actor: Actor, objection: Objection) -> Decision:
    """
    Whoever asked answers: from a post of the unit that asked or passed down, or from an office whose subtree holds it.

    A lead department reaches the units of its line one by one: it answers for itself, never for them.
    """
    asker, scope = objection.row.demand.asker, actor.scope(BurdenCapability.ANSWER)
    is_own = actor.unit_id == asker.id and actor.holds(BurdenCapability.ANSWER)
    if actor.is_system or is_own or any(asker.path.startswith(path) for path in scope.paths):
        return ALLOWED
    return denied(_("Another unit asked for this, so that unit answers."))


# One line per step of REQUEST_FLOW.
WHO_MAY: dict[str, Callable[[Actor, DataRequest], Decision]] = {
    "submit": may_submit,
    "approve": may_approve,
    "return": may_approve,
    "withdraw": may_withdraw,
}

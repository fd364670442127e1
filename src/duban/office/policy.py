"""Who keeps the matters of an office, who asks it, who decides."""

from enum import StrEnum

from duban.kernel.authority import Actor, Decision, decide
from duban.office.models import Matter
from duban.office.states import RULES, MatterKind


class OfficeCapability(StrEnum):
    KEEP = "office.keep"
    ASK = "office.ask"
    DECIDE = "office.decide"


def may_settle(actor: Actor, matter: Matter) -> Decision:
    """The office settles its matters; a paper for decision may also be decided by the leading group itself."""
    kept = decide(actor=actor, capability=OfficeCapability.KEEP, unit=matter.office)
    if kept or matter.kind != MatterKind.DECISION:
        return kept
    return decide(actor=actor, capability=OfficeCapability.DECIDE, unit=matter.office)


def may_prepare(actor: Actor, matter: Matter) -> Decision:
    """Steps are the office's own."""
    return decide(actor=actor, capability=OfficeCapability.KEEP, unit=matter.office)


def kinds_of(actor: Actor) -> list[str]:
    """Return the kinds that this actor may open, in table order."""
    if actor.holds(OfficeCapability.KEEP):
        return list(RULES)
    return [kind for kind, rule in RULES.items() if rule.is_asked_by_units and actor.holds(OfficeCapability.ASK)]

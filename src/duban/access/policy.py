"""Who may grant roles."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, Placed, decide, denied

# Three people, never one: who holds one of these holds none of the others.
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


class AccessCapability(StrEnum):
    VIEW = "grant.view"
    EDIT = "grant.edit"


def may_grant(actor: Actor, unit: Placed) -> Decision:
    """Grants are given and ended by whoever administers the subtree."""
    return decide(actor=actor, capability=AccessCapability.EDIT, unit=unit)


def may_grant_to(actor: Actor, user_id: int, units: Sequence[Placed]) -> Decision:
    """Nobody grants themselves anything, and nobody reaches beyond the subtree they administer."""
    if not actor.is_system and user_id == actor.user_id:
        return denied(_("You cannot grant yourself a role. Ask another security administrator."))
    for unit in units:
        decision = may_grant(actor, unit)
        if not decision:
            return decision
    return Decision(True)


def may_hold(role: str, held: Sequence[str]) -> Decision:
    """The three administrator roles are held by three accounts."""
    if role in ADMINISTRATORS and any(other in ADMINISTRATORS and other != role for other in held):
        return denied(_("System, security and audit are administered by three people. Choose another account."))
    return Decision(True)

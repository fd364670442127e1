"""Who may grant roles."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.access.states import Reach
from duban.accounts.policy import AccountsCapability
from duban.kernel.authority import Actor, Decision, Placed, decide, denied
from duban.organisation.models import Unit
from duban.organisation.states import Level, PostKind

# Three people, never one: who holds one of these holds none of the others.
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
THREE_PEOPLE = _("System, security and audit are administered by three people. Choose another account.")


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
    """The three administrator roles are held by three people; the database holds it too, where two grant at once."""
    if role in ADMINISTRATORS and any(other in ADMINISTRATORS and other != role for other in held):
        return denied(THREE_PEOPLE)
    return Decision(True)


# What may be granted below one's own level by whoever opens accounts there, and how far it then reaches.
DELEGABLE: dict[str, Reach] = {
    "unit_principal": Reach.UNIT,
    "unit_deputy": Reach.UNIT,
    "unit_liaison": Reach.UNIT,
    "branch_secretary": Reach.UNIT,
    "township_recorder": Reach.SUBTREE,
}
# The role with which somebody in a post begins; for other posts a role is chosen by hand.
ROLE_OF_POST: dict[str, str] = {
    PostKind.PRINCIPAL: "unit_principal",
    PostKind.DEPUTY: "unit_deputy",
    PostKind.SECRETARY: "branch_secretary",
    PostKind.LIAISON: "unit_liaison",
}


def lies_below(actor: Actor, unit: Placed) -> bool:
    """Return whether the unit lies strictly below one for which this actor opens accounts: never at their own level."""
    paths = actor.scope(AccountsCapability.DELEGATE).paths
    return any(unit.path.startswith(path) and unit.path != path for path in paths)


def may_delegate(actor: Actor, role: str, unit: Unit, user_id: int | None) -> Decision:
    """Roles of units below are granted by whoever opens accounts there: never one's own, never upwards, never more."""
    if user_id is not None and user_id == actor.user_id:
        return denied(_("You cannot grant yourself a role. Ask another security administrator."))
    if not lies_below(actor, unit):
        return denied(_("Accounts are opened here for units below your own. Ask the security administrator."))
    if role not in DELEGABLE:
        return denied(_("This role is granted by the security administrator only."))
    if role == "township_recorder" and unit.level != Level.TOWNSHIP:
        return denied(_("Recording for villages is granted at a township."))
    return Decision(True)


def may_hand_out_code(
    actor: Actor, units: Sequence[Placed], user_id: int, *, is_entered_alone: bool = False
) -> Decision:
    """
    A new code takes over an account: only where everything that its person is and may do lies below.

    And never for a person whom nobody but this actor entered: who invents somebody does not also act as them.
    """
    if user_id == actor.user_id:
        return denied(_("You cannot hand yourself a code. Change your password instead."))
    if is_entered_alone:
        return denied(
            _("You entered this person in the register yourself. Somebody else who opens accounts prints their slip.")
        )
    if not units or not all(lies_below(actor, unit) for unit in units):
        return denied(_("This person also acts outside the units below yours. Ask the security administrator."))
    return Decision(True)

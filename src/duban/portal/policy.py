"""Which first screen a role opens with, as an office's and a unit's follow from what they do; who sees where records end."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import ALLOWED, Actor, Decision, Placed, denied
from duban.tasks.policy import TasksCapability


class PortalCapability(StrEnum):
    # Three buttons and five lines, no menu.
    BRANCH = "screen.branch"
    # One page of the own unit and what waits for one's own word, no menu.
    PRINCIPAL = "screen.principal"
    # What the own branch was asked, to read.
    MEMBER = "screen.member"
    # Villages × open items.
    TOWNSHIP = "screen.township"


def is_only_member(actor: Actor) -> bool:
    """Whether somebody belongs to a branch and has no work here: who also answers or reads for a unit sees that first."""
    return actor.holds(PortalCapability.MEMBER) and not actor.holds(TasksCapability.VIEW)


def may_see_absence(actor: Actor, unit: Placed) -> Decision:
    """The unit itself and whoever looks after exactly this unit, never a level above: no record is not nothing done."""
    if actor.is_system or actor.scope(TasksCapability.VIEW).begins_at(unit):
        return ALLOWED
    return denied(_("Only the unit itself and its own contact see in which weeks nothing was recorded. Ask the unit."))

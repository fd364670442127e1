"""Which first screen a role opens with; an office's and a unit's follow from what they do."""

from enum import StrEnum

from duban.kernel.authority import Actor
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

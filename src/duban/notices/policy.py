"""Who may let a robot speak in a group chat."""

from enum import StrEnum

from duban.kernel.authority import Actor, Decision, Placed, decide


class NoticesCapability(StrEnum):
    ROBOTS = "notice.robots"


def may_keep_robots(actor: Actor, unit: Placed) -> Decision:
    """Numbers leave the house by it, so the head of the office decides, for the own part of the tree."""
    return decide(actor=actor, capability=NoticesCapability.ROBOTS, unit=unit)

"""Who may see how the installation is kept."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, denied


class UpkeepCapability(StrEnum):
    VIEW = "upkeep.view"


def may_see(actor: Actor) -> Decision:
    """It is told in numbers only, so a system or audit administrator of any part of the tree may read it."""
    if actor.holds(UpkeepCapability.VIEW):
        return Decision(True)
    return denied(_("Upkeep is shown to system and audit administrators."))

"""Who may see and run campaigns."""

from enum import StrEnum

from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor, Decision, decide


class CampaignCapability(StrEnum):
    EDIT = "campaign.edit"


def may_edit(actor: Actor, campaign: Campaign) -> Decision:
    """The office of the unit at whose head the campaign stands runs it."""
    return decide(actor=actor, capability=CampaignCapability.EDIT, unit=campaign.root)

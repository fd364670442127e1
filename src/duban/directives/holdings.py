"""What a unit's office can hold open of papers."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import Holding

DIRECTIVES_HOLDINGS = (
    Holding(
        "papers",
        _("Papers and speeches of running campaigns"),
        _("go to the successor's office"),
        "directives_document",
        "unit_id",
        "EXISTS (SELECT 1 FROM campaigns_campaign AS campaign WHERE campaign.id = held.campaign_id"
        " AND campaign.status <> 'ended')",
    ),
)

"""What a unit can hold open of campaigns."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import Holding

CAMPAIGN_HOLDINGS = (
    Holding(
        "campaigns",
        _("Campaigns that it runs"),
        _("are run by the successor; its standing work ends with it if the successor has its own"),
        "campaigns_campaign",
        "root_id",
        "held.status <> 'ended'",
    ),
)

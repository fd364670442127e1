"""What a unit's office can hold open of papers."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import History, Holding

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
    Holding(
        "passings",
        _("What it asks units to relay"),
        _("is asked by the successor's office; where that asks the same already, the two become one"),
        "directives_passing",
        "unit_id",
        "held.ended_at IS NULL",
    ),
    Holding(
        "to_pass_on",
        _("What it has not relayed yet"),
        _("is relayed by the successor"),
        "directives_unitpassing",
        "unit_id",
        "held.passed_on IS NULL AND EXISTS (SELECT 1 FROM directives_passing AS asked WHERE asked.id = held.passing_id"
        " AND asked.ended_at IS NULL)",
    ),
)

DIRECTIVES_HISTORY = (
    History("directives_meeting", "unit_id", "who registered what was held"),
    History("directives_meeting", "register_unit_id", "in whose register it was counted"),
    History("directives_meetingunit", "unit_id", "who took part"),
    History("directives_unitpassing", "entered_unit_id", "who keyed it in"),
)

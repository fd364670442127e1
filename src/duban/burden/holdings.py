"""What a unit can hold open of the ledger."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import History, Holding

BURDEN_HOLDINGS = (
    Holding(
        "data_requests",
        _("Data requests that it prepares or that run"),
        _("are followed by the successor"),
        "burden_datarequest",
        "asker_id",
        "held.status IN ('draft', 'to_approve', 'sent') AND EXISTS (SELECT 1 FROM campaigns_campaign AS campaign"
        " WHERE campaign.id = held.campaign_id AND campaign.status <> 'ended')",
        follows=True,
    ),
    Holding(
        "objections",
        _("Objections that it has not answered"),
        _("are answered by the successor"),
        "burden_demand",
        "asker_id",
        "EXISTS (SELECT 1 FROM burden_demandunit AS asked JOIN burden_objection AS objection"
        " ON objection.row_id = asked.id WHERE asked.demand_id = held.id AND objection.status = 'open')",
        follows=True,
    ),
    Holding(
        "blocked_periods",
        _("Days on which nothing should fall due"),
        _("are kept free for the successor"),
        "burden_blockedperiod",
        "unit_id",
        "held.ended_at IS NULL AND held.until_on >= %(day)s",
        follows=True,
    ),
)

BURDEN_HISTORY = (
    History("burden_demandunit", "unit_id", "what was asked of it in its weeks"),
    History("burden_datarequestunit", "unit_id", "the choice as registered; the task given to it goes to the heir"),
)

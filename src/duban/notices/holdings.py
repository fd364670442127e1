"""What a unit can hold open of robots."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import History, Holding

NOTICES_HOLDINGS = (
    Holding(
        "robots",
        _("Robots of group chats"),
        _("end, so that no group is told the numbers of another unit; the successor enters its own"),
        "notices_robot",
        "unit_id",
        "held.ended_at IS NULL",
    ),
)

NOTICES_HISTORY = (History("notices_digestline", "unit_id", "what somebody was told on a day"),)

"""What is granted at a unit."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import Holding

ACCESS_HOLDINGS = (
    Holding(
        "grants",
        _("Roles granted there"),
        _("end, so that nobody gains rights by a merger; the security administrator grants them anew at the successor"),
        "access_grant",
        "unit_id",
        "(held.ends_at IS NULL OR held.ends_at > clock_timestamp())",
    ),
    Holding(
        "listed",
        _("Roles that list it among other units"),
        _("no longer cover it"),
        "access_grantunit",
        "unit_id",
        "EXISTS (SELECT 1 FROM access_grant AS whole WHERE whole.id = held.grant_id"
        " AND (whole.ends_at IS NULL OR whole.ends_at > clock_timestamp()))",
    ),
)

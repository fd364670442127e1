"""What a unit can hold open of the office's own matters."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import Holding

OFFICE_HOLDINGS = (
    Holding(
        "matters",
        _("Matters of its office, and what it shares with units below"),
        _("go to the successor's office"),
        "office_matter",
        "office_id",
        "(held.status = 'open' OR held.is_shared)",
        follows=True,
    ),
    Holding(
        "asked_matters",
        _("Its questions to an office, and visits to it"),
        _("go to the successor"),
        "office_matter",
        "unit_id",
        "held.status = 'open'",
        follows=True,
    ),
    Holding(
        "duties",
        _("Other work in its calendar"),
        _("goes to the successor"),
        "office_duty",
        "unit_id",
        "held.done_on IS NULL",
        follows=True,
    ),
)

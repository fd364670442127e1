"""What the register itself holds for a unit."""

from django.utils.translation import gettext_lazy as _

from duban.organisation.holdings import History, Holding

ORGANISATION_HOLDINGS = (
    Holding(
        "units_below",
        _("Units directly below"),
        _("move to the successor, with everything below them"),
        "organisation_unit",
        "parent_id",
        "held.valid_until IS NULL",
    ),
    Holding(
        "posts",
        _("Posts"),
        _("end on that day; the people keep their accounts"),
        "organisation_post",
        "unit_id",
        "(held.ends_on IS NULL OR held.ends_on > %(day)s)",
    ),
    Holding(
        "members",
        _("Members and attachments"),
        _("belong to the successor from that day on"),
        "organisation_membership",
        "unit_id",
        "held.ends_on IS NULL",
    ),
    Holding(
        "committees",
        _("Units for which it is the responsible committee"),
        _("name the successor instead"),
        "organisation_unit",
        "party_parent_id",
        "held.valid_until IS NULL",
    ),
    Holding("lines", _("Lines that it leads"), _("are led by the successor"), "organisation_line", "lead_unit_id"),
    Holding(
        "imports",
        _("Tables of units not yet taken over"),
        _("are put aside"),
        "organisation_unitimport",
        "root_id",
        "held.status IN ('ready', 'with_errors', 'to_name')",
    ),
    Holding(
        "member_imports",
        _("Tables of members not yet taken over"),
        _("are put aside"),
        "organisation_memberimport",
        "root_id",
        "held.status IN ('ready', 'with_errors', 'to_name')",
    ),
)

ORGANISATION_HISTORY = (
    History("organisation_closure", "ancestor_id", "follows from the tree"),
    History("organisation_closure", "descendant_id", "follows from the tree"),
    History("organisation_unitname", "unit_id", "what it was called in its days"),
    History("organisation_unitexternalid", "unit_id", "what others call it; a heir has its own"),
    History("organisation_unitsuccession", "unit_id", "who took over from it"),
    History("organisation_unitsuccession", "successor_id", "who took over, also where that one ended later"),
)

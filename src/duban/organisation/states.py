"""The axes on which units are classed, the kinds of post, and the states of an import."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from duban.kernel.flow import Flow, Step


class Level(TextChoices):
    """Level of a unit in the administration (R-020)."""

    CITY = "city", _("City level")
    COUNTY = "county", _("County level")
    TOWNSHIP = "township", _("Township level")
    VILLAGE = "village", _("Village level")


class Field(TextChoices):
    """Field of a unit's work (R-017, R-021)."""

    ORGAN = "organ", _("Organs")
    ENTERPRISE = "enterprise", _("State-owned enterprises")
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health")
    RURAL = "rural", _("Rural")
    COMMUNITY = "community", _("Community")
    NON_PUBLIC = "non_public", _("Non-public economy")
    SOCIAL = "social_organisation", _("Social organisations")
    OTHER = "other", _("Other")


class Kind(TextChoices):
    """Kind of a unit (R-008, R-020, R-021)."""

    TOP = "top", _("City or county")
    LEADERSHIP_TEAM = "leadership_team", _("Leadership team")
    DEPARTMENT = "department", _("Department")
    AFFILIATED = "affiliated", _("Affiliated institution")
    TOWNSHIP = "township", _("Township")
    SUB_DISTRICT = "sub_district", _("Sub-district")
    VILLAGE = "village", _("Village")
    COMMUNITY = "community", _("Urban community")
    ENTERPRISE = "enterprise", _("Enterprise")
    SOCIAL_ORGANISATION = "social_organisation", _("Social organisation")
    ORGAN_BRANCH = "organ_branch", _("Branch of an organ")
    SUPERVISION_GROUP = "supervision_group", _("Supervision group")
    OFFICE = "office", _("Campaign office")
    OTHER = "other", _("Other kind")


class Rank(TextChoices):
    """Rank of a team or post, independent of level."""

    NONE = "", _("No rank")
    DEPARTMENT = "department", _("Department and bureau rank")
    DIVISION = "division", _("County and division rank")
    SECTION = "section", _("Township and section rank")


class PostKind(TextChoices):
    """What a person is in a unit (R-007, R-012, R-028)."""

    PRINCIPAL = "principal", _("Principal")
    DEPUTY = "deputy", _("Deputy in charge")
    SECRETARY = "secretary", _("Branch secretary")
    LIAISON = "liaison", _("Liaison")
    CLERK = "clerk", _("Office clerk")
    MEMBER = "member", _("Group member")


class ImportStatus(TextChoices):
    """State of one unit workbook."""

    CHECKING = "checking", _("Being checked")
    WITH_ERRORS = "with_errors", _("With errors")
    READY = "ready", _("Ready to be taken over")
    DONE = "done", _("Taken over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNIT_IMPORT_FLOW = Flow(
    Step("find_errors", ImportStatus.CHECKING, ImportStatus.WITH_ERRORS),
    Step("find_clean", ImportStatus.CHECKING, ImportStatus.READY),
    Step("take_over", ImportStatus.READY, ImportStatus.DONE),
    Step("withdraw", ImportStatus.READY, ImportStatus.WITHDRAWN),
    Step("withdraw", ImportStatus.WITH_ERRORS, ImportStatus.WITHDRAWN),
)

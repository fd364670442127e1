"""The axes on which units are classed, the kinds of post, and the states of an import."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


class MembershipKind(TextChoices):
    """How a member belongs to a branch: exactly one main branch on any day, and at most one attachment beside it."""

    MAIN = "main", _("Member of this branch")
    FLOATING = "floating", _("Floating member")
    TEMPORARY = "temporary", _("Attached for a time")


class MemberCategory(TextChoices):
    """Category of a member, a key for lists and counts (R-002)."""

    STAFF = "staff", _("In work")
    RETIRED = "retired", _("Retired")
    FARMER = "farmer", _("Farmer")
    STUDENT = "student", _("Student")
    OTHER = "other", pgettext_lazy("member", "Other")


class Participation(TextChoices):
    """The form of taking part that a branch has chosen for a member (R-029): the form alone, never a reason."""

    REGULAR = "regular", _("At the branch's meetings")
    SHIFTS = "shifts", _("In groups by shift")
    REMOTE = "remote", _("From afar")
    HOME = "home", _("Visited at home")
    ESSENTIAL = "essential", _("Essential steps only")


class SuccessionKind(TextChoices):
    """How a unit came to its end."""

    MERGED = "merged", _("Merged into another")
    SPLIT = "split", _("Divided")
    ENDED = "ended", _("Abolished")


class ImportStatus(TextChoices):
    """State of one workbook of units or members."""

    TO_NAME = "to_name", _("Columns to be named")
    CHECKING = "checking", _("Being checked")
    WITH_ERRORS = "with_errors", _("With errors")
    READY = "ready", _("Ready to be taken over")
    TAKING_OVER = "taking_over", _("Being taken over")
    DONE = "done", _("Taken over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


IMPORT_FLOW = Flow(
    Step("find_errors", ImportStatus.CHECKING, ImportStatus.WITH_ERRORS),
    Step("find_clean", ImportStatus.CHECKING, ImportStatus.READY),
    # Somebody else's ledger: which of its columns is which of ours has to be said once.
    Step("ask_names", ImportStatus.CHECKING, ImportStatus.TO_NAME),
    Step("name", ImportStatus.TO_NAME, ImportStatus.CHECKING),
    Step("name", ImportStatus.WITH_ERRORS, ImportStatus.CHECKING),
    Step("name", ImportStatus.READY, ImportStatus.CHECKING),
    # At once, or in the background where the table is long.
    Step("take_over", ImportStatus.READY, ImportStatus.DONE),
    Step("begin_take_over", ImportStatus.READY, ImportStatus.TAKING_OVER),
    Step("finish_take_over", ImportStatus.TAKING_OVER, ImportStatus.DONE),
    Step("give_up", ImportStatus.TAKING_OVER, ImportStatus.WITH_ERRORS),
    Step("withdraw", ImportStatus.READY, ImportStatus.WITHDRAWN),
    Step("withdraw", ImportStatus.WITH_ERRORS, ImportStatus.WITHDRAWN),
    Step("withdraw", ImportStatus.TO_NAME, ImportStatus.WITHDRAWN),
)

"""What can be asked of a unit, what a cap does, and the states of data requests and objections."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from duban.kernel.flow import Flow, Step


class DemandKind(TextChoices):
    """What is asked (R-580)."""

    TASK = "task", _("Task")
    DATA_REQUEST = "data_request", _("Data request")
    DOCUMENT = "document", _("Document to be read")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit to the unit")


# What one of each takes a unit, in minutes, where whoever asks has given no estimate.
DEFAULT_MINUTES: dict[str, int] = {
    DemandKind.TASK: 30,
    DemandKind.DATA_REQUEST: 20,
    DemandKind.DOCUMENT: 10,
    DemandKind.MEETING: 90,
    DemandKind.VISIT: 60,
}
MOST_MINUTES = 10_000

# The share of one report's minutes that each week bears: reports in a quarter of thirteen weeks.
REPORTS_A_QUARTER: dict[str, int] = {"weekly": 13, "monthly": 3, "quarterly": 1}
WEEKS_OF_A_QUARTER = 13


class CapEffect(TextChoices):
    """What happens above a cap."""

    WARN = "warn", _("Warn")
    REFUSE = "refuse", _("Refuse")


class RequestStatus(TextChoices):
    """States of a data request; nothing is sent before somebody else has approved it (R-575)."""

    DRAFT = "draft", _("Draft")
    TO_APPROVE = "to_approve", _("To be approved")
    SENT = "sent", pgettext_lazy("data request", "Sent")
    WITHDRAWN = "withdrawn", pgettext_lazy("data request", "Withdrawn")


REQUEST_FLOW = Flow(
    Step("submit", RequestStatus.DRAFT, RequestStatus.TO_APPROVE),
    Step("approve", RequestStatus.TO_APPROVE, RequestStatus.SENT),
    Step("return", RequestStatus.TO_APPROVE, RequestStatus.DRAFT, reason_required=True),
    Step("withdraw", RequestStatus.DRAFT, RequestStatus.WITHDRAWN),
    Step("withdraw", RequestStatus.TO_APPROVE, RequestStatus.WITHDRAWN),
    Step("withdraw", RequestStatus.SENT, RequestStatus.WITHDRAWN, reason_required=True),
)


class ObjectionReason(TextChoices):
    """Why a unit says that something need not be asked (R-583)."""

    ALREADY_REPORTED = "already_reported", _("Already reported elsewhere")
    FORMALISM = "formalism", _("Form without substance")


class ObjectionStatus(TextChoices):
    OPEN = "open", _("To be answered")
    WITHDRAWN = "withdrawn", pgettext_lazy("objection", "Will be withdrawn")
    MERGED = "merged", pgettext_lazy("objection", "Merged with another item")
    KEPT = "kept", _("Still to be reported")


OBJECTION_FLOW = Flow(
    Step("withdraw", ObjectionStatus.OPEN, ObjectionStatus.WITHDRAWN),
    Step("merge", ObjectionStatus.OPEN, ObjectionStatus.MERGED, reason_required=True),
    Step("keep", ObjectionStatus.OPEN, ObjectionStatus.KEPT, reason_required=True),
)

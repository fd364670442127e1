"""The states of assignments, tasks and change requests, and how one leads to another."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from duban.kernel.flow import Flow, Step


class AssignmentStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUING = "issuing", _("Being issued")
    ISSUED = "issued", _("Issued")


ASSIGNMENT_FLOW = Flow(
    Step("issue", AssignmentStatus.DRAFT, AssignmentStatus.ISSUING),
    Step("finish_issuing", AssignmentStatus.ISSUING, AssignmentStatus.ISSUED),
)


class TaskStatus(TextChoices):
    """States of one unit's share; 逾期 and 临期 are derived, never stored."""

    TO_SIGN = "to_sign", _("To be signed for")
    IN_HAND = "in_hand", _("In hand")
    ASKED_DONE = "asked_done", _("To be checked")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Returned to assigner")
    WITHDRAWN = "withdrawn", pgettext_lazy("task", "Withdrawn")


TASK_FLOW = Flow(
    Step("sign", TaskStatus.TO_SIGN, TaskStatus.IN_HAND),
    Step("decline", TaskStatus.TO_SIGN, TaskStatus.DECLINED, reason_required=True),
    Step("insist", TaskStatus.DECLINED, TaskStatus.TO_SIGN, reason_required=True),
    Step("withdraw", TaskStatus.DECLINED, TaskStatus.WITHDRAWN, reason_required=True),
    Step("ask_done", TaskStatus.IN_HAND, TaskStatus.ASKED_DONE, reason_required=True),
    Step("accept", TaskStatus.ASKED_DONE, TaskStatus.DONE),
    Step("return", TaskStatus.ASKED_DONE, TaskStatus.IN_HAND, reason_required=True),
)
OPEN_STATUSES = (TaskStatus.TO_SIGN, TaskStatus.IN_HAND, TaskStatus.ASKED_DONE)


class DueKind(TextChoices):
    DATE = "date", _("By a date")
    RECURRING = "recurring", _("Recurring")
    LONG_TERM = "long_term", _("Long-term")
    NONE = "none", _("No date")


class Rhythm(TextChoices):
    """How often progress is reported."""

    ONCE = "once", _("Once at the end")
    WEEKLY = "weekly", _("Weekly")
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")


class Importance(TextChoices):
    """Key items stand first in every list (R-640, R-643)."""

    NORMAL = "normal", _("Normal")
    KEY = "key", _("Key item")


class Target(TextChoices):
    """To whom an assignment goes."""

    UNIT = "unit", _("One unit")
    LISTED = "listed", _("Listed units")
    CLASS = "class", _("Every unit of a class")


class EntryKind(TextChoices):
    """What somebody did about a task; one row each, never changed."""

    SIGN = "sign", _("Signed for")
    DECLINE = "decline", _("Returned as not theirs")
    INSIST = "insist", _("Sent again")
    WITHDRAW = "withdraw", pgettext_lazy("task", "Withdrawn")
    FEEDBACK = "feedback", _("Progress feedback")
    EVIDENCE = "evidence", _("Evidence attached")
    ASK_DONE = "ask_done", _("Asked for completion")
    ACCEPT = "accept", _("Accepted as done")
    RETURN = "return", _("Returned for more")
    ASK_EXTENSION = "ask_extension", _("Asked for an extension")
    GRANT_EXTENSION = "grant_extension", _("Extension granted")
    REFUSE_EXTENSION = "refuse_extension", _("Extension refused")
    MOVED_UP = "moved_up", _("Check moved one level up")


class ChangeStatus(TextChoices):
    ASKED = "asked", _("To be decided")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


CHANGE_FLOW = Flow(
    Step("grant", ChangeStatus.ASKED, ChangeStatus.GRANTED),
    Step("refuse", ChangeStatus.ASKED, ChangeStatus.REFUSED, reason_required=True),
)


class BreakdownStatus(TextChoices):
    WITH_ERRORS = "with_errors", _("With errors")
    READY = "ready", _("Ready to be taken over")
    DONE = "done", _("Taken over")


BREAKDOWN_FLOW = Flow(
    Step("take_over", BreakdownStatus.READY, BreakdownStatus.DONE),
)

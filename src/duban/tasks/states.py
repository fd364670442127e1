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
    # Goes on inside another task.
    MERGED = "merged", _("Merged")
    DECLINED = "declined", _("Returned to assigner")
    WITHDRAWN = "withdrawn", pgettext_lazy("task", "Withdrawn")


TASK_FLOW = Flow(
    Step("sign", TaskStatus.TO_SIGN, TaskStatus.IN_HAND),
    Step("decline", TaskStatus.TO_SIGN, TaskStatus.DECLINED, reason_required=True),
    Step("insist", TaskStatus.DECLINED, TaskStatus.TO_SIGN, reason_required=True),
    Step("withdraw", TaskStatus.DECLINED, TaskStatus.WITHDRAWN, reason_required=True),
    # No longer asked, though the unit has it: a data request that was withdrawn, an objection that was right.
    Step("withdraw", TaskStatus.TO_SIGN, TaskStatus.WITHDRAWN, reason_required=True),
    Step("withdraw", TaskStatus.IN_HAND, TaskStatus.WITHDRAWN, reason_required=True),
    Step("ask_done", TaskStatus.IN_HAND, TaskStatus.ASKED_DONE, reason_required=True),
    Step("accept", TaskStatus.ASKED_DONE, TaskStatus.DONE),
    Step("return", TaskStatus.ASKED_DONE, TaskStatus.IN_HAND, reason_required=True),
)
# From one unit to an equal one (转交); counted, and stopped at limits.TRANSFERS. Passing down is no transfer.
TRANSFER_FLOW = Flow(
    Step("transfer", TaskStatus.TO_SIGN, TaskStatus.TO_SIGN, reason_required=True),
    Step("transfer", TaskStatus.DECLINED, TaskStatus.TO_SIGN, reason_required=True),
)
OPEN_STATUSES = (TaskStatus.TO_SIGN, TaskStatus.IN_HAND, TaskStatus.ASKED_DONE)
# Nothing more is to be done; everything else goes to the successor when a unit ends.
CLOSED_STATUSES = (TaskStatus.DONE, TaskStatus.WITHDRAWN, TaskStatus.MERGED)


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
    LINE = "line", _("Every unit of a line")
    BELOW = "below", _("All direct subordinates")


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
    MERGE = "merge", _("Merged")
    TAKE_OVER = "take_over", _("Taken over")
    MOVED_UP = "moved_up", _("Check moved one level up")
    PASS_DOWN = "pass_down", _("Passed down")
    TRANSFER = "transfer", _("Transferred to another unit")
    PUT_BEFORE = "put_before", _("Put before the principal")
    SENT_BACK = "sent_back", _("Sent back by the principal")
    ENTRUST = "entrust", _("Entrusted by the principal")
    HAND_OVER = "hand_over", _("Handed over")


class ChangeStatus(TextChoices):
    ASKED = "asked", _("To be decided")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


CHANGE_FLOW = Flow(
    Step("grant", ChangeStatus.ASKED, ChangeStatus.GRANTED),
    Step("refuse", ChangeStatus.ASKED, ChangeStatus.REFUSED, reason_required=True),
)


OPEN_CHANGES = (ChangeStatus.ASKED,)


class BreakdownStatus(TextChoices):
    WITH_ERRORS = "with_errors", _("With errors")
    READY = "ready", _("Ready to be taken over")
    DONE = "done", _("Taken over")


BREAKDOWN_FLOW = Flow(
    Step("take_over", BreakdownStatus.READY, BreakdownStatus.DONE),
)


class ReservedAct(TextChoices):
    """What an assignment may reserve for the principal."""

    ASK_DONE = "ask_done", _("Ask for completion")
    ASK_EXTENSION = "ask_extension", _("Ask for a later date")


class ConfirmationStatus(TextChoices):
    WAITING = "waiting", _("Waiting for the principal")
    AGREED = "agreed", _("Agreed")
    SENT_BACK = "sent_back", _("Sent back")
    ENTRUSTED = "entrusted", _("Entrusted")
    ENDED = "ended", pgettext_lazy("confirmation", "Ended")


class ConfirmationWay(TextChoices):
    """How a principal's own word came."""

    SIGN_IN = "sign_in", _("by own sign-in")
    LINK = "link", _("by one-time link")
    PAGE = "page", _("by signed page")


CONFIRMATION_FLOW = Flow(
    Step("agree", ConfirmationStatus.WAITING, ConfirmationStatus.AGREED),
    Step("send_back", ConfirmationStatus.WAITING, ConfirmationStatus.SENT_BACK, reason_required=True),
    Step("entrust", ConfirmationStatus.WAITING, ConfirmationStatus.ENTRUSTED, reason_required=True),
    Step("end", ConfirmationStatus.WAITING, ConfirmationStatus.ENDED),
)

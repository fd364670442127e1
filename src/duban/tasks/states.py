"""The states of assignments, tasks and change requests, and how one leads to another."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from duban.kernel.flow import Flow, Step


class AssignmentStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    # A head who did not write it has to agree first (请示).
    TO_APPROVE = "to_approve", _("Waits for the head's consent")
    ISSUING = "issuing", _("Being issued")
    ISSUED = "issued", _("Issued")


ASSIGNMENT_FLOW = Flow(
    Step("issue", AssignmentStatus.DRAFT, AssignmentStatus.ISSUING),
    Step("ask_consent", AssignmentStatus.DRAFT, AssignmentStatus.TO_APPROVE),
    Step("consent", AssignmentStatus.TO_APPROVE, AssignmentStatus.ISSUING),
    Step("send_back", AssignmentStatus.TO_APPROVE, AssignmentStatus.DRAFT, reason_required=True),
    Step("finish_issuing", AssignmentStatus.ISSUING, AssignmentStatus.ISSUED),
)


UNISSUED = (AssignmentStatus.DRAFT, AssignmentStatus.TO_APPROVE)


class TaskStatus(TextChoices):
    """States of one unit's share; 逾期 and 临期 are derived, never stored."""

    TO_SIGN = "to_sign", _("To be signed for")
    IN_HAND = "in_hand", _("In hand")
    ASKED_DONE = "asked_done", _("To be checked")
    DONE = "done", _("Done")
    # A part is accepted; the rest goes on with its next date.
    PARTLY_DONE = "partly_done", _("Done in part")
    # No end by decision; never late.
    LONG_TERM = "kept_up", _("Kept up long-term")
    SUSPENDED = "suspended", _("Suspended")
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
    Step("withdraw", TaskStatus.LONG_TERM, TaskStatus.WITHDRAWN, reason_required=True),
    Step("withdraw", TaskStatus.SUSPENDED, TaskStatus.WITHDRAWN, reason_required=True),
    Step("ask_done", TaskStatus.IN_HAND, TaskStatus.ASKED_DONE, reason_required=True),
    Step("ask_done", TaskStatus.PARTLY_DONE, TaskStatus.ASKED_DONE, reason_required=True),
    # 报备制: the unit says so and it is done; samples are looked at afterwards.
    Step("declare", TaskStatus.IN_HAND, TaskStatus.DONE, reason_required=True),
    Step("declare", TaskStatus.PARTLY_DONE, TaskStatus.DONE, reason_required=True),
    # The unit thinks better of it (撤回) before somebody has looked on the spot or decided.
    Step("call_back", TaskStatus.ASKED_DONE, TaskStatus.IN_HAND),
    Step("accept", TaskStatus.ASKED_DONE, TaskStatus.DONE),
    Step("return", TaskStatus.ASKED_DONE, TaskStatus.IN_HAND, reason_required=True),
    # A sample was found untrue.
    Step("reopen", TaskStatus.DONE, TaskStatus.IN_HAND, reason_required=True),
    # What a granted request leads to.
    Step("part_done", TaskStatus.IN_HAND, TaskStatus.PARTLY_DONE, reason_required=True),
    Step("part_done", TaskStatus.PARTLY_DONE, TaskStatus.PARTLY_DONE, reason_required=True),
    Step("suspend", TaskStatus.IN_HAND, TaskStatus.SUSPENDED, reason_required=True),
    Step("suspend", TaskStatus.PARTLY_DONE, TaskStatus.SUSPENDED, reason_required=True),
    Step("keep_up", TaskStatus.IN_HAND, TaskStatus.LONG_TERM, reason_required=True),
    Step("keep_up", TaskStatus.PARTLY_DONE, TaskStatus.LONG_TERM, reason_required=True),
    Step("merge", TaskStatus.IN_HAND, TaskStatus.MERGED, reason_required=True),
    Step("merge", TaskStatus.PARTLY_DONE, TaskStatus.MERGED, reason_required=True),
    Step("resume", TaskStatus.SUSPENDED, TaskStatus.IN_HAND, reason_required=True),
    Step("resume", TaskStatus.LONG_TERM, TaskStatus.IN_HAND, reason_required=True),
    Step("resume", TaskStatus.MERGED, TaskStatus.IN_HAND, reason_required=True),
)
# From one unit to an equal one (转交); counted, and stopped at limits.TRANSFERS. Passing down is no transfer.
TRANSFER_FLOW = Flow(
    Step("transfer", TaskStatus.TO_SIGN, TaskStatus.TO_SIGN, reason_required=True),
    Step("transfer", TaskStatus.DECLINED, TaskStatus.TO_SIGN, reason_required=True),
)
OPEN_STATUSES = (
    TaskStatus.TO_SIGN,
    TaskStatus.IN_HAND,
    TaskStatus.ASKED_DONE,
    TaskStatus.PARTLY_DONE,
    TaskStatus.LONG_TERM,
)
# Nothing more is to be done; everything else goes to the successor when a unit ends.
CLOSED_STATUSES = (TaskStatus.DONE, TaskStatus.WITHDRAWN, TaskStatus.MERGED)
# In the unit's hands: it works on it and may ask for a change.
WORKED_ON = (TaskStatus.IN_HAND, TaskStatus.PARTLY_DONE)
# What waits for the unit itself, of which it may be reminded (催办).
URGED_STATUSES = (TaskStatus.TO_SIGN, *WORKED_ON)
# Nobody has answered yet, in whole or in part: taken back with what they came from.
UNANSWERED = (
    TaskStatus.TO_SIGN,
    TaskStatus.IN_HAND,
    TaskStatus.LONG_TERM,
    TaskStatus.SUSPENDED,
    TaskStatus.DECLINED,
)
# Progress can be told.
REPORTED_ON = (*WORKED_ON, TaskStatus.LONG_TERM, TaskStatus.SUSPENDED)
# Not owed by the unit: not counted in what it shall do, never late.
NOT_OWED = (TaskStatus.DECLINED, TaskStatus.WITHDRAWN, TaskStatus.SUSPENDED, TaskStatus.MERGED)


# Steps that somebody takes by a button; the others come of a granted request, or of a sample found untrue.
TAKEN_BY_HAND = frozenset(
    {"sign", "decline", "insist", "withdraw", "ask_done", "call_back", "declare", "accept", "return", "resume"}
)


class Nature(TextChoices):
    """What kind of thing is asked; the verb of the sentence proposes it."""

    WORK = "work", _("To be carried out")
    CONVEY = "convey", _("To be relayed")
    STUDY = "study", _("To be studied")


class ClosingMode(TextChoices):
    """Who must look before an item is finished."""

    DECLARE = "declare", _("Declared, then sampled")
    CHECK = "check", _("Checked by the next level")
    INSPECT = "inspect", _("Inspected on the spot")


# The step to the end that each closing mode leaves out.
LEFT_OUT = {ClosingMode.DECLARE: "ask_done", ClosingMode.CHECK: "declare", ClosingMode.INSPECT: "declare"}
# The step by which a unit says that it has finished.
FINISHED_BY = {ClosingMode.DECLARE: "declare", ClosingMode.CHECK: "ask_done", ClosingMode.INSPECT: "ask_done"}
# What is only relayed or read is declared; everything else is checked.
CLOSING_OF_NATURE: dict[str, ClosingMode] = {
    Nature.WORK: ClosingMode.CHECK,
    Nature.CONVEY: ClosingMode.DECLARE,
    Nature.STUDY: ClosingMode.DECLARE,
}


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
    CALL_BACK = "call_back", _("Taken back by the unit")
    ACCEPT = "accept", _("Accepted as done")
    RETURN = "return", _("Returned for more")
    DECLARE = "declare", _("Declared done")
    VISIT = "visit", _("Looked at on the spot")
    ASK_EXTENSION = "ask_extension", _("Asked for an extension")
    GRANT_EXTENSION = "grant_extension", _("Extension granted")
    REFUSE_EXTENSION = "refuse_extension", _("Extension refused")
    ASK_SUSPENSION = "ask_suspension", _("Asked to suspend")
    SUSPEND = "suspend", _("Suspended")
    ASK_PART_DONE = "ask_part_done", _("Asked to accept a part")
    PART_DONE = "part_done", _("Part accepted")
    ASK_LONG_TERM = "ask_long_term", _("Asked to keep it up long-term")
    KEEP_UP = "keep_up", _("Kept up long-term")
    ASK_MERGE = "ask_merge", _("Asked to merge")
    MERGE = "merge", _("Merged")
    ENDORSE = "endorse", _("First consent to the request")
    REFUSE_CHANGE = "refuse_change", _("Request refused")
    TAKE_BACK = "take_back", _("Request taken back")
    RESUME = "resume", _("Resumed")
    FOUND_TRUE = "found_true", _("Sampled: true")
    REOPEN = "reopen", _("Sampled: not true, returned")
    TAKE_OVER = "take_over", _("Taken over")
    MOVED_UP = "moved_up", _("Check moved one level up")
    PASS_DOWN = "pass_down", _("Passed down")
    TRANSFER = "transfer", _("Transferred to another unit")
    PUT_BEFORE = "put_before", _("Put before the principal")
    SENT_BACK = "sent_back", _("Sent back by the principal")
    ENTRUST = "entrust", _("Entrusted by the principal")
    HAND_OVER = "hand_over", _("Handed over")
    URGE = "urge", pgettext_lazy("task", "Urged")


class ChangeKind(TextChoices):
    """What a unit may ask for while it has an item in hand."""

    EXTENSION = "extension", _("A later date")
    PART_DONE = "part_done", _("This part is done, the rest goes on")
    SUSPENSION = "suspension", _("Suspend it")
    LONG_TERM = "long_term", _("Keep it up long-term")
    MERGE = "merge", _("Merge it into another item")


# What the thread and the record call asking, granting and refusing.
ASKED_AS: dict[str, EntryKind] = {
    ChangeKind.EXTENSION: EntryKind.ASK_EXTENSION,
    ChangeKind.PART_DONE: EntryKind.ASK_PART_DONE,
    ChangeKind.SUSPENSION: EntryKind.ASK_SUSPENSION,
    ChangeKind.LONG_TERM: EntryKind.ASK_LONG_TERM,
    ChangeKind.MERGE: EntryKind.ASK_MERGE,
}
# The step of TASK_FLOW that granting takes; a later date changes no status.
STEP_OF_CHANGE: dict[str, str] = {
    ChangeKind.PART_DONE: "part_done",
    ChangeKind.SUSPENSION: "suspend",
    ChangeKind.LONG_TERM: "keep_up",
    ChangeKind.MERGE: "merge",
}
# Which need a date: the later one, or that of the rest.
DATED_CHANGES = (ChangeKind.EXTENSION, ChangeKind.PART_DONE)


class ChangeStatus(TextChoices):
    ASKED = "asked", _("To be decided")
    # The first of two has consented.
    ENDORSED = "endorsed", _("Waits for the head")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")


CHANGE_FLOW = Flow(
    Step("grant", ChangeStatus.ASKED, ChangeStatus.GRANTED),
    Step("endorse", ChangeStatus.ASKED, ChangeStatus.ENDORSED),
    Step("grant", ChangeStatus.ENDORSED, ChangeStatus.GRANTED),
    Step("refuse", ChangeStatus.ASKED, ChangeStatus.REFUSED, reason_required=True),
    Step("refuse", ChangeStatus.ENDORSED, ChangeStatus.REFUSED, reason_required=True),
    Step("take_back", ChangeStatus.ASKED, ChangeStatus.TAKEN_BACK),
    Step("take_back", ChangeStatus.ENDORSED, ChangeStatus.TAKEN_BACK),
)
OPEN_CHANGES = (ChangeStatus.ASKED, ChangeStatus.ENDORSED)


class SampleStatus(TextChoices):
    """What somebody without a part found about one sampled item."""

    TO_LOOK = "to_look", _("To be looked at")
    IS_TRUE = "true", _("True")
    UNTRUE = "untrue", _("Not true")


SAMPLE_FLOW = Flow(
    Step("find_true", SampleStatus.TO_LOOK, SampleStatus.IS_TRUE),
    Step("find_untrue", SampleStatus.TO_LOOK, SampleStatus.UNTRUE, reason_required=True),
)


class BreakdownStatus(TextChoices):
    TO_NAME = "to_name", _("Columns to be named")
    WITH_ERRORS = "with_errors", _("With errors")
    READY = "ready", _("Ready to be taken over")
    DONE = "done", _("Taken over")
    WITHDRAWN = "withdrawn", _("Put aside")


BREAKDOWN_FLOW = Flow(
    # Naming the columns reads the table anew; what is found then says where it goes.
    Step("find_clean", BreakdownStatus.TO_NAME, BreakdownStatus.READY),
    Step("find_errors", BreakdownStatus.TO_NAME, BreakdownStatus.WITH_ERRORS),
    Step("find_clean", BreakdownStatus.WITH_ERRORS, BreakdownStatus.READY),
    Step("find_errors", BreakdownStatus.WITH_ERRORS, BreakdownStatus.WITH_ERRORS),
    Step("find_clean", BreakdownStatus.READY, BreakdownStatus.READY),
    Step("find_errors", BreakdownStatus.READY, BreakdownStatus.WITH_ERRORS),
    Step("take_over", BreakdownStatus.READY, BreakdownStatus.DONE),
    Step("withdraw", BreakdownStatus.TO_NAME, BreakdownStatus.WITHDRAWN),
    Step("withdraw", BreakdownStatus.WITH_ERRORS, BreakdownStatus.WITHDRAWN),
    Step("withdraw", BreakdownStatus.READY, BreakdownStatus.WITHDRAWN),
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

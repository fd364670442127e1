"""Words of buttons, states and notices, said in one place."""

from datetime import date

from django.utils.translation import gettext as _

from duban.tasks.states import NOT_OWED, OPEN_STATUSES, DueKind, TaskStatus


def button(step_name: str) -> str:
    """Return the words on the button of a step."""
    return {
        "sign": _("Sign for"),
        "decline": _("Not ours, return"),
        "insist": _("Send again"),
        "withdraw": _("Withdraw"),
        "ask_done": _("Ask for completion"),
        "call_back": _("Take the report back"),
        "declare": _("Declare done"),
        "resume": _("Resume"),
        "accept": _("Accept as done"),
        "return": _("Return for more"),
    }[step_name]


def after_step(*, step_name: str, status: str) -> str:
    """Return what a step has brought about, for the head of the next page."""
    return {
        "sign": _("Signed for. It is in hand now."),
        "decline": _("Returned to the assigner, who decides what becomes of it."),
        "insist": _("Sent again; the unit has to sign for it."),
        "withdraw": _("Withdrawn."),
        "ask_done": _("Sent for checking. Somebody else looks at it now."),
        "call_back": _("Taken back. It is in hand again."),
        "declare": _("Declared done. Samples are looked at by somebody else."),
        "resume": _("Resumed. It is in hand again."),
        "accept": _("Accepted as done."),
        "return": _("Returned with a new date."),
    }[step_name]


def judged(*, status: str, agreed_due: date | None, due_kind: str, as_of: date, near_until: date) -> tuple[str, str]:
    """
    Return tone and word of a task's state on a day: late and near are derived here and stored nowhere.

    Work without a date is never late: it is long-term, recurring, or simply undated.
    """
    if status == TaskStatus.LONG_TERM:
        return "long", str(TaskStatus.LONG_TERM.label)
    if status in OPEN_STATUSES and agreed_due is not None and agreed_due < as_of:
        return "overdue", _("Overdue")
    if status in OPEN_STATUSES and agreed_due is not None and agreed_due <= near_until:
        return "near", _("Near due")
    if status in OPEN_STATUSES and agreed_due is None:
        return "long", str(DueKind(due_kind).label)
    if status == TaskStatus.DONE:
        return "done", _("Done")
    if status in NOT_OWED:
        return "off", str(TaskStatus(status).label)
    return "normal", _("On course")


def share_done(*, finished: int, issued: int) -> str:
    """Return how many of the units are done, in words."""
    return _("%(finished)d of %(issued)d done") % {"finished": finished, "issued": issued}

"""Words of buttons, states and notices, said in one place."""

from datetime import date
from urllib.parse import quote

from django.utils.translation import gettext as _

from duban.tasks.states import OPEN_STATUSES, DueKind, TaskStatus


def button(step_name: str) -> str:
    """Return the words on the button of a step."""
    return {
        "sign": _("Sign for"),
        "decline": _("Not ours, return"),
        "insist": _("Send again"),
        "withdraw": _("Withdraw"),
        "ask_done": _("Ask for completion"),
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
        "accept": _("Accepted as done."),
        "return": _("Returned with a new date."),
    }[step_name]


def judged(*, status: str, agreed_due: date | None, due_kind: str, as_of: date, near_until: date) -> tuple[str, str]:
    """
    Return tone and word of a task's state on a day: late and near are derived here and stored nowhere.

    Work without a date is never late: it is long-term, recurring, or simply undated.
    """
    if status in OPEN_STATUSES and agreed_due is not None and agreed_due < as_of:
        return "overdue", _("Overdue")
    if status in OPEN_STATUSES and agreed_due is not None and agreed_due <= near_until:
        return "near", _("Near due")
    if status in OPEN_STATUSES and agreed_due is None:
        return "long", str(DueKind(due_kind).label)
    if status == TaskStatus.DONE:
        return "done", _("Done")
    if status in {TaskStatus.DECLINED, TaskStatus.WITHDRAWN}:
        return "off", str(TaskStatus(status).label)
    return "normal", _("On course")


def attachment_header(name: str) -> str:
    """Return the header that hands a file out under its own name, Chinese included (RFC 6266)."""
    plain = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def share_done(*, finished: int, issued: int) -> str:
    """Return how many of the units are done, in words."""
    return _("%(finished)d of %(issued)d done") % {"finished": finished, "issued": issued}

"""Words of buttons and notices, said in one place."""

from django.utils.translation import gettext as _


def button(step_name: str) -> str:
    """Return the words on the button of a step of a data request."""
    return {
        "submit": _("Submit"),
        "approve": _("Approve and send"),
        "return": _("Send back"),
        "withdraw": _("Withdraw"),
    }[step_name]


def after_step(*, step_name: str, units: int) -> str:
    """Return what a step has brought about."""
    return {
        "submit": _("Submitted. Somebody else decides whether it goes out."),
        "approve": _("Sent to %(units)d units.") % {"units": units},
        "return": _("Returned to whoever registered it."),
        "withdraw": _("Withdrawn."),
    }[step_name]


def answer_button(step_name: str) -> str:
    """Return the words on the button of an answer to an objection."""
    return {"withdraw": _("Withdraw"), "merge": _("Merge it"), "keep": _("Still needed")}[step_name]

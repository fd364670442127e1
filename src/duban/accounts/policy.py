"""Who may keep accounts."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, denied


class AccountsCapability(StrEnum):
    EDIT = "account.edit"


def may_keep_accounts(actor: Actor) -> Decision:
    """
    Accounts are opened and ended by the security administrator.

    An account has no place of its own: that the person behind it lies in the actor's subtree is asked by `access`.
    """
    if actor.holds(AccountsCapability.EDIT):
        return Decision(True)
    return denied(_("Accounts are kept by the security administrator."))

"""Who may keep accounts."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, denied


class AccountsCapability(StrEnum):
    EDIT = "account.edit"
    # Opens accounts, to be activated by a printed code, for people in posts of the units below.
    DELEGATE = "account.delegate"


def may_open_accounts(actor: Actor) -> Decision:
    """Accounts are opened by a security administrator of any part of the tree; what they may do is granted apart."""
    if actor.holds(AccountsCapability.EDIT):
        return Decision(True)
    return denied(_("Accounts are kept by the security administrator."))


def may_keep_accounts(actor: Actor) -> Decision:
    """
    Anybody's account is changed by a security administrator of the whole tree only.

    An account has no place in the tree, so a county's administrator could otherwise take over the city's.
    """
    if actor.is_system or actor.scope(AccountsCapability.EDIT).is_whole:
        return Decision(True)
    return denied(_("Accounts are kept by the security administrator."))


def may_open_to_activate(actor: Actor) -> Decision:
    """Accounts without a password are opened for units below by whoever is entrusted with it; where, access decides."""
    if actor.is_system or actor.holds(AccountsCapability.DELEGATE):
        return Decision(True)
    return may_open_accounts(actor)

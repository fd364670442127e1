"""What people call what was done; a verb without a word here is shown as it is."""

from django.utils.translation import gettext_lazy as _

VERB_WORDS: dict[str, object] = {
    "account.open": _("Account opened"),
    "account.password": _("Password changed"),
    "account.end": _("Account ended"),
    "account.sign_in": _("Signed in"),
    "account.sign_out": _("Signed out"),
    "grant.give": _("Role granted"),
    "grant.end": _("Grant ended"),
    "campaign.create": _("Campaign entered"),
    "campaign.start": _("Campaign started"),
    "campaign.end": _("Campaign ended"),
}


def verb_word(verb: str) -> object:
    """Return what people call a verb."""
    return VERB_WORDS.get(verb, verb)

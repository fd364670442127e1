"""Who may read the record."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, denied


class AuditCapability(StrEnum):
    VIEW = "audit.view"


def may_read(actor: Actor) -> Decision:
    """
    The record is read by an audit administrator of the whole installation.

    Its rows name units by number only, and some name none, so a part of the tree cannot be cut out of it here.
    """
    if actor.is_system or actor.scope(AuditCapability.VIEW).is_whole:
        return Decision(True)
    return denied(_("The record of changes is read by the audit administrator."))

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
    paths = actor.scope(AuditCapability.VIEW).paths
    # The root's path is its own number and one stroke.
    if actor.is_system or any(path.count("/") == 1 for path in paths):
        return Decision(True)
    return denied(_("The record of changes is read by the audit administrator."))

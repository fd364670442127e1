"""Who may take in papers and decide what becomes of their requirements."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.directives.models import Document, Requirement
from duban.directives.states import DocumentStatus
from duban.kernel.authority import Actor, Decision, decide, denied
from duban.organisation.models import Unit


class DirectivesCapability(StrEnum):
    VIEW = "document.view"
    EDIT = "document.edit"


def may_take_in(actor: Actor, unit: Unit) -> Decision:
    """The office of a unit takes in the papers that reach it."""
    return decide(actor=actor, capability=DirectivesCapability.EDIT, unit=unit)


def may_edit(actor: Actor, document: Document) -> Decision:
    """The office that took the paper in decides about it."""
    return decide(actor=actor, capability=DirectivesCapability.EDIT, unit=document.unit)


def may_assign(actor: Actor, requirement: Requirement) -> Decision:
    """A sentence becomes a task only from a confirmed text (R-687, R-701), and equal sentences only once (R-711)."""
    document = requirement.document
    if document.status == DocumentStatus.UNCONFIRMED:
        return denied(_("This text is not confirmed yet. Confirm it first; then its requirements can be assigned."))
    if document.status == DocumentStatus.REFERENCE:
        return denied(_("This text is kept as reference only. Confirm it first if it binds somebody."))
    if requirement.repeats_id is not None:
        return denied(_("The same sentence stands earlier in this text. Assign that one; it covers both places."))
    return may_edit(actor, document)

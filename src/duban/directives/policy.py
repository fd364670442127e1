"""Who may take in papers and decide what becomes of their requirements."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.directives.models import Document, Passing, Requirement
from duban.directives.states import DocumentStatus
from duban.kernel.authority import Actor, Decision, decide, denied
from duban.organisation.models import Unit


class DirectivesCapability(StrEnum):
    VIEW = "document.view"
    EDIT = "document.edit"
    # A unit records what it has relayed.
    PASS_ON = "document.pass_on"  # noqa: S105 - a word, no password
    # A member of a leading group writes instructions for the own office.
    INSTRUCT = "document.instruct"


def may_take_in(actor: Actor, unit: Unit) -> Decision:
    """The office of a unit takes in the papers that reach it."""
    return decide(actor=actor, capability=DirectivesCapability.EDIT, unit=unit)


def may_instruct(actor: Actor, unit: Unit) -> Decision:
    """The leading group of a unit gives its office instructions; that office decides what becomes of them."""
    return decide(actor=actor, capability=DirectivesCapability.INSTRUCT, unit=unit)


def may_keep_register(actor: Actor, unit: Unit) -> Decision:
    """The office of a unit keeps the register of the meetings that it convened or went to."""
    return decide(actor=actor, capability=DirectivesCapability.EDIT, unit=unit)


def may_ask_passing(actor: Actor, passing: Passing) -> Decision:
    """The office that asked for it decides whether it is still asked for."""
    return decide(actor=actor, capability=DirectivesCapability.EDIT, unit=passing.unit)


def may_enter_for(actor: Actor, unit: Unit) -> Decision:
    """A unit enters for itself, a township for its villages, an office for the units below it."""
    if decide(actor=actor, capability=DirectivesCapability.PASS_ON, unit=unit):
        return Decision(True)
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

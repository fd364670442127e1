"""Who may do what to units, people and posts."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import ALLOWED, Actor, Decision, decide, denied
from duban.organisation.models import Unit


class OrganisationCapability(StrEnum):
    VIEW = "unit.view"
    EDIT = "unit.edit"
    IMPORT = "unit.import"
    DESCRIBE = "unit.describe"
    # Names of members: the branch itself and the offices that keep the register, nobody else.
    READ_MEMBERS = "member.read"
    KEEP_MEMBERS = "member.keep"


def may_edit(actor: Actor, unit: Unit) -> Decision:
    """Whoever keeps the register of a subtree changes its units."""
    return decide(actor=actor, capability=OrganisationCapability.EDIT, unit=unit)


def may_import(actor: Actor, unit: Unit) -> Decision:
    """Whoever keeps the register of a subtree imports below its root."""
    return decide(actor=actor, capability=OrganisationCapability.IMPORT, unit=unit)


def may_describe(actor: Actor, unit: Unit) -> Decision:
    """A unit states its own special conditions (R-023); whoever keeps the register may do it for the unit."""
    if may_edit(actor, unit):
        return ALLOWED
    return decide(actor=actor, capability=OrganisationCapability.DESCRIBE, unit=unit)


def may_keep_people(actor: Actor) -> Decision:
    """Whoever keeps the register of any unit enters people; they belong to no unit before their first post."""
    if actor.holds(OrganisationCapability.EDIT):
        return ALLOWED
    return denied(_("Your present post does not include this. Switch to another post, or ask your office."))


def may_appoint(actor: Actor, person_id: int) -> Decision:
    """Nobody appoints themselves."""
    if actor.person_id is not None and actor.person_id == person_id:
        return denied(_("You cannot appoint yourself. Ask somebody else who keeps the register."))
    return ALLOWED


def may_read_members(actor: Actor, unit: Unit) -> Decision:
    """Names of members are read in the branch and by whoever keeps its register; each reading is recorded."""
    return decide(actor=actor, capability=OrganisationCapability.READ_MEMBERS, unit=unit)


def may_keep_members(actor: Actor, unit: Unit) -> Decision:
    """A branch keeps its members; an office those of its subtree."""
    return decide(actor=actor, capability=OrganisationCapability.KEEP_MEMBERS, unit=unit)

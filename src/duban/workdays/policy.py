"""Who may change the calendar."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import ALLOWED, Actor, Decision, denied
from duban.organisation import queries as organisation


class WorkdaysCapability(StrEnum):
    EDIT = "workdays.edit"


def may_edit(actor: Actor) -> Decision:
    """One calendar holds for everybody, so it is changed by whoever administers the top unit."""
    tops = organisation.units_where(actor=actor, capability=WorkdaysCapability.EDIT).filter(parent__isnull=True)
    if actor.is_system or tops.exists():
        return ALLOWED
    return denied(_("The calendar holds for all units. Ask the system administrator of the top unit."))

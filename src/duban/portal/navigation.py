"""The menu: one table of what there is, for whom. An entry shows where the actor holds its capability anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from duban.access.policy import AccessCapability
from duban.accounts.policy import AccountsCapability
from duban.audit.policy import AuditCapability
from duban.directives.policy import DirectivesCapability
from duban.kernel.authority import Actor
from duban.organisation.policy import OrganisationCapability
from duban.tasks.policy import TasksCapability
from duban.workdays.policy import WorkdaysCapability


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: words, the name of the address, and any of which capabilities shows it (none: all)."""

    label: object
    address: str = ""
    needs: tuple[str, ...] = ()
    below: tuple["Entry", ...] = ()
    # Shown only to those who hold it over the whole tree.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the page shows it to one actor."""

    label: object
    href: str
    is_current: bool
    entries: Sequence["Shown"] = field(default_factory=tuple)


MENU = (
    Entry(_("My desk"), "portal:desk"),
    Entry(
        _("Tasks"),
        below=(
            Entry(_("Papers and speeches"), "directives:documents", (DirectivesCapability.VIEW,)),
            Entry(_("Work list"), "portal:work-list", (TasksCapability.VIEW,)),
            Entry(_("Assignments"), "tasks:assignments", (TasksCapability.ASSIGN,)),
            Entry(_("Waiting for my check"), "tasks:to-check", (TasksCapability.CHECK,)),
            Entry(_("Import a breakdown table"), "tasks:imports", (TasksCapability.ASSIGN,)),
        ),
    ),
    Entry(_("Where the units stand"), "portal:units", (TasksCapability.VIEW,)),
    Entry(
        _("Administration"),
        below=(
            Entry(_("Units and people"), "organisation:units", (OrganisationCapability.EDIT,)),
            Entry(_("Accounts"), "accounts:list", (AccountsCapability.EDIT,), is_whole=True),
            Entry(_("Accounts and grants"), "access:list", (AccessCapability.VIEW, AccessCapability.EDIT)),
            Entry(_("Calendar"), "workdays:calendar", (WorkdaysCapability.EDIT,)),
            Entry(_("Record of changes"), "audit:record", (AuditCapability.VIEW,), is_whole=True),
        ),
    ),
)

# Addresses that the frame, which stands below, cannot name itself.
PLACES = {
    "search": "portal:work-list",
    "switch_post": "accounts:switch-post",
    "password": "accounts:password",
    "sign_out": "accounts:sign-out",
    "campaigns": "campaigns:list",
}


def menu(*, actor: Actor, path: str) -> list[Shown]:
    """Return the entries that this actor may open; the one whose address begins `path` is the current one."""
    shown = []
    for entry in MENU:
        below = [one for one in (_shown(below, actor, path) for below in entry.below) if one is not None]
        if entry.below:
            if below:
                current = any(one.is_current for one in below)
                shown.append(Shown(entry.label, "", current, below))
        elif (one := _shown(entry, actor, path)) is not None:
            shown.append(one)
    return shown


def places(*, actor: Actor) -> dict[str, str]:
    """Return the addresses that stand in the frame of every page; without a search where there is nothing to search."""
    found = {name: reverse(address) for name, address in PLACES.items()}
    if not actor.holds(TasksCapability.VIEW):
        del found["search"]
    return found


def _shown(entry: Entry, actor: Actor, path: str) -> Shown | None:
    if entry.needs and not any(
        actor.scope(capability).is_whole if entry.is_whole else actor.holds(capability) for capability in entry.needs
    ):
        return None
    href = reverse(entry.address)
    return Shown(entry.label, href, path == href if href == "/" else path.startswith(href))

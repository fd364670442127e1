"""The menu: one table of what there is, for whom. An entry shows where the actor holds its capability anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from duban.access.policy import AccessCapability
from duban.accounts.policy import AccountsCapability
from duban.audit.policy import AuditCapability
from duban.burden.policy import BurdenCapability
from duban.directives.policy import DirectivesCapability
from duban.kernel.authority import Actor, Placed
from duban.notices.policy import NoticesCapability
from duban.office.policy import OfficeCapability
from duban.organisation.policy import OrganisationCapability
from duban.portal.policy import PortalCapability, is_only_member
from duban.shell.addresses import address
from duban.tasks.policy import TasksCapability
from duban.upkeep.policy import UpkeepCapability
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
            Entry(_("Register of meetings"), "directives:meetings", (DirectivesCapability.VIEW,)),
            Entry(_("Relaying"), "directives:passings", (DirectivesCapability.VIEW, DirectivesCapability.PASS_ON)),
            Entry(_("Work list"), "portal:work-list", (TasksCapability.VIEW,)),
            Entry(_("What comes"), "portal:ahead", (TasksCapability.VIEW,)),
            Entry(_("Key measures"), "portal:measures", (TasksCapability.VIEW,)),
            Entry(_("Assignments"), "tasks:assignments", (TasksCapability.ASSIGN,)),
            Entry(_("To be passed down"), "tasks:to-pass-down", (TasksCapability.PASS_DOWN,)),
            Entry(_("Waiting for my check"), "tasks:to-check", (TasksCapability.CHECK,)),
            Entry(_("Waiting for my decision"), "tasks:to-decide", (TasksCapability.CHECK, TasksCapability.CONSENT)),
            Entry(_("Samples"), "tasks:samples", (TasksCapability.SAMPLE,)),
            Entry(_("Limits"), "tasks:limits", (TasksCapability.CONSENT,)),
            Entry(_("Import a breakdown table"), "tasks:imports", (TasksCapability.ASSIGN,)),
            Entry(_("Hand over work"), "tasks:hand-over", (TasksCapability.ANSWER, OrganisationCapability.EDIT)),
        ),
    ),
    Entry(
        _("Office"),
        below=(
            Entry(_("Wanted from above"), "office:wanted", (OfficeCapability.KEEP,)),
            Entry(
                _("Matters of the office"),
                "office:matters",
                (OfficeCapability.KEEP, OfficeCapability.DECIDE, OfficeCapability.ASK),
            ),
        ),
    ),
    Entry(_("Where the units stand"), "portal:units", (TasksCapability.VIEW,)),
    Entry(
        _("Papers and figures"),
        below=(
            Entry(_("Material for the next promotion meeting"), "reporting:promotion", (TasksCapability.ASSIGN,)),
            Entry(_("Burden ledger"), "burden:ledger", (BurdenCapability.VIEW,)),
            Entry(_("Data requests"), "burden:requests", (BurdenCapability.VIEW,)),
            Entry(_("Units say: need not be asked"), "burden:objections", (BurdenCapability.ANSWER,)),
            Entry(_("Caps and blocked days"), "burden:limits", (BurdenCapability.VIEW,)),
        ),
    ),
    Entry(
        _("Administration"),
        below=(
            Entry(_("Units and people"), "organisation:units", (OrganisationCapability.EDIT,)),
            Entry(_("Accounts"), "accounts:list", (AccountsCapability.EDIT,), is_whole=True),
            Entry(_("Accounts below"), "access:below", (AccountsCapability.DELEGATE,)),
            Entry(_("Accounts and grants"), "access:list", (AccessCapability.VIEW, AccessCapability.EDIT)),
            Entry(_("Group robots"), "notices:robots", (NoticesCapability.ROBOTS,)),
            Entry(_("Calendar"), "workdays:calendar", (WorkdaysCapability.EDIT,)),
            Entry(_("Upkeep"), "upkeep:upkeep", (UpkeepCapability.VIEW,)),
            Entry(_("Record of changes"), "audit:record", (AuditCapability.VIEW,), is_whole=True),
        ),
    ),
)

# Addresses that the frame, which stands below, cannot name itself.
PLACES = {
    "search": "portal:work-list",
    "parts": "portal:parts",
    "urge": "portal:urge",
    "activity": "portal:activity",
    "switch_post": "accounts:switch-post",
    "password": "accounts:password",
    "reminders": "notices:reminders",
    "sign_out": "accounts:sign-out",
    "campaigns": "campaigns:list",
    "notice": "reporting:notice",
}


def menu(*, actor: Actor, path: str) -> list[Shown]:
    """Return the entries that this actor may open; the one whose address begins `path` is the current one."""
    if _has_no_menu(actor):
        return []
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


def first_place(*, actor: Actor) -> str:
    """Return where somebody without tasks begins: the record for who reads it, else their first entry; "" if none."""
    entries = [one for entry in menu(actor=actor, path="") for one in entry.entries]
    record = address("audit:record")
    return next((one.href for one in entries if one.href == record), entries[0].href if entries else "")


def places(*, actor: Actor) -> dict[str, str]:
    """Return the addresses that stand in the frame of every page; those that are no use to them left out."""
    found = {name: address(page) for name, page in PLACES.items()}
    if not actor.holds(TasksCapability.VIEW) or _has_no_menu(actor):
        del found["search"]
    if actor.is_system or not (actor.holds(TasksCapability.URGE) or actor.holds(TasksCapability.PASS_DOWN)):
        del found["urge"]
    if not actor.holds(TasksCapability.VIEW):
        del found["activity"]
    if actor.is_system or not actor.holds(TasksCapability.ANSWER):
        del found["reminders"]
    return found


def one_page_of(*, actor: Actor, unit: Placed) -> str:
    """Return the address of the unit on one page, for those who may read where its tasks stand; "" for others."""
    return address("reporting:sheet", unit.id) if actor.scope(TasksCapability.VIEW).covers(unit) else ""


# Whose first screen is all that they need: three buttons, one page.
_WITHOUT_MENU = (PortalCapability.BRANCH, PortalCapability.PRINCIPAL)


def _has_no_menu(actor: Actor) -> bool:
    """Whether the first screen is all that this actor needs."""
    plain = is_only_member(actor) or any(actor.holds(screen) for screen in _WITHOUT_MENU)
    return plain and not actor.is_system and not actor.holds(TasksCapability.ASSIGN)


def _shown(entry: Entry, actor: Actor, path: str) -> Shown | None:
    if entry.needs and not any(
        actor.scope(capability).is_whole if entry.is_whole else actor.holds(capability) for capability in entry.needs
    ):
        return None
    href = address(entry.address)
    return Shown(entry.label, href, path == href if href == "/" else path.startswith(href))

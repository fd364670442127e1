"""The permission matrix: its tables in permission_matrix/, the addresses it must cover, the world it is tried in."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from duban.access.states import Reach
from duban.attachments.commands import store_file
from duban.config import factories
from duban.config.roles import ROLES
from duban.directives.states import DocumentStatus, RequirementStatus
from duban.kernel.authority import Actor
from duban.organisation.models import Line, Person, Post, Unit, UnitImport
from duban.organisation.register.table import unit_template
from duban.organisation.states import ImportStatus, PostKind
from duban.tasks import breakdown_files
from duban.tasks.models import Assignment, BreakdownImport, ChangeRequest, Evidence, Task, TaskEntry
from duban.tasks.states import BreakdownStatus, EntryKind, Target, TaskStatus

TABLES = Path(__file__).parent / "permission_matrix"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STRANGER = "stranger"
# Everybody who is not named elsewhere in the row.
OTHERS = "*"

# Where each role sits in the trial: its seat lies in the first county, and the sibling objects in the second.
CITY, COUNTY, TOWNSHIP, VILLAGE = "city", "county", "township", "village"
SEATS: dict[str, tuple[str, str]] = {
    "office_clerk": (COUNTY, Reach.SUBTREE),
    "office_head": (COUNTY, Reach.SUBTREE),
    "county_office": (COUNTY, Reach.SUBTREE),
    "line_clerk": (COUNTY, Reach.SUBTREE),
    "unit_liaison": (VILLAGE, Reach.UNIT),
    "unit_principal": (VILLAGE, Reach.UNIT),
    "unit_deputy": (VILLAGE, Reach.UNIT),
    "branch_secretary": (VILLAGE, Reach.UNIT),
    "township_recorder": (TOWNSHIP, Reach.SUBTREE),
    "group_head": (COUNTY, Reach.LISTED),
    "group_member": (COUNTY, Reach.LISTED),
    "leading_group_member": (COUNTY, Reach.SUBTREE),
    "intake_clerk": (COUNTY, Reach.SUBTREE),
    "member": (VILLAGE, Reach.UNIT),
    "system_admin": (COUNTY, Reach.SUBTREE),
    "security_admin": (COUNTY, Reach.SUBTREE),
    # The record cannot be cut by units, so whoever reads it sits at the top and has no siblings.
    "audit_admin": (CITY, Reach.SUBTREE),
}
POST_KINDS = {
    "unit_liaison": PostKind.LIAISON,
    "unit_principal": PostKind.PRINCIPAL,
    "unit_deputy": PostKind.DEPUTY,
    "branch_secretary": PostKind.SECRETARY,
    "member": PostKind.MEMBER,
}


@dataclass(frozen=True)
class Row:
    """One line of the table: one method of one address, and the status each role gets on each side."""

    key: str
    arguments: Mapping[str, object]
    data: Mapping[str, object]
    # side → status → roles; a side that is left out is not tried (an address without an object has one side only).
    expected: Mapping[str, Mapping[str, list[str]]]

    @property
    def method(self) -> str:
        return self.key.split(" ", 1)[0]

    @property
    def name(self) -> str:
        """The name of the address; what follows "#" tells several rows of one address apart."""
        return self.key.split(" ", 1)[1].partition("#")[0]

    @property
    def file(self) -> Path:
        """The table in which the row stands."""
        namespace = self.name.partition(":")[0]
        return TABLES / f"{'rest' if namespace.startswith('api') else namespace}.toml"

    def status(self, *, side: str, role: str) -> int | None:
        """Return the status expected for a role, or None where the row does not say."""
        for wanted in (role, OTHERS):
            for status, roles in self.expected.get(side, {}).items():
                if wanted in roles:
                    return int(status)
        return None


@dataclass(frozen=True)
class Note:
    """A file that somebody attaches."""

    file_name: str
    content: bytes


@dataclass
class World:
    """A tree of 532 units with one office, its work and its people on either side."""

    tree: factories.Tree
    accounts: dict[str, factories.Account]
    # side → name of a thing → the thing.
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_table() -> dict[str, Row]:
    """Return the rows of all tables by key ("GET tasks:detail")."""
    return {
        key: Row(
            key=key,
            arguments=given.get("arguments", {}),
            data=given.get("data", {}),
            expected={side: given[side] for side in ("own", "sibling") if side in given},
        )
        for path in sorted(TABLES.glob("*.toml"))
        for key, given in tomllib.loads(path.read_text()).items()
    }


@dataclass(frozen=True)
class Address:
    """One named address: its route as one string, and the names of its arguments in it."""

    name: str
    route: str
    arguments: tuple[str, ...]


def addresses() -> dict[str, Address]:
    """Return every address by its name; one without a name has its route in its place."""
    return {address.name: address for address in _walk(get_resolver().url_patterns, "", Address("", "", ()))}


def argument(world: World, row: Row, side: str, name: str) -> object:
    """Return the value of an address' argument: what the row says, else the thing of that name ("task_id": a task)."""
    if name in row.arguments:
        return value(world, side, row.arguments[name])
    thing = world.things[side][name.removesuffix("_id").removesuffix("_uuid")]
    return thing.uuid if name.endswith("uuid") else thing.pk


def value(world: World, side: str, given: object) -> object:
    """Return a value of the table; "@task" is the id of that thing on this side, "@task.version" its version, "file:@…" its file."""
    if isinstance(given, list):
        return [value(world, side, each) for each in given]
    if isinstance(given, str) and given.startswith("file:@"):
        thing = world.things[side][given.removeprefix("file:@")]
        return SimpleUploadedFile(thing.file_name, bytes(thing.content))
    if not (isinstance(given, str) and given.startswith("@")):
        return given
    thing, _, attribute = given[1:].partition(".")
    return getattr(world.things[side][thing], attribute or "pk")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, above: Address) -> Iterator[Address]:
    for pattern in patterns:
        route = above.route + str(pattern.pattern)
        arguments = (*above.arguments, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, namespace, Address("", route, arguments))
        else:
            yield Address(f"{prefix}{pattern.name or route}", route, arguments)


def build_world() -> World:
    """Build the tree, one person of each role with a seat in the first county, and the same things in both counties."""
    tree = factories.build_tree()
    places = {side: _places(tree, tree.counties[index]) for index, side in enumerate(("own", "sibling"))}
    accounts = {}
    for role in ROLES:
        seat, reach = SEATS[role]
        accounts[role] = factories.make_person_with_account(
            unit=places["own"][seat],
            role=role,
            reach=reach,
            post_kind=POST_KINDS.get(role, PostKind.CLERK),
            listed=[places["own"][TOWNSHIP], places["own"][VILLAGE]] if reach == Reach.LISTED else (),
        )
    return World(tree=tree, accounts=accounts, things={side: _things(place) for side, place in places.items()})


def _places(tree: factories.Tree, county: Any) -> dict[str, Any]:
    township = next(unit for unit in tree.townships if unit.parent_id == county.pk)
    village = next(unit for unit in tree.villages if unit.parent_id == township.pk)
    *_others, other = (unit for unit in tree.townships if unit.parent_id == county.pk)
    leaf = next(unit for unit in tree.branches if unit.parent_id == village.pk)
    return {CITY: tree.city, COUNTY: county, TOWNSHIP: township, VILLAGE: village, "other": other, "leaf": leaf}


def _things(place: dict[str, Any]) -> dict[str, Any]:
    """Make one of everything that an address may name."""
    county, village = place[COUNTY], place[VILLAGE]
    campaign = factories.make_campaign(root=county, name=f"{county.name}教育整顿")
    work = factories.make_work(campaign=campaign, assigner=county, units=[village])
    in_hand = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
    asked = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.ASKED_DONE)
    extended = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
    somebody = factories.make_person_with_account(unit=village, role="member", reach=Reach.UNIT)
    return {
        "campaign": campaign,
        "document": work.document,
        "requirement": work.requirement,
        "node": work.requirement.node,
        "assignment": work.assignment,
        "task": work.tasks[0],
        "task_in_hand": in_hand.tasks[0],
        "task_asked": asked.tasks[0],
        "task_extended": extended.tasks[0],
        "evidence": _evidence(in_hand.tasks[0]),
        "note": Note("记录.txt", "会议记录。".encode()),
        "change": ChangeRequest.objects.create(
            task=extended.tasks[0], new_due=date(2026, 9, 30), reason="汛期", asked_at=factories.SOME_MOMENT
        ),
        "draft": Assignment.objects.create(
            campaign=campaign,
            assigner=county,
            wording="草稿",
            due_on=date(2026, 6, 30),
            target=Target.UNIT,
            target_rule={"unit": village.pk},
            created_at=factories.SOME_MOMENT,
        ),
        "breakdown": BreakdownImport.objects.create(
            campaign=campaign,
            assigner=county,
            file_name="任务分解表.xlsx",
            content=breakdown_files.empty(campaign=campaign),
            status=BreakdownStatus.READY,
            started_by=0,
            started_at=factories.SOME_MOMENT,
        ),
        "unit_import": UnitImport.objects.create(
            root=county,
            file_name="单位.xlsx",
            content=unit_template(),
            status=ImportStatus.WITH_ERRORS,
            started_by=0,
            started_at=factories.SOME_MOMENT,
        ),
        # Lines run through the whole city and are no secret of a county.
        "line": Line.objects.create(name=f"系统{county.pk}"),
        "unit": village,
        "parent": place[TOWNSHIP],
        "other": place["other"],
        "leaf": place["leaf"],
        "county": county,
        "user": somebody.user,
        "person": somebody.person,
        "post": somebody.post,
        "spare": _somebody_without_account(village),
        "grant": somebody.grant,
        **_unconfirmed(campaign, county),
    }


def _unconfirmed(campaign: Any, county: Any) -> dict[str, Any]:
    """A paper about which nobody has decided yet."""
    work = factories.make_work(campaign=campaign, assigner=county, units=[])
    work.assignment.delete()
    work.document.status = DocumentStatus.UNCONFIRMED
    work.document.save()
    work.requirement.status = RequirementStatus.PROPOSED
    work.requirement.save()
    return {"new_document": work.document, "new_requirement": work.requirement, "new_node": work.requirement.node}


def _somebody_without_account(unit: Unit) -> Person:
    person = Person.objects.create(name=f"{unit.name}文书")
    Post.objects.create(unit=unit, person=person, kind=PostKind.CLERK, starts_on=factories.LONG_AGO)
    return person


def _evidence(task: Task) -> Evidence:
    file = store_file(
        actor=Actor.system("trial"), name="记录.txt", content="会议记录。".encode(), at=factories.SOME_MOMENT
    )
    entry = TaskEntry.objects.create(
        task=task, kind=EntryKind.EVIDENCE, user_id=None, by="试验", made_at=factories.SOME_MOMENT
    )
    return Evidence.objects.create(task=task, file=file, entry=entry)


def grouped(statuses: Mapping[str, int]) -> dict[str, list[str]]:
    """Return roles by status; where most are refused alike, they are the others."""
    found: dict[str, list[str]] = defaultdict(list)
    for role, status in statuses.items():
        found[str(status)].append(role)
    most = max(found, key=lambda status: len(found[status]))
    if len(found[most]) > len(statuses) // 2:
        named = [STRANGER] if STRANGER in found[most] and len(found) > 1 else []
        found[most] = [*named, OTHERS] if named else [OTHERS]
    return {status: found[status] for status in sorted(found)}


ADDRESSES = addresses()

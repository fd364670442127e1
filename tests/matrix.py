"""The permission matrix: its table in permission_matrix.toml, the addresses it must cover, the world it is tried in."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from duban.access.states import Reach
from duban.config import factories
from duban.config.roles import ROLES
from duban.organisation.states import PostKind
from duban.tasks.states import TaskStatus

TABLE = Path(__file__).parent / "permission_matrix.toml"
METHODS = ("GET", "POST")
STRANGER = "stranger"
# Everybody who is not named elsewhere in the row.
OTHERS = "*"

# Where each role sits in the trial: its seat lies in the first county, and the sibling objects in the second.
COUNTY, TOWNSHIP, VILLAGE = "county", "township", "village"
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
    "audit_admin": (COUNTY, Reach.SUBTREE),
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
        return self.key.split(" ", 1)[1]

    def status(self, *, side: str, role: str) -> int | None:
        """Return the status expected for a role, or None where the row does not say."""
        for wanted in (role, OTHERS):
            for status, roles in self.expected.get(side, {}).items():
                if wanted in roles:
                    return int(status)
        return None


@dataclass
class World:
    """A tree of 532 units with one office, its work and its people on either side."""

    tree: factories.Tree
    accounts: dict[str, factories.Account]
    # side → name of a thing → the thing.
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_table() -> dict[str, Row]:
    """Return the rows of the table by key ("GET tasks:detail")."""
    return {
        key: Row(
            key=key,
            arguments=given.get("arguments", {}),
            data=given.get("data", {}),
            expected={side: given[side] for side in ("own", "sibling") if side in given},
        )
        for key, given in tomllib.loads(TABLE.read_text()).items()
    }


def addresses() -> dict[str, tuple[str, ...]]:
    """Return the arguments of every address by its name; an address without a name has its pattern in its place."""
    return dict(_walk(get_resolver().url_patterns, "", ()))


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, above: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in patterns:
        own = (*above, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, namespace, own)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}", own


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
    return {COUNTY: county, TOWNSHIP: township, VILLAGE: village}


def _things(place: dict[str, Any]) -> dict[str, Any]:
    """Make one of everything that an address may name."""
    county, village = place[COUNTY], place[VILLAGE]
    campaign = factories.make_campaign(root=county, name=f"{county.name}教育整顿")
    work = factories.make_work(campaign=campaign, assigner=county, units=[village])
    in_hand = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
    asked = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.ASKED_DONE)
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
        "unit": village,
        "parent": place[TOWNSHIP],
        "county": county,
        "user": somebody.user,
        "person": somebody.person,
        "post": somebody.post,
        "grant": somebody.grant,
    }


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

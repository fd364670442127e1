"""What the demonstration city is made of; plain data without a database."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["city", "county", "township", "village"]
Field = Literal["organ", "enterprise", "education", "health", "rural", "community", "non_public", "social_organisation"]
Kind = Literal[
    "top",
    "leadership_team",
    "department",
    "affiliated",
    "township",
    "sub_district",
    "village",
    "community",
    "enterprise",
    "social_organisation",
    "organ_branch",
    "office",
    "supervision_group",
]
# Rank of department and bureau, of county and division, of township and section; "" where a unit has none.
Rank = Literal["department", "division", "section", ""]
PostKind = Literal["principal", "deputy", "secretary", "liaison", "clerk", "member"]


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """One unit; `sort` is its place among its sisters in protocol order, `line` the key of its line."""

    key: str
    parent_key: str | None
    name: str
    short_name: str
    level: Level
    field: Field
    kind: Kind
    rank: Rank
    sort: int
    line: str | None = None
    member_count: int = 0
    lead_of_line: str | None = None


@dataclass(frozen=True, slots=True)
class DemoFormerPost:
    """A post somebody held before the campaign."""

    unit_key: str
    post_kind: PostKind
    title: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person in one post; `field` is what a deputy is in charge of.

    A role holds over the whole subtree of a unit where its second part is a key, over exactly the listed units where it
    is a tuple.
    """

    key: str
    name: str
    unit_key: str
    post_kind: PostKind
    title: str
    field: str = ""
    sign_in: str | None = None
    roles: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    former_posts: tuple[DemoFormerPost, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoLine:
    """A line of trade and the department that leads it."""

    key: str
    name: str
    lead_unit_key: str


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """A supervision group: its unit, its head and the units it looks after."""

    unit_key: str
    head_key: str
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A member of the cast and the colleague with the same role in a sibling unit, by whom a wrong scope is seen."""

    person_key: str
    colleague_key: str | None


@dataclass(frozen=True, slots=True)
class DemoCity:
    """The whole city; parents come before their children."""

    units: tuple[DemoUnit, ...]
    lines: tuple[DemoLine, ...]
    people: tuple[DemoPerson, ...]
    groups: tuple[DemoGroup, ...]
    cast: tuple[DemoSignIn, ...]

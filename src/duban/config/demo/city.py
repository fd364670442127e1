"""Builds the demonstration city: always the same for the same seed, in well under a second."""

from functools import cache
from random import Random

from duban.config.demo.cast import PARTS, Part, parts
from duban.config.demo.model import DemoCity, DemoGroup, DemoPerson, DemoSignIn, DemoUnit, PostKind
from duban.config.demo.names import people as names
from duban.config.demo.places import CITY_AFFILIATED, COUNTIES, DEPARTMENTS
from duban.config.demo.units import GROUPS, build_lines, build_units

SEED = 602
MEMBERS_OF_A_GROUP = 3
Roles = tuple[tuple[str, str | tuple[str, ...]], ...]

_BRANCH_TITLES = {
    "village": "党支部书记",
    "community": "党支部书记",
    "organ_branch": "党支部书记",
    "enterprise": "党支部书记",
    "social_organisation": "党支部书记",
}
_DEPUTY_FIELDS = ("机关党建、办公室", "业务工作", "政策法规、信访", "行政审批、服务窗口")


@cache
def build_city() -> DemoCity:
    """The units, lines, people, groups and cast of the demonstration city."""
    random = Random(SEED)  # noqa: S311 -- invented names are no secret
    units = build_units(random=random)
    groups = _groups(units)
    people = _people(units=units, groups=groups, random=random)
    cast = tuple(DemoSignIn(person.sign_in, colleague.sign_in if colleague else None) for person, colleague in PARTS)
    return DemoCity(units=units, lines=build_lines(units), people=people, groups=groups, cast=cast)


def _groups(units: tuple[DemoUnit, ...]) -> tuple[DemoGroup, ...]:
    """Who looks after what: three times a county with eight departments; ten departments; the city's institutions."""
    departments = [name for _, name, _ in DEPARTMENTS]
    shares = (departments[10:18], departments[18:26], departments[26:])
    heads = {part.unit_key: part.sign_in for part in parts() if part.role == "group_head"}
    covered = [(*_subtree(units, county.name), *share) for county, share in zip(COUNTIES, shares, strict=True)]
    covered.append(tuple(departments[:10]))
    covered.append(tuple(name for name, _, _ in CITY_AFFILIATED))
    return tuple(DemoGroup(group, heads[group], covers) for group, covers in zip(GROUPS, covered, strict=True))


def _subtree(units: tuple[DemoUnit, ...], top: str) -> tuple[str, ...]:
    inside = {top}
    for unit in units:
        if unit.parent_key in inside:
            inside.add(unit.key)
    return tuple(unit.key for unit in units if unit.key in inside)


def _people(*, units: tuple[DemoUnit, ...], groups: tuple[DemoGroup, ...], random: Random) -> tuple[DemoPerson, ...]:
    cast = parts()
    covers = {group.unit_key: group.covers for group in groups}
    found: list[DemoPerson] = []
    filled: set[tuple[str, PostKind]] = set()
    for part in cast:
        found.append(
            DemoPerson(
                key=part.sign_in,
                name=part.name,
                unit_key=part.unit_key,
                post_kind=part.post_kind,
                title=part.title,
                field=part.field,
                sign_in=part.sign_in,
                roles=_roles(part, covers=covers, units=units),
                former_posts=part.former_posts,
            )
        )
        filled.add((part.unit_key, part.post_kind))
    supply = names(random=random, taken={part.name for part in cast})
    for unit in units:
        for kind, title, field in _posts(unit):
            if (unit.key, kind) in filled and kind != "member":
                continue
            serial = sum(1 for person in found[-8:] if person.unit_key == unit.key and person.post_kind == kind)
            found.append(
                DemoPerson(
                    key=f"{unit.key}/{kind}{serial or ''}",
                    name=next(supply),
                    unit_key=unit.key,
                    post_kind=kind,
                    title=title,
                    field=field,
                )
            )
    return tuple(found)


def _roles(part: Part, *, covers: dict[str, tuple[str, ...]], units: tuple[DemoUnit, ...]) -> Roles:
    if part.over is None:
        return ((part.role, (part.unit_key,)),)
    if part.over in covers:
        return ((part.role, covers[part.over]),)
    if part.over.startswith("line:"):
        line = part.over.removeprefix("line:")
        return ((part.role, tuple(unit.key for unit in units if unit.line == line)),)
    also = (("unit_liaison", (part.answers_for,)),) if part.answers_for is not None else ()
    return ((part.role, part.over), *also)


def _posts(unit: DemoUnit) -> list[tuple[PostKind, str, str]]:
    """The posts of a unit: kind, title, field in charge."""
    if unit.kind in _BRANCH_TITLES:
        return [("secretary", _BRANCH_TITLES[unit.kind], "")]
    if unit.kind == "supervision_group":
        members: list[tuple[PostKind, str, str]] = [("member", "组员", "")] * MEMBERS_OF_A_GROUP
        return [("principal", "组长", ""), *members, ("liaison", "联络员", "")]
    if unit.kind == "leadership_team":
        return [("principal", "班子主要负责同志", "")]
    if unit.kind == "top":
        return [("principal", "党委书记", "")]
    if unit.kind == "office":
        return [("principal", "主任", ""), ("liaison", "联络员", "")]
    posts: list[tuple[PostKind, str, str]] = [("principal", _principal_title(unit), "")]
    if unit.kind in ("township", "sub_district"):
        posts.append(("deputy", "党委副书记", "基层党建"))
    else:
        place = (unit.sort // 10) % len(_DEPUTY_FIELDS)
        posts.append(("deputy", "副职", _DEPUTY_FIELDS[place]))
    posts.append(("liaison", "联络员", ""))
    return posts


def _principal_title(unit: DemoUnit) -> str:
    if unit.kind in ("township", "sub_district"):
        return "党工委书记" if unit.kind == "sub_district" else "党委书记"
    endings = {
        "局": "局长",
        "室": "主任",
        "部": "部长",
        "校": "校长",
        "学": "校长",
        "院": "院长",
        "会": "主席",
        "团": "董事长",
    }
    if unit.name.endswith("政法委"):
        return "书记"
    return endings.get(unit.name[-1], "主要负责同志")

"""Builds the units of the demonstration city in protocol order."""

from collections.abc import Iterable
from random import Random

from duban.config.demo.model import DemoLine, DemoUnit, Field, Kind, Level, Rank
from duban.config.demo.names import associations, enterprises, villages
from duban.config.demo.places import (
    CITY,
    CITY_AFFILIATED,
    COUNTIES,
    COUNTY_DEPARTMENTS,
    DEPARTMENTS,
    LINE_OF,
    LINES,
    TEAMS,
    County,
)

CITY_OFFICE = "市专题教育办"
GROUPS = ("市督导一组", "市督导二组", "市督导三组", "市督导四组", "市督导五组")
# One in so many of the generated ones is a social organisation.
SOCIAL_SHARE = 4


class _Builder:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.units: list[DemoUnit] = []
        self._sorts: dict[str | None, int] = {}
        self.used_names: set[str] = set()

    def add(
        self,
        *,
        key: str,
        parent: str | None,
        name: str,
        short_name: str,
        level: Level,
        field: Field,
        kind: Kind,
        rank: Rank = "",
        line: str | None = None,
        members: int = 0,
        leads: str | None = None,
    ) -> str:
        """Append one unit after its elder sisters and return its key."""
        sort = self._sorts.get(parent, 0) + 10
        self._sorts[parent] = sort
        self.units.append(DemoUnit(key, parent, name, short_name, level, field, kind, rank, sort, line, members, leads))
        return key

    def members(self, low: int, high: int, mean: int) -> int:
        """A count of members between `low` and `high`, small ones more frequent, `mean` on the average."""
        share = (high - mean) / (mean - low)
        return low + round((high - low) * self.random.betavariate(1, share))

    def office(self, *, key: str, parent: str, name: str, level: Level) -> None:
        self.add(
            key=key, parent=parent, name=name, short_name=key, level=level, field="organ", kind="office", rank="section"
        )

    def teams(self, *, top: str, prefix: str, level: Level, rank: Rank) -> None:
        for team in TEAMS:
            name = f"{prefix}{team}"
            self.add(
                key=name,
                parent=top,
                name=name,
                short_name=name,
                level=level,
                field="organ",
                kind="leadership_team",
                rank=rank,
            )

    def affiliated(self, *, parent: str, rows: Iterable[tuple[str, str, str]], level: Level, rank: Rank) -> None:
        for name, field, line in rows:
            full = name.replace("市", CITY, 1) if name.startswith("市") else name
            self.add(
                key=name,
                parent=parent,
                name=full,
                short_name=name,
                level=level,
                field=_field(field),
                kind="affiliated",
                rank=rank,
                line=line,
            )

    def organ_branch(self, *, department: str, name: str, level: Level) -> None:
        self.add(
            key=f"{department}机关党支部",
            parent=department,
            name=f"{name}机关党支部",
            short_name=f"{department}机关党支部",
            level=level,
            field="organ",
            kind="organ_branch",
            members=self.members(12, 45, 23),
        )


def _field(text: str) -> Field:
    fields: dict[str, Field] = {"enterprise": "enterprise", "education": "education", "health": "health"}
    return fields[text]


def build_units(*, random: Random) -> tuple[DemoUnit, ...]:
    """All units, parents before their children, sisters in protocol order."""
    builder = _Builder(random)
    builder.add(
        key=CITY,
        parent=None,
        name=CITY,
        short_name=CITY,
        level="city",
        field="organ",
        kind="top",
        rank="department",
    )
    builder.teams(top=CITY, prefix="市", level="city", rank="department")
    builder.office(key=CITY_OFFICE, parent=CITY, name=f"{CITY}专题教育领导小组办公室", level="city")
    for group in GROUPS:
        builder.add(
            key=group,
            parent=CITY_OFFICE,
            name=group,
            short_name=group,
            level="city",
            field="organ",
            kind="supervision_group",
            rank="division",
        )
    for county in COUNTIES:
        _county(builder, county)
    for code, name, leads in DEPARTMENTS:
        full = name.replace("市", CITY, 1) if name.startswith("市") else f"共青团{CITY}委"
        builder.add(
            key=name,
            parent=CITY,
            name=full,
            short_name=name,
            level="city",
            field="organ",
            kind="department",
            rank="division",
            line=_line(code),
            leads=leads,
        )
        builder.organ_branch(department=name, name=full, level="city")
    builder.affiliated(parent=CITY, rows=CITY_AFFILIATED, level="city", rank="division")
    return tuple(builder.units)


def _line(code: str) -> str | None:
    return code if code in LINES else LINE_OF.get(code)


def _county(builder: _Builder, county: County) -> None:
    name = county.name
    builder.add(
        key=name,
        parent=CITY,
        name=name,
        short_name=name,
        level="county",
        field="organ",
        kind="top",
        rank="division",
    )
    builder.teams(top=name, prefix=name, level="county", rank="division")
    builder.office(key=f"{name}教育办", parent=name, name=f"{name}专题教育领导小组办公室", level="county")
    for place, (code, title) in enumerate((*COUNTY_DEPARTMENTS, *county.more_departments)):
        department = builder.add(
            key=f"{name}{title}",
            parent=name,
            name=f"{name}{title}",
            short_name=f"{name}{title}",
            level="county",
            field="organ",
            kind="department",
            rank="section",
            line=_line(code),
        )
        if place < 12:
            builder.organ_branch(department=department, name=department, level="county")
    builder.affiliated(parent=name, rows=county.affiliated, level="county", rank="section")
    _townships(builder, county)


def _townships(builder: _Builder, county: County) -> None:
    taken = {first for place in county.places for first in place.first}
    hosts = {place.name: (f"{county.name}{place.name}", place.communities) for place in county.places}
    shares = _enterprises(builder, county)
    for place in county.places:
        key, urban = hosts[place.name]
        builder.add(
            key=key,
            parent=county.name,
            name=place.name,
            short_name=place.name,
            level="township",
            field="community" if urban else "rural",
            kind="sub_district" if urban else "township",
            rank="section",
            line=None if urban else "agriculture",
        )
        if urban:
            for first in place.first[: county.communities_each]:
                name = f"{first}社区"
                _grass_roots(builder, parent=key, name=name, kind="community", field="community", members=(40, 120, 57))
        else:
            taken.difference_update(place.first)
            names = villages(
                count=county.villages_each, first=place.first, style=county.land, random=builder.random, taken=taken
            )
            for name in names:
                _grass_roots(builder, parent=key, name=name, kind="village", field="rural", members=(15, 60, 23))
        for name, social in shares.get(place.name, ()):
            _grass_roots(
                builder,
                parent=key,
                name=name,
                kind="social_organisation" if social else "enterprise",
                field="social_organisation" if social else "non_public",
                members=(3, 15, 7),
                line="social" if social else "market",
            )


def _grass_roots(
    builder: _Builder,
    *,
    parent: str,
    name: str,
    kind: Kind,
    field: Field,
    members: tuple[int, int, int],
    line: str | None = None,
) -> None:
    builder.add(
        key=f"{parent}{name}",
        parent=parent,
        name=name,
        short_name=name,
        level="village",
        field=field,
        kind=kind,
        line=line,
        members=builder.members(*members),
    )


def _enterprises(builder: _Builder, county: County) -> dict[str, list[tuple[str, bool]]]:
    """Enterprises and social organisations by the township that hosts them: name, and whether it is a social one."""
    places = [place.name for place in county.places]
    found: dict[str, list[tuple[str, bool]]] = {}
    for name, host in county.named_enterprises:
        found.setdefault(host, []).append((name, False))
    for name in county.named_social:
        found.setdefault(places[0], []).append((name, True))
    left = county.enterprise_count - len(county.named_enterprises) - len(county.named_social)
    social = left // SOCIAL_SHARE
    generated = [
        *((name, False) for name in enterprises(count=left - social, random=builder.random, taken=builder.used_names)),
        *((name, True) for name in associations(count=social, place=county.name[:-1])),
    ]
    for number, entry in enumerate(generated):
        found.setdefault(places[number % len(places)], []).append(entry)
    return found


def build_lines(units: Iterable[DemoUnit]) -> tuple[DemoLine, ...]:
    """The lines of trade with the departments that lead them."""
    return tuple(DemoLine(unit.lead_of_line, LINES[unit.lead_of_line], unit.key) for unit in units if unit.lead_of_line)

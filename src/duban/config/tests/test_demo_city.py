"""The demonstration city is the one that was described, and hangs together."""

from collections import Counter
from time import perf_counter

from duban.config import roles as config_roles
from duban.config.demo.city import build_city
from duban.config.demo.model import DemoUnit
from duban.config.demo.names import GIVEN, RARE_NAMES, SURNAMES
from duban.config.demo.places import DEPARTMENTS
from duban.organisation.states import Field, Kind, Level, PostKind, Rank

CITY = build_city()
UNITS = {unit.key: unit for unit in CITY.units}
PEOPLE = {person.key: person for person in CITY.people}
ROWS = {
    "top": "tops and teams",
    "leadership_team": "tops and teams",
    "department": "departments",
    "affiliated": "affiliated",
    "township": "townships",
    "sub_district": "townships",
    "village": "villages",
    "community": "villages",
    "enterprise": "enterprises",
    "social_organisation": "enterprises",
    "organ_branch": "branches",
}
TABLE = {
    "tops and teams": (5, 5, 5, 5),
    "departments": (34, 24, 24, 26),
    "affiliated": (9, 8, 8, 8),
    "townships": (0, 8, 9, 8),
    "villages": (0, 66, 126, 88),
    "enterprises": (0, 40, 14, 12),
    "branches": (34, 12, 12, 12),
}
ROLES = {
    "office_clerk",
    "office_head",
    "county_office",
    "line_clerk",
    "unit_liaison",
    "unit_principal",
    "unit_deputy",
    "township_recorder",
    "branch_secretary",
    "group_head",
    "group_member",
    "leading_group_member",
    "intake_clerk",
    "system_admin",
    "security_admin",
    "audit_admin",
}


def county_of(unit: DemoUnit) -> str:
    while unit.parent_key is not None and unit.key not in ("望澜区", "青榆县", "石岭县"):
        unit = UNITS[unit.parent_key]
    return unit.key


def test_the_table_of_units_is_hit_exactly() -> None:
    counted = Counter((ROWS[unit.kind], county_of(unit)) for unit in CITY.units if unit.kind in ROWS)
    for row, expected in TABLE.items():
        assert tuple(counted[row, place] for place in ("澜川市", "望澜区", "青榆县", "石岭县")) == expected, row
    assert sum(counted.values()) == 602


def test_offices_and_supervision_groups_come_on_top() -> None:
    kinds = Counter(unit.kind for unit in CITY.units)
    assert (kinds["office"], kinds["supervision_group"]) == (4, 5)
    assert len(CITY.units) == 611


def test_parents_come_first_and_sisters_have_places_of_their_own() -> None:
    seen: set[str | None] = {None}
    for unit in CITY.units:
        assert unit.parent_key in seen
        assert unit.key not in seen
        seen.add(unit.key)
    assert len({(unit.parent_key, unit.sort) for unit in CITY.units}) == len(CITY.units)


def test_city_departments_stand_in_protocol_order() -> None:
    departments = [unit for unit in CITY.units if unit.kind == "department" and unit.level == "city"]
    departments.sort(key=lambda unit: unit.sort)
    assert [unit.key for unit in departments] == [name for _, name, _ in DEPARTMENTS]


def test_about_ten_thousand_members_are_spread_by_class() -> None:
    assert 9_900 <= sum(unit.member_count for unit in CITY.units) <= 10_100
    bounds = {"village": (15, 60), "community": (40, 120), "organ_branch": (12, 45), "enterprise": (3, 15)}
    for kind, (low, high) in bounds.items():
        assert all(low <= unit.member_count <= high for unit in CITY.units if unit.kind == kind), kind


def test_every_unit_has_exactly_one_head() -> None:
    heads = Counter(person.unit_key for person in CITY.people if person.post_kind in ("principal", "secretary"))
    assert heads == dict.fromkeys(UNITS, 1)


def test_every_department_and_township_has_a_deputy_with_a_field_and_a_liaison() -> None:
    deputies = {person.unit_key for person in CITY.people if person.post_kind == "deputy" and person.field}
    liaisons = {person.unit_key for person in CITY.people if person.post_kind == "liaison"}
    for unit in CITY.units:
        if unit.kind in ("department", "township", "sub_district", "affiliated"):
            assert unit.key in deputies
            assert unit.key in liaisons


def test_every_line_is_led_by_a_department_of_the_city() -> None:
    leads = {line.key: line.lead_unit_key for line in CITY.lines}
    assert {unit.line for unit in CITY.units if unit.line} == set(leads)
    assert all(UNITS[key].lead_of_line == line for line, key in leads.items())


def test_names_are_many_each_once_and_some_are_hard_to_print() -> None:
    assert (len(SURNAMES), len(set(SURNAMES))) == (100, 100)
    assert (len(GIVEN), len(set(GIVEN))) == (200, 200)
    names = [person.name for person in CITY.people]
    assert len(set(names)) == len(names)
    assert set(RARE_NAMES) <= set(names)
    assert {len(name) for name in names} == {2, 3, 4}


def test_a_village_bears_its_name_once_in_a_county() -> None:
    grass_roots = [(county_of(unit), unit.name) for unit in CITY.units if unit.level == "village"]
    assert len(set(grass_roots)) == len(grass_roots)


def test_each_of_the_cast_has_a_colleague_of_the_same_role_elsewhere() -> None:
    assert len(CITY.cast) >= 13
    for entry in CITY.cast:
        person = PEOPLE[entry.person_key]
        assert person.sign_in == person.key
        if entry.colleague_key is None:
            continue
        colleague = PEOPLE[entry.colleague_key]
        assert [role for role, _ in person.roles] == [role for role, _ in colleague.roles]
        assert person.unit_key != colleague.unit_key
        assert person.roles != colleague.roles


def test_every_role_can_be_tried_and_no_administrator_is_another() -> None:
    granted = [(person.key, role) for person in CITY.people for role, _ in person.roles]
    assert {role for _, role in granted} == ROLES
    administrators = [key for key, role in granted if role in ("system_admin", "security_admin", "audit_admin")]
    assert len(set(administrators)) == len(administrators)


def test_roles_hold_over_units_that_exist() -> None:
    for person in CITY.people:
        assert person.unit_key in UNITS
        assert all(post.unit_key in UNITS for post in person.former_posts)
        for _, scope in person.roles:
            assert set(scope if isinstance(scope, tuple) else (scope,)) <= set(UNITS)


def test_supervision_groups_look_after_a_county_and_departments_without_overlap() -> None:
    sizes = [len(group.covers) for group in CITY.groups]
    assert sizes == [172, 207, 168, 10, 9]
    covered = [key for group in CITY.groups for key in group.covers]
    assert len(set(covered)) == len(covered)
    assert all(PEOPLE[group.head_key].roles == (("group_head", group.covers),) for group in CITY.groups)


def test_the_supervisor_who_used_to_lead_there_is_in_the_group_that_looks_after_it() -> None:
    member = PEOPLE["shibaishan"]
    group = next(group for group in CITY.groups if group.unit_key == member.unit_key)
    assert member.former_posts[0].unit_key in group.covers


def test_the_township_of_the_exemplary_village_has_fourteen_villages() -> None:
    villages = [unit.name for unit in CITY.units if unit.parent_key == "青榆县双槐镇" and unit.kind == "village"]
    assert len(villages) == 14
    assert villages[0] == "双槐村"


def test_the_city_is_the_same_each_time_and_built_at_once() -> None:
    build_city.cache_clear()
    started = perf_counter()
    again = build_city()
    assert perf_counter() - started < 1
    assert again == CITY


def test_its_words_are_those_of_the_organisation_and_of_the_roles() -> None:
    for unit in CITY.units:
        assert unit.level in Level.values
        assert unit.field in Field.values
        assert unit.kind in Kind.values
        assert unit.rank in Rank.values
    assert {person.post_kind for person in CITY.people} <= set(PostKind.values)
    assert {role for person in CITY.people for role, _ in person.roles} <= set(config_roles.ROLES)

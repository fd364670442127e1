"""Writing a whole plan at once: rows in bulk, the tree by rules, never unit by unit."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from duban.organisation.commands import _tree
from duban.organisation.models import Line, Post, Unit, UnitName
from duban.organisation.register.planning import Plan, Planned, Register

_UPDATE_UNITS = """
UPDATE organisation_unit u
SET name = n.name, short_name = n.short_name, parent_id = n.parent_id, place = n.place, level = n.level,
    field = n.field, kind = n.kind, rank = n.rank, line_id = n.line_id, member_count = n.member_count,
    valid_from = n.valid_from, version = u.version + 1
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[],
            %s::text[], %s::bigint[], %s::int[], %s::date[])
     AS n (id, name, short_name, parent_id, place, level, field, kind, rank, line_id, member_count, valid_from)
WHERE u.id = n.id
"""
_SHIFT = """
UPDATE organisation_unit u SET place = n.place FROM unnest(%s::bigint[], %s::int[]) AS n (id, place) WHERE u.id = n.id
"""
_MOVE_FOUNDING = """
UPDATE organisation_unitname b SET valid_from = n.valid_from
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS n (id, known_from, valid_from)
WHERE b.unit_id = n.id AND b.valid_from = n.known_from AND (b.valid_until IS NULL OR b.valid_until > n.valid_from)
"""
_UNIT_COLUMNS = (
    "id, uuid, name, short_name, parent_id, path, order_path, depth, place, level, field, kind, rank, line_id,"
    " member_count, special_conditions, valid_from, version"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written, for the record."""

    ids: dict[int, int]
    moved: list[Planned]
    renamed: list[Planned]
    changed: list[Planned]


def load(*, plan: Plan, register: Register, today: date, entered_by: int | None) -> Loaded:
    """
    Write a plan without faults; the caller holds the tree, and the register was read while holding it.

    `entered_by` is the account whose table it is.
    """
    new = [unit for unit in plan.units if unit.is_new]
    existing = [unit for unit in plan.units if unit.changes]
    fresh = _tree.next_unit_ids(count=len(new))
    ids = {unit.node: unit.node for unit in plan.units if not unit.is_new}
    ids |= {known: known for known in register.units}
    ids |= {unit.node: unit_id for unit, unit_id in zip(new, fresh, strict=True)}

    lines = register.lines | _add_lines(plan.new_lines)
    _change_units(existing, ids, lines, register, today)
    _shift(plan.shifted)
    _insert_units(new, ids, lines, plan, register)
    moved = [unit for unit in existing if "parent" in unit.changes]
    if plan.shifted or any(unit.changes & {"parent", "place"} for unit in existing):
        _tree.rewrite_paths(tops=[register.root_id])
    if moved:
        _tree.rewrite_closure(tops=[unit.node for unit in moved])
    _tree.close_new(unit_ids=fresh)
    _change_posts(plan, ids, entered_by)
    return Loaded(
        ids=ids,
        moved=moved,
        renamed=[unit for unit in existing if "name" in unit.changes],
        changed=[unit for unit in existing if unit.changes - {"name", "parent"}],
    )


def _add_lines(names: Sequence[str]) -> dict[str, int]:
    return {line.name: line.pk for line in Line.objects.bulk_create([Line(name=name) for name in names])}


def _change_units(
    units: Sequence[Planned], ids: dict[int, int], lines: dict[str, int], register: Register, today: date
) -> None:
    if not units:
        return
    rows = [
        (
            unit.node,
            unit.name,
            unit.short_name,
            None if unit.parent is None else ids[unit.parent],
            unit.place,
            unit.level,
            unit.field,
            unit.kind,
            unit.rank,
            None if unit.line is None else lines[unit.line],
            unit.member_count,
            unit.valid_from,
        )
        for unit in units
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_UNITS, [list(column) for column in zip(*rows, strict=True)])
        founded = [unit for unit in units if "valid_from" in unit.changes]
        cursor.execute(
            _MOVE_FOUNDING,
            [
                [unit.node for unit in founded],
                [register.units[unit.node].valid_from for unit in founded],
                [unit.valid_from for unit in founded],
            ],
        )
    renamed = {unit.node: unit for unit in units if "name" in unit.changes}
    present = UnitName.objects.filter(unit_id__in=list(renamed), valid_until__isnull=True)
    # A second name on one day corrects the first; a name from a later day gives way to what is said now.
    begun_today = [name for name in present if name.valid_from >= today]
    for name in begun_today:
        name.name = renamed.pop(name.unit_id).name
    UnitName.objects.bulk_update(begun_today, ["name"])
    present.filter(unit_id__in=list(renamed)).update(valid_until=today)
    _copy(
        "organisation_unitname",
        "unit_id, name, valid_from",
        ((unit.node, unit.name, today) for unit in renamed.values()),
    )
    coded = [unit for unit in units if "code" in unit.changes]
    _copy("organisation_unitexternalid", "unit_id, scheme, value", ((unit.node, *unit.code) for unit in coded))


def _shift(places: dict[int, int]) -> None:
    if places:
        with connection.cursor() as cursor:
            cursor.execute(_SHIFT, [list(places), list(places.values())])


def _insert_units(
    units: Sequence[Planned], ids: dict[int, int], lines: dict[str, int], plan: Plan, register: Register
) -> None:
    placed = _paths_of(units, ids, plan, register)
    _copy(
        "organisation_unit",
        _UNIT_COLUMNS,
        (
            (
                ids[unit.node],
                uuid.uuid4(),
                unit.name,
                unit.short_name,
                None if unit.parent is None else ids[unit.parent],
                *placed[unit.node],
                unit.place,
                unit.level,
                unit.field,
                unit.kind,
                unit.rank,
                None if unit.line is None else lines[unit.line],
                unit.member_count,
                "",
                unit.valid_from,
                1,
            )
            for unit in units
        ),
    )
    _copy(
        "organisation_unitname",
        "unit_id, name, valid_from",
        ((ids[unit.node], unit.name, unit.valid_from) for unit in units),
    )
    _copy(
        "organisation_unitexternalid",
        "unit_id, scheme, value",
        ((ids[unit.node], *unit.code) for unit in units),
    )


def _paths_of(
    units: Sequence[Planned], ids: dict[int, int], plan: Plan, register: Register
) -> dict[int, tuple[str, str, int]]:
    """Path, order path and depth of each new unit, as they will be when all is written."""
    root = Unit.objects.values_list("path", "order_path", "depth").get(pk=register.root_id)
    planned = {unit.node: unit for unit in plan.units}
    found: dict[int, tuple[str, str, int]] = {register.root_id: root}
    for unit in units:
        trail = []
        node = unit.node
        while node not in found:
            trail.append(node)
            parent = planned[node].parent if node in planned else register.units[node].parent_id
            if parent is None:
                raise ValueError(f"unit {node} is not below the root of the import")
            node = parent
        for step in reversed(trail):
            path, order_path, depth = found[node]
            place = planned[step].place if step in planned else plan.shifted.get(step, register.units[step].place)
            found[step] = f"{path}{ids[step]}/", order_path + _tree.order_step(place), depth + 1
            node = step
    return {unit.node: found[unit.node] for unit in units}


def _change_posts(plan: Plan, ids: dict[int, int], entered_by: int | None) -> None:
    people = plan.people
    newcomers: dict[tuple[int, str], int] = {}
    for node, name, person_id in [
        *((post.node, post.name, post.person_id) for post in people.beginnings),
        *((node, name, person_id) for _post, node, name, person_id in people.corrections),
    ]:
        if person_id is None:
            newcomers.setdefault((node, name), 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('organisation_person', 'id')) FROM generate_series(1, %s)",
            [len(newcomers)],
        )
        newcomers = dict(zip(newcomers, (row[0] for row in cursor.fetchall()), strict=True))
    _copy(
        "organisation_person",
        "id, uuid, name",
        ((person_id, uuid.uuid4(), name) for (_node, name), person_id in newcomers.items()),
    )
    for ends_on in {day for _post, day in people.endings}:
        Post.objects.filter(pk__in=[post for post, day in people.endings if day == ends_on]).update(ends_on=ends_on)
    corrected = {
        post_id: newcomers[node, name] if person_id is None else person_id
        for post_id, node, name, person_id in people.corrections
    }
    fields = dict(people.fields)
    changed = list(Post.objects.filter(pk__in={*corrected, *fields}))
    for post in changed:
        if post.pk in corrected:
            post.person_id, post.entered_by = corrected[post.pk], entered_by
        post.field_in_charge = fields.get(post.pk, post.field_in_charge)
    Post.objects.bulk_update(changed, ["person", "field_in_charge", "entered_by"], batch_size=1000)
    _copy(
        "organisation_post",
        "unit_id, person_id, kind, title, field_in_charge, rank, starts_on, entered_by",
        (
            (
                ids[post.node],
                newcomers[post.node, post.name] if post.person_id is None else post.person_id,
                post.kind,
                "",
                post.field_in_charge,
                "",
                post.starts_on,
                entered_by,
            )
            for post in people.beginnings
        ),
    )


def _copy(table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

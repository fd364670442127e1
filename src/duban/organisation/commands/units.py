"""Changing units: each command holds the tree where it changes parents, places or names of sisters."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed, Stale
from duban.organisation import queries
from duban.organisation.commands import _tree
from duban.organisation.models import Line, Unit, UnitExternalId, UnitName
from duban.organisation.policy import may_describe, may_edit
from duban.organisation.states import Field, Kind, Level, Rank

_LONGEST_NAME = 120
_LONGEST_SHORT_NAME = 60


@transaction.atomic
def create_unit(
    *,
    actor: Actor,
    parent_id: int | None,
    name: str,
    level: str,
    field: str,
    kind: str,
    valid_from: date,
    at: datetime,
    short_name: str = "",
    rank: str = Rank.NONE,
    line_id: int | None = None,
    member_count: int = 0,
    external_id: tuple[str, str] | None = None,
) -> Unit:
    """
    Create a unit as the last of its sisters; without a parent it is the root, which only the system enters.

    :raises NotFound: if this actor cannot see the parent
    :raises NotAllowed: if this actor does not keep the register there
    :raises InvalidInput: if the name is empty or a sister has it, a class word is unknown, or the external id is taken
    """
    _tree.lock_tree()
    parent = queries.get_unit(actor=actor, unit_id=parent_id) if parent_id is not None else None

    if parent is not None:
        may_edit(actor, parent).require()
    elif not actor.is_system:
        raise NotAllowed(_("The first unit is entered when the program is set up."))
    elif Unit.objects.filter(parent__isnull=True).exists():
        raise InvalidInput(_("There is a first unit already. Please choose the unit above."))
    name, short_name = _good_name(name, short_name)
    _require_class(level=level, field=field, kind=kind, rank=rank)
    _require_line(line_id)
    if member_count < 0:
        raise InvalidInput(_("The number of members cannot be below zero."))
    if parent is not None:
        _require_existing(parent, on=valid_from)
        _require_free_name(parent_id=parent.pk, name=name, but=None)
    if external_id is not None:
        external_id = _good_external_id(*external_id, unit_id=None)

    place = _tree.free_place(parent_id=parent_id)
    if place > _tree.LARGEST_PLACE:
        raise InvalidInput(_("Put the units of this level in order first: the last place is taken."))
    unit_id = _tree.next_unit_ids(count=1)[0]
    unit = Unit.objects.create(
        pk=unit_id,
        name=name,
        short_name=short_name,
        parent=parent,
        path=f"{parent.path if parent else ''}{unit_id}/",
        order_path=f"{parent.order_path if parent else ''}{_tree.order_step(place)}",
        depth=parent.depth + 1 if parent else 0,
        place=place,
        level=level,
        field=field,
        kind=kind,
        rank=rank,
        line_id=line_id,
        member_count=member_count,
        valid_from=valid_from,
    )
    UnitName.objects.create(unit=unit, name=name, valid_from=valid_from)
    if external_id is not None:
        UnitExternalId.objects.create(unit=unit, scheme=external_id[0], value=external_id[1])
    _tree.close_new(unit_ids=[unit.pk])

    _record(actor, "unit.create", unit, at, {"name": name, "parent": parent_id, "class": _class_of(unit)})
    return unit


@transaction.atomic
def rename_unit(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    at: datetime,
    on: date,
    short_name: str = "",
    version: int | None = None,
) -> Unit:
    """
    Give a unit another name from a day on; the earlier name stays with its days.

    A second change on the same day corrects the first. Changing only the short name leaves no history.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not keep its register
    :raises InvalidInput: if the name is empty, a sister has it, or the day lies before the present name's first
    :raises Stale: if the unit changed since `version`
    """
    unit = _fetch(actor, unit_id, version, holds_tree=True)

    may_edit(actor, unit).require()
    name, short_name = _good_name(name, short_name)
    before = {"name": unit.name, "short_name": unit.short_name}
    if name != unit.name and unit.parent_id is not None:
        _require_free_name(parent_id=unit.parent_id, name=name, but=unit.pk)
    present = UnitName.objects.filter(unit=unit, valid_until__isnull=True).first()
    if name != unit.name and present is not None and on < present.valid_from:
        raise InvalidInput(_("The present name is younger than this day. Please choose a later day."))

    if name != unit.name:
        if present is not None and present.valid_from == on:
            present.name = name
            present.save(update_fields=["name"])
        else:
            if present is not None:
                present.valid_until = on
                present.save(update_fields=["valid_until"])
            UnitName.objects.create(unit=unit, name=name, valid_from=on)
    unit.name, unit.short_name = name, short_name
    _save(unit, "name", "short_name")

    after = {"name": name, "short_name": short_name}
    audit.record(
        actor=actor,
        verb="unit.rename",
        object_kind="unit",
        object_id=unit.pk,
        unit_id=unit.pk,
        at=at,
        payload={"from": before, "to": after, "on": on},
        before=before,
        after=after,
    )
    return unit


@transaction.atomic
def move_unit(*, actor: Actor, unit_id: int, new_parent_id: int, at: datetime, version: int | None = None) -> Unit:
    """
    Put a unit, with everything below it, under another parent, as the last of its new sisters.

    The protocol order inside the moved subtree stays as it is.

    :raises NotFound: if this actor cannot see the unit or the new parent
    :raises NotAllowed: if this actor does not keep the register of both
    :raises InvalidInput: if the new parent is the unit itself or below it, has ended, or has a unit of that name
    :raises Stale: if the unit changed since `version`
    """
    unit = _fetch(actor, unit_id, version, holds_tree=True)
    new_parent = queries.get_unit(actor=actor, unit_id=new_parent_id)

    may_edit(actor, unit).require()
    may_edit(actor, new_parent).require()
    if unit.parent_id is None:
        raise InvalidInput(_("The first unit has no place to move to."))
    if new_parent.path.startswith(unit.path):
        raise InvalidInput(_("A unit cannot stand below itself. Please choose a unit outside of it."))
    if new_parent.pk == unit.parent_id:
        raise InvalidInput(_("The unit stands there already."))
    if new_parent.valid_until is not None:
        raise InvalidInput(_("The unit above has ended. Please choose another."))
    _require_free_name(parent_id=new_parent.pk, name=unit.name, but=unit.pk)

    before = {"parent": unit.parent_id, "path": unit.path}
    unit.parent = new_parent
    unit.place = _tree.free_place(parent_id=new_parent.pk)
    _save(unit, "parent", "place")
    _tree.rewrite_paths(tops=[unit.pk])
    _tree.rewrite_closure(tops=[unit.pk])
    unit.refresh_from_db()

    after = {"parent": new_parent.pk, "path": unit.path}
    audit.record(
        actor=actor,
        verb="unit.move",
        object_kind="unit",
        object_id=unit.pk,
        unit_id=unit.pk,
        at=at,
        payload={"from": before["parent"], "to": new_parent.pk},
        before=before,
        after=after,
    )
    return unit


@transaction.atomic
def reorder(*, actor: Actor, parent_id: int, unit_ids: Sequence[int], at: datetime) -> None:
    """
    Set the protocol order of all units directly below a parent by hand.

    Units that have ended keep their order behind those given.

    :raises NotFound: if this actor cannot see the parent
    :raises NotAllowed: if this actor does not keep its register
    :raises Stale: if these are not exactly the units that stand below it now
    """
    _tree.lock_tree()
    parent = queries.get_unit(actor=actor, unit_id=parent_id)
    sisters = list(Unit.objects.filter(parent=parent).order_by("place", "id").select_for_update())

    may_edit(actor, parent).require()
    present = [sister.pk for sister in sisters if sister.valid_until is None]
    if len(unit_ids) != len(set(unit_ids)) or set(unit_ids) != set(present):
        raise Stale(_("Meanwhile a unit was added, moved or ended here. Please reload the page and order again."))

    before = {sister.pk: sister.place for sister in sisters}
    by_id = {sister.pk: sister for sister in sisters}
    ended = [sister.pk for sister in sisters if sister.valid_until is not None]
    changed = []
    for place, unit_id in enumerate([*unit_ids, *ended], start=1):
        if by_id[unit_id].place != place:
            by_id[unit_id].place = place
            changed.append(by_id[unit_id])
    Unit.objects.bulk_update(changed, ["place"], batch_size=1000)
    _tree.rewrite_paths(tops=[unit.pk for unit in changed])

    audit.record(
        actor=actor,
        verb="unit.reorder",
        object_kind="unit",
        object_id=parent.pk,
        unit_id=parent.pk,
        at=at,
        payload={"order": list(unit_ids)},
        before={str(unit_id): place for unit_id, place in before.items()},
        after={str(sister.pk): sister.place for sister in sisters},
    )


@transaction.atomic
def set_class(
    *,
    actor: Actor,
    unit_id: int,
    level: str,
    field: str,
    kind: str,
    rank: str,
    line_id: int | None,
    at: datetime,
    version: int | None = None,
) -> Unit:
    """
    Class a unit by level, field and kind, with its rank and line (R-002, R-017, R-020, R-021).

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not keep its register
    :raises InvalidInput: if a word is not one of the accepted ones
    :raises Stale: if the unit changed since `version`
    """
    unit = _fetch(actor, unit_id, version)

    may_edit(actor, unit).require()
    _require_class(level=level, field=field, kind=kind, rank=rank)
    _require_line(line_id)

    before = _class_of(unit)
    unit.level, unit.field, unit.kind, unit.rank, unit.line_id = level, field, kind, rank, line_id
    _save(unit, "level", "field", "kind", "rank", "line")

    after = _class_of(unit)
    audit.record(
        actor=actor,
        verb="unit.set_class",
        object_kind="unit",
        object_id=unit.pk,
        unit_id=unit.pk,
        at=at,
        payload={"from": before, "to": after},
        before=before,
        after=after,
    )
    return unit


@transaction.atomic
def set_special_conditions(*, actor: Actor, unit_id: int, text: str, at: datetime, version: int | None = None) -> Unit:
    """
    State circumstances that reviewers should know (R-023): the unit itself does it, or whoever keeps its register.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not act for the unit
    :raises InvalidInput: if the text is longer than 2,000 characters
    :raises Stale: if the unit changed since `version`
    """
    unit = _fetch(actor, unit_id, version)

    may_describe(actor, unit).require()
    if len(text) > 2000:
        raise InvalidInput(_("Please say it in 2,000 characters at most."))

    before = {"special_conditions": unit.special_conditions}
    unit.special_conditions = text.strip()
    _save(unit, "special_conditions")

    audit.record(
        actor=actor,
        verb="unit.describe",
        object_kind="unit",
        object_id=unit.pk,
        unit_id=unit.pk,
        at=at,
        before=before,
        after={"special_conditions": unit.special_conditions},
    )
    return unit


@transaction.atomic
def set_member_count(*, actor: Actor, unit_id: int, count: int, at: datetime, version: int | None = None) -> Unit:
    """
    Declare how many members belong to the unit itself, those of units below it not included (R-010).

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not act for the unit
    :raises InvalidInput: if the count is below zero
    :raises Stale: if the unit changed since `version`
    """
    unit = _fetch(actor, unit_id, version)

    may_describe(actor, unit).require()
    if count < 0:
        raise InvalidInput(_("The number of members cannot be below zero."))

    before = unit.member_count
    unit.member_count = count
    _save(unit, "member_count")

    _record(actor, "unit.set_member_count", unit, at, {"from": before, "to": count})
    return unit


@transaction.atomic
def set_committee(
    *, actor: Actor, unit_id: int, committee_id: int | None, at: datetime, version: int | None = None
) -> Unit:
    """
    Record the committee that bears main responsibility for a unit (R-026), where it is not the unit above.

    :raises NotFound: if this actor cannot see the unit, or the committee neither seen nor above it
    :raises NotAllowed: if this actor does not keep the unit's register
    :raises InvalidInput: if the unit is named as its own committee
    :raises Stale: if the unit changed since `version`
    """
    unit = _fetch(actor, unit_id, version)
    committee = None
    if committee_id is not None:
        above = {ancestor.pk: ancestor for ancestor in queries.ancestors(actor=actor, unit=unit)}
        committee = above.get(committee_id) or queries.get_unit(actor=actor, unit_id=committee_id)

    may_edit(actor, unit).require()
    if committee is not None and committee.pk == unit.pk:
        raise InvalidInput(_("A unit cannot be named as its own responsible committee."))

    before = unit.party_parent_id
    unit.party_parent = committee
    _save(unit, "party_parent")

    _record(actor, "unit.set_committee", unit, at, {"from": before, "to": committee_id})
    return unit


@transaction.atomic
def set_external_id(*, actor: Actor, unit_id: int, scheme: str, value: str, at: datetime) -> UnitExternalId:
    """
    Record what another system calls the unit; an import finds the unit again by it.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not keep its register
    :raises InvalidInput: if scheme or value is empty, or another unit has the code
    """
    unit = _fetch(actor, unit_id, None, holds_tree=True)

    may_edit(actor, unit).require()
    scheme, value = _good_external_id(scheme, value, unit_id=unit.pk)

    found, _new = UnitExternalId.objects.update_or_create(unit=unit, scheme=scheme, defaults={"value": value})

    _record(actor, "unit.set_external_id", unit, at, {"scheme": scheme, "value": value})
    return found


def _fetch(actor: Actor, unit_id: int, version: int | None, *, holds_tree: bool = False) -> Unit:
    if holds_tree:
        _tree.lock_tree()
    unit = queries.get_unit(actor=actor, unit_id=unit_id)
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if version is not None and version != unit.version:
        raise Stale(_("Somebody changed this unit while you were writing. Please compare and save again."))
    return unit


def _save(unit: Unit, *fields: str) -> None:
    unit.version += 1
    unit.save(update_fields=[*fields, "version"])


def _record(actor: Actor, verb: str, unit: Unit, at: datetime, payload: dict[str, object]) -> None:
    audit.record(actor=actor, verb=verb, object_kind="unit", object_id=unit.pk, unit_id=unit.pk, at=at, payload=payload)


def _class_of(unit: Unit) -> dict[str, object]:
    return {"level": unit.level, "field": unit.field, "kind": unit.kind, "rank": unit.rank, "line": unit.line_id}


def _good_name(name: str, short_name: str) -> tuple[str, str]:
    name, short_name = " ".join(name.split()), " ".join(short_name.split())
    if not name:
        raise InvalidInput(_("Please give the unit its full name."), fields={"name": _("Please fill this in.")})
    if len(name) > _LONGEST_NAME or len(short_name) > _LONGEST_SHORT_NAME:
        raise InvalidInput(_("The name is too long: 120 characters at most, 60 for the short name."))
    return name, short_name


def _good_external_id(scheme: str, value: str, *, unit_id: int | None) -> tuple[str, str]:
    scheme, value = "".join(scheme.split()), "".join(value.split())
    if not scheme or not value or len(scheme) > 40 or len(value) > 80:
        raise InvalidInput(_("Please give both the scheme and the code, 40 and 80 characters at most."))
    holder = UnitExternalId.objects.filter(scheme=scheme, value=value).first()
    if holder is not None and holder.unit_id != unit_id:
        raise InvalidInput(_("Another unit has this code."))
    return scheme, value


def _require_class(*, level: str, field: str, kind: str, rank: str) -> None:
    wrong: dict[str, object] = {}
    for name, value, words in (
        ("level", level, Level.values),
        ("field", field, Field.values),
        ("kind", kind, Kind.values),
        ("rank", rank, Rank.values),
    ):
        if value not in words:
            wrong[name] = _("Please choose one of the words offered.")
    if wrong:
        raise InvalidInput(_("Please choose level, field, kind and rank from the words offered."), fields=wrong)


def _require_line(line_id: int | None) -> None:
    if line_id is not None and not Line.objects.filter(pk=line_id).exists():
        raise InvalidInput(_("There is no such line."))


def _require_existing(unit: Unit, *, on: date) -> None:
    if unit.valid_until is not None and unit.valid_until <= on:
        raise InvalidInput(_("The unit above has ended. Please choose another."))


def _require_free_name(*, parent_id: int, name: str, but: int | None) -> None:
    sisters = Unit.objects.filter(parent_id=parent_id, name=name, valid_until__isnull=True).values_list("pk", flat=True)
    if set(sisters) - {but}:
        raise InvalidInput(_("There is a unit of this name in the same place already."))

"""
The end of units: each names who takes over, and nothing that it held open is left without an owner.

What the register holds moves in the same transaction; what other subjects hold moves by their reactions to UnitsEnded.
None of it can be undone: history would then say that a day did not happen. A unit that is missed is entered anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, Stale
from duban.kernel.events import publish
from duban.organisation import queries
from duban.organisation.commands import _tree
from duban.organisation.commands.members import count_members
from duban.organisation.commands.units import create_unit
from duban.organisation.events import UnitsEnded
from duban.organisation.models import (
    Line,
    MemberImport,
    MemberRow,
    Membership,
    Post,
    Unit,
    UnitImport,
    UnitName,
    UnitSuccession,
)
from duban.organisation.policy import may_edit
from duban.organisation.states import ImportStatus, MembershipKind, SuccessionKind

MOST_AT_ONCE = 50

_RECEIVE = """
UPDATE organisation_unit u SET parent_id = %(successor)s, version = u.version + 1, place = placed.place
FROM (
    SELECT c.id, (SELECT coalesce(max(place), 0) FROM organisation_unit WHERE parent_id = %(successor)s)
           + row_number() OVER (ORDER BY c.place, c.id) AS place
    FROM organisation_unit c WHERE c.id = ANY(%(children)s)
) placed WHERE placed.id = u.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the units into which another is divided, with the units that go there."""

    name: str
    short_name: str = ""
    child_ids: tuple[int, ...] = ()


@transaction.atomic
def end_unit(
    *,
    actor: Actor,
    unit_id: int,
    valid_until: date,
    at: datetime,
    reason: str,
    successor_id: int | None = None,
    version: int | None = None,
) -> Unit:
    """
    End a unit: `valid_until` is the first day on which it no longer exists. A successor (承接单位), by default the unit
    above, takes over whatever it holds open; units below move there. Its posts end with it.

    :raises NotFound: if this actor cannot see the unit or the successor
    :raises NotAllowed: if this actor does not keep the register of both
    :raises InvalidInput: if it is the first unit, has ended, the day is to come or not later than its first, somebody takes
        up a post on a later day, the successor has ended, is the unit or stands below it, or has a unit of the name of
        one that moves there; or if there is no reason
    :raises Stale: if the unit changed since `version`
    """
    _tree.lock_tree()
    unit = queries.get_unit(actor=actor, unit_id=unit_id)
    if version is not None and version != unit.version:
        raise Stale(_("Somebody changed this unit while you were writing. Please compare and save again."))
    if unit.parent_id is None:
        raise InvalidInput(_("The first unit cannot be ended."))
    _hold([unit.pk, successor_id or unit.parent_id])
    successor = _lock(actor, successor_id if successor_id is not None else unit.parent_id)
    unit = _lock(actor, unit_id)
    kind = SuccessionKind.ENDED if successor.pk == unit.parent_id else SuccessionKind.MERGED
    _end(actor, unit, successor, kind=kind, on=valid_until, reason=reason, at=at)
    publish(UnitsEnded((unit.pk,)))
    return unit


@transaction.atomic
def merge_units(
    *, actor: Actor, unit_ids: Sequence[int], into_id: int, on: date, reason: str, at: datetime
) -> list[Unit]:
    """
    Merge units into another (合并): they end on the day, and it takes over. Returns the units that ended.

    :raises NotFound: if this actor cannot see one of them
    :raises NotAllowed: if this actor does not keep the register of all
    :raises InvalidInput: as `end_unit`; also if no unit, one twice, or more than 50 are named
    """
    if not unit_ids or len(set(unit_ids)) != len(unit_ids) or len(unit_ids) > MOST_AT_ONCE:
        raise InvalidInput(_("Name at least one unit, each once, and at most %(most)d.") % {"most": MOST_AT_ONCE})
    _tree.lock_tree()
    _hold([*unit_ids, into_id])
    into = _lock(actor, into_id)
    ended = []
    for unit_id in unit_ids:
        unit = _lock(actor, unit_id)
        if unit.parent_id is None:
            raise InvalidInput(_("The first unit cannot be ended."))
        _end(actor, unit, into, kind=SuccessionKind.MERGED, on=on, reason=reason, at=at)
        into.refresh_from_db()
        ended.append(unit)
    publish(UnitsEnded(tuple(unit.pk for unit in ended)))
    return ended


@transaction.atomic
def split_unit(
    *,
    actor: Actor,
    unit_id: int,
    parts: Sequence[Part],
    on: date,
    reason: str,
    at: datetime,
    version: int | None = None,
) -> list[Unit]:
    """
    Divide a unit into new ones of its class (分设): each unit below goes where a part names it, and what else the unit
    holds open goes to the first part. Returns the new units in the order of the parts.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not keep the register there
    :raises InvalidInput: as `end_unit` and `create_unit`; also if there are fewer than two parts
    :raises Stale: if the unit changed since `version`, or the parts do not name exactly the units below it
    """
    _tree.lock_tree()
    unit = _lock(actor, unit_id)
    if version is not None and version != unit.version:
        raise Stale(_("Somebody changed this unit while you were writing. Please compare and save again."))
    may_edit(actor, unit).require()
    if unit.parent_id is None:
        raise InvalidInput(_("The first unit cannot be ended."))
    if not 2 <= len(parts) <= MOST_AT_ONCE:
        raise InvalidInput(_("A unit is divided into at least two. Please name them."))
    _require_ending(actor, unit, on=on, reason=reason, at=at)
    named = [child_id for part in parts for child_id in part.child_ids]
    below = set(_children(unit).values_list("pk", flat=True))
    if len(named) != len(set(named)) or set(named) != below:
        raise Stale(_("Meanwhile a unit below was added, moved or ended. Please reload the page and divide again."))

    made = [
        create_unit(
            actor=actor,
            parent_id=unit.parent_id,
            name=part.name,
            short_name=part.short_name,
            level=unit.level,
            field=unit.field,
            kind=unit.kind,
            rank=unit.rank,
            line_id=unit.line_id,
            valid_from=on,
            at=at,
        )
        for part in parts
    ]
    for new, part in zip(made, parts, strict=True):
        _receive(list(part.child_ids), new)
    _close(actor, unit, made, kind=SuccessionKind.SPLIT, on=on, reason=reason, at=at, moved=named)
    publish(UnitsEnded((unit.pk,)))
    return made


def _hold(unit_ids: Sequence[int]) -> None:
    """Lock units in the order of their ids: whoever moves members between two of them does the same."""
    list(Unit.objects.filter(pk__in=set(unit_ids)).order_by("pk").select_for_update(of=("self",)))


def _lock(actor: Actor, unit_id: int) -> Unit:
    unit = queries.get_unit(actor=actor, unit_id=unit_id)
    return Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)


def _children(unit: Unit) -> QuerySet[Unit]:
    return Unit.objects.filter(parent=unit, valid_until__isnull=True)


def _require_ending(actor: Actor, unit: Unit, *, on: date, reason: str, at: datetime) -> None:
    may_edit(actor, unit).require()
    if unit.valid_until is not None:
        raise InvalidInput(_("This unit has ended already."))
    if on <= unit.valid_from:
        raise InvalidInput(_("The last day must come after the first."))
    if on > timezone.localdate(at):
        raise InvalidInput(_("Units move at once, so enter the end on its day or afterwards, not before."))
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."))
    if len(reason.strip()) > 300:
        raise InvalidInput(_("Please give the reason in 300 characters at most."))
    if Post.objects.filter(unit=unit, starts_on__gte=on).exists():
        raise InvalidInput(_("Somebody takes up a post here on a later day. Please choose a day after it."))
    if Unit.objects.filter(parent=unit, valid_until__gt=on).exists():
        raise InvalidInput(_("A unit below ended only after this day. Please choose a later day."))


def _end(actor: Actor, unit: Unit, successor: Unit, *, kind: str, on: date, reason: str, at: datetime) -> None:
    _require_ending(actor, unit, on=on, reason=reason, at=at)
    may_edit(actor, successor).require()
    if successor.pk == unit.pk or successor.path.startswith(unit.path):
        raise InvalidInput(_("The successor cannot be the unit itself or stand below it. Please choose another."))
    if successor.valid_until is not None or successor.valid_from > on:
        raise InvalidInput(_("The successor does not exist on this day. Please choose another."))
    children = list(_children(unit).order_by("place", "pk").values_list("pk", "name"))
    taken = set(_children(successor).exclude(pk=unit.pk).values_list("name", flat=True))
    twice = sorted(name for _pk, name in children if name in taken)
    if twice:
        raise InvalidInput(
            _("The successor has units of the same name already: %(names)s. Rename one of each first.")
            % {"names": "、".join(twice[:10])}
        )

    moved = [pk for pk, _name in children]
    _receive(moved, successor)
    _close(actor, unit, [successor], kind=kind, on=on, reason=reason, at=at, moved=moved)


def _receive(child_ids: list[int], successor: Unit) -> None:
    """Put units below the successor, behind those that stand there, in the order that they had."""
    if not child_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, {"successor": successor.pk, "children": child_ids})
    if Unit.objects.filter(parent=successor, place__gt=_tree.LARGEST_PLACE).exists():
        raise InvalidInput(_("Put the units of this level in order first: the last place is taken."))
    _tree.rewrite_paths(tops=child_ids)
    _tree.rewrite_closure(tops=child_ids)


def _close(
    actor: Actor,
    unit: Unit,
    successors: Sequence[Unit],
    *,
    kind: str,
    on: date,
    reason: str,
    at: datetime,
    moved: Sequence[int],
) -> None:
    heir = successors[0]
    unit.valid_until = on
    unit.version += 1
    unit.save(update_fields=["valid_until", "version"])
    UnitSuccession.objects.bulk_create(
        UnitSuccession(
            unit=unit, successor=one, kind=kind, is_heir=one.pk == heir.pk, from_day=on, reason=reason.strip()
        )
        for one in successors
    )
    posts = Post.objects.filter(unit=unit).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    ended = list(posts.values_list("pk", flat=True))
    posts.update(ends_on=on)
    UnitName.objects.filter(unit=unit, valid_until__isnull=True, valid_from__lt=on).update(valid_until=on)
    _take_members(unit, heir, on=on)
    Unit.objects.filter(party_parent=unit, valid_until__isnull=True).exclude(pk=heir.pk).update(party_parent=heir)
    Unit.objects.filter(party_parent=unit, pk=heir.pk).update(party_parent=None)
    Line.objects.filter(lead_unit=unit).update(lead_unit=heir)
    waiting = (ImportStatus.READY, ImportStatus.WITH_ERRORS, ImportStatus.TO_NAME)
    UnitImport.objects.filter(root=unit, status__in=waiting).update(status=ImportStatus.WITHDRAWN, finished_at=at)
    MemberRow.objects.filter(member_import__root=unit, member_import__status__in=waiting).delete()
    MemberImport.objects.filter(root=unit, status__in=waiting).update(
        status=ImportStatus.WITHDRAWN, content=b"", finished_at=at
    )

    count_members(actor=actor, unit_ids=[heir.pk])

    audit.record(
        actor=actor,
        verb="unit.end",
        object_kind="unit",
        object_id=unit.pk,
        unit_id=unit.pk,
        at=at,
        payload={
            "valid_until": on,
            "reason": reason.strip(),
            "kind": kind,
            "successors": [one.pk for one in successors],
            "posts_ended": ended,
            "units_moved": list(moved),
        },
    )


def _take_members(unit: Unit, heir: Unit, *, on: date) -> None:
    """Move members to the heir on the day; their days in the old unit stay. Where both only declare a number, add it."""
    present = Membership.objects.filter(unit=unit, ends_on__isnull=True)
    registered = Membership.objects.filter(unit_id__in=[unit.pk, heir.pk], kind=MembershipKind.MAIN).exists()
    if not registered:
        Unit.objects.filter(pk=heir.pk).update(member_count=F("member_count") + unit.member_count)
        return
    # An attachment for a time to the own branch would say nothing.
    own = Membership.objects.filter(
        unit=heir, kind=MembershipKind.MAIN, ends_on__isnull=True, person_id=OuterRef("person_id")
    )
    present.filter(kind=MembershipKind.TEMPORARY, starts_on__lt=on).filter(Exists(own)).update(ends_on=on)
    present.filter(starts_on__gte=on).update(unit=heir)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organisation_membership SET ends_on = %s WHERE unit_id = %s AND ends_on IS NULL RETURNING id",
            [on, unit.pk],
        )
        moved = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO organisation_membership (person_id, unit_id, kind, category, participation, starts_on)"
            " SELECT person_id, %s, kind, category, participation, %s FROM organisation_membership WHERE id = ANY(%s)"
            " ORDER BY id",
            [heir.pk, on, moved],
        )

"""Changing who belongs to which branch: on any day a member has one main branch (R-025)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation import queries
from duban.organisation.models import Membership, Person, Unit
from duban.organisation.policy import may_keep_members
from duban.organisation.queries.numbers import NO_ORGANISATION
from duban.organisation.states import MemberCategory, MembershipKind, Participation

_ONE_BRANCH = ("membership_one_branch_at_a_time", "membership_one_attachment_at_a_time")

# The kept number of members follows from the register wherever there is one.
_COUNT = """
UPDATE organisation_unit u SET member_count = counted.number
FROM (SELECT chosen.id, count(m.id) AS number FROM unnest(%(units)s::bigint[]) AS chosen (id)
      LEFT JOIN organisation_membership m ON m.unit_id = chosen.id AND m.kind = 'main' AND m.ends_on IS NULL
      GROUP BY chosen.id) counted
WHERE u.id = counted.id AND u.member_count <> counted.number
AND EXISTS (SELECT 1 FROM organisation_membership m WHERE m.unit_id = u.id AND m.kind = 'main')
"""


@transaction.atomic
def enter_member(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    external_id: str,
    category: str,
    starts_on: date,
    at: datetime,
) -> Membership:
    """
    Enter a member of a branch from a day on; the number is that of the register of members.

    :raises NotFound: if this actor cannot see the branch
    :raises NotAllowed: if this actor does not keep its members
    :raises InvalidInput: if name or number is missing or too long, the number is that of an identity card or names another
        person, the member belongs to a branch already, the unit has no members of its own, or the day is none of its days
    """
    unit = _branch(actor, unit_id, on=starts_on, at=at)
    name, external_id = " ".join(name.split()), "".join(external_id.split()).upper()
    if not name or len(name) > 60 or not external_id or len(external_id) > 40:
        raise InvalidInput(_("Please give name and number, 60 and 40 characters at most."))
    if is_identity_card(external_id):
        raise InvalidInput(
            _("The number of an identity card is not taken in. Use the number of the register of members.")
        )
    if category not in MemberCategory.values:
        raise InvalidInput(_("Please choose one of the words offered."), fields={"category": _("Please choose again.")})
    person = Person.objects.filter(external_id=external_id).first()
    if person is not None and person.name != name:
        raise InvalidInput(_("This number belongs to a person of another name. Please compare both."))

    if person is None:
        person = Person.objects.create(name=name, external_id=external_id)
    membership = _create(
        person_id=person.pk, unit_id=unit.pk, kind=MembershipKind.MAIN, category=category, starts_on=starts_on
    )
    count_members(actor=actor, unit_ids=[unit.pk])

    _record(actor, "member.enter", membership, at, {"starts_on": starts_on, "category": category})
    return membership


@transaction.atomic
def transfer_member(*, actor: Actor, membership_id: int, unit_id: int, on: date, at: datetime) -> Membership:
    """
    Move a member to another branch from a day on (组织关系转接); the earlier membership stays with its days.

    :raises NotFound: if this actor may not see the membership or the new branch
    :raises NotAllowed: if this actor does not keep the members of both
    :raises InvalidInput: if it is no main membership or has ended, the branch is the same, or the day does not fit
    """
    _hold_units([queries.get_membership(actor=actor, membership_id=membership_id).unit_id, unit_id])
    former = _lock(actor, membership_id)
    unit = _branch(actor, unit_id, on=on, at=at)
    if former.kind != MembershipKind.MAIN:
        raise InvalidInput(_("Only the main membership moves. End the attachment instead."))
    if former.unit_id == unit.pk:
        raise InvalidInput(_("The member belongs to this branch already."))
    if on <= former.starts_on:
        raise InvalidInput(_("The last day must come after the first."))

    former.ends_on = on
    former.save(update_fields=["ends_on"])
    membership = _create(
        person_id=former.person_id,
        unit_id=unit.pk,
        kind=MembershipKind.MAIN,
        category=former.category,
        participation=former.participation,
        starts_on=on,
    )
    count_members(actor=actor, unit_ids=[former.unit_id, unit.pk])

    _record(actor, "member.transfer", membership, at, {"from": former.unit_id, "on": on})
    return membership


@transaction.atomic
def attach_member(*, actor: Actor, membership_id: int, unit_id: int, kind: str, on: date, at: datetime) -> Membership:
    """
    Attach a member to a host beside the main branch: floating (流动) or for a time; the main branch stays.

    A floating member whose host is no unit here is attached to the own branch; no place is kept.

    :raises NotFound: if this actor may not see the membership or the host
    :raises NotAllowed: if this actor does not keep the members of the main branch
    :raises InvalidInput: if it is no main membership, the kind is none, another attachment holds, or the day does not fit
    """
    _hold_units([queries.get_membership(actor=actor, membership_id=membership_id).unit_id, unit_id])
    main = _lock(actor, membership_id)
    if main.kind != MembershipKind.MAIN or kind not in (MembershipKind.FLOATING, MembershipKind.TEMPORARY):
        raise InvalidInput(_("Choose a member of this branch, and whether they float or are attached for a time."))
    if kind == MembershipKind.TEMPORARY and unit_id == main.unit_id:
        raise InvalidInput(_("The member belongs to this branch already."))
    host = queries.get_unit(actor=actor, unit_id=unit_id)
    host = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=host.pk)
    _require_day(host, on=on, at=at)

    attached = _create(
        person_id=main.person_id,
        unit_id=host.pk,
        kind=kind,
        category=main.category,
        participation=main.participation,
        starts_on=on,
    )

    _record(actor, "member.attach", attached, at, {"kind": kind, "on": on})
    return attached


@transaction.atomic
def end_membership(*, actor: Actor, membership_id: int, on: date, at: datetime) -> Membership:
    """
    End a membership or an attachment on a day: the member has left. Why is not kept.

    :raises NotFound: if this actor may not see it
    :raises NotAllowed: if this actor does not keep the members there
    :raises InvalidInput: if it has ended, or the day is not after its first or lies ahead
    """
    membership = _lock(actor, membership_id)
    if on <= membership.starts_on:
        raise InvalidInput(_("The last day must come after the first."))
    if on > timezone.localdate(at):
        raise InvalidInput(_("This day lies ahead. Enter it on the day itself or afterwards."))

    ended = [membership]
    if membership.kind == MembershipKind.MAIN:
        ended += (
            Membership.objects.select_for_update()
            .filter(person_id=membership.person_id, ends_on__isnull=True, starts_on__lt=on)
            .exclude(pk=membership.pk)
        )
    for one in ended:
        one.ends_on = on
        one.save(update_fields=["ends_on"])
    count_members(actor=actor, unit_ids=[membership.unit_id])

    _record(actor, "member.end", membership, at, {"on": on})
    return membership


@transaction.atomic
def describe_member(*, actor: Actor, membership_id: int, category: str, participation: str, at: datetime) -> Membership:
    """
    Set the category of a member and the form of taking part that the branch has chosen (R-029): a word, never a reason.

    :raises NotFound: if this actor may not see the membership
    :raises NotAllowed: if this actor does not keep the members there
    :raises InvalidInput: if a word is not one of those offered, or the membership has ended
    """
    membership = _lock(actor, membership_id)
    if category not in MemberCategory.values or participation not in Participation.values:
        raise InvalidInput(_("Please choose one of the words offered."))

    before = {"category": membership.category, "participation": membership.participation}
    membership.category, membership.participation = category, participation
    membership.save(update_fields=["category", "participation"])

    after = {"category": category, "participation": participation}
    # The form chosen for somebody is nobody's business but the branch's, so the record has its hash only.
    audit.record(
        actor=actor,
        verb="member.describe",
        object_kind="membership",
        object_id=membership.pk,
        unit_id=membership.unit_id,
        at=at,
        before=before,
        after=after,
    )
    return membership


def count_members(*, actor: Actor, unit_ids: Sequence[int]) -> None:
    """Count again the members of units that have a register; what others declared stays."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"units": sorted(set(unit_ids))})


def is_identity_card(number: str) -> bool:
    """Whether a number looks like that of an identity card (GB 11643): 17 digits and a check character."""
    return len(number) == 18 and number[:17].isdecimal() and (number[17].isdecimal() or number[17] in "Xx")


def _hold_units(unit_ids: Sequence[int]) -> None:
    """Lock several units in the order of their ids, as everybody does, so that two transfers never wait for each other."""
    list(Unit.objects.filter(pk__in=set(unit_ids)).order_by("pk").select_for_update(of=("self",), no_key=True))


def _lock(actor: Actor, membership_id: int) -> Membership:
    membership = queries.get_membership(actor=actor, membership_id=membership_id)
    # Locked against an end of the unit, and against another move of the member.
    unit = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.unit_id)
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    may_keep_members(actor, unit).require()
    if membership.ends_on is not None:
        raise InvalidInput(_("This membership has ended already."))
    return membership


def _branch(actor: Actor, unit_id: int, *, on: date, at: datetime) -> Unit:
    unit = queries.get_unit(actor=actor, unit_id=unit_id)
    unit = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    may_keep_members(actor, unit).require()
    if unit.kind in NO_ORGANISATION:
        raise InvalidInput(_("A unit of this kind has no members of its own. Choose a branch."))
    _require_day(unit, on=on, at=at)
    return unit


def _require_day(unit: Unit, *, on: date, at: datetime) -> None:
    if unit.valid_until is not None or on < unit.valid_from:
        raise InvalidInput(_("The unit does not exist on this day."))
    if on > timezone.localdate(at):
        raise InvalidInput(_("This day lies ahead. Enter it on the day itself or afterwards."))


def _create(**values: object) -> Membership:
    try:
        with transaction.atomic():
            return Membership.objects.create(**values)
    except IntegrityError as fault:
        diagnosis = getattr(fault.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") not in _ONE_BRANCH:
            raise
        raise InvalidInput(
            _("On that day the member belongs to another branch, or is attached elsewhere. Move them from there.")
        ) from fault


def _record(actor: Actor, verb: str, membership: Membership, at: datetime, payload: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        object_kind="membership",
        object_id=membership.pk,
        unit_id=membership.unit_id,
        at=at,
        payload={"person": membership.person_id, **payload},
    )

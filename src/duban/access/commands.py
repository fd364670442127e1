"""Opening accounts for people in posts, granting roles and ending grants; all hold from the next request."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.access import roles
from duban.access.models import Grant, GrantUnit
from duban.access.policy import (
    ADMINISTRATORS,
    DELEGABLE,
    ROLE_OF_POST,
    THREE_PEOPLE,
    AccessCapability,
    lies_below,
    may_delegate,
    may_grant,
    may_grant_to,
    may_hand_out_code,
    may_hold,
)
from duban.access.queries import (
    Outlasting,
    delegation_posts,
    get_grant,
    grants_in_force,
    outlasting_grants,
    post_title,
)
from duban.access.states import Reach
from duban.accounts import commands as accounts
from duban.accounts.models import User
from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.organisation import commands as people_of_units
from duban.organisation import queries as organisation
from duban.organisation.models import Person, Post, Unit

_THREE_ADMINISTRATORS = "grant_three_administrators"
MOST_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip (账号开通单): whose, for which sign-in name, with the code that activates it until the day named."""

    unit: Unit
    name: str
    title: str
    sign_in_name: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Slips:
    """The slips issued, and for how many people none was, because whoever asked had entered them alone."""

    made: Sequence[Slip]
    left_out: int


@transaction.atomic
def open_account(
    *, actor: Actor, unit_id: int, person_name: str, sign_in_name: str, password: str, at: datetime
) -> User:
    """
    Open an account for somebody who holds a post in the unit, found by name; their roles are granted apart.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor keeps no accounts in a unit where the person holds a post
    :raises InvalidInput: if nobody or several of that name hold a post there, the person has an account, or the
        sign-in name or password cannot be used
    """
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)
    posts = organisation.posts_of_unit(actor=actor, unit_id=unit.pk, on=timezone.localdate(at))
    people = {post.person_id for post in posts if post.person.name == person_name.strip()}
    if len(people) != 1:
        raise _invalid("person_name", _("Not exactly one person of this name holds a post in that unit."))

    user = accounts.create_user(
        actor=actor,
        sign_in_name=sign_in_name,
        password=password,
        label=f"{unit.shown_name} {person_name.strip()}",
        at=at,
    )
    people_of_units.give_account(actor=actor, person_id=people.pop(), user_id=user.pk, at=at)
    return user


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    user_id: int,
    role: str,
    reach: str,
    unit_id: int,
    at: datetime,
    listed: Sequence[int] = (),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    post_id: int | None = None,
) -> Grant:
    """
    Give an account a role over a unit, its subtree, listed units or oneself, from a moment (now) until a moment (open).

    Bound to a post (`post_id`), it holds only while the person acts in that post.

    :raises NotFound: if there is no such account, or this actor cannot see one of the units
    :raises NotAllowed: if it is the actor's own account, or a unit lies outside the subtree they administer
    :raises InvalidInput: if role, reach, units or dates cannot be used, the account holds just that already, or it
        would administer two of system, security and audit at one time, or is nobody's and would administer one
    """
    # Locked, so that two grants at once to one account see each other.
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound(_("There is no such account."))
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)
    listed_units = [organisation.get_unit(actor=actor, unit_id=one) for one in dict.fromkeys(listed)]
    starts_at = starts_at or at
    existing = list(
        Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at), user_id=user_id).only(
            "role", "reach", "unit_id", "post_id", "starts_at"
        )
    )

    may_grant_to(actor, user_id, [unit, *listed_units]).require()
    if role not in roles.known_roles():
        raise _invalid("role", _("There is no such role."))
    together = may_hold(role, [grant.role for grant in existing if ends_at is None or grant.starts_at < ends_at])
    if not together:
        raise _invalid("role", together.reason)
    if role in ADMINISTRATORS and not Person.objects.filter(user_id=user_id).exists():
        raise _invalid("sign_in_name", _("This account belongs to nobody. An administrator is a person with a name."))
    if reach not in Reach.values:
        raise _invalid("reach", _("Choose over which units the role holds."))
    if (reach == Reach.LISTED) != bool(listed_units):
        raise _invalid("listed", _("Name the listed units, and only for a role over listed units."))
    if reach == Reach.LINE:
        _may_reach_the_line(actor, unit.pk)
    if ends_at is not None and ends_at <= starts_at:
        raise _invalid("ends_at", _("The end must come after the start."))
    if post_id is not None and not Post.objects.filter(pk=post_id, person__user_id=user_id).exists():
        raise _invalid("post_id", _("This person does not hold that post."))
    same = (role, reach, unit.pk, post_id)
    if reach != Reach.LISTED and any((one.role, one.reach, one.unit_id, one.post_id) == same for one in existing):
        raise _invalid("role", _("The account holds this role there already."))

    grant = _create(
        user=user,
        post_id=post_id,
        role=role,
        reach=reach,
        unit=unit,
        starts_at=starts_at,
        ends_at=ends_at,
        granted_by=actor.user_id,
    )
    GrantUnit.objects.bulk_create([GrantUnit(grant=grant, unit=one) for one in listed_units])
    # A slip was printed for less than what the account may do now.
    accounts.void_codes(actor=actor, user_id=user.pk, at=at)

    audit.record(
        actor=actor,
        verb="grant.give",
        object_kind="grant",
        object_id=grant.pk,
        unit_id=unit.pk,
        at=at,
        payload={
            "user": user_id,
            "role": role,
            "reach": reach,
            "listed": [one.pk for one in listed_units],
            "post": post_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )
    return grant


@transaction.atomic
def end_grant(*, actor: Actor, grant_id: int, reason: str, at: datetime) -> Grant:
    """
    End a grant now; the next request of the account goes without it.

    :raises NotFound: if there is none, or this actor may not see it
    :raises NotAllowed: if its unit lies outside the subtree that this actor administers
    :raises IllegalStep: if it ended already
    :raises InvalidInput: if no reason was given
    """
    grant = get_grant(actor=actor, grant_id=grant_id)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("unit").get(pk=grant.pk)

    if grant.unit is not None:
        may_grant(actor, grant.unit).require()
    if grant.ends_at is not None and grant.ends_at <= at:
        raise IllegalStep(_("This grant has ended already."))
    if not reason.strip():
        raise _invalid("reason", _("Please give a reason."))

    # One that was still to begin never does.
    grant.ends_at = max(at, grant.starts_at)
    grant.ended_by = actor.user_id
    grant.ended_reason = reason.strip()
    grant.save(update_fields=["ends_at", "ended_by", "ended_reason"])

    audit.record(
        actor=actor,
        verb="grant.end",
        object_kind="grant",
        object_id=grant.pk,
        unit_id=grant.unit_id,
        at=at,
        payload={"user": grant.user_id, "role": grant.role, "reason": reason.strip()},
    )
    return grant


def _create(**given: Any) -> Grant:
    try:
        with transaction.atomic():
            return Grant.objects.create(**given)
    except IntegrityError as error:
        if _THREE_ADMINISTRATORS not in str(error):
            raise
        raise _invalid("role", THREE_PEOPLE) from error


def _may_reach_the_line(actor: Actor, lead_unit_id: int) -> None:
    """A line runs through the whole tree: nobody reaches along it beyond the subtree they administer."""
    units = organisation.units_of_lines(actor=actor, lead_unit_id=lead_unit_id)
    if not units:
        raise _invalid("reach", _("This unit leads no line. Name the lead department of a line with units first."))
    within = organisation.units_where(actor=actor, capability=AccessCapability.EDIT)
    if within.filter(pk__any_of=units).count() < len(units):
        raise NotAllowed(_("This line reaches beyond the units that you administer. Ask the administrator above you."))


@transaction.atomic
def end_grants_with_units(*, actor: Actor, at: datetime) -> int:
    """
    End the grants at units that ended, and take those units off the lists of others; accounts stay. May run twice.

    Nothing is granted at the successor: who gains rights there, a security administrator decides. Returns how many ended.
    """
    ended_units = list(organisation.heirs(actor=actor))
    in_force = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    listed = GrantUnit.objects.filter(unit_id__any_of=ended_units).filter(
        grant__in=Grant.objects.filter(in_force).values("pk")
    )
    shortened = list(listed.values_list("grant_id", "unit_id"))
    listed.delete()
    emptied = Q(reach=Reach.LISTED, pk__in=[grant_id for grant_id, _unit in shortened]) & ~Exists(
        GrantUnit.objects.filter(grant_id=OuterRef("pk"))
    )
    at_ended = Q(unit_id__any_of=ended_units)
    found = list(Grant.objects.select_for_update().filter(in_force).filter(at_ended | emptied).order_by("pk"))
    for grant in found:
        # One that was still to begin never does.
        grant.ends_at = max(at, grant.starts_at)
        grant.ended_reason = gettext("The unit has ended.")
    Grant.objects.bulk_update(found, ["ends_at", "ended_reason"], batch_size=1000)
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            *(
                audit.Event("grant.unlist", "grant", grant_id, unit_id, {"reason": "unit ended"})
                for grant_id, unit_id in shortened
            ),
            *(
                audit.Event(
                    "grant.end",
                    "grant",
                    grant.pk,
                    grant.unit_id,
                    {"user": grant.user_id, "role": grant.role, "reason": "unit ended"},
                )
                for grant in found
            ),
        ],
    )
    return len(found)


@transaction.atomic
def end_outlasting_grants(*, actor: Actor, person_id: int, unit: Unit, at: datetime) -> Outlasting:
    """
    End what somebody is granted by a unit with their last post there, when their work is handed over; may run twice.

    Nothing is granted to the successor: who gains rights, an administrator of accounts decides. Returns what ended. The
    caller has decided that this actor may hand over.
    """
    found = outlasting_grants(actor=actor, person_id=person_id, unit=unit, on=timezone.localdate(at))
    if found.ends_at is None or not found.grants:
        return found
    locked = Grant.objects.select_for_update(of=("self",)).filter(pk__any_of=[grant.pk for grant in found.grants])
    ending = list(locked.order_by("pk"))
    for grant in ending:
        # One that was still to begin never does.
        grant.ends_at = max(at, found.ends_at, grant.starts_at)
        grant.ended_by = actor.user_id
        grant.ended_reason = gettext("The work was handed over.")
    Grant.objects.bulk_update(ending, ["ends_at", "ended_by", "ended_reason"])
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event(
                "grant.end",
                "grant",
                grant.pk,
                grant.unit_id,
                {"user": grant.user_id, "role": grant.role, "reason": "handed over", "ends_at": grant.ends_at},
            )
            for grant in ending
        ],
    )
    return found


@transaction.atomic
def open_accounts_below(*, actor: Actor, unit_id: int, at: datetime) -> int:
    """
    Open accounts for everybody who holds a post in or below the unit and has none, each with the role of the post.

    Only units strictly below the actor's own level are served. Each grant is bound to its post, so it ends with it.
    Returns how many were opened; a second run opens none.

    :raises NotFound: if nothing in or below the unit lies below this actor
    :raises InvalidInput: if more than 2,000 people would be served
    """
    on = timezone.localdate(at)
    posts = [
        post
        for post in delegation_posts(actor=actor, unit_id=unit_id, on=on)
        if post.person.user_id is None and post.kind in ROLE_OF_POST
    ]
    by_person: dict[int, list[Post]] = defaultdict(list)
    for post in posts:
        by_person[post.person_id].append(post)
    if len(by_person) > MOST_AT_ONCE:
        raise InvalidInput(_("More than 2,000 people: choose a smaller part."))
    if not by_person:
        return 0
    # Locked, so that two openings at once give nobody two accounts.
    waiting = {
        person.pk: person
        for person in Person.objects.select_for_update().filter(pk__in=by_person, user__isnull=True).order_by("pk")
    }
    chosen = [(waiting[person_id], held) for person_id, held in by_person.items() if person_id in waiting]
    users = accounts.open_to_activate(
        actor=actor,
        names=[(person.name, f"{person.name} {post_title(held[0])}") for person, held in chosen],
        at=at,
    )
    for (person, held), user in zip(chosen, users, strict=True):
        people_of_units.tie_account(actor=actor, person=person, user_id=user.pk, unit_id=held[0].unit_id, at=at)
    _give(
        actor,
        [
            (user.pk, ROLE_OF_POST[post.kind], post)
            for (_p, held), user in zip(chosen, users, strict=True)
            for post in held
        ],
        at,
    )
    return len(chosen)


@transaction.atomic
def print_slips(*, actor: Actor, unit_id: int, at: datetime) -> Slips:
    """
    Issue fresh codes for every account in or below the unit that was not activated yet, and return the slips.

    Earlier codes of these accounts are void; the list is recorded. People whose posts this actor alone entered are left
    out: two are needed to make somebody who signs in.

    :raises NotFound: if nothing in or below the unit lies below this actor
    """
    posts = delegation_posts(actor=actor, unit_id=unit_id, on=timezone.localdate(at))
    first: dict[int, Post] = {}
    for post in posts:
        user = post.person.user
        if user is not None and user.is_active and not user.has_usable_password():
            first.setdefault(user.pk, post)
    outside = _acting_outside(actor, list(first), at)
    alone = _entered_alone(actor, first, at) - outside
    served = {user_id: post for user_id, post in first.items() if user_id not in outside | alone}
    return Slips(made=_slips(actor, served, unit_id, at), left_out=len(alone))


@transaction.atomic
def new_slip(*, actor: Actor, post_id: int, at: datetime) -> Slip:
    """
    Replace a lost slip or a forgotten password of one person below: a new code, the old one and the password are void.

    :raises NotFound: if the post is not one below this actor, or its person has no account
    :raises NotAllowed: if the person also acts outside the units below this actor, or only this actor entered them
    """
    on = timezone.localdate(at)
    post = Post.objects.filter(organisation.posts_on(on=on), pk=post_id).select_related("unit", "person__user").first()
    if post is None or not lies_below(actor, post.unit) or post.person.user is None:
        raise NotFound(_("There is no such account."))
    user_id = post.person.user.pk
    if _acting_outside(actor, [user_id], at):
        may_hand_out_code(actor, [], user_id).require()
    is_entered_alone = bool(_entered_alone(actor, [user_id], at))
    may_hand_out_code(actor, [post.unit], user_id, is_entered_alone=is_entered_alone).require()
    return _slips(actor, {user_id: post}, post.unit_id, at)[0]


@transaction.atomic
def grant_by_delegation(*, actor: Actor, post_id: int, role: str, at: datetime) -> Grant:
    """
    Grant somebody in a post below a role of that unit, bound to the post.

    :raises NotFound: if the post is not one below this actor, or its person has no account
    :raises NotAllowed: if the role is not one to be granted below, or it is the actor's own account
    :raises InvalidInput: if the account holds it already
    """
    on = timezone.localdate(at)
    post = Post.objects.filter(organisation.posts_on(on=on), pk=post_id).select_related("unit", "person").first()
    if post is None or not lies_below(actor, post.unit) or post.person.user_id is None:
        raise NotFound(_("There is no such account."))
    may_delegate(actor, role, post.unit, post.person.user_id).require()
    # Locked, so that two grants at once see each other.
    User.objects.select_for_update().get(pk=post.person.user_id)
    if grants_in_force(at=at).filter(user_id=post.person.user_id, role=role, post=post).exists():
        raise InvalidInput(_("The account holds this role there already."))
    return _give(actor, [(post.person.user_id, role, post)], at)[0]


def _give(actor: Actor, given: Sequence[tuple[int, str, Post]], at: datetime) -> list[Grant]:
    for user_id, role, post in given:
        may_delegate(actor, role, post.unit, user_id).require()
    grants = Grant.objects.bulk_create(
        [
            Grant(
                user_id=user_id,
                post=post,
                role=role,
                reach=DELEGABLE[role],
                unit=post.unit,
                starts_at=at,
                granted_by=actor.user_id,
            )
            for user_id, role, post in given
        ]
    )
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event(
                "grant.give",
                "grant",
                grant.pk,
                unit_id=grant.unit_id,
                payload={"user": grant.user_id, "role": grant.role, "reach": grant.reach, "post": grant.post_id},
            )
            for grant in grants
        ],
    )
    return grants


def _acting_outside(actor: Actor, user_ids: Iterable[int], at: datetime) -> set[int]:
    """Return those of the accounts whose person holds a post, or which hold a grant, not strictly below this actor."""
    wanted = list(user_ids)
    posts = Post.objects.filter(
        organisation.posts_on(on=timezone.localdate(at)), person__user_id__in=wanted
    ).select_related("unit", "person")
    outside = {post.person.user_id or 0 for post in posts if not lies_below(actor, post.unit)}
    held = Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), user_id__in=wanted)
    for grant in held.select_related("unit").prefetch_related("listed__unit"):
        units = [grant.unit, *(one.unit for one in grant.listed.all())]
        if any(unit is None or not lies_below(actor, unit) for unit in units) or grant.reach != DELEGABLE.get(
            grant.role
        ):
            outside.add(grant.user_id)
    return outside


def _entered_alone(actor: Actor, user_ids: Iterable[int], at: datetime) -> set[int]:
    """Return those of the accounts in whose person's posts of today nobody but this actor had a hand."""
    if actor.user_id is None:
        return set()
    posts = Post.objects.filter(organisation.posts_on(on=timezone.localdate(at)), person__user_id__in=list(user_ids))
    entered: dict[int, set[int | None]] = defaultdict(set)
    for user_id, entered_by in posts.values_list("person__user_id", "entered_by"):
        entered[user_id].add(entered_by)
    return {user_id for user_id, entering in entered.items() if entering == {actor.user_id}}


def _slips(actor: Actor, posts: dict[int, Post], unit_id: int, at: datetime) -> list[Slip]:
    codes = accounts.issue_codes(actor=actor, user_ids=list(posts), at=at)
    names = dict(User.objects.filter(pk__in=posts).values_list("pk", "sign_in_name"))
    audit.record(
        actor=actor,
        verb="account.slips",
        object_kind="account",
        object_id=None,
        unit_id=unit_id,
        at=at,
        payload={"users": sorted(posts)},
    )
    return [
        Slip(
            unit=post.unit,
            name=post.person.name,
            title=post.title or str(post.get_kind_display()),
            sign_in_name=names[user_id],
            code=f"{codes[user_id][:5]}-{codes[user_id][5:]}",
            expires_at=at + timedelta(days=accounts.CODE_DAYS),
        )
        for user_id, post in posts.items()
    ]


def _invalid(field: str, sentence: object) -> InvalidInput:
    return InvalidInput(sentence, fields={field: sentence})

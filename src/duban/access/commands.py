"""Opening accounts for people in posts, granting roles and ending grants; all hold from the next request."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.access import roles
from duban.access.models import Grant, GrantUnit
from duban.access.policy import may_grant, may_grant_to, may_hold
from duban.access.queries import get_grant
from duban.access.states import Reach
from duban.accounts import commands as accounts
from duban.accounts.models import User
from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotFound
from duban.organisation import commands as people_of_units
from duban.organisation import queries as organisation
from duban.organisation.models import Post


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
    :raises NotAllowed: if it is the actor's own account, or a unit lies outside the subtree they administer, or the
        account administers something else already
    :raises InvalidInput: if role, reach, units or dates cannot be used, or the account holds just that already
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
            "role", "reach", "unit_id", "post_id"
        )
    )

    may_grant_to(actor, user_id, [unit, *listed_units]).require()
    may_hold(role, [grant.role for grant in existing]).require()
    if role not in roles.known_roles():
        raise _invalid("role", _("There is no such role."))
    if reach not in Reach.values:
        raise _invalid("reach", _("Choose over which units the role holds."))
    if (reach == Reach.LISTED) != bool(listed_units):
        raise _invalid("listed", _("Name the listed units, and only for a role over listed units."))
    if ends_at is not None and ends_at <= starts_at:
        raise _invalid("ends_at", _("The end must come after the start."))
    if post_id is not None and not Post.objects.filter(pk=post_id, person__user_id=user_id).exists():
        raise _invalid("post_id", _("This person does not hold that post."))
    same = (role, reach, unit.pk, post_id)
    if reach != Reach.LISTED and any((one.role, one.reach, one.unit_id, one.post_id) == same for one in existing):
        raise _invalid("role", _("The account holds this role there already."))

    grant = Grant.objects.create(
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


def _invalid(field: str, sentence: object) -> InvalidInput:
    return InvalidInput(sentence, fields={field: sentence})

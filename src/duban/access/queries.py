"""Loading who acts: grants turned into scopes, afresh for each request and each job; and reading the grants."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.access import roles
from duban.access.models import Grant
from duban.access.policy import AccessCapability, may_grant
from duban.access.states import Reach
from duban.access.words import role_word
from duban.accounts.models import User
from duban.accounts.policy import AccountsCapability
from duban.kernel.authority import Actor, Scope, merge_scopes
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Person, Post, Unit

PAGE_SIZE = 50
MOST_SUGGESTED = 12


def grants_in_force(*, at: datetime) -> QuerySet[Grant]:
    """Return the grants that hold at the moment."""
    return Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


def actor_of(
    *,
    user_id: int,
    post_id: int | None,
    at: datetime,
    request_id: str = "",
    person: Person | None = None,
    posts: Sequence[Post] | None = None,
) -> Actor:
    """
    Return the account as it may act at this moment.

    In the post given, if the person holds it then; otherwise in the first of their posts. Grants bound to
    another post do not count. `person` and `posts` may be given where they were read already.
    """
    system = Actor.system("access")
    person = person or organisation.person_of_user(actor=system, user_id=user_id)
    if person is None:
        held: Sequence[Post] = []
    elif posts is not None:
        held = posts
    else:
        held = organisation.posts_of_person(actor=system, person_id=person.pk, on=timezone.localdate(at))
    post = next((post for post in held if post.pk == post_id), held[0] if held else None)
    return Actor(
        user_id=user_id,
        name=person.name if person else "",
        person_id=person.pk if person else None,
        post_id=post.pk if post else None,
        post_title=post_title(post) if post else "",
        unit_id=post.unit_id if post else None,
        scopes=_scopes(user_id=user_id, post_id=post.pk if post else None, at=at),
        request_id=request_id,
    )


def post_title(post: Post) -> str:
    """Return a post as people say it: unit and title."""
    return f"{post.unit.shown_name} {post.title or post.get_kind_display()}"


def _scopes(*, user_id: int, post_id: int | None, at: datetime) -> dict[str, Scope]:
    rows = (
        grants_in_force(at=at)
        .filter(Q(post__isnull=True) | Q(post_id=post_id), user_id=user_id)
        .values_list("role", "reach", "unit_id", "unit__path")
        .annotate(units=ArrayAgg("listed__unit_id", filter=Q(listed__isnull=False)))
        .order_by(F("id"))
    )
    found: dict[str, list[Scope]] = defaultdict(list)
    for role, reach, unit_id, path, listed in rows:
        if reach == Reach.SUBTREE:
            scope = Scope(paths=(path,))
        elif reach == Reach.UNIT:
            scope = Scope(unit_ids=frozenset({unit_id}))
        elif reach == Reach.LISTED:
            scope = Scope(unit_ids=frozenset(listed or ()))
        else:
            continue
        for capability in roles.capabilities_of(role):
            found[capability].append(scope)
    return {capability: merge_scopes(scopes) for capability, scopes in found.items()}


def users_holding(*, actor: Actor, capability: str, unit_id: int, at: datetime) -> list[int]:
    """
    Return the accounts that hold the capability at exactly this unit: over it alone, or over the subtree it heads.

    Accounts whose grant heads a higher subtree belong to the level above and are not returned.
    """
    return list(
        grants_in_force(at=at)
        .filter(
            Q(reach__in=[Reach.SUBTREE, Reach.UNIT], unit_id=unit_id),
            role__in=roles.roles_with(capability),
            user__is_active=True,
        )
        .values_list("user_id", flat=True)
        .distinct()
    )


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant as a page shows it."""

    grant: Grant
    role: object
    person_name: str
    listed: Sequence[Unit]
    is_in_force: bool
    may_end: bool


def visible_grants(*, actor: Actor) -> QuerySet[Grant]:
    """Return the grants at units whose grants this actor may see."""
    grants = Grant.objects.select_related("user", "unit", "post__unit")
    if actor.is_system:
        return grants
    return grants.filter(organisation.scope_filter(scope=actor.scope(AccessCapability.VIEW), unit="unit"))


def get_grant(*, actor: Actor, grant_id: int) -> Grant:
    """
    Return one grant.

    :raises NotFound: if there is none, or this actor may not see it
    """
    grant = visible_grants(actor=actor).filter(pk=grant_id).first()
    if grant is None:
        raise NotFound(_("There is no such grant."))
    return grant


def grants_page(
    *, actor: Actor, at: datetime, after: str = "", role: str = "", with_ended: bool = False, name: str = ""
) -> Page[GrantLine]:
    """
    Return a page of grants in protocol order of their units; without ended ones unless asked.

    `name` is the beginning of a sign-in name or part of a person's name.
    """
    grants = visible_grants(actor=actor)
    if not with_ended:
        grants = grants.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    if role:
        grants = grants.filter(role=role)
    if name:
        people = Person.objects.filter(name__contains=name, user__isnull=False).values("user_id")
        grants = grants.filter(Q(user__sign_in_name__startswith=name) | Q(user_id__in=people))
    if after:
        order_path, grant_id = decode_key(after, length=2, kinds=(str, int))
        grants = grants.filter(Q(unit__order_path__gt=order_path) | Q(unit__order_path=order_path, pk__gt=grant_id))
    rows = list(grants.prefetch_related("listed__unit").order_by("unit__order_path", "id")[: PAGE_SIZE + 1])
    page = cut(rows, size=PAGE_SIZE, key=lambda grant: (grant.unit.order_path if grant.unit else "", grant.pk))
    names = names_of(actor=actor, grants=page.rows)
    return Page([_line(actor, grant, names, at) for grant in page.rows], page.after)


def names_of(*, actor: Actor, grants: Sequence[Grant]) -> dict[int, str]:
    """Return the names of the people behind the accounts of these grants."""
    people = Person.objects.filter(user_id__in={grant.user_id for grant in grants})
    return dict(people.values_list("user_id", "name"))


def grant_line(*, actor: Actor, grant_id: int, at: datetime) -> GrantLine:
    """
    Return one grant as a page shows it.

    :raises NotFound: if there is none, or this actor may not see it
    """
    grant = get_grant(actor=actor, grant_id=grant_id)
    return _line(actor, grant, names_of(actor=actor, grants=[grant]), at)


def _line(actor: Actor, grant: Grant, names: dict[int, str], at: datetime) -> GrantLine:
    is_open = grant.ends_at is None or grant.ends_at > at
    return GrantLine(
        grant=grant,
        role=role_word(grant.role),
        person_name=names.get(grant.user_id, ""),
        listed=[one.unit for one in grant.listed.all()],
        is_in_force=is_open and grant.starts_at <= at,
        may_end=is_open and (grant.unit is None or bool(may_grant(actor, grant.unit))),
    )


def suggested_units(*, actor: Actor, words: str) -> list[Unit]:
    """Return the first units, in protocol order, whose name contains the words and where this actor may grant."""
    if not words.strip():
        return []
    units = organisation.units_where(actor=actor, capability=AccessCapability.EDIT)
    return list(units.filter(name__contains=words.strip()).order_by("order_path")[:MOST_SUGGESTED])


def unit_called(*, actor: Actor, words: str) -> Unit:
    """
    Return the unit of this name, or of this number ("#12"), where this actor may grant.

    :raises InvalidInput: if there is none or there are several, which are named
    """
    units = organisation.units_where(actor=actor, capability=AccessCapability.EDIT)
    word = words.strip()
    number = word.rpartition("#")[2].rstrip(")）") if "#" in word else ""
    if number.isdecimal():
        found = list(units.filter(pk=int(number)))
    else:
        found = list(units.filter(Q(name=word) | Q(short_name=word)).order_by("order_path")[:MOST_SUGGESTED])
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(_("No unit in your charge is called “%(name)s”.") % {"name": word})
    choice = "、".join(f"{unit.name} #{unit.pk}" for unit in found)
    raise InvalidInput(_("Several units are called that. Write one of: %(choice)s.") % {"choice": choice})


def account_called(*, actor: Actor, sign_in_name: str) -> User:
    """
    Return the account with this sign-in name.

    :raises InvalidInput: if there is none in use
    """
    user = User.objects.filter(sign_in_name=sign_in_name.strip().lower(), is_active=True).first()
    if user is None:
        raise InvalidInput(_("No account in use is called “%(name)s”.") % {"name": sign_in_name.strip()})
    return user


def require_view(*, actor: Actor) -> None:
    """
    Go on only for somebody who may see grants somewhere.

    :raises NotAllowed: otherwise
    """
    _require(actor, AccessCapability.VIEW)


def require_edit(*, actor: Actor) -> None:
    """
    Go on only for somebody who may grant somewhere.

    :raises NotAllowed: otherwise
    """
    _require(actor, AccessCapability.EDIT)


def may_grant_anywhere(*, actor: Actor) -> bool:
    """Return whether this actor may grant somewhere."""
    return actor.holds(AccessCapability.EDIT)


def may_open_accounts(*, actor: Actor) -> bool:
    """Return whether this actor keeps accounts somewhere."""
    return actor.holds(AccountsCapability.EDIT)


def require_accounts(*, actor: Actor) -> None:
    """
    Go on only for somebody who keeps accounts somewhere.

    :raises NotAllowed: otherwise
    """
    _require(actor, AccountsCapability.EDIT)


def _require(actor: Actor, capability: str) -> None:
    if not actor.holds(capability):
        raise NotAllowed(_("Accounts and grants are kept by the security administrator."))

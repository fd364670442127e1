"""Loading who acts: grants turned into scopes, afresh for each request and each job; and reading the grants."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.access import roles
from duban.access.models import Grant
from duban.access.policy import ADMINISTRATORS, DELEGABLE, ROLE_OF_POST, AccessCapability, may_grant
from duban.access.states import Reach
from duban.access.words import role_word
from duban.accounts.models import User
from duban.accounts.policy import AccountsCapability
from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor, Scope, merge_scopes, path_end
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Person, Post, Unit
from duban.organisation.states import Kind, Level, PostKind

PAGE_SIZE = 50
MOST_SUGGESTED = 12


def grants_in_force(*, at: datetime) -> QuerySet[Grant]:
    """Return the grants that hold at the moment."""
    return Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


@dataclass(frozen=True, slots=True)
class Outlasting:
    """Grants that somebody would keep after their last post at a unit, and the moment from which nothing carries them."""

    grants: Sequence[Grant] = ()
    ends_at: datetime | None = None

    @property
    def words(self) -> list[str]:
        """Each grant in words: the role, and the unit over which it holds."""
        return [
            f"{role_word(one.role)} · {one.unit.shown_name}" if one.unit else str(role_word(one.role))
            for one in self.grants
        ]


def outlasting_grants(*, actor: Actor, person_id: int, unit: Unit, on: date) -> Outlasting:
    """
    Return what somebody is granted by a unit beyond their last post there; empty while a post there has no end.

    By a unit are grants at it, bound to a post there, or, from an office, over the unit to which it belongs. Without a
    post anywhere else it is all that they hold. The three administrators are replaced by a procedure of their own. The
    caller has decided that this actor may know.
    """
    posts = Post.objects.filter(person_id=person_id, starts_on__lte=on)
    ends = list(posts.filter(unit=unit).values_list("ends_on", flat=True))
    last = max((day for day in ends if day is not None), default=None)
    if last is None or None in ends:
        return Outlasting()
    # What ends on that day already, or today, needs no end any more.
    later = timezone.make_aware(datetime.combine(max(last, on) + timedelta(days=1), time.min))
    account = Person.objects.filter(pk=person_id).values("user_id")
    held = Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gte=later), user__in=account)
    held = held.exclude(reach=Reach.ONESELF).exclude(role__in=ADMINISTRATORS)
    if posts.exclude(unit=unit).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last)).exists():
        above = Q(unit_id=unit.parent_id) if unit.kind == Kind.OFFICE else Q()
        held = held.filter(Q(unit=unit) | Q(post__unit=unit) | above)
    ends_at = timezone.make_aware(datetime.combine(last, time.min))
    return Outlasting(list(held.select_related("unit").order_by("pk")), ends_at)


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that somebody holds on the day, in the words of the frame."""

    id: int
    unit_id: int
    unit_name: str
    kind: str
    title: str

    @property
    def called(self) -> str:
        """The title where there is one, else the word for its kind."""
        return self.title or str(PostKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who an account belongs to, the posts that this person holds, and every grant in force."""

    person_id: int | None
    name: str
    posts: Sequence[HeldPost]
    # role, reach, unit, path of the unit, post to which it is bound, listed units or those of the line that it leads
    grants: Sequence[tuple[str, str, int | None, str | None, int | None, Sequence[int] | None]]


# By hand: it stands before every answer, and to put these together with the mapper took a third of a light page.
_STANDING = """
SELECT CASE WHEN %(announced)s THEN set_config('app.uid', %(user)s::text, true) END,
       person.id,
       person.name,
       (SELECT json_agg(
                   json_build_array(
                       post.id, post.unit_id, COALESCE(NULLIF(unit.short_name, ''), unit.name), post.kind, post.title
                   ) ORDER BY unit.order_path, post.id
               )
          FROM organisation_post post JOIN organisation_unit unit ON unit.id = post.unit_id
         WHERE post.person_id = person.id AND post.starts_on <= %(on)s
           AND (post.ends_on IS NULL OR post.ends_on > %(on)s)),
       (SELECT json_agg(
                   json_build_array(
                       held.role, held.reach, held.unit_id, unit.path, held.post_id,
                       CASE held.reach WHEN 'line' THEN
                           (SELECT array_agg(led.id) FROM organisation_unit led
                              JOIN organisation_line line ON line.id = led.line_id
                             WHERE line.lead_unit_id = held.unit_id)
                       ELSE
                           (SELECT array_agg(listed.unit_id) FROM access_grantunit listed
                             WHERE listed.grant_id = held.id)
                       END
                   ) ORDER BY held.id
               )
          FROM access_grant held LEFT JOIN organisation_unit unit ON unit.id = held.unit_id
         WHERE held.user_id = %(user)s AND held.starts_at <= %(at)s
           AND (held.ends_at IS NULL OR held.ends_at > %(at)s))
  FROM (SELECT 1) AS one LEFT JOIN organisation_person person ON person.user_id = %(user)s
"""


def standing_of(*, actor: Actor, user_id: int, at: datetime, is_announced: bool = False) -> Standing:
    """
    Return who an account is at this moment, in one statement.

    :param is_announced: whether the database is told, for the rest of the transaction, that this account asks
    """
    given: dict[str, Any] = {"user": user_id, "at": at, "on": timezone.localdate(at), "announced": is_announced}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, given)
        row = cursor.fetchone()
    assert row is not None
    _announced, person_id, name, posts, grants = row
    return Standing(
        person_id=person_id,
        name=name or "",
        posts=[HeldPost(*post) for post in posts or ()],
        grants=[tuple(grant) for grant in grants or ()],
    )


def actor_of(
    *, user_id: int, post_id: int | None, at: datetime, request_id: str = "", standing: Standing | None = None
) -> Actor:
    """
    Return the account as it may act at this moment.

    In the post given, if the person holds it then; otherwise in the first of their posts. Grants bound to
    another post do not count. `standing` may be given where it was read already.
    """
    standing = standing or standing_of(actor=Actor.system("access"), user_id=user_id, at=at)
    held = standing.posts
    post = next((post for post in held if post.id == post_id), held[0] if held else None)
    return Actor(
        user_id=user_id,
        name=standing.name,
        person_id=standing.person_id,
        post_id=post.id if post else None,
        post_title=f"{post.unit_name} {post.called}" if post else "",
        unit_id=post.unit_id if post else None,
        scopes=_scopes(standing, post_id=post.id if post else None),
        request_id=request_id,
    )


def post_title(post: Post) -> str:
    """Return a post as people say it: unit and title."""
    return f"{post.unit.shown_name} {post.title or post.get_kind_display()}"


def _scopes(standing: Standing, *, post_id: int | None) -> dict[str, Scope]:
    found: dict[str, list[Scope]] = defaultdict(list)
    for role, reach, unit_id, path, bound_to, listed in standing.grants:
        if bound_to is not None and bound_to != post_id:
            continue
        if reach == Reach.SUBTREE and path is not None:
            scope = Scope(paths=(path,))
        elif reach == Reach.UNIT and unit_id is not None:
            scope = Scope(unit_ids=frozenset({unit_id}))
        elif reach == Reach.LISTED:
            scope = Scope(unit_ids=frozenset(listed or ()))
        elif reach == Reach.LINE and path is not None:
            scope = Scope(paths=(path,), unit_ids=frozenset(listed or ()))
        else:
            continue
        for capability in roles.capabilities_of(role):
            found[capability].append(scope)
    return {capability: merge_scopes(scopes) for capability, scopes in found.items()}


def users_holding(*, actor: Actor, capability: str, unit_id: int, at: datetime) -> list[int]:
    """
    Return the accounts that hold the capability at exactly this unit: over it alone, over the subtree it heads, or
    over the line it leads.

    Accounts whose grant heads a higher subtree belong to the level above and are not returned, nor is one whose grant is
    bound to a post that is not held on the day.
    """
    posts = Post.objects.filter(organisation.posts_on(on=timezone.localdate(at)), pk=OuterRef("post_id"))
    return list(
        grants_in_force(at=at)
        .filter(
            Q(post__isnull=True) | Exists(posts),
            Q(reach__in=[Reach.SUBTREE, Reach.UNIT, Reach.LINE], unit_id=unit_id),
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


@named_list("grant", people=lambda page: len(page.rows))
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


@dataclass(frozen=True, slots=True)
class DelegationPart:
    """One part below a delegate, usually a township, with how many people it has in posts."""

    unit_id: int
    name: str
    people: int
    # Without an account, and with one that was not activated yet.
    without: int
    waiting: int


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """Somebody in a post below, with their account."""

    post: Post
    user: User | None
    is_waiting: bool
    roles: Sequence[object]


@dataclass(frozen=True, slots=True)
class DelegationPeople:
    """The people of one part, a page of them."""

    unit: Unit
    page: Page[DelegationLine]


_PARTS = """
SELECT part.id, COALESCE(NULLIF(part.short_name, ''), part.name),
       count(DISTINCT person.id),
       count(DISTINCT person.id) FILTER (WHERE person.user_id IS NULL),
       count(DISTINCT person.id) FILTER (WHERE account.is_active AND account.password LIKE '!%%')
  FROM organisation_unit part
  JOIN organisation_unit unit ON unit.path >= part.path AND unit.path < left(part.path, -1) || '0'
  JOIN organisation_post post ON post.unit_id = unit.id AND post.kind = ANY(%(kinds)s)
       AND post.starts_on <= %(on)s AND (post.ends_on IS NULL OR post.ends_on > %(on)s)
  JOIN organisation_person person ON person.id = post.person_id
  LEFT JOIN accounts_user account ON account.id = person.user_id
 WHERE part.id = ANY(%(parts)s) AND NOT unit.path = ANY(%(heads)s)
 GROUP BY part.id ORDER BY part.order_path, part.id
"""


def delegation_unit(*, actor: Actor, unit_id: int) -> Unit:
    """
    Return a unit at or below which this actor opens accounts.

    :raises NotFound: if there is none
    """
    unit = organisation.units_where(actor=actor, capability=AccountsCapability.DELEGATE).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound(_("There is no such unit in your scope."))
    return unit


def delegation_posts(*, actor: Actor, unit_id: int, on: date) -> list[Post]:
    """
    Return the posts held on the day in and below the unit, in units strictly below this actor's own level.

    :raises NotFound: if this actor opens no accounts there
    """
    return list(_posts_below(actor, delegation_unit(actor=actor, unit_id=unit_id), on))


def delegation_parts(*, actor: Actor, on: date) -> list[DelegationPart]:
    """
    Return the parts for which this actor opens accounts, in protocol order: townships, or what else stands right below.

    :raises NotAllowed: if this actor opens no accounts below
    """
    paths = _delegated_paths(actor)
    heads = Unit.objects.filter(path__in=paths).exclude(level=Level.TOWNSHIP)
    parts = Unit.objects.filter(Q(path__in=paths, level=Level.TOWNSHIP) | Q(parent__in=heads))
    given: dict[str, Any] = {
        "kinds": list(ROLE_OF_POST),
        "on": on,
        "parts": list(parts.values_list("pk", flat=True)),
        "heads": list(paths),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, given)
        return [DelegationPart(*row) for row in cursor.fetchall()]


@named_list("account", people=lambda found: len(found.page.rows))
def delegation_people(*, actor: Actor, unit_id: int, at: datetime, after: str = "") -> DelegationPeople:
    """
    Return a page of the people in posts at and below a unit, strictly below this actor, with their accounts.

    :raises NotFound: if this actor opens no accounts there
    """
    unit = delegation_unit(actor=actor, unit_id=unit_id)
    posts = _posts_below(actor, unit, timezone.localdate(at))
    if after:
        order_path, post_id = decode_key(after, length=2, kinds=(str, int))
        posts = posts.filter(Q(unit__order_path__gt=order_path) | Q(unit__order_path=order_path, pk__gt=post_id))
    page = cut(list(posts[: PAGE_SIZE + 1]), size=PAGE_SIZE, key=lambda post: (post.unit.order_path, post.pk))
    held: dict[int, list[object]] = defaultdict(list)
    users = [post.person.user_id for post in page.rows if post.person.user_id is not None]
    for grant in grants_in_force(at=at).filter(user_id__in=users).order_by("pk"):
        if role_word(grant.role) not in held[grant.user_id]:
            held[grant.user_id].append(role_word(grant.role))
    lines = [
        DelegationLine(
            post=post,
            user=post.person.user,
            is_waiting=post.person.user is not None and not post.person.user.has_usable_password(),
            roles=held.get(post.person.user_id or 0, []),
        )
        for post in page.rows
    ]
    return DelegationPeople(unit=unit, page=Page(lines, page.after))


def delegable_roles(*, actor: Actor) -> list[str]:
    """
    Return the roles that may be granted below.

    :raises NotAllowed: if this actor opens no accounts below
    """
    _delegated_paths(actor)
    return list(DELEGABLE)


def _delegated_paths(actor: Actor) -> Sequence[str]:
    paths = actor.scope(AccountsCapability.DELEGATE).paths
    if not paths:
        raise NotAllowed(_("Accounts are opened here for units below your own. Ask the security administrator."))
    return paths


def _posts_below(actor: Actor, unit: Unit, on: date) -> QuerySet[Post]:
    heads = actor.scope(AccountsCapability.DELEGATE).paths
    return (
        Post.objects.filter(organisation.posts_on(on=on), unit__path__gte=unit.path, unit__path__lt=path_end(unit.path))
        .exclude(unit__path__in=heads)
        .select_related("unit", "person__user")
        .order_by("unit__order_path", "pk")
    )

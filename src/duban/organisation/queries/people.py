"""Reading people and posts."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation.models import Membership, Person, Post
from duban.organisation.policy import OrganisationCapability
from duban.organisation.queries.units import get_unit, scope_filter
from duban.organisation.states import PostKind


def posts_on(*, on: date) -> Q:
    """Return the filter for posts held on the day."""
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def posts_of_person(*, actor: Actor, person_id: int, on: date) -> list[Post]:
    """Return the posts that a person holds on the day, in protocol order of their units."""
    return list(
        Post.objects.filter(posts_on(on=on), person_id=person_id)
        .select_related("unit")
        .order_by("unit__order_path", "id")
    )


def posts_of_unit(*, actor: Actor, unit_id: int, on: date) -> list[Post]:
    """Return who holds which post in a unit on the day, the principal first."""
    order = {"principal": 0, "deputy": 1, "secretary": 2, "liaison": 3}
    posts = Post.objects.filter(posts_on(on=on), unit_id=unit_id).select_related("person")
    return sorted(posts, key=lambda post: (order.get(post.kind, 9), post.pk))


@named_list("post", people=len)
def post_list(*, actor: Actor, unit_id: int, on: date) -> list[Post]:
    """
    Return who holds which post in a unit on the day, the principal first, for a list of them.

    :raises NotFound: if this actor may not see the unit
    """
    return posts_of_unit(actor=actor, unit_id=get_unit(actor=actor, unit_id=unit_id).pk, on=on)


def former_posts(*, actor: Actor, unit_id: int, on: date, most: int) -> list[Post]:
    """Return who held which post in a unit until the day or before, the latest first."""
    ended = Post.objects.filter(unit_id=unit_id, ends_on__lte=on).select_related("person")
    return list(ended.order_by("-ends_on", "-pk")[:most])


def units_of_people(*, actor: Actor, person_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return every (person, unit) in which one of these people held a post on any date."""
    return set(Post.objects.filter(person_id__in=list(person_ids)).values_list("person_id", "unit_id"))


def principals_of(*, actor: Actor, unit_ids: Sequence[int], on: date) -> dict[int, Post]:
    """Return the principal of each of these units on the day (R-006, R-027); the caller chose units the actor may see."""
    posts = Post.objects.filter(posts_on(on=on), unit_id__in=list(unit_ids), kind=PostKind.PRINCIPAL)
    return {post.unit_id: post for post in posts.select_related("person")}


def get_person(*, actor: Actor, person_id: int) -> Person:
    """
    Return one person: to themselves, and to whoever keeps the register of a unit where they hold or held a post.

    Somebody without any post or branch was just entered, and is known to everybody who keeps a register; a member
    without a post is known to whoever reads the members of the branch.

    :raises NotFound: if there is none, or this actor may not know
    """
    person = Person.objects.filter(pk=person_id).first()
    if person is not None and (actor.is_system or person.pk == actor.person_id):
        return person
    if person is None or not _is_known(actor, person):
        raise NotFound(_("There is no such person."))
    return person


def _is_known(actor: Actor, person: Person) -> bool:
    scope = actor.scope(OrganisationCapability.EDIT)
    if scope.is_empty:
        return False
    posts, memberships = Post.objects.filter(person=person), Membership.objects.filter(person=person)
    if posts.filter(scope_filter(scope=scope, unit="unit")).exists():
        return True
    members = actor.scope(OrganisationCapability.READ_MEMBERS)
    if not members.is_empty and memberships.filter(scope_filter(scope=members, unit="unit")).exists():
        return True
    return not posts.exists() and not memberships.exists()


def get_post(*, actor: Actor, post_id: int) -> Post:
    """
    Return one post of a unit that the actor may see.

    :raises NotFound: if there is none, or this actor may not see its unit
    """
    posts = Post.objects.select_related("unit", "person")
    if not actor.is_system:
        posts = posts.filter(scope_filter(scope=actor.scope(OrganisationCapability.VIEW), unit="unit"))
    post = posts.filter(pk=post_id).first()
    if post is None:
        raise NotFound(_("There is no such post."))
    return post

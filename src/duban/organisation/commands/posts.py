"""Changing who holds which post: appointments of one unit wait for each other."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation import queries
from duban.organisation.models import Person, Post, Unit
from duban.organisation.policy import may_appoint, may_edit, may_keep_people
from duban.organisation.states import PostKind, Rank

_ONE_PRINCIPAL = "post_one_principal_at_a_time"


@transaction.atomic
def add_person(*, actor: Actor, name: str, at: datetime, user_id: int | None = None) -> Person:
    """
    Enter somebody who will hold a post, with the account if they sign in.

    :raises NotAllowed: if this actor keeps no register
    :raises InvalidInput: if the name is empty or too long, or the account belongs to another person
    """
    may_keep_people(actor).require()
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise InvalidInput(_("Please give the name, 60 characters at most."))
    if user_id is not None and Person.objects.filter(user_id=user_id).exists():
        raise InvalidInput(_("This account belongs to another person."))

    person = Person.objects.create(name=name, user_id=user_id)

    # Ids only: the record cannot be emptied when somebody lawfully asks for their name to be removed.
    audit.record(
        actor=actor,
        verb="person.add",
        object_kind="person",
        object_id=person.pk,
        at=at,
        payload={"user": user_id},
        after={"name": name},
    )
    return person


@transaction.atomic
def appoint(
    *,
    actor: Actor,
    unit_id: int,
    person_id: int,
    kind: str,
    starts_on: date,
    at: datetime,
    title: str = "",
    field_in_charge: str = "",
    rank: str = Rank.NONE,
) -> Post:
    """
    Give somebody a post in a unit from a day on.

    A new principal ends the former one on that day, and the new one's own deputy post here (R-007). A principal who
    began on the same day is corrected instead. A deputy is always somebody else than the principal (R-006, R-012)
    and has a field in charge (R-028).

    :raises NotFound: if this actor cannot see the unit, or there is no such person
    :raises NotAllowed: if this actor does not keep the unit's register, or would appoint themselves
    :raises InvalidInput: if kind or rank is unknown, the unit has ended or does not exist on the day, the person holds the post
        already, the principal is to be their own deputy, or a principal of a later day is entered already
    """
    unit = _lock_unit(actor, unit_id)
    person = queries.get_person(actor=actor, person_id=person_id)
    held = list(
        Post.objects.select_for_update(of=("self",)).filter(queries.posts_on(on=starts_on), unit=unit).order_by("id")
    )
    former = next((post for post in held if post.kind == PostKind.PRINCIPAL), None)

    may_edit(actor, unit).require()
    may_appoint(actor, person.pk).require()
    if kind not in PostKind.values or rank not in Rank.values:
        raise InvalidInput(_("Please choose the kind of post and the rank from the words offered."))
    if len(title) > 60 or len(field_in_charge) > 120:
        raise InvalidInput(_("Please write at most 60 characters for the title and 120 for the field in charge."))
    if unit.valid_until is not None:
        raise InvalidInput(_("This unit has ended already."))
    if starts_on < unit.valid_from:
        raise InvalidInput(_("The unit does not exist on this day."))
    if any(post.person_id == person.pk and post.kind == kind for post in held):
        raise InvalidInput(_("This person holds this post on that day already."))
    if kind == PostKind.DEPUTY and former is not None and former.person_id == person.pk:
        raise InvalidInput(_("The principal bears the first responsibility and cannot be their own deputy."))

    ended: list[int] = []
    if kind == PostKind.PRINCIPAL:
        own_deputy = [post for post in held if post.kind == PostKind.DEPUTY and post.person_id == person.pk]
        ended += [_end(post, on=starts_on) for post in own_deputy]
        if former is not None and former.starts_on == starts_on:
            return _correct(actor, former, person, at, title=title, rank=rank)
        if former is not None:
            ended.append(_end(former, on=starts_on))
    post = _create(
        unit=unit,
        person=person,
        kind=kind,
        title=title.strip(),
        field_in_charge=field_in_charge.strip(),
        rank=rank,
        starts_on=starts_on,
        entered_by=actor.user_id,
    )

    audit.record(
        actor=actor,
        verb="post.appoint",
        object_kind="post",
        object_id=post.pk,
        unit_id=unit.pk,
        at=at,
        payload={"person": person.pk, "kind": kind, "rank": rank, "starts_on": starts_on, "ended": ended},
    )
    return post


@transaction.atomic
def appoint_by_name(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    kind: str,
    starts_on: date,
    at: datetime,
    title: str = "",
    field_in_charge: str = "",
    rank: str = Rank.NONE,
) -> Post:
    """
    Appoint somebody by name: the person of this name who holds or held a post in the unit, otherwise somebody new.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor does not keep the unit's register
    :raises InvalidInput: as `appoint` and `add_person`
    """
    unit = queries.get_unit(actor=actor, unit_id=unit_id)
    may_edit(actor, unit).require()
    known = Post.objects.filter(unit=unit, person__name=" ".join(name.split())).order_by("-starts_on", "-id").first()
    person_id = known.person_id if known else add_person(actor=actor, name=name, at=at).pk
    return appoint(
        actor=actor,
        unit_id=unit_id,
        person_id=person_id,
        kind=kind,
        starts_on=starts_on,
        at=at,
        title=title,
        field_in_charge=field_in_charge,
        rank=rank,
    )


@transaction.atomic
def end_post(*, actor: Actor, post_id: int, ends_on: date, at: datetime) -> Post:
    """
    End a post: `ends_on` is the first day on which the person no longer holds it.

    The principal's post ends by appointing the successor, so that no day is without one (R-007).

    :raises NotFound: if this actor cannot see the post's unit
    :raises NotAllowed: if this actor does not keep its register
    :raises InvalidInput: if it has ended, the day is not after its first, or it is the principal's
    """
    post = queries.get_post(actor=actor, post_id=post_id)
    unit = _lock_unit(actor, post.unit_id)
    post = Post.objects.select_for_update().get(pk=post.pk)

    may_edit(actor, unit).require()
    if post.ends_on is not None and post.ends_on <= ends_on:
        raise InvalidInput(_("This post has ended already."))
    if ends_on <= post.starts_on:
        raise InvalidInput(_("The last day must come after the first."))
    if post.kind == PostKind.PRINCIPAL and (unit.valid_until is None or unit.valid_until > ends_on):
        raise InvalidInput(_("A unit always has a principal. Appoint the successor: this post then ends on that day."))

    post.ends_on = ends_on
    post.save(update_fields=["ends_on"])

    audit.record(
        actor=actor,
        verb="post.end",
        object_kind="post",
        object_id=post.pk,
        unit_id=unit.pk,
        at=at,
        payload={"person": post.person_id, "kind": post.kind, "ends_on": ends_on},
    )
    return post


def _lock_unit(actor: Actor, unit_id: int) -> Unit:
    unit = queries.get_unit(actor=actor, unit_id=unit_id)
    return Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)


def _end(post: Post, *, on: date) -> int:
    if post.starts_on == on:
        raise InvalidInput(_("The post to be ended begins on this day. Please choose a later day."))
    post.ends_on = on
    post.save(update_fields=["ends_on"])
    return post.pk


def _create(**values: object) -> Post:
    try:
        with transaction.atomic():
            return Post.objects.create(**values)
    except IntegrityError as fault:
        diagnosis = getattr(fault.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != _ONE_PRINCIPAL:
            raise
        raise InvalidInput(
            _("A principal of a later day is entered already, and a unit has one at a time. Please choose a later day.")
        ) from fault


def _correct(actor: Actor, post: Post, person: Person, at: datetime, *, title: str, rank: str) -> Post:
    before = post.person_id
    post.person, post.title, post.rank, post.entered_by = person, title.strip(), rank, actor.user_id
    post.save(update_fields=["person", "title", "rank", "entered_by"])
    audit.record(
        actor=actor,
        verb="post.correct",
        object_kind="post",
        object_id=post.pk,
        unit_id=post.unit_id,
        at=at,
        payload={"from": before, "to": person.pk},
    )
    return post

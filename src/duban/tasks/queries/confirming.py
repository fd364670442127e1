"""What waits for a principal's own word, and what a one-time link shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation
from duban.organisation.models import Post
from duban.organisation.states import PostKind
from duban.tasks.models import Confirmation, ConfirmationLink, Task
from duban.tasks.policy import TasksCapability
from duban.tasks.states import ConfirmationStatus, TaskStatus

# What the page of a principal shows at most; a unit has a handful.
WAITING_AT_MOST = 50
RECENT_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class ConfirmationPage:
    """One act put before a principal, with what this actor may do about it."""

    confirmation: Confirmation
    principal: Post | None
    # This actor is the principal in office.
    is_mine: bool
    people: Sequence[Post]
    link: ConfirmationLink | None


@dataclass(frozen=True, slots=True)
class Tap:
    """What the page behind a one-time link shows; `refusal` is its one sentence where nothing can be decided."""

    link: ConfirmationLink
    confirmation: Confirmation
    refusal: str


def get_confirmation(*, actor: Actor, confirmation_id: int) -> Confirmation:
    """
    Return one act put before the principal of a unit for which this actor answers.

    :raises NotFound: if there is none, or this actor does not answer for the unit
    """
    found = (
        Confirmation.objects.filter(
            organisation.scope_filter(scope=actor.scope(TasksCapability.ANSWER), unit="task__unit"), pk=confirmation_id
        )
        .select_related("task__assignment__assigner", "task__unit", "post__person", "post__unit", "entrusted_to")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such item."))
    return found


def confirmation_page(*, actor: Actor, confirmation_id: int, at: datetime) -> ConfirmationPage:
    """
    Return what waits for the principal, for those who answer for the unit.

    :raises NotFound: as `get_confirmation`
    """
    found = get_confirmation(actor=actor, confirmation_id=confirmation_id)
    on = timezone.localdate(at)
    people = people_of_unit(actor=actor, unit_id=found.task.unit_id, on=on)
    principal = next((post for post in people if post.kind == PostKind.PRINCIPAL), None)
    return ConfirmationPage(
        confirmation=found,
        principal=principal,
        is_mine=principal is not None and principal.person_id == actor.person_id,
        people=[post for post in people if principal is None or post.person_id != principal.person_id],
        link=ConfirmationLink.objects.filter(confirmation=found, ended_at__isnull=True, expires_at__gt=at).first(),
    )


def waiting_of_task(*, actor: Actor, task: Task) -> Confirmation | None:
    """Return what of this task waits before the principal."""
    return (
        Confirmation.objects.filter(task=task, status=ConfirmationStatus.WAITING).select_related("post__person").first()
    )


def people_of_unit(*, actor: Actor, unit_id: int, on: date) -> list[Post]:
    """Return who holds a post in the unit on the day, each person once, the principal first."""
    first: dict[int, Post] = {}
    for post in organisation.posts_of_unit(actor=actor, unit_id=unit_id, on=on):
        first.setdefault(post.person_id, post)
    return list(first.values())


def waiting_for(*, actor: Actor, campaign_id: int, on: date) -> list[Confirmation]:
    """Return what waits for this actor's own word: in every unit whose principal they are on the day, oldest first."""
    if actor.person_id is None:
        return []
    units = Post.objects.filter(organisation.posts_on(on=on), person_id=actor.person_id, kind=PostKind.PRINCIPAL)
    return list(
        Confirmation.objects.filter(
            organisation.scope_filter(scope=actor.scope(TasksCapability.ANSWER), unit="task__unit"),
            task__unit_id__in=units.values("unit_id"),
            task__campaign_id=campaign_id,
            task__status=TaskStatus.IN_HAND,
            status=ConfirmationStatus.WAITING,
        )
        .select_related("task__assignment", "task__unit")
        .order_by("asked_at", "pk")[:WAITING_AT_MOST]
    )


def confirmed_of_late(*, actor: Actor, unit_ids: Sequence[int], campaign_id: int) -> list[Confirmation]:
    """Return the last words kept as the principal's, with their ways: who did not give one sees it here."""
    return list(
        Confirmation.objects.filter(task__unit_id__in=list(unit_ids), task__campaign_id=campaign_id)
        .exclude(way="")
        .select_related("task__assignment")
        .order_by("-decided_at", "-pk")[:RECENT_AT_MOST]
    )


def tap(*, actor: Actor, token: str, at: datetime) -> Tap | None:
    """Return what a one-time link shows, or None where there is no such link; looking changes nothing."""
    link = (
        ConfirmationLink.objects.filter(token_hash=sha256(token.encode()).hexdigest())
        .select_related(
            "confirmation__task__assignment__assigner", "confirmation__task__unit", "post__person", "post__unit"
        )
        .first()
    )
    if link is None:
        return None
    return Tap(link=link, confirmation=link.confirmation, refusal=link_refusal(actor=actor, link=link, at=at))


def link_refusal(*, actor: Actor, link: ConfirmationLink, at: datetime) -> str:
    """Return the one sentence that says why this link decides nothing any more; empty while it does."""
    confirmation = link.confirmation
    if link.used_at is not None:
        return _("You have answered by this link already: %(answer)s.") % {"answer": confirmation.get_status_display()}
    if confirmation.status != ConfirmationStatus.WAITING:
        return _("This has been answered in another way meanwhile: %(answer)s.") % {
            "answer": confirmation.get_status_display()
        }
    holder = organisation.principals_of(actor=actor, unit_ids=[link.post.unit_id], on=timezone.localdate(at)).get(
        link.post.unit_id
    )
    if holder is None or holder.person_id != link.post.person_id:
        return _("The principal has changed; this link ended with the post.")
    if link.ended_at is not None:
        return _("A newer link has taken the place of this one. Please use that.")
    if link.expires_at <= at:
        return _("This link held for 24 hours and has expired. Ask for a new one.")
    return ""


def unused_links(*, actor: Actor, before: datetime) -> QuerySet[ConfirmationLink]:
    """Return the one-time links that ran out before that moment and that nobody used."""
    return ConfirmationLink.objects.filter(expires_at__lt=before, used_at__isnull=True)


def count_unused_links(*, actor: Actor, before: datetime) -> int:
    """Return how many one-time links ran out before that moment without being used."""
    return unused_links(actor=actor, before=before).count()

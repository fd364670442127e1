"""What an assignment reserves for the principal, and how their own word is kept."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from duban.access import queries as access
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed
from duban.organisation import queries as organisation
from duban.organisation.models import Post
from duban.tasks.models import Confirmation, ConfirmationLink, Task
from duban.tasks.states import ConfirmationStatus, ConfirmationWay


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A principal's own word: by which way it came, who they were then, and who keyed it where that was another."""

    way: str
    by: str
    person_id: int
    keyed_by: str = ""


def principal_post(*, actor: Actor, unit_id: int, on: date) -> Post | None:
    """Return the post of the unit's principal on the day, with person and unit."""
    post = organisation.principals_of(actor=actor, unit_ids=[unit_id], on=on).get(unit_id)
    return Post.objects.select_related("person", "unit").get(pk=post.pk) if post else None


def principal_words(post: Post) -> str:
    """Return the principal as a thread names them: name, unit and title."""
    return f"{post.person.name} {access.post_title(post)}"


def own_word(*, actor: Actor, task: Task, given: OwnWord | None, on: date) -> OwnWord | None:
    """
    Return the principal's word for a reserved act: the one given, or that of the principal who acts; None if not reserved.

    :raises NotAllowed: if the act is reserved, no word was given and somebody else acts
    """
    if given is not None or not task.assignment.is_principals_own:
        return given
    post = principal_post(actor=actor, unit_id=task.unit_id, on=on)
    if actor.is_system or post is None or post.person_id != actor.person_id:
        raise NotAllowed(_("This is reserved for the principal. Put it before them; they confirm it in one tap."))
    return OwnWord(way=ConfirmationWay.SIGN_IN, by=principal_words(post), person_id=post.person_id)


def settle_waiting(*, task: Task, at: datetime) -> None:
    """End what waits before the principal once it was done otherwise."""
    waiting = Confirmation.objects.filter(task=task, status=ConfirmationStatus.WAITING)
    end_links(list(waiting.values_list("pk", flat=True)), at=at)
    waiting.update(status=ConfirmationStatus.ENDED, decided_at=at)


def end_links(confirmation_ids: list[int], *, at: datetime) -> None:
    """Let no link of these confirmations be used any more."""
    ConfirmationLink.objects.filter(confirmation_id__in=confirmation_ids, ended_at__isnull=True).update(ended_at=at)

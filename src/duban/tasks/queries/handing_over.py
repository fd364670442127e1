"""The open items of one person in one unit, and what was handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.access import queries as access
from duban.access.queries import Outlasting
from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation
from duban.organisation.models import Post, Unit
from duban.tasks.models import Assignment, Confirmation, HandOver, Task
from duban.tasks.policy import may_hand_over
from duban.tasks.states import OPEN_STATUSES, AssignmentStatus, ConfirmationStatus, TaskStatus

# Who left so many days ago may still hand over.
LEFT_WITHIN = timedelta(days=400)
ITEMS_AT_MOST = 2000
SHOWN_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What of a unit's work lies with one person: to confirm, entrusted to them, drafted; and what the unit checks."""

    confirmations: Sequence[Confirmation]
    entrusted: Sequence[Task]
    drafts: Sequence[Assignment]
    # What they are granted by the unit beyond their last post there: it ends with that post.
    roles: Outlasting
    # Checks stay with the unit: the successor finds them there.
    to_check: int

    @property
    def count(self) -> int:
        """How many items pass to the successor, or end."""
        return len(self.confirmations) + len(self.entrusted) + len(self.drafts) + len(self.roles.grants)


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """One unit, who may hand over to whom, and the items of the one who was chosen."""

    unit: Unit
    leaving: Sequence[Post]
    staying: Sequence[Post]
    chosen: Post | None
    items: OpenItems | None
    # What was handed over in the unit, the newest first, for whoever keeps its register.
    made: Sequence[HandOver]


@named_list("hand_over", people=lambda page: len(page.leaving) + len(page.staying) + 2 * len(page.made))
def hand_over_page(*, actor: Actor, unit_id: int, from_person_id: int | None, on: date) -> HandOverPage:
    """
    Return the people of a unit between whom work is handed over, with the open items of the one who leaves.

    :raises NotFound: if this actor may not see the unit
    :raises NotAllowed: if this actor neither keeps its register nor hands over their own work
    """
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)
    recent = Post.objects.filter(unit=unit, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=on - LEFT_WITHIN)
    )
    leaving: dict[int, Post] = {}
    for post in recent.select_related("person", "unit").order_by("-starts_on", "pk"):
        if may_hand_over(actor, unit, post.person_id):
            leaving.setdefault(post.person_id, post)
    if not leaving:
        may_hand_over(actor, unit, None).require()
    chosen = leaving.get(from_person_id) if from_person_id is not None else None
    if from_person_id is not None and chosen is None:
        raise NotFound(_("There is no such person."))
    staying: dict[int, Post] = {}
    for post in organisation.posts_of_unit(actor=actor, unit_id=unit.pk, on=on):
        if post.person_id != from_person_id:
            staying.setdefault(post.person_id, post)
    return HandOverPage(
        unit=unit,
        leaving=list(leaving.values()),
        staying=list(staying.values()),
        chosen=chosen,
        items=open_items(actor=actor, post=chosen, on=on) if chosen is not None else None,
        made=list(_made_in(unit)) if may_hand_over(actor, unit, None) else [],
    )


def _made_in(unit: Unit) -> QuerySet[HandOver]:
    found = HandOver.objects.filter(unit=unit).select_related("from_person", "to_person")
    return found.order_by("-pk")[:SHOWN_AT_MOST]


def open_items(*, actor: Actor, post: Post, on: date) -> OpenItems:
    """Return the open items of the person of a post in its unit; the caller has decided that this actor may see them."""
    unit = post.unit
    # An office drafts and checks in the name of the unit to which it belongs.
    offices = [unit.pk, *([unit.parent_id] if unit.parent_id is not None else [])]
    user_id = post.person.user_id
    drafts = Assignment.objects.filter(
        status=AssignmentStatus.DRAFT, created_by=user_id, assigner_id__in=offices
    ).order_by("pk")
    return OpenItems(
        confirmations=list(
            Confirmation.objects.filter(
                status=ConfirmationStatus.WAITING, task__unit=unit, post__person_id=post.person_id
            )
            .select_related("task__assignment")
            .order_by("pk")[:ITEMS_AT_MOST]
        ),
        entrusted=list(
            Task.objects.filter(unit=unit, in_charge_id=post.person_id, status__in=OPEN_STATUSES)
            .select_related("assignment")
            .order_by("pk")[:ITEMS_AT_MOST]
        ),
        drafts=list(drafts[:ITEMS_AT_MOST]) if user_id is not None else [],
        roles=access.outlasting_grants(actor=actor, person_id=post.person_id, unit=unit, on=on),
        to_check=Task.objects.filter(checker_unit=unit, status=TaskStatus.ASKED_DONE).count(),
    )


def get_hand_over(*, actor: Actor, hand_over_id: int) -> HandOver:
    """
    Return the record of one hand-over: to the two people, and to whoever keeps the unit's register.

    :raises NotFound: if there is none, or this actor may not see it
    """
    found = HandOver.objects.select_related("unit", "from_person", "to_person").filter(pk=hand_over_id).first()
    if found is None or not (
        actor.person_id in {found.from_person_id, found.to_person_id} or may_hand_over(actor, found.unit, None)
    ):
        raise NotFound(_("There is no such item."))
    return found


def handed_over_by(*, actor: Actor, assignment: Assignment) -> frozenset[int]:
    """Return the people who handed this draft over to somebody else."""
    listed = [{"kind": "draft", "id": assignment.pk}]
    return frozenset(HandOver.objects.filter(items__contains=listed).values_list("from_person_id", flat=True))


def taken_over_by(*, actor: Actor) -> list[HandOver]:
    """Return what was handed over to this actor, newest first."""
    if actor.person_id is None:
        return []
    found = HandOver.objects.filter(to_person_id=actor.person_id).select_related("unit", "from_person", "to_person")
    return list(found.order_by("-pk")[:SHOWN_AT_MOST])

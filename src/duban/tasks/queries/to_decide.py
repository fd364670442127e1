"""What waits for this actor's decision: assignments that need a head's consent, and requests of units."""

from dataclasses import dataclass

from django.db.models import Q

from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.tasks.models import Assignment, ChangeRequest
from duban.tasks.policy import TasksCapability
from duban.tasks.states import OPEN_CHANGES, AssignmentStatus, ChangeStatus

SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class ToDecide:
    """Assignments and requests, longest waiting first, 200 of each at most."""

    assignments: list[Assignment]
    changes: list[ChangeRequest]


def to_decide(*, actor: Actor, campaign_id: int) -> ToDecide:
    """
    Return what waits in this actor's scope; a second consent only for heads, and nothing that is the actor's own.

    Whether the actor may decide a single request is said on its item.
    """
    consents = organisation.scope_filter(scope=actor.scope(TasksCapability.CONSENT), unit="assigner")
    assignments = (
        Assignment.objects.filter(consents, campaign_id=campaign_id, status=AssignmentStatus.TO_APPROVE)
        .exclude(Q(created_by=actor.user_id) | Q(changed_by=actor.user_id) | Q(consent_asked_by=actor.user_id))
        .select_related("assigner")
        .order_by("consent_asked_at", "pk")
    )
    checks = organisation.scope_filter(scope=actor.scope(TasksCapability.CHECK), unit="task__checker_unit")
    seconds = organisation.scope_filter(scope=actor.scope(TasksCapability.CONSENT), unit="task__checker_unit")
    changes = (
        ChangeRequest.objects.filter(
            checks & (Q(status=ChangeStatus.ASKED) | (Q(status=ChangeStatus.ENDORSED) & seconds)),
            task__campaign_id=campaign_id,
            status__in=OPEN_CHANGES,
        )
        .exclude(Q(endorsed_by=actor.user_id) | Q(asked_by=actor.user_id))
        .exclude(task__unit_id=actor.unit_id or 0)
        .select_related("task__assignment", "task__unit")
        .order_by("asked_at", "pk")
    )
    return ToDecide(list(assignments[:SHOWN_AT_MOST]), list(changes[:SHOWN_AT_MOST]))

"""Data requests as tasks: each unit that is asked answers as it answers everything else."""

from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.audit import commands as audit
from duban.burden import queries as burden
from duban.burden.states import RequestStatus
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.events import publish
from duban.tasks import queries
from duban.tasks.commands.drafting import index_words
from duban.tasks.commands.withdrawing import stop_issuing, take_back, tell_parts
from duban.tasks.events import FanOutConfirmed
from duban.tasks.models import Assignment, Task
from duban.tasks.states import ASSIGNMENT_FLOW, AssignmentStatus, ClosingMode, DueKind, Target

# One transaction of the job.
STEP = 5000


@transaction.atomic
def ask_data_request(*, actor: Actor, request_id: int, at: datetime) -> Assignment | None:
    """
    Make the assignment of a data request that was sent, to exactly its units; a job then gives each its task.

    The ledger has it from the data request itself. May run twice: one data request has one assignment. Returns None
    where it was withdrawn meanwhile.

    :raises NotFound: if this actor has no part in the data request
    """
    request = burden.get_request(actor=actor, request_id=request_id)
    if request.status != RequestStatus.SENT:
        return None
    most = queries.limits_of(actor=actor, campaign_id=request.campaign_id).answers_per_checker
    drafted = {
        "campaign_id": request.campaign_id,
        "assigner_id": request.asker_id,
        "wording": request.what,
        "source_label": _("Data request: %(serves)s") % {"serves": request.serves[:200]},
        "source_path": reverse("burden:request", args=[request.pk]),
        "due_kind": DueKind.DATE,
        "due_on": request.due_on,
        "minutes": request.minutes,
        # More answers than the asker's office can look at are declared, as in every fan-out.
        "closing_mode": ClosingMode.DECLARE if request.unit_count > most else ClosingMode.CHECK,
        "target": Target.CLASS,
        "target_rule": {"data_request": request.pk},
        "unit_count": request.unit_count,
        "created_at": at,
    }
    assignment, is_new = Assignment.objects.get_or_create(data_request=request, defaults=drafted)
    if not is_new:
        return assignment

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_assignmentunit (assignment_id, unit_id)"
            " SELECT %s, unit_id FROM burden_datarequestunit WHERE request_id = %s ORDER BY unit_id",
            [assignment.pk, request.pk],
        )
    assignment.status = ASSIGNMENT_FLOW.step("issue", source=assignment.status).target
    assignment.issued_at = at
    assignment.save(update_fields=["status", "issued_at"])
    index_words([assignment.pk])
    audit.record(
        actor=actor,
        verb="assignment.issue",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assignment.assigner_id,
        at=at,
        payload={"data_request": request.pk, "units": request.unit_count, "due_on": request.due_on},
    )
    figures.ensure_day(actor=actor, campaign_id=assignment.campaign_id, today=timezone.localdate(at))
    publish(FanOutConfirmed(assignment.pk))
    return assignment


@transaction.atomic
def withdraw_data_request(*, actor: Actor, request_id: int, at: datetime, step: int = STEP) -> bool:
    """
    Take back the next unanswered tasks of a withdrawn data request; return whether more are left.

    What was answered stays. May run twice; units that had not received it yet receive nothing more.

    :raises NotFound: if this actor has no part in the data request
    """
    request = burden.get_request(actor=actor, request_id=request_id)
    assignment = Assignment.objects.select_for_update().filter(data_request=request).first()
    if assignment is None or request.status != RequestStatus.WITHDRAWN:
        return False
    if assignment.status == AssignmentStatus.ISSUING:
        stop_issuing(assignment)
    taken = take_back(
        actor=actor,
        tasks=Task.objects.filter(assignment=assignment),
        by=request.asker.shown_name,
        unit_id=request.asker_id,
        reason=request.reason,
        at=at,
        step=step,
    )
    tell_parts(taken)
    if taken:
        audit.record(
            actor=actor,
            verb="assignment.withdraw",
            object_kind="assignment",
            object_id=assignment.pk,
            unit_id=assignment.assigner_id,
            at=at,
            payload={"tasks": len(taken), "reason": request.reason},
        )
    return len(taken) == step

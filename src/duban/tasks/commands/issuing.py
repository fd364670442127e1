"""Issuing: the rule chooses the units once, then a job gives each its task."""

import hashlib
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives import commands as directives
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.kernel.events import publish
from duban.organisation.models import Unit
from duban.tasks import policy, queries
from duban.tasks.choosing import units_of_rule
from duban.tasks.events import FanOutConfirmed
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment
from duban.tasks.states import ASSIGNMENT_FLOW, AssignmentStatus, Importance

# One transaction of the job.
STEP = 5000
# Up to here the units are served in the request itself, so that the page shows them at once.
SERVED_AT_ONCE = 200


@transaction.atomic
def issue(*, actor: Actor, assignment_id: int, at: datetime) -> Assignment:
    """
    Issue a draft: fix the units that its rule chooses and give each its task (交办).

    Up to 200 units are served now, more by a job. One audit row names the rule, the number and a hash of the units.

    :raises NotFound: if this actor's office did not write it
    :raises NotAllowed: if this actor may not assign in the name of its unit
    :raises IllegalStep: if it has been issued
    :raises InvalidInput: if the rule chooses no unit
    """
    assignment = queries.get_assignment(actor=actor, assignment_id=assignment_id)
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("assigner", "campaign").get(pk=assignment.pk)
    )

    step = ASSIGNMENT_FLOW.step("issue", source=assignment.status)
    policy.may_assign(actor, assignment.assigner).require()
    units = units_of_rule(
        assigner=assignment.assigner, target=assignment.target, rule=assignment.target_rule, on=timezone.localdate(at)
    )
    count, digest = _fix_choice(assignment, units)
    if not count:
        raise InvalidInput(_("No unit belongs to this choice today. Please choose again."))

    assignment.status = step.target
    assignment.unit_count = count
    assignment.issued_at = at
    assignment.issued_by = actor.user_id
    assignment.save(update_fields=["status", "unit_count", "issued_at", "issued_by"])
    if assignment.requirement_id is not None:
        directives.mark_assigned(actor=actor, requirement_ids=[assignment.requirement_id], at=at)

    audit.record(
        actor=actor,
        verb="assignment.issue",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assignment.assigner_id,
        at=at,
        payload={
            "target": assignment.target,
            "rule": assignment.target_rule,
            "units": count,
            "units_sha256": digest,
            "due_on": assignment.due_on,
        },
    )
    figures.ensure_day(actor=actor, campaign_id=assignment.campaign_id, today=timezone.localdate(at))
    if count <= SERVED_AT_ONCE:
        serve_next_units(actor=actor, assignment_id=assignment.pk, at=at)
        assignment.refresh_from_db()
    else:
        publish(FanOutConfirmed(assignment.pk))
    return assignment


def _fix_choice(assignment: Assignment, units: QuerySet[Unit]) -> tuple[int, str]:
    query, parameters = units.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH added AS (INSERT INTO tasks_assignmentunit (assignment_id, unit_id)"
            f" SELECT %s, chosen.id FROM ({query}) AS chosen(id) ORDER BY chosen.id RETURNING unit_id)"
            " SELECT count(*), coalesce(string_agg(unit_id::text, ',' ORDER BY unit_id), '') FROM added",
            [assignment.pk, *parameters],
        )
        row = cursor.fetchone()
    count, ids = row or (0, "")
    return count, hashlib.sha256(ids.encode()).hexdigest()


@transaction.atomic
def serve_next_units(*, actor: Actor, assignment_id: int, at: datetime, step: int = STEP) -> bool:
    """
    Give the next units their tasks and move the assignment's own progress; return whether units are left.

    May run twice and at once: the row of the assignment is locked, a unit has one task per assignment, and what
    was committed is not done again after a crash.
    """
    assignment = Assignment.objects.select_for_update().get(pk=assignment_id)
    if assignment.status != AssignmentStatus.ISSUING:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_task (uuid, campaign_id, assignment_id, unit_id, checker_unit_id, status, is_key,"
            "  original_due, agreed_due, issued_at, version)"
            " SELECT gen_random_uuid(), %(campaign)s, %(assignment)s, chosen.unit_id, %(checker)s, 'to_sign', %(key)s,"
            "  %(due)s, %(due)s, %(at)s, 1"
            " FROM tasks_assignmentunit AS chosen"
            " WHERE chosen.assignment_id = %(assignment)s AND chosen.unit_id > %(cursor)s"
            " ORDER BY chosen.unit_id LIMIT %(step)s"
            " ON CONFLICT (assignment_id, unit_id) DO NOTHING",
            {
                "campaign": assignment.campaign_id,
                "assignment": assignment.pk,
                "checker": assignment.assigner_id,
                "key": assignment.importance == Importance.KEY,
                "due": assignment.due_on,
                "at": assignment.issued_at,
                "cursor": assignment.cursor,
                "step": step,
            },
        )
        cursor.execute(
            "SELECT unit_id FROM tasks_assignmentunit WHERE assignment_id = %s AND unit_id > %s"
            " ORDER BY unit_id LIMIT %s",
            [assignment.pk, assignment.cursor, step],
        )
        unit_ids = [unit_id for (unit_id,) in cursor.fetchall()]
    if unit_ids:
        figures.recount(actor=actor, table=TASK_FIGURES, campaign_id=assignment.campaign_id, unit_ids=unit_ids)
        assignment.cursor = unit_ids[-1]
        assignment.units_done += len(unit_ids)
    if assignment.units_done >= assignment.unit_count:
        assignment.status = ASSIGNMENT_FLOW.step("finish_issuing", source=assignment.status).target
    assignment.save(update_fields=["cursor", "units_done", "status"])
    return assignment.status == AssignmentStatus.ISSUING

"""Giving a unit that is new during the year what its class was assigned before (补交办): a person decides what."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput
from duban.organisation import queries as organisation
from duban.tasks import policy, queries
from duban.tasks.choosing import units_of_rule
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment
from duban.tasks.states import AssignmentStatus, Importance, Target

MOST_AT_ONCE = 500


@transaction.atomic
def issue_to_late_units(*, actor: Actor, assignment_id: int, unit_ids: Sequence[int], at: datetime) -> int:
    """
    Issue an assignment of a class to units that came into the class after it was issued; each has the assignment's date.

    Returns how many received their task now; a unit that has it already keeps it.

    :raises NotFound: if this actor's office did not write it
    :raises NotAllowed: if this actor may not assign in the name of its unit
    :raises IllegalStep: if it goes to no class, or has not been issued
    :raises InvalidInput: if no unit is chosen, more than 500 are, or one does not belong to the class today
    """
    assignment = queries.get_assignment(actor=actor, assignment_id=assignment_id)
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("assigner").get(pk=assignment.pk)

    policy.may_assign(actor, assignment.assigner).require()
    if assignment.target != Target.CLASS or assignment.status != AssignmentStatus.ISSUED:
        raise IllegalStep(_("Only an assignment that was issued to a class is issued to its new units."))
    wanted = set(unit_ids)
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInput(_("Choose at least one unit, and at most %(most)d.") % {"most": MOST_AT_ONCE})
    meant = units_of_rule(
        assigner=assignment.assigner, target=assignment.target, rule=assignment.target_rule, on=timezone.localdate(at)
    )
    if meant.filter(pk__in=wanted).count() != len(wanted):
        raise InvalidInput(_("A unit does not belong to this class today. Please reload the page and choose again."))

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_assignmentunit (assignment_id, unit_id) SELECT %s, unnest(%s::bigint[])"
            " ON CONFLICT (assignment_id, unit_id) DO NOTHING",
            [assignment.pk, sorted(wanted)],
        )
        cursor.execute(
            "INSERT INTO tasks_task (uuid, campaign_id, assignment_id, unit_id, checker_unit_id, status, is_key,"
            "  passed_from_id, original_due, tightened_due, agreed_due, issued_at, version)"
            " SELECT gen_random_uuid(), %(campaign)s, %(assignment)s, unit_id, %(checker)s, 'to_sign', %(key)s,"
            "  %(passed_from)s, %(due)s, %(tightened)s, COALESCE(%(tightened)s, %(due)s)::date, %(at)s, 1"
            " FROM unnest(%(units)s::bigint[]) AS chosen (unit_id)"
            " ON CONFLICT DO NOTHING RETURNING unit_id",
            {
                "campaign": assignment.campaign_id,
                "assignment": assignment.pk,
                "checker": assignment.assigner_id,
                "key": assignment.importance == Importance.KEY,
                "passed_from": assignment.passed_from_id,
                "due": assignment.due_on,
                "tightened": assignment.tightened_due,
                "at": at,
                "units": sorted(wanted),
            },
        )
        served = [unit_id for (unit_id,) in cursor.fetchall()]
    if organisation.ended_among(actor=actor, unit_ids=served):
        raise InvalidInput(_("A unit does not belong to this class today. Please reload the page and choose again."))
    if served:
        assignment.unit_count += len(served)
        assignment.units_done += len(served)
        assignment.save(update_fields=["unit_count", "units_done"])
        figures.recount(actor=actor, table=TASK_FIGURES, campaign_id=assignment.campaign_id, unit_ids=sorted(served))

    audit.record(
        actor=actor,
        verb="assignment.issue_late",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assignment.assigner_id,
        at=at,
        payload={"units": sorted(served)},
    )
    return len(served)

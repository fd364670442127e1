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
from duban.organisation.models import Unit
from duban.tasks import policy, queries
from duban.tasks.choosing import units_of_rule
from duban.tasks.commands.issuing import book_burden, give
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment
from duban.tasks.states import AssignmentStatus, Target

MOST_AT_ONCE = 500


@transaction.atomic
def issue_to_late_units(*, actor: Actor, assignment_id: int, unit_ids: Sequence[int], at: datetime) -> int:
    """
    Issue an assignment of a class to units that came into the class after it was issued; each has the assignment's date.

    Returns how many received their task now; a unit that has it already keeps it.

    :raises NotFound: if this actor's office did not write it
    :raises NotAllowed: if this actor may not assign in the name of its unit
    :raises IllegalStep: if it goes to no class, or has not been issued
    :raises InvalidInput: if no unit is chosen, more than 500 are, one does not belong to the class today, or the ledger
        refuses (a cap that refuses, a closed period)
    """
    assignment = queries.get_assignment(actor=actor, assignment_id=assignment_id)
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("assigner").get(pk=assignment.pk)

    policy.may_assign(actor, assignment.assigner).require()
    if assignment.target != Target.CLASS or assignment.data_request_id or assignment.status != AssignmentStatus.ISSUED:
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
    served = give(assignment=assignment, unit_ids=sorted(wanted), at=at)
    if organisation.ended_among(actor=actor, unit_ids=served):
        raise InvalidInput(_("A unit does not belong to this class today. Please reload the page and choose again."))
    if served:
        book_burden(actor=actor, assignment=assignment, units=Unit.objects.filter(pk__in=served), at=at)
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

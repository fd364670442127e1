"""What was assigned to a class before a unit of it existed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Min, Q
from django.utils import timezone

from duban.campaigns.states import CampaignStatus
from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.choosing import is_meant
from duban.tasks.models import Assignment, Task
from duban.tasks.policy import TasksCapability
from duban.tasks.states import AssignmentStatus, Target

# So many units are looked at; a table of units that founds more is followed by assigning anew.
MOST_UNITS = 1000


@dataclass(frozen=True, slots=True)
class LateUnit:
    """A unit that is younger than assignments of its class which still run."""

    unit: Unit
    assignments: list[Assignment]


def late_units(*, actor: Actor, on: date) -> list[LateUnit]:
    """
    Return the units of running assignments of a class that came after these were issued and have no share in them.

    Only assignments that this actor may issue, of campaigns that run and with a date that is not over.
    """
    running = Assignment.objects.filter(
        Q(due_on__isnull=True) | Q(due_on__gte=on),
        status=AssignmentStatus.ISSUED,
        target=Target.CLASS,
        # A data request names its units once and for all.
        data_request__isnull=True,
        campaign__status=CampaignStatus.RUNNING,
    )
    if not actor.is_system:
        running = running.filter(organisation.scope_filter(scope=actor.scope(TasksCapability.ASSIGN), unit="assigner"))
    first = running.aggregate(first=Min("issued_at"))["first"]
    if first is None:
        return []
    units = list(
        organisation.visible_units(actor=actor)
        .filter(organisation.in_force(on=on), valid_from__gt=timezone.localdate(first))
        .select_related("line")
        .order_by("order_path")[:MOST_UNITS]
    )
    if not units:
        return []
    assignments = list(running.select_related("assigner").order_by("due_on", "pk"))
    present = set(
        Task.objects.filter(
            unit_id__any_of=[unit.pk for unit in units], assignment_id__any_of=[one.pk for one in assignments]
        ).values_list("assignment_id", "unit_id")
    )
    found = []
    for unit in units:
        missing = [
            one
            for one in assignments
            if one.issued_at is not None
            and timezone.localdate(one.issued_at) < unit.valid_from
            and (one.pk, unit.pk) not in present
            and is_meant(unit=unit, assigner=one.assigner, rule=one.target_rule)
        ]
        if missing:
            found.append(LateUnit(unit, missing))
    return found

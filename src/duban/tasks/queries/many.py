"""Who has a part in many tasks at once: the same rule as for one, read in four statements for all of them."""

from collections import defaultdict
from collections.abc import Sequence

from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.tasks.models import AssignmentHelper, Task, TaskEntry
from duban.tasks.policy import Involved
from duban.tasks.queries.single import ANSWERING


def involved_in_many(*, actor: Actor, tasks: Sequence[Task]) -> dict[int, Involved]:
    """Return for each task what `involved` returns for it, as far as this actor alone is asked about."""
    helpers: dict[int, set[int]] = defaultdict(set)
    rows = AssignmentHelper.objects.filter(assignment_id__in={task.assignment_id for task in tasks})
    for assignment_id, unit_id in rows.values_list("assignment_id", "unit_id"):
        helpers[assignment_id].add(unit_id)
    held = (
        {unit for _person, unit in organisation.units_of_people(actor=actor, person_ids=[actor.person_id])}
        if actor.person_id is not None
        else set()
    )
    answered = (
        set(
            TaskEntry.objects.filter(
                task_id__any_of=[task.pk for task in tasks], kind__in=ANSWERING, user_id=actor.user_id
            ).values_list("task_id", flat=True)
        )
        if actor.user_id is not None
        else set()
    )
    found = {}
    for task in tasks:
        units = frozenset(helpers[task.assignment_id] | {task.unit_id})
        people = frozenset({actor.person_id}) if actor.person_id is not None and held & units else frozenset()
        users = frozenset({actor.user_id}) if actor.user_id is not None and task.pk in answered else frozenset()
        found[task.pk] = Involved(units=units, people=people, users=users)
    return found

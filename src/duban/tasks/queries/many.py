"""Who has a part in tasks and therefore may not check them: one rule, read in few statements for one or many."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.tasks.models import AssignmentHelper, ConfirmationLink, Task, TaskEntry
from duban.tasks.policy import Involved
from duban.tasks.states import ASKED_AS, EntryKind

# What makes somebody a person who answered or submitted.
ANSWERING = (
    EntryKind.SIGN,
    EntryKind.DECLINE,
    EntryKind.FEEDBACK,
    EntryKind.EVIDENCE,
    EntryKind.ASK_DONE,
    EntryKind.PASS_DOWN,
    EntryKind.PUT_BEFORE,
    EntryKind.SENT_BACK,
    EntryKind.ENTRUST,
    EntryKind.DECLARE,
    *ASKED_AS.values(),
)


def involved(*, actor: Actor, task: Task, person_ids: Sequence[int] | None = None) -> Involved:
    """
    Return everybody with a part in the task, as far as they are among the people asked about.

    Without `person_ids` the actor alone is asked about.
    """
    return involved_in_many(actor=actor, tasks=[task], person_ids=person_ids)[task.pk]


def involved_in_many(
    *, actor: Actor, tasks: Sequence[Task], person_ids: Sequence[int] | None = None
) -> dict[int, Involved]:
    """
    Return for each task everybody with a part in it, as far as they are among the people asked about.

    Whoever answered what was merged into a task has a part in it, and so has whoever held the principal's link.
    Without `person_ids` the actor alone is asked about.
    """
    asked = [actor.person_id] if person_ids is None and actor.person_id is not None else list(person_ids or [])
    within = _within([task.pk for task in tasks])
    units: dict[int, set[int]] = defaultdict(set)
    users: dict[int, set[int]] = defaultdict(set)
    helpers: dict[int, set[int]] = defaultdict(set)
    rows = AssignmentHelper.objects.filter(assignment_id__in={task.assignment_id for task in tasks})
    for assignment_id, helper_id in rows.values_list("assignment_id", "unit_id"):
        helpers[assignment_id].add(helper_id)
    for task_id, kind, user_id, unit_id in _told({one for inside in within.values() for one in inside}):
        # A unit that ended answered before; its people have a part as those of the successor have.
        if kind == EntryKind.TAKE_OVER and unit_id is not None:
            units[task_id].add(unit_id)
        elif kind != EntryKind.TAKE_OVER and user_id is not None:
            users[task_id].add(user_id)
    held = organisation.units_of_people(actor=actor, person_ids=asked)
    found = {}
    for task in tasks:
        own = frozenset({task.unit_id} | helpers[task.assignment_id]).union(*(units[one] for one in within[task.pk]))
        found[task.pk] = Involved(
            units=own,
            people=frozenset(person for person, unit in held if unit in own),
            users=frozenset().union(*(users[one] for one in within[task.pk])),
        )
    return found


def _within(task_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each of these tasks itself and all that was merged into it, at whatever remove."""
    found = {task_id: {task_id} for task_id in task_ids}
    fresh = set(task_ids)
    while fresh:
        rows = Task.objects.filter(merged_into_id__any_of=sorted(fresh)).values_list("pk", "merged_into_id")
        fresh = set()
        for task_id, into_id in rows:
            for inside in found.values():
                if into_id in inside and task_id not in inside:
                    inside.add(task_id)
                    fresh.add(task_id)
    return found


def _told(task_ids: set[int]) -> Iterable[tuple[int, str, int | None, int | None]]:
    """Return task, kind, account and unit of all that was answered or taken over, and of every link that was made."""
    entries = TaskEntry.objects.filter(task_id__any_of=list(task_ids), kind__in=(*ANSWERING, EntryKind.TAKE_OVER))
    links = ConfirmationLink.objects.filter(confirmation__task_id__any_of=list(task_ids), made_by__isnull=False)
    yield from entries.order_by().values_list("task_id", "kind", "user_id", "unit_id").distinct()
    for task_id, made_by in links.order_by().values_list("confirmation__task_id", "made_by").distinct():
        yield task_id, "", made_by, None

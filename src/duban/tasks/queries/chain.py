"""Reading what came of a task that was passed down: its parts, the words on the way, how far the whole chain has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from duban.kernel.authority import Actor, path_end
from duban.kernel.errors import NotFound
from duban.kernel.paging import cut, decode_key
from duban.organisation.models import Unit
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, Task
from duban.tasks.policy import TasksCapability, may_issue
from duban.tasks.queries.assigning import get_assignment
from duban.tasks.queries.lists import Day, status_condition
from duban.tasks.queries.single import get_task
from duban.tasks.states import OPEN_STATUSES, TaskStatus

# Of which counts the panel of parts and the table of the chain speak.
PART_COUNTS = ("total", "to_sign", "in_hand", "asked", "done", "overdue", "tightened")
PARTS_ON_A_PAGE = 200
Counts = dict[str, int]


def passed_label(*, actor: Actor, task: Task) -> str:
    """Return where a part of this task comes from: the source of the first assignment, and who passed it down to whom."""
    chain = _chain_of(task.assignment, with_task=task)
    first = chain[0].assignment
    way = " → ".join([first.assigner.shown_name, *(step.unit.shown_name for step in chain)])
    return f"{first.source_label} · {way}" if first.source_label else way


@dataclass(frozen=True, slots=True)
class Added:
    """What one unit added when it passed a task down."""

    unit: Unit
    words: str


def added_on_the_way(*, actor: Actor, assignment: Assignment) -> list[Added]:
    """Return what each unit on the way added under the wording, from the top down; empty for what was not passed down."""
    if assignment.passed_from_id is None:
        return []
    passed = [step.assignment for step in _chain_of(assignment)[1:]]
    return [Added(one.assigner, one.added_wording) for one in [*passed, assignment] if one.added_wording]


def _chain_of(assignment: Assignment, with_task: Task | None = None) -> list[Task]:
    """Return the tasks through which an assignment came, from the top down."""
    ids = [int(part) for part in assignment.chain.split("/") if part]
    found = {task.pk: task for task in Task.objects.filter(pk__in=ids).select_related("assignment__assigner", "unit")}
    chain = [found[task_id] for task_id in ids]
    return chain if with_task is None else [*chain, with_task]


def count_open_parts(*, actor: Actor, task_id: int) -> int:
    """Return how many direct parts of a task are neither done nor withdrawn; one that came back waits for a decision."""
    return Task.objects.filter(passed_from_id=task_id, status__in=[*OPEN_STATUSES, TaskStatus.DECLINED]).count()


def parts_by_task(*, actor: Actor, task_ids: Sequence[int], day: Day) -> dict[int, Counts]:
    """Return the counts of the direct parts of tasks, for those that have any."""
    return _counted(
        key="record.passed_from_id",
        where="record.passed_from_id = ANY(%(tasks)s)",
        given={"tasks": list(task_ids)},
        day=day,
    )


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the chain of a task or an assignment lies: everything that came of it."""

    root_id: int
    # The ids of tasks above the parts that are asked about.
    above: str
    # The assignment itself, where the whole of one is meant; None for all parts of a task.
    assignment_id: int | None

    @staticmethod
    def below_task(task: Task) -> "Chain":
        """Return the chain of all parts of a task; the assignment is read with it."""
        source = task.assignment
        return Chain(source.root_id or source.pk, f"{source.chain}{task.pk}/", None)

    @staticmethod
    def of_assignment(assignment: Assignment) -> "Chain":
        """Return the chain that begins with the tasks of an assignment."""
        return Chain(assignment.root_id or assignment.pk, assignment.chain, assignment.pk)

    @property
    def place(self) -> int:
        """Which id in the chain of a lower assignment is that of the first task, counted from one."""
        return self.above.count("/") + 1


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """The counts of one level of a chain: 1 for the first units, 2 for those to which they passed it down …"""

    level: int
    units: int
    counts: Counts


def chain_levels(*, actor: Actor, chain: Chain, day: Day) -> list[LevelCounts]:
    """Return how far a chain has come, level by level from the top, by one grouped question."""
    condition, given = _below(chain)
    if chain.assignment_id is None:
        # The parts themselves stand in assignments with exactly this chain.
        condition = f"below.root_id = %(root)s AND (below.chain = %(above)s OR ({condition}))"
    else:
        condition = f"below.id = %(assignment)s OR ({condition})"
    found = _counted(
        key="length(below.chain) - length(replace(below.chain, '/', ''))",
        where=condition,
        given=given,
        day=day,
        joined=True,
    )
    start = chain.above.count("/") - 1
    return [LevelCounts(key - start, counts["total"], counts) for key, counts in sorted(found.items())]


def chain_below(*, actor: Actor, chain: Chain, task_ids: Sequence[int], day: Day) -> dict[int, Counts]:
    """Return the counts of everything below these first tasks of a chain, by task, by one grouped question."""
    condition, given = _below(chain)
    return _counted(
        key="split_part(below.chain, '/', %(place)s)::bigint",
        where=f"{condition} AND split_part(below.chain, '/', %(place)s)::bigint = ANY(%(tasks)s)",
        given=given | {"tasks": list(task_ids)},
        day=day,
        joined=True,
    )


def _below(chain: Chain) -> tuple[str, dict[str, Any]]:
    given: dict[str, Any] = {
        "root": chain.root_id,
        "above": chain.above,
        "assignment": chain.assignment_id,
        "place": chain.place,
    }
    condition = "below.root_id = %(root)s AND below.chain > %(above)s"
    if chain.above:
        condition += " AND below.chain < %(until)s"
        given["until"] = path_end(chain.above)
        if chain.assignment_id is not None:
            condition += (
                " AND split_part(below.chain, '/', %(place)s)::bigint IN"
                " (SELECT id FROM tasks_task WHERE assignment_id = %(assignment)s)"
            )
    return condition, given


def _counted(*, key: str, where: str, given: Mapping[str, Any], day: Day, joined: bool = False) -> dict[int, Counts]:
    conditions = {figure.name: figure.condition for figure in TASK_FIGURES.figures}
    counts = ", ".join(f"count(*) FILTER (WHERE {conditions[name]})" for name in PART_COUNTS)
    source = (
        "tasks_assignment AS below JOIN tasks_task AS record ON record.assignment_id = below.id"
        if joined
        else "tasks_task AS record"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {counts} FROM {source}"
            " CROSS JOIN (SELECT %(as_of)s::date AS as_of, %(near_until)s::date AS near_until) AS day"
            f" WHERE {where} GROUP BY 1",
            {**given, "as_of": day.as_of, "near_until": day.near_until},
        )
        return {row[0]: dict(zip(PART_COUNTS, row[1:], strict=True)) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Part:
    """One unit's part, with the counts of everything that it passed down further."""

    task: Task
    below: Counts | None


@dataclass(frozen=True, slots=True)
class Parts:
    """One page of the units that received a task's parts, or an assignment, with how far the whole chain has come."""

    # One of the two is given.
    task: Task | None
    assignment: Assignment
    rows: list[Part]
    after: str
    levels: list[LevelCounts]
    status: str
    day: Day

    @property
    def total(self) -> Counts:
        """The sum over all levels."""
        return {name: sum(level.counts[name] for level in self.levels) for name in PART_COUNTS}


def parts_page(
    *,
    actor: Actor,
    task_id: int | None,
    assignment_id: int | None,
    status: str,
    day: Day,
    after: str = "",
    size: int = PARTS_ON_A_PAGE,
) -> Parts:
    """
    Return one page of the parts of a task, or of the units of an assignment, in protocol order.

    `status` narrows the rows as that of `TaskFilter` does; the levels are always those of the whole.

    :raises NotFound: if this actor may not see the task's parts, or another office wrote the assignment
    """
    task = None
    if task_id is not None:
        task = get_task(actor=actor, task_id=task_id)
        if not may_see_parts(actor=actor, task=task):
            raise NotFound(_("There is no such item."))
        assignment, chain = task.assignment, Chain.below_task(task)
        found = Task.objects.filter(passed_from=task)
    else:
        assignment = get_assignment(actor=actor, assignment_id=assignment_id or 0)
        chain = Chain.of_assignment(assignment)
        found = Task.objects.filter(assignment=assignment)
    found = found.filter(status_condition(status=status, as_of=day.as_of, near_until=day.near_until))
    if after:
        order_path, part_id = decode_key(after, length=2, kinds=(str, int))
        found = found.filter(Q(unit__order_path__gt=order_path) | Q(unit__order_path=order_path, pk__gt=part_id))
    rows = list(found.select_related("assignment", "unit").order_by("unit__order_path", "pk")[: size + 1])
    page = cut(rows, size=size, key=lambda part: (part.unit.order_path, part.pk))
    below = chain_below(actor=actor, chain=chain, task_ids=[part.pk for part in page.rows], day=day)
    return Parts(
        task=task,
        assignment=assignment,
        rows=[Part(part, below.get(part.pk)) for part in page.rows],
        after=page.after,
        levels=chain_levels(actor=actor, chain=chain, day=day),
        status=status,
        day=day,
    )


def may_see_parts(*, actor: Actor, task: Task) -> bool:
    """Return whether this actor sees what a unit passed down: the unit itself, whoever stands above it, the assigner."""
    return (
        actor.is_system
        or actor.scope(TasksCapability.VIEW).covers(task.unit)
        or bool(may_issue(actor, task.assignment))
    )

"""Of what units may be reminded (催办): open items that wait for themselves, unit by unit in protocol order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _

from duban.kernel.authority import Actor, Scope
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.models import Task, TaskEntry
from duban.tasks.policy import TasksCapability, may_urge
from duban.tasks.queries.lines import PATHS, TaskLine
from duban.tasks.queries.lists import PAGE_SIZE, TaskFilter, narrowed, status_condition
from duban.tasks.queries.single import visible_tasks
from duban.tasks.states import URGED_STATUSES, TaskStatus

# As many reminders as a principal sees at once.
URGED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UnitReminder:
    """What one unit, or a place with all below it, is reminded of: an item may be both unsigned and overdue."""

    unit: str
    items: int
    to_sign: int
    overdue: int
    # The earliest date among the overdue ones.
    first_overdue: date | None
    near_due: int
    first_near: date | None


@dataclass(frozen=True, slots=True)
class Reminders:
    """The first lines with what they are reminded of, and how many lines, units and items there are in all."""

    units: list[UnitReminder]
    line_count: int
    unit_count: int
    items: int


def urged_tasks(*, actor: Actor, given: TaskFilter) -> QuerySet[Task]:
    """
    Return the tasks of a list of which this actor may remind the units: those that wait for the unit itself.

    Whoever passes tasks down without urging by their post reminds of the parts that their own unit passed down.

    :raises NotAllowed: if the actor's post does not include urging
    """
    may_urge(actor).require()
    scope, passed = actor.scope(TasksCapability.URGE), actor.scope(TasksCapability.PASS_DOWN)
    # Most who pass down urge everything in the same scope; they need no second condition.
    if set(passed.paths) <= set(scope.paths) and passed.unit_ids <= scope.unit_ids:
        tasks = narrowed(actor=actor, given=given).filter(status__in=URGED_STATUSES)
        return tasks if scope.is_whole else tasks.filter(organisation.scope_filter(scope=scope, unit="unit"))
    parts = _parts(passed, own_unit=actor.unit_id)
    tasks = narrowed(actor=actor, given=given, also=parts).filter(status__in=URGED_STATUSES)
    return tasks.filter(organisation.scope_filter(scope=scope, unit="unit") | parts)


def _parts(scope: Scope, *, own_unit: int | None) -> Q:
    """What the units that the scope heads passed down themselves, inside their own subtrees."""
    heads = Q(passed_from__unit__path__in=scope.paths)
    if own_unit in scope.unit_ids:
        heads |= Q(passed_from__unit_id=own_unit)
    return heads & Q(unit__path__startswith=F("passed_from__unit__path"))


def reminders(*, actor: Actor, given: TaskFilter, most: int, below: Unit | None = None) -> Reminders:
    """
    Return the first `most` lines with the numbers of their items, and the totals of the whole list.

    A line is a unit; with `below` it is a unit directly below that one, together with everything below it.
    """
    tasks = urged_tasks(actor=actor, given=given).order_by()
    totals = tasks.aggregate(units=Count("unit", distinct=True), items=Count("pk"))
    if below is not None:
        lines = _by_place(tasks, given, below)
        return Reminders(lines[:most], len(lines), totals["units"], totals["items"])
    found = (
        tasks.values("unit", "unit__order_path", short=Coalesce(NullIf(F("unit__short_name"), Value("")), "unit__name"))
        .annotate(**_numbers(given))
        .order_by("unit__order_path", "unit")[:most]
    )
    lines = [_reminder(row["short"], row) for row in found]
    return Reminders(lines, totals["units"], totals["units"], totals["items"])


def _by_place(tasks: QuerySet[Task], given: TaskFilter, below: Unit) -> list[UnitReminder]:
    """Sum up by the step of the path that follows that of `below`; what it owes itself comes first."""
    step = Func(F("unit__path"), Value("/"), Value(below.depth + 2), function="split_part")
    place = Cast(Coalesce(NullIf(step, Value("")), Value(str(below.pk))), IntegerField())
    found = {row["place"]: row for row in tasks.annotate(place=place).values("place").annotate(**_numbers(given))}
    return [
        _reminder(f"{unit.shown_name}{_('(itself)')}" if unit.pk == below.pk else unit.shown_name, found[unit.pk])
        for unit in Unit.objects.filter(pk__in=list(found)).order_by("order_path", "pk")
    ]


def _numbers(given: TaskFilter) -> dict[str, Count | Min]:
    late = status_condition(status="overdue", as_of=given.as_of, near_until=given.near_until)
    near = status_condition(status="near_due", as_of=given.as_of, near_until=given.near_until)
    return {
        "items": Count("pk"),
        "to_sign": Count("pk", filter=Q(status=TaskStatus.TO_SIGN)),
        "overdue": Count("pk", filter=late),
        "first_overdue": Min("agreed_due", filter=late),
        "near_due": Count("pk", filter=near),
        "first_near": Min("agreed_due", filter=near),
    }


def _reminder(unit: str, row: Mapping[str, Any]) -> UnitReminder:
    return UnitReminder(
        unit=unit,
        items=row["items"],
        to_sign=row["to_sign"],
        overdue=row["overdue"],
        first_overdue=row["first_overdue"],
        near_due=row["near_due"],
        first_near=row["first_near"],
    )


@dataclass(frozen=True, slots=True)
class ToUrge:
    """A task that waits for its unit, and the day on which it was last reminded of it."""

    line: TaskLine
    last_urged: date | None
    # Its place in protocol order.
    order_path: str


def urged_rows(*, actor: Actor, given: TaskFilter) -> Iterator[ToUrge]:
    """Return every task of which units may be reminded, streamed in protocol order; refuses before the first row."""
    found = _in_order(actor, given)
    return (_with_last(row) for row in found.iterator(chunk_size=2000))


def urged_page(*, actor: Actor, given: TaskFilter, after: str = "", size: int = PAGE_SIZE) -> Page[ToUrge]:
    """Return one page of `urged_rows`."""
    tasks = _in_order(actor, given)
    if after:
        order_path, task_id = decode_key(after, length=2, kinds=(str, int))
        tasks = tasks.filter(Q(unit__order_path__gt=order_path) | Q(unit__order_path=order_path, pk__gt=task_id))
    rows = [_with_last(row) for row in tasks[: size + 1]]
    return cut(rows, size=size, key=lambda row: (row.order_path, row.line.pk))


def _in_order(actor: Actor, given: TaskFilter) -> QuerySet[Task, tuple[Any, ...]]:
    urging = TaskEntry.objects.filter(task=OuterRef("pk"), urged_on__isnull=False).order_by("-urged_on")
    return (
        urged_tasks(actor=actor, given=given)
        .annotate(last_urged=Subquery(urging.values("urged_on")[:1]))
        .order_by("unit__order_path", "pk")
        .values_list(*PATHS, "last_urged", "unit__order_path")
    )


def _with_last(row: tuple[Any, ...]) -> ToUrge:
    *line, last_urged, order_path = row
    return ToUrge(TaskLine(*line), last_urged, order_path)


def urged_principal(*, actor: Actor, unit_id: int, campaign_id: int) -> list[TaskEntry]:
    """
    Return the reminders that somebody put before the principal of a unit, newest first, for what waits for it still.

    An item that was urged several times stands there once, with its last reminder.
    """
    last = (
        TaskEntry.objects.filter(
            organisation.scope_filter(scope=actor.scope(TasksCapability.ANSWER), unit="task__unit"),
            to_principal=True,
            task__unit=unit_id,
            task__campaign=campaign_id,
            task__status__in=URGED_STATUSES,
        )
        .order_by("task", "-urged_on")
        .distinct("task")
    )
    found = TaskEntry.objects.filter(pk__in=last.values("pk")).select_related("task__assignment")
    return list(found.order_by("-urged_on", "-pk")[:URGED_SHOWN])


@dataclass(frozen=True, slots=True)
class UrgedOutcome:
    """What became of one item of a list that was urged."""

    task_id: int
    unit: str
    wording: str
    is_now: bool
    # Who urged it that day before; empty where it was urged now, or not at all.
    by: str
    # The state in which the item is, where it does not wait for its unit any more.
    state: str


def urged_outcomes(
    *,
    actor: Actor,
    now: Sequence[int],
    already: Sequence[int],
    shown: Sequence[int],
    on: date,
    to_principal: bool,
    most: int,
) -> list[UrgedOutcome]:
    """
    Return what became of the first `most` items: those that were not urged first, then `now`, each in protocol order.

    `now` and `already` are the answer of the command; `shown` are the items that the actor saw and meant.
    """
    meant = visible_tasks(actor=actor).filter(pk__in=list(shown)).values("pk")
    urging = TaskEntry.objects.filter(task=OuterRef("pk"), urged_on=on, to_principal=to_principal)
    found = (
        Task.objects.filter(Q(pk__in=[*now, *already]) | Q(pk__in=meant))
        .annotate(urged_by=Subquery(urging.values("by")[:1]), is_new=Case(When(pk__in=list(now), then=1), default=0))
        .select_related("assignment", "unit")
        .order_by("is_new", "unit__order_path", "pk")
    )
    return [
        UrgedOutcome(
            task_id=task.pk,
            unit=task.unit.shown_name,
            wording=task.assignment.wording,
            is_now=bool(task.is_new),
            by="" if task.is_new else task.urged_by or "",
            state="" if task.is_new or task.status in URGED_STATUSES else task.get_status_display(),
        )
        for task in found[:most]
    ]

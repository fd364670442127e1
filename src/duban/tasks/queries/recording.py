"""What a township records for its villages, and what a branch has to do this year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet

from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import words
from duban.tasks.models import Assignment, Task
from duban.tasks.policy import TasksCapability
from duban.tasks.queries.lists import Day
from duban.tasks.states import OPEN_STATUSES, TaskStatus

COLUMNS_AT_MOST = 12
ROWS_AT_MOST = 300
LINES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit's share of one item; without a task the unit does not owe it."""

    task: Task | None
    tone: str
    word: str


@dataclass(frozen=True, slots=True)
class VillageRow:
    """One unit and its cell for each item."""

    unit: Unit
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class VillageTable:
    """The units below a recorder × the open items."""

    columns: Sequence[Assignment]
    rows: Sequence[VillageRow]
    # Items that found no column.
    more: int


@dataclass(frozen=True, slots=True)
class YearOfUnit:
    """How many items a unit has had this year, how many are done, and the first five, open ones first."""

    total: int
    done: int
    lines: Sequence[Task]


def recorded_tasks(*, actor: Actor, campaign_id: int) -> QuerySet[Task]:
    """Return the tasks of the units below for which this actor records; their own unit's are not among them."""
    tasks = Task.objects.filter(
        organisation.scope_filter(scope=actor.scope(TasksCapability.ANSWER), unit="unit"), campaign_id=campaign_id
    )
    return tasks.exclude(unit_id=actor.unit_id) if actor.unit_id is not None else tasks


def village_table(*, actor: Actor, campaign_id: int, day: Day) -> VillageTable:
    """Return the table villages × open items of a recorder, villages in protocol order, nearest items first."""
    tasks = recorded_tasks(actor=actor, campaign_id=campaign_id)
    chosen = list(
        tasks.filter(status__in=OPEN_STATUSES)
        .values("assignment_id")
        .annotate(due=Min("agreed_due"))
        .order_by(F("due").asc(nulls_last=True), "assignment_id")
        .values_list("assignment_id", flat=True)[: COLUMNS_AT_MOST + 100]
    )
    shown = chosen[:COLUMNS_AT_MOST]
    known = Assignment.objects.in_bulk(shown)
    columns = [known[assignment_id] for assignment_id in shown]
    by_unit: dict[int, dict[int, Task]] = {}
    units: dict[int, Unit] = {}
    owed = tasks.filter(assignment_id__in=shown).exclude(status__in=[TaskStatus.DECLINED, TaskStatus.WITHDRAWN])
    for task in owed.select_related("unit").order_by("unit__order_path", "unit_id")[: ROWS_AT_MOST * COLUMNS_AT_MOST]:
        units[task.unit_id] = task.unit
        by_unit.setdefault(task.unit_id, {})[task.assignment_id] = task
    rows = [
        VillageRow(unit, [_cell(by_unit[unit_id].get(column.pk), column, day) for column in columns])
        for unit_id, unit in list(units.items())[:ROWS_AT_MOST]
    ]
    return VillageTable(columns=columns, rows=rows, more=len(chosen) - len(shown))


def open_rows(*, actor: Actor, campaign_id: int, assignment_id: int) -> list[Task]:
    """Return the open shares of one item for which this actor records, in protocol order of their units."""
    tasks = recorded_tasks(actor=actor, campaign_id=campaign_id).filter(
        assignment_id=assignment_id, status__in=[TaskStatus.TO_SIGN, TaskStatus.IN_HAND]
    )
    return list(tasks.select_related("unit", "assignment").order_by("unit__order_path", "unit_id")[:ROWS_AT_MOST])


def year_of_unit(*, actor: Actor, unit_id: int, campaign_id: int, on: date) -> YearOfUnit:
    """Return the items of a unit issued in the year of the day, to whoever answers for the unit or belongs to it."""
    capability = TasksCapability.VIEW if actor.holds(TasksCapability.VIEW) else TasksCapability.FOLLOW
    tasks = Task.objects.filter(
        organisation.scope_filter(scope=actor.scope(capability), unit="unit"),
        unit_id=unit_id,
        campaign_id=campaign_id,
        issued_at__year=on.year,
    ).exclude(status__in=[TaskStatus.DECLINED, TaskStatus.WITHDRAWN])
    counts = tasks.aggregate(total=Count("pk"), done=Count("pk", filter=Q(status=TaskStatus.DONE)))
    lines = tasks.select_related("assignment").order_by(
        F("finished_on").asc(nulls_first=True), F("agreed_due").asc(nulls_last=True), "pk"
    )[:LINES]
    return YearOfUnit(total=counts["total"], done=counts["done"], lines=list(lines))


def noted_tasks(*, actor: Actor, unit_id: int, campaign_id: int) -> list[Task]:
    """Return the items of a unit on which something can be written now, nearest first."""
    tasks = Task.objects.filter(
        organisation.scope_filter(scope=actor.scope(TasksCapability.ANSWER), unit="unit"),
        unit_id=unit_id,
        campaign_id=campaign_id,
        status__in=[TaskStatus.TO_SIGN, TaskStatus.IN_HAND],
    )
    return list(tasks.select_related("assignment").order_by(F("agreed_due").asc(nulls_last=True), "pk")[:ROWS_AT_MOST])


def _cell(task: Task | None, assignment: Assignment, day: Day) -> Cell:
    if task is None:
        return Cell(None, "off", "")
    tone, word = words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind=assignment.due_kind,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    # The status says what is to be done; lateness is added where there is any.
    status = str(TaskStatus(task.status).label)
    return Cell(task, tone, f"{status} · {word}" if tone in {"overdue", "near"} else status)

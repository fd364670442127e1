"""Lists of tasks: the work list, what one unit owes, what waits for a checker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from duban.figures import queries as figures
from duban.figures.commands import near_until
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import query_words
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.models import LAST_DAY, Assignment, ChangeRequest, Task, TaskFiguresPast
from duban.tasks.policy import TasksCapability
from duban.tasks.queries.lines import TaskLine, lines_of
from duban.tasks.states import NOT_OWED, OPEN_CHANGES, OPEN_STATUSES, ClosingMode, TaskStatus

PAGE_SIZE = 50
COUNTED_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Day:
    """The day for which a list speaks, and the last day that is near on it."""

    as_of: date
    near_until: date


def day_of(*, actor: Actor, campaign_id: int, today: date) -> Day:
    """Return the day for which the campaign's figures are true; today before anything was counted."""
    kept = figures.day_of(actor=actor, campaign_id=campaign_id)
    if kept is not None:
        return Day(kept.as_of, kept.near_until)
    return Day(today, near_until(actor=actor, day=today))


def figures_kept_since(*, actor: Actor, campaign_id: int) -> date | None:
    """Return the first day at whose close the campaign's figures were kept, or None before one was."""
    first: date | None = TaskFiguresPast.objects.filter(campaign_id=campaign_id).aggregate(first=Min("valid_from"))[
        "first"
    ]
    return first


def unit_in_view(*, actor: Actor, unit_id: int) -> Unit:
    """
    Return one unit whose tasks this actor may see; seeing the unit itself does not suffice.

    :raises NotFound: if there is none in their scope
    """
    unit = organisation.unit_where(actor=actor, capability=TasksCapability.VIEW, unit_id=unit_id)
    if unit is None:
        raise NotFound(_("There is no such unit in your scope."))
    return unit


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; empty means not narrowed."""

    campaign_id: int
    # A search in wording, heading and source.
    words: str = ""
    # A status, or one of: open, overdue, due_today, near_due, long_term, total, signed, all; change_asked are those of
    # which a request waits for this actor's decision.
    status: str = "open"
    # The agreed date itself.
    due_on: date | None = None
    # Tasks of this unit, with everything below it unless `own_only`.
    unit_id: int | None = None
    own_only: bool = False
    levels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    assignment_id: int | None = None
    # The parts into which this task was passed down.
    passed_from_id: int | None = None
    # The day on which late and near are judged, and the last day that is near on it.
    as_of: date = field(default=LAST_DAY)
    near_until: date = field(default=LAST_DAY)


def narrowed(*, actor: Actor, given: TaskFilter, also: Q | None = None) -> QuerySet[Task]:
    """Return the tasks of units in this actor's scope, and of those that fit `also`, that match the filter."""
    tasks = Task.objects.filter(campaign_id=given.campaign_id)
    if not actor.is_system:
        condition = _unit_condition(actor)
        # An empty condition holds for all.
        tasks = tasks.filter(condition | also if also is not None and condition else condition)
    if given.unit_id is not None:
        unit = unit_in_view(actor=actor, unit_id=given.unit_id)
        tasks = (
            tasks.filter(unit=unit)
            if given.own_only
            else tasks.filter(unit__path__startswith=unit.path)
            if unit.depth
            else tasks
        )
    for column, values in (
        ("level", given.levels),
        ("field", given.fields),
        ("kind", given.kinds),
        ("rank", given.ranks),
    ):
        if values:
            tasks = tasks.filter(**{f"unit__{column}__in": values})
    if given.assignment_id is not None:
        tasks = tasks.filter(assignment_id=given.assignment_id)
    if given.passed_from_id is not None:
        tasks = tasks.filter(passed_from_id=given.passed_from_id)
    searched = query_words(given.words)
    if searched:
        found = matching_assignments(campaign_id=given.campaign_id, searched=searched)
        tasks = tasks.filter(assignment_id__any_of=found)
    if given.due_on is not None:
        tasks = tasks.filter(agreed_due=given.due_on)
    if given.status == "change_asked":
        asked = ChangeRequest.objects.filter(task=OuterRef("pk"), status__in=OPEN_CHANGES)
        return tasks.filter(Exists(asked), _checked_by(actor))
    return tasks.filter(status_condition(status=given.status, as_of=given.as_of, near_until=given.near_until))


def matching_assignments(*, campaign_id: int, searched: Sequence[str]) -> list[int]:
    """Return the assignments whose text contains all search words (R-640: two characters suffice)."""
    query = " & ".join("'" + word.replace("'", "''").replace("\\", "\\\\") + "'" for word in searched)
    return list(
        Assignment.objects.filter(campaign_id=campaign_id)
        .extra(where=["search @@ %s::tsquery"], params=[query])
        .values_list("pk", flat=True)
    )


def _unit_condition(actor: Actor) -> Q:
    scope = actor.scope(TasksCapability.VIEW)
    # A scope of the whole tree needs no join.
    if any(path.count("/") == 1 for path in scope.paths):
        return Q()
    return organisation.scope_filter(scope=scope, unit="unit")


def status_condition(*, status: str, as_of: date, near_until: date) -> Q:
    """
    Return the filter for a status or for one of the derived words: open, total, overdue, due_today, near_due,
    long_term, change_asked, declared; anything else narrows nothing.
    """
    is_open = Q(status__in=OPEN_STATUSES)
    if status == "open":
        return is_open
    if status == "total":
        return ~Q(status__in=NOT_OWED)
    if status == "overdue":
        return is_open & Q(agreed_due__lt=as_of)
    if status == "due_today":
        return is_open & Q(agreed_due=as_of)
    if status == "near_due":
        return is_open & Q(agreed_due__gte=as_of, agreed_due__lte=near_until)
    if status == "long_term":
        return is_open & Q(agreed_due__isnull=True)
    if status == "signed":
        return ~Q(status__in=[TaskStatus.TO_SIGN, *NOT_OWED])
    if status == "declared":
        return Q(status=TaskStatus.DONE, closing_mode=ClosingMode.DECLARE)
    if status in TaskStatus.values:
        return Q(status=status)
    return Q()


def work_list(*, actor: Actor, given: TaskFilter, after: str = "", size: int = PAGE_SIZE) -> Page[Task]:
    """Return one page of tasks: key items first, then by agreed date, undated ones last (R-643)."""
    return page_of(narrowed(actor=actor, given=given), after=after, size=size)


def work_lines(
    *, actor: Actor, given: TaskFilter, after: str = "", size: int = PAGE_SIZE
) -> tuple[Page[TaskLine], int]:
    """
    Return the lines of a page of `work_list`, and how many tasks match, counted to 1,001 at most; searches once for
    both.
    """
    tasks = narrowed(actor=actor, given=given)
    rows = list(lines_of(actor=actor, tasks=_from(ordered(tasks), after)[: size + 1]))
    page = cut(rows, size=size, key=_key)
    if not after and not page.after:
        return page, len(page.rows)
    return page, tasks[: COUNTED_AT_MOST + 1].count()


def page_of(tasks: QuerySet[Task], *, after: str, size: int) -> Page[Task]:
    """Return one page of tasks in the order of every list of tasks."""
    rows = list(_from(ordered(tasks), after).select_related("assignment", "unit")[: size + 1])
    return cut(rows, size=size, key=_key)


def _key(task: Task | TaskLine) -> tuple[object, ...]:
    return task.is_key, task.agreed_due or LAST_DAY, task.pk


def _from(tasks: QuerySet[Task], after: str) -> QuerySet[Task]:
    """Leave out what stands before the key of a page's last row."""
    if not after:
        return tasks
    is_key, due, task_id = decode_key(after, length=3, kinds=(bool, date, int))
    return tasks.filter(
        Q(is_key__lt=is_key) | (Q(is_key=is_key) & (Q(due_order__gt=due) | Q(due_order=due, pk__gt=task_id)))
    )


def ordered(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return the tasks in the order of every list of tasks."""
    return tasks.alias(due_order=Coalesce("agreed_due", Value(LAST_DAY))).order_by(
        F("is_key").desc(), "due_order", "pk"
    )


def to_check_page(*, actor: Actor, campaign_id: int, after: str = "", size: int = PAGE_SIZE) -> Page[Task]:
    """Return one page of the tasks that wait for a checker in this actor's scope, longest waiting first."""
    tasks = to_check(actor=actor, campaign_id=campaign_id)
    if after:
        asked_at, task_id = decode_key(after, length=2, kinds=(datetime, int))
        tasks = tasks.filter(Q(asked_at__gt=asked_at) | Q(asked_at=asked_at, pk__gt=task_id))
    rows = list(tasks.select_related("assignment", "unit").order_by("asked_at", "pk")[: size + 1])
    return cut(rows, size=size, key=lambda task: (task.asked_at, task.pk))


def count_to_check(*, actor: Actor, campaign_id: int) -> int:
    """Return how many tasks wait for a checker in this actor's scope, counted to 1,001 at most."""
    return to_check(actor=actor, campaign_id=campaign_id)[: COUNTED_AT_MOST + 1].count()


def to_check(*, actor: Actor, campaign_id: int) -> QuerySet[Task]:
    """Return the tasks that wait for a checker in this actor's scope."""
    return Task.objects.filter(_checked_by(actor), campaign_id=campaign_id, status=TaskStatus.ASKED_DONE)


def _checked_by(actor: Actor) -> Q:
    scope = actor.scope(TasksCapability.CHECK)
    # A scope of the whole tree needs no join.
    return Q() if actor.is_system or scope.is_whole else organisation.scope_filter(scope=scope, unit="checker_unit")

"""The work list: every item in the actor's scope, searched and narrowed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.kernel.paging import Page
from duban.organisation.models import Unit
from duban.portal.listing import Column, Listing, filter_words
from duban.tasks import queries as tasks
from duban.tasks import words
from duban.tasks.models import Task
from duban.tasks.queries import Day, TaskFilter
from duban.tasks.states import TaskStatus


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line of the work list."""

    task: Task
    tone: str
    word: str


@dataclass(frozen=True, slots=True)
class WorkList:
    """One page of the work list, with the words of its head."""

    page: Page[WorkLine]
    count: int
    given: TaskFilter
    unit: Unit | None
    day: Day
    scope: str
    filters: str


def task_filter(
    *,
    actor: Actor,
    campaign: Campaign,
    today: date,
    searched: str = "",
    status: str = "open",
    unit_id: int | None = None,
    own_only: bool = False,
    choice: UnitChoice | None = None,
    assignment_id: int | None = None,
) -> TaskFilter:
    """Return what a list of tasks is narrowed to, judged on the day for which the figures are true."""
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    axes = choice or UnitChoice()
    return TaskFilter(
        campaign_id=campaign.pk,
        words=searched,
        status=status,
        unit_id=unit_id,
        own_only=own_only,
        levels=axes.levels,
        fields=axes.fields,
        kinds=axes.kinds,
        ranks=axes.ranks,
        assignment_id=assignment_id,
        as_of=day.as_of,
        near_until=day.near_until,
    )


def work_list(*, actor: Actor, campaign: Campaign, given: TaskFilter, after: str = "") -> WorkList:
    """Return one page of the work list with its count, counted to 1,001 at most."""
    page, count = tasks.work_list_with_count(actor=actor, given=given, after=after)
    day = Day(given.as_of, given.near_until)
    unit = _unit(actor, given)
    return WorkList(
        page=Page([_line(task, day) for task in page.rows], page.after),
        count=count,
        given=given,
        unit=unit,
        day=day,
        scope=_scope_words(campaign, unit, given),
        filters=_filter_words(actor, given),
    )


def work_listing(*, actor: Actor, campaign: Campaign, given: TaskFilter) -> Listing:
    """Return every row of the work list, streamed in its order, for Excel and Word."""
    return Listing(
        title=_("Work list"),
        scope=_scope_words(campaign, _unit(actor, given), given),
        filters=_filter_words(actor, given),
        as_of=given.as_of,
        columns=task_columns(),
        rows=_rows(actor, given),
    )


def status_choices() -> list[tuple[str, str]]:
    """Return the words by which a list of tasks is narrowed to a status."""
    derived = [
        ("open", _("Open")),
        ("overdue", _("Overdue")),
        ("near_due", _("Near due")),
        ("long_term", _("Long-term")),
        ("total", _("Owed")),
        ("signed", _("Signed for")),
    ]
    return [*derived, *((value, str(label)) for value, label in TaskStatus.choices), ("all", _("All"))]


def task_columns() -> list[Column]:
    """Return the columns of every list of tasks that leaves as a file."""
    return [
        Column("unit", _("Owner unit"), width=20),
        Column("wording", _("What is to be done"), width=48),
        Column("source", _("Why"), width=40),
        Column("original_due", _("Original date"), "date"),
        Column("agreed_due", _("Agreed date"), "date"),
        Column("state", _("State")),
        Column("judged", _("Pace")),
    ]


def task_cells(*, task: Task, word: str) -> list[object]:
    """Return the cells of one task under `task_columns`."""
    return [
        task.unit.name,
        task.assignment.wording,
        task.assignment.source_sentence or task.assignment.source_label,
        task.original_due or task.assignment.due_text,
        task.agreed_due or "",
        str(TaskStatus(task.status).label),
        word,
    ]


def _line(task: Task, day: Day) -> WorkLine:
    return WorkLine(
        task,
        *words.judged(
            status=task.status,
            agreed_due=task.agreed_due,
            due_kind=task.assignment.due_kind,
            as_of=day.as_of,
            near_until=day.near_until,
        ),
    )


def _rows(actor: Actor, given: TaskFilter) -> Iterator[Sequence[object]]:
    day = Day(given.as_of, given.near_until)
    found = tasks.ordered(tasks.narrowed(actor=actor, given=given)).select_related("assignment", "unit")
    for task in found.iterator(chunk_size=2000):
        yield task_cells(task=task, word=_line(task, day).word)


def _unit(actor: Actor, given: TaskFilter) -> Unit | None:
    return None if given.unit_id is None else tasks.unit_in_view(actor=actor, unit_id=given.unit_id)


def _scope_words(campaign: Campaign, unit: Unit | None, given: TaskFilter) -> str:
    place = _("All units in your scope") if unit is None else unit.name
    return f"{place}{_('(itself)') if unit and given.own_only else ''} · {campaign.name}"


def _filter_words(actor: Actor, given: TaskFilter) -> str:
    parts = [f"{_('State')}: {dict(status_choices()).get(given.status, _('All'))}"]
    parts.append(filter_words(UnitChoice(given.levels, given.fields, given.kinds, given.ranks)))
    if given.words:
        parts.append(f"{_('Search')}: {given.words}")
    if given.assignment_id is not None:
        assignment = tasks.get_assignment(actor=actor, assignment_id=given.assignment_id)
        parts.append(f"{_('Assignment')}: {assignment.wording[:40]}")
    return "；".join(part for part in parts if part)

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
from duban.portal.listing import filter_words
from duban.tasks import queries as tasks
from duban.tasks import words
from duban.tasks.queries import Day, TaskFilter, TaskLine
from duban.tasks.states import TaskStatus
from duban.workbooks.listing import Column, Listing


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line of the work list."""

    task: TaskLine
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
    passed_from_id: int | None = None,
    due_on: date | None = None,
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
        passed_from_id=passed_from_id,
        due_on=due_on,
        as_of=day.as_of,
        near_until=day.near_until,
    )


def work_list(*, actor: Actor, campaign: Campaign, given: TaskFilter, after: str = "") -> WorkList:
    """Return one page of the work list with its count, counted to 1,001 at most."""
    page, count = tasks.work_lines(actor=actor, given=given, after=after)
    day = Day(given.as_of, given.near_until)
    unit = _unit(actor, given)
    return WorkList(
        page=Page([line_of(task, day) for task in page.rows], page.after),
        count=count,
        given=given,
        unit=unit,
        day=day,
        scope=_scope_words(campaign, unit, given),
        filters=filter_line(actor, given),
    )


def work_listing(*, actor: Actor, campaign: Campaign, given: TaskFilter) -> Listing:
    """Return every row of the work list, streamed in its order, for Excel and Word."""
    return Listing(
        title=_("Work list"),
        scope=scope_line(actor, campaign, given),
        filters=filter_line(actor, given),
        as_of=given.as_of,
        columns=task_columns(),
        rows=_rows(actor, given),
    )


def status_choices() -> list[tuple[str, str]]:
    """Return the words by which a list of tasks is narrowed to a status."""
    derived = [
        ("open", _("Open")),
        ("overdue", _("Overdue")),
        ("due_today", _("Due today")),
        ("near_due", _("Near due")),
        ("change_asked", _("Change requests")),
        ("long_term", _("Without an end date")),
        ("declared", _("Declared")),
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
        Column("tightened_due", _("Earlier date set below"), "date"),
        Column("agreed_due", _("Agreed date"), "date"),
        Column("state", _("State")),
        Column("judged", _("Pace")),
    ]


def task_cells(*, task: TaskLine, word: str) -> list[object]:
    """Return the cells of one task under `task_columns`."""
    return [
        task.unit,
        _wording(task),
        task.source_sentence or task.source_label,
        task.original_due or task.due_text,
        task.tightened_due or "",
        task.agreed_due or "",
        task.state,
        word,
    ]


def _wording(task: TaskLine) -> str:
    """Return what is asked, with what the unit that passed it down added under it."""
    if not task.added_wording:
        return task.wording
    return f"{task.wording}\n{_('Added when passing down')}：{task.added_wording}"


def line_of(task: TaskLine, day: Day) -> WorkLine:
    """Return a task with how it stands on a day."""
    return WorkLine(
        task,
        *words.judged(
            status=task.status,
            agreed_due=task.agreed_due,
            due_kind=task.due_kind,
            as_of=day.as_of,
            near_until=day.near_until,
        ),
    )


def _rows(actor: Actor, given: TaskFilter) -> Iterator[Sequence[object]]:
    day = Day(given.as_of, given.near_until)
    found = tasks.ordered(tasks.narrowed(actor=actor, given=given))
    for task in tasks.lines_of(actor=actor, tasks=found, chunk_size=2000):
        yield task_cells(task=task, word=line_of(task, day).word)


def _unit(actor: Actor, given: TaskFilter) -> Unit | None:
    return None if given.unit_id is None else tasks.unit_in_view(actor=actor, unit_id=given.unit_id)


def scope_line(actor: Actor, campaign: Campaign, given: TaskFilter) -> str:
    """Return the scope of a list of tasks in words."""
    return _scope_words(campaign, _unit(actor, given), given)


def _scope_words(campaign: Campaign, unit: Unit | None, given: TaskFilter) -> str:
    place = _("All units in your scope") if unit is None else unit.name
    return f"{place}{_('(itself)') if unit and given.own_only else ''} · {campaign.name}"


def narrowing_words(*, actor: Actor, given: TaskFilter) -> str:
    """Return to what a list of tasks is narrowed, without the words of an item or of a search; empty if to nothing."""
    unit = _unit(actor, given)
    place = f"{unit.shown_name}{_('(itself)') if given.own_only else ''}" if unit is not None else ""
    parts = [place]
    if given.status not in {"open", "all"}:
        parts.append(dict(status_choices()).get(given.status, ""))
    parts.append(filter_words(UnitChoice(given.levels, given.fields, given.kinds, given.ranks)))
    if given.due_on is not None:
        parts.append(f"{_('Due on')}: {given.due_on}")
    if given.assignment_id is not None or given.passed_from_id is not None:
        parts.append(_("one assignment"))
    if given.words:
        parts.append(_("found by a search"))
    return "；".join(part for part in parts if part)


def filter_line(actor: Actor, given: TaskFilter) -> str:
    """Return the filters of a list of tasks in words."""
    parts = [f"{_('State')}: {dict(status_choices()).get(given.status, _('All'))}"]
    parts.append(filter_words(UnitChoice(given.levels, given.fields, given.kinds, given.ranks)))
    if given.words:
        parts.append(f"{_('Search')}: {given.words}")
    if given.assignment_id is not None:
        assignment = tasks.get_assignment(actor=actor, assignment_id=given.assignment_id)
        parts.append(f"{_('Assignment')}: {assignment.wording[:40]}")
    if given.passed_from_id is not None:
        task = tasks.get_task(actor=actor, task_id=given.passed_from_id)
        parts.append(f"{_('Passed down from')}: {task.assignment.wording[:40]}")
    if given.due_on is not None:
        parts.append(f"{_('Due on')}: {given.due_on}")
    return "；".join(part for part in parts if part)

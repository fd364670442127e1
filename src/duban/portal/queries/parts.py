"""The parts of a task that was passed down, or the units of one assignment: how far the whole chain has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.portal.queries.work import status_choices
from duban.tasks import queries as tasks
from duban.tasks import words
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, Task
from duban.tasks.policy import TasksCapability, may_urge_parts
from duban.tasks.queries import PART_COUNTS, Counts, Day, LevelCounts
from duban.workbooks.listing import Column, Listing

# The columns of counts, of everything below a part.
SHOWN = tuple(name for name in PART_COUNTS if name != "tightened")


@dataclass(frozen=True, slots=True)
class PartRow:
    """One unit's part, with how far it has come and the counts of what the unit passed down further."""

    task: Task
    tone: str
    word: str
    # Empty where the unit passed nothing down.
    numbers: Sequence[object]


@dataclass(frozen=True, slots=True)
class PartsTable:
    """One page of the parts, with the words of its head."""

    task: Task | None
    assignment: Assignment
    rows: list[PartRow]
    levels: list[LevelCounts]
    total: Counts
    labels: list[str]
    after: str
    status: str
    day: Day
    scope: str
    filters: str
    # Whether this actor reminds the units of these parts.
    may_urge: bool


def parts_table(
    *,
    actor: Actor,
    campaign: Campaign,
    task_id: int | None,
    assignment_id: int | None,
    status: str,
    today: date,
    after: str = "",
) -> PartsTable:
    """
    Return one page of the parts of a task, or of the units of an assignment, in protocol order.

    :raises InvalidInput: if neither is named
    :raises NotFound: if this actor may not see the parts
    """
    if task_id is None and assignment_id is None:
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    status = status if status in dict(status_choices()) else "all"
    found = tasks.parts_page(
        actor=actor, task_id=task_id, assignment_id=assignment_id, status=status, day=day, after=after
    )
    labels = {figure.name: str(figure.label) for figure in TASK_FIGURES.figures}
    owner = found.task.unit if found.task is not None else found.assignment.assigner
    passed_down = found.task is not None or found.assignment.passed_from_id is not None
    return PartsTable(
        task=found.task,
        assignment=found.assignment,
        rows=[_row(part, day) for part in found.rows],
        levels=found.levels,
        total=found.total,
        labels=[labels[name] for name in SHOWN],
        after=found.after,
        status=status,
        day=day,
        scope=f"{owner.name} · {found.assignment.wording[:40]}",
        filters=f"{_('State')}: {dict(status_choices())[status]}",
        may_urge=actor.holds(TasksCapability.URGE) or (passed_down and bool(may_urge_parts(actor, owner))),
    )


def parts_listing(
    *, actor: Actor, campaign: Campaign, task_id: int | None, assignment_id: int | None, status: str, today: date
) -> Listing:
    """Return every row of the parts for Excel and Word, in the order of the pages."""
    first = parts_table(
        actor=actor,
        campaign=campaign,
        task_id=task_id,
        assignment_id=assignment_id,
        status=status,
        today=today,
    )
    return Listing(
        title=_("Parts passed down") if first.task is not None else _("How far the chain has come"),
        scope=first.scope,
        filters=first.filters,
        as_of=first.day.as_of,
        columns=[
            Column("unit", _("Unit"), width=28),
            Column("state", _("State")),
            Column("judged", _("Pace")),
            Column("original_due", _("Original date"), "date"),
            Column("tightened_due", _("Earlier date set below"), "date"),
            Column("agreed_due", _("Agreed date"), "date"),
            *(
                Column(name, f"{_('Lower levels')}: {label}", "integer", 10)
                for name, label in zip(SHOWN, first.labels, strict=True)
            ),
        ],
        rows=_all_rows(
            first, actor=actor, campaign=campaign, task_id=task_id, assignment_id=assignment_id, today=today
        ),
    )


def _all_rows(
    table: PartsTable,
    *,
    actor: Actor,
    campaign: Campaign,
    task_id: int | None,
    assignment_id: int | None,
    today: date,
) -> Iterator[list[object]]:
    while True:
        for row in table.rows:
            yield [
                row.task.unit.name,
                row.task.get_status_display(),
                row.word,
                row.task.original_due or row.task.assignment.due_text,
                row.task.tightened_due or "",
                row.task.agreed_due or "",
                *(row.numbers or ("",) * len(SHOWN)),
            ]
        if not table.after:
            return
        table = parts_table(
            actor=actor,
            campaign=campaign,
            task_id=task_id,
            assignment_id=assignment_id,
            status=table.status,
            today=today,
            after=table.after,
        )


def _row(part: tasks.Part, day: Day) -> PartRow:
    task = part.task
    tone, word = words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind=task.assignment.due_kind,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    return PartRow(task, tone, word, [part.below[name] for name in SHOWN] if part.below else [])

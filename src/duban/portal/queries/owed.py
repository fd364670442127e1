"""What one unit still owes: what, why, by when, and the one next step."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.kernel.rows import Part
from duban.organisation.models import Unit
from duban.portal.queries.work import task_cells, task_columns
from duban.tasks import queries as tasks
from duban.tasks import words
from duban.tasks.policy import TasksCapability
from duban.tasks.queries import OWED_TABS, Counts, Day, TaskLine
from duban.tasks.states import TaskStatus
from duban.workbooks.listing import Listing

# What the list shows at most; the work list pages through more.
OWED_AT_MOST = 300
MOST_UNITS = 200


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One line of what a unit owes."""

    task: TaskLine
    tone: str
    word: str
    # sign: a button; answer: a way to the item; wait: somebody else's turn.
    next_step: str
    # The counts of its parts, in the tab of what was passed down.
    parts: Counts | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What one unit still owes, grouped by how soon, with the words of its head."""

    unit: Unit
    tab: str
    groups: list[tuple[str, list[OwedLine]]]
    counts: dict[str, int]
    day: Day
    has_more: bool
    scope: str
    filters: str
    # Whether this actor answers for the unit; otherwise the lines are only read.
    may_answer: bool
    # All units for which this actor answers, in protocol order, their own first.
    answered_for: list[Unit]
    # Whether this actor passes items of the unit down, several in one step.
    may_pass_down: bool

    @property
    def lines(self) -> list[OwedLine]:
        """All lines in the order of the page."""
        return [line for _group, lines in self.groups for line in lines]


_UNIT = Part(Unit, "unit")
# By hand: it stands before what a unit owes, the page that most people open first.
_ANSWERED_FOR = f"""
SELECT {_UNIT.sql} FROM organisation_unit AS unit
 WHERE unit.path = ANY(%(paths)s) OR unit.id = ANY(%(units)s)
 ORDER BY unit.order_path, unit.id LIMIT %(most)s
"""  # noqa: S608 - columns of ours


def units_answered_for(*, actor: Actor) -> list[Unit]:
    """Return the units for which this actor answers, in protocol order: their own first post's unit, then others."""
    scope = actor.scope(TasksCapability.ANSWER)
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"paths": list(scope.paths), "units": list(scope.unit_ids), "most": MOST_UNITS}
        cursor.execute(_ANSWERED_FOR, given)
        found = [_UNIT.read(row) for row in cursor.fetchall()]
    return sorted(found, key=lambda unit: unit.pk != actor.unit_id)


def tab_words() -> dict[str, str]:
    """Return the words of the parts that a unit can have in an item, in the order of the tabs."""
    return {"mine": _("All that we do"), "lead": _("We lead"), "help": _("We help"), "passed": _("We passed down")}


def owed(*, actor: Actor, campaign: Campaign, unit_id: int | None, tab: str, today: date) -> Owed:
    """
    Return what a unit still owes; without `unit_id` the first unit for which the actor answers.

    :raises NotFound: if the actor answers for no unit, or may not see this one's tasks
    """
    units = units_answered_for(actor=actor)
    if unit_id is None:
        if not units:
            raise NotFound(_("Your present post answers for no unit."))
        unit_id = units[0].pk
    unit = next((unit for unit in units if unit.pk == unit_id), None)
    # Whoever answers for a unit sees its tasks (config.roles), but that is not for this page to assume.
    if unit is None or not actor.scope(TasksCapability.VIEW).covers(unit):
        unit = tasks.unit_in_view(actor=actor, unit_id=unit_id)
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    tab = tab if tab in OWED_TABS else "mine"
    found = tasks.owed_lines(
        actor=actor, unit_id=unit.pk, campaign_id=campaign.pk, tab=tab, most=OWED_AT_MOST + 1, unit=unit
    )
    shown = found.lines[:OWED_AT_MOST]
    parts = tasks.parts_by_task(actor=actor, task_ids=[task.pk for task in shown], day=day) if tab == "passed" else {}
    lines = [_line(task, day, is_owner=tab != "help", parts=parts.get(task.pk)) for task in shown]
    return Owed(
        unit=unit,
        tab=tab,
        groups=_by_how_soon(lines, day),
        counts=found.counts,
        day=day,
        has_more=len(found.lines) > OWED_AT_MOST,
        scope=f"{unit.name} · {campaign.name}",
        filters=tab_words()[tab],
        answered_for=units,
        may_answer=actor.scope(TasksCapability.ANSWER).covers(unit),
        may_pass_down=tab in {"mine", "lead"} and tasks.can_pass_down(actor=actor, unit=unit),
    )


def owed_listing(*, actor: Actor, campaign: Campaign, found: Owed) -> Listing:
    """Return the same lines for Excel and Word."""
    return Listing(
        title=_("What we still owe"),
        scope=found.scope,
        filters=found.filters,
        as_of=found.day.as_of,
        columns=task_columns(),
        rows=[task_cells(task=line.task, word=line.word) for line in found.lines],
    )


def _by_how_soon(lines: list[OwedLine], day: Day) -> list[tuple[str, list[OwedLine]]]:
    week_end = day.as_of + timedelta(days=6 - day.as_of.weekday())
    month_end = (day.as_of.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    def place(line: OwedLine) -> int:
        due = line.task.agreed_due
        if due is not None and due <= week_end:
            return 0
        return 1 if due is not None and due <= month_end else 2

    names = [_("Today and this week"), _("This month"), _("Later")]
    groups = [(name, [line for line in lines if place(line) == number]) for number, name in enumerate(names)]
    return [(name, members) for name, members in groups if members]


def _line(task: TaskLine, day: Day, *, is_owner: bool, parts: Counts | None) -> OwedLine:
    tone, word = words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind=task.due_kind,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    if not is_owner:
        step = "answer" if task.status == TaskStatus.IN_HAND else "wait"
    else:
        step = {TaskStatus.TO_SIGN: "sign", TaskStatus.IN_HAND: "answer"}.get(TaskStatus(task.status), "wait")
    return OwedLine(task, tone, word, step, parts)

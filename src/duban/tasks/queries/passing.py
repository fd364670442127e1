"""Reading what is to be passed down: what waits for it, to whom it can go, what that would cost, and transfers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.burden import queries as burden
from duban.burden.queries import Cost
from duban.kernel.authority import Actor, Scope
from duban.kernel.errors import InvalidInput, NotFound
from duban.kernel.paging import Page
from duban.organisation.models import Line, Unit
from duban.tasks import limits
from duban.tasks.breakdown import CLASSES
from duban.tasks.choosing import equals_of, served, subordinates, units_of_rule
from duban.tasks.models import Assignment, Task
from duban.tasks.policy import TasksCapability, may_issue, may_pass_down
from duban.tasks.queries.assigning import NAMED_UNITS, TooMany, asking_of, limits_of, too_many_answers
from duban.tasks.queries.chain import (
    Added,
    Chain,
    LevelCounts,
    added_on_the_way,
    chain_levels,
    count_open_parts,
    may_see_parts,
)
from duban.tasks.queries.lists import PAGE_SIZE, Day, ordered, page_of
from duban.tasks.queries.single import get_task, visible_tasks
from duban.tasks.queries.waiting import Waiting
from duban.tasks.states import TRANSFER_FLOW, Target, TaskStatus

# So many received tasks are passed down in one step at most.
PASSED_AT_ONCE = 100


def to_pass_down(*, actor: Actor, campaign_id: int) -> QuerySet[Task]:
    """
    Return the received tasks that wait to be passed down (上级交办待转办), in the order of every list of tasks.

    Those of the units that this actor's scopes head: still to be done, passed down to nobody, and with somebody below.
    """
    waiting = ordered(
        Task.objects.filter(
            _heads(actor.scope(TasksCapability.PASS_DOWN), own_unit=actor.unit_id),
            Exists(Unit.objects.filter(parent_id=OuterRef("unit_id"), valid_until__isnull=True))
            | Exists(Unit.objects.filter(line__lead_unit_id=OuterRef("unit_id"), valid_until__isnull=True)),
            ~Exists(Assignment.objects.filter(passed_from=OuterRef("pk"))),
            campaign_id=campaign_id,
            status__in=[TaskStatus.TO_SIGN, TaskStatus.IN_HAND],
        )
    )
    return waiting.select_related("assignment__assigner", "unit")


def received_waiting(*, actor: Actor, campaign_id: int) -> Waiting:
    """Return how many received tasks wait to be passed down, and since when the oldest was issued."""
    found = to_pass_down(actor=actor, campaign_id=campaign_id).order_by()
    told = found.aggregate(number=Count("pk"), oldest=Min("issued_at"))
    return Waiting(told["number"], timezone.localdate(told["oldest"]) if told["oldest"] else None)


def to_pass_down_page(*, actor: Actor, campaign_id: int, after: str = "", size: int = PAGE_SIZE) -> Page[Task]:
    """Return one page of the received tasks that wait to be passed down."""
    return page_of(to_pass_down(actor=actor, campaign_id=campaign_id), after=after, size=size)


def _heads(scope: Scope, *, own_unit: int | None) -> Q:
    heads = Q(unit__path__in=scope.paths)
    return heads | Q(unit_id=own_unit) if own_unit in scope.unit_ids else heads


@dataclass(frozen=True, slots=True)
class Choices:
    """To whom a unit can pass down: words for whole choices with how many units each has, and single units."""

    # (value, words, number of units); the value is "below", a word for a class, or "line:" and its number.
    wholes: list[tuple[str, str, int]]
    # The direct subordinates, where they are few enough to be offered one by one.
    units: list[Unit]


@dataclass(frozen=True, slots=True)
class PassDownPage:
    """The received tasks that are to be passed down together, and to whom their unit can pass them."""

    tasks: list[Task]
    unit: Unit
    choices: Choices
    # The earliest date received among them; an own date may not be later.
    latest_due: date | None


def pass_down_page(*, actor: Actor, task_ids: Sequence[int], on: date) -> PassDownPage:
    """Return what the form of passing down shows; refuses what `received_together` refuses."""
    tasks = received_together(actor=actor, task_ids=task_ids)
    dates = [task.agreed_due for task in tasks if task.agreed_due is not None]
    return PassDownPage(tasks, tasks[0].unit, _choices(tasks[0].unit, on), min(dates) if dates else None)


def received_together(*, actor: Actor, task_ids: Sequence[int]) -> list[Task]:
    """
    Return received tasks of one unit that are to be passed down in one step.

    :raises NotFound: if this actor cannot see one of the tasks
    :raises NotAllowed: if this actor does not pass down for its unit
    :raises InvalidInput: if none or too many were chosen, or they belong to several units
    """
    wanted = sorted(set(task_ids))
    if not wanted:
        raise InvalidInput(_("Please choose what is to be passed down."))
    if len(wanted) > PASSED_AT_ONCE:
        raise InvalidInput(
            _("At most %(count)d items are passed down in one step. Please choose fewer.") % {"count": PASSED_AT_ONCE}
        )
    found = ordered(visible_tasks(actor=actor).filter(pk__in=wanted)).select_related("assignment__assigner", "unit")
    tasks = list(found)
    if len(tasks) != len(wanted):
        raise NotFound(_("There is no such item."))
    if len({task.unit_id for task in tasks}) > 1:
        raise InvalidInput(_("These items belong to several units. Pass down those of one unit in one step."))
    may_pass_down(actor, tasks[0].unit).require()
    return tasks


def _choices(unit: Unit, on: date) -> Choices:
    below = subordinates(unit=unit, on=on)
    direct = units_of_rule(assigner=unit, target=Target.BELOW, rule={}, on=on)
    count = direct.count()
    wholes = [("below", str(Target.BELOW.label), count)]
    # One grouped question for all classes: the words of the breakdown table name levels, fields and kinds.
    classes = list(below.values_list("level", "field", "kind", "rank").annotate(number=Count("pk")).order_by())
    for word, rule in CLASSES.items():
        number = sum(row[4] for row in classes if _is_of(row[:4], rule))
        if number:
            wholes.append((word, word, number))
    lines = below.filter(line__isnull=False).values_list("line_id", "line__name").annotate(number=Count("pk"))
    wholes += [(f"line:{line}", name, number) for line, name, number in lines.order_by("line_id")]
    units = list(direct.order_by("order_path", "pk")) if count <= limits.OFFERED_UNITS else []
    return Choices(wholes, units)


def _is_of(unit: Sequence[str], rule: Mapping[str, Sequence[str]]) -> bool:
    return all(
        not rule.get(axis) or value in rule[axis]
        for axis, value in zip(("levels", "fields", "kinds", "ranks"), unit, strict=True)
    )


def rule_of_choice(
    *, actor: Actor, unit: Unit, choice: str, unit_ids: Sequence[int], names: Sequence[str], on: date
) -> tuple[str, dict[str, object]]:
    """
    Return target and rule for what a form or a call says: a whole choice, or "listed" with units and names.

    :raises InvalidInput: if nothing is chosen, or a name means no unit below or several
    """
    if choice == "below":
        return Target.BELOW, {}
    if choice in CLASSES:
        return Target.CLASS, dict(CLASSES[choice])
    if choice.startswith("line:") and choice[5:].isdecimal():
        line = Line.objects.filter(pk=int(choice[5:])).first()
        if line is not None:
            return Target.LINE, {"lines": [line.pk], "names": [line.name]}
    if choice != "listed":
        raise InvalidInput(_("Please choose who is to do it."), fields={"to": _("Please choose who is to do it.")})
    below = subordinates(unit=unit, on=on)
    chosen = set(below.filter(pk__in=list(unit_ids)).values_list("pk", flat=True))
    named = below.filter(Q(name__in=names) | Q(short_name__in=names)).values_list("pk", "name", "short_name")
    for name in names:
        found = [pk for pk, full, short in named if name in {full, short}]
        if len(found) != 1:
            sentence = (
                _("“%(name)s” means several units. Please write its full name.")
                if found
                else _("There is no unit “%(name)s” below yours.")
            )
            raise InvalidInput(sentence % {"name": name}, fields={"names": sentence % {"name": name}})
        chosen.add(found[0])
    if not chosen:
        sentence = _("Please choose at least one unit.")
        raise InvalidInput(sentence, fields={"units": sentence})
    return Target.LISTED, {"units": sorted(chosen)}


@dataclass(frozen=True, slots=True)
class PassDownPreview:
    """What passing down would do: nothing has been done yet."""

    # Units that receive something, and how many items that makes.
    count: int
    items: int
    units: list[Unit]
    # Units of the choice that have their part of every item already.
    served: int
    # What it would cost those that receive something, as every fan-out says before it is confirmed.
    cost: Cost
    # Why the unit could not check so many answers to one of the items.
    too_many: TooMany | None


def pass_down_preview(
    *,
    actor: Actor,
    page: PassDownPage,
    target: str,
    rule: Mapping[str, object],
    on: date,
    own_due: date | None = None,
) -> PassDownPreview:
    """Return how many units would receive the tasks, the first of them in protocol order, and what it costs them."""
    chosen = units_of_rule(assigner=page.unit, target=target, rule=rule, on=on)
    whole = chosen.count()
    having = dict(
        Task.objects.filter(passed_from__in=page.tasks, unit__in=chosen.values("pk"))
        .values_list("passed_from_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    missing = {task.pk: whole - having.get(task.pk, 0) for task in page.tasks}
    pending = [task_id for task_id, number in missing.items() if number]
    left = chosen.exclude(served(task_ids=pending)) if len(pending) == 1 else chosen if pending else chosen.none()
    count = left.count()
    return PassDownPreview(
        count=count,
        items=sum(missing.values()),
        units=list(left.order_by("order_path", "pk")[:NAMED_UNITS]),
        served=whole - count,
        cost=burden.cost_of(
            actor=actor,
            units=left,
            asked=[
                asking_of(task.assignment, due_on=own_due or task.agreed_due, on=on)
                for task in page.tasks
                if task.pk in pending
            ],
        ),
        too_many=_too_many(actor=actor, page=page, target=target, rule=rule, missing=missing, on=on),
    )


def _too_many(
    *, actor: Actor, page: PassDownPage, target: str, rule: Mapping[str, object], missing: Mapping[int, int], on: date
) -> TooMany | None:
    for task in page.tasks:
        draft = Assignment(
            assigner=page.unit, passed_from=task, closing_mode=task.closing_mode, target=target, target_rule=dict(rule)
        )
        set_to = limits_of(actor=actor, campaign_id=task.campaign_id)
        found = too_many_answers(actor=actor, assignment=draft, count=missing[task.pk], set_to=set_to, on=on)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class Moving:
    """What the page of a task offers for transferring it, and how often it was already."""

    units: list[Unit]
    times: int
    most: int

    @property
    def is_used_up(self) -> bool:
        """Whether it was transferred as often as is allowed."""
        return self.times >= self.most


def transfer_offered(*, actor: Actor, task: Task, on: date) -> Moving | None:
    """Return to whom this actor could transfer the task, or None where that is not theirs or not its state."""
    if not TRANSFER_FLOW.steps_from(task.status) or not may_issue(actor, task.assignment):
        return None
    units = equals_of(task=task, on=on).order_by("order_path", "pk")[: limits.OFFERED_UNITS]
    moving = Moving([], task.transfers, limits.TRANSFERS)
    return moving if moving.is_used_up else Moving(list(units), task.transfers, limits.TRANSFERS)


def equal_named(*, actor: Actor, task_id: int, text: str, on: date) -> Unit:
    """
    Return the unit to which a task is to be transferred, by its name.

    :raises NotFound: if this actor may not see the task
    :raises NotAllowed: if this actor's office did not assign it
    :raises InvalidInput: if no equal unit, or several, have this name
    """
    task = get_task(actor=actor, task_id=task_id)
    may_issue(actor, task.assignment).require()
    equals = equals_of(task=task, on=on)
    found = list(equals.filter(Q(name=text.strip()) | Q(short_name=text.strip()))[:2])
    if len(found) != 1:
        sentence = _("It goes to a unit of the same level below the assigner that has no part in it yet.")
        if found:
            sentence = _("“%(name)s” means several units. Please write its full name.") % {"name": text.strip()}
        raise InvalidInput(sentence, fields={"unit": sentence})
    return found[0]


@dataclass(frozen=True, slots=True)
class PassedDown:
    """What the page of a task shows about passing it down."""

    # Whether this actor may pass it down now, and there is anybody below to whom.
    is_possible: bool
    # The assignments by which it was passed down.
    assignments: list[Assignment]
    levels: list[LevelCounts]
    open_parts: int
    # What the units on the way added under the wording.
    added: list[Added]


def passed_down_of(*, actor: Actor, task: Task, day: Day) -> PassedDown:
    """Return what the page of a task shows about passing it down, and about what came of that."""
    passed = (
        list(Assignment.objects.filter(passed_from=task).order_by("pk"))
        if may_see_parts(actor=actor, task=task)
        else []
    )
    is_open = task.status in {TaskStatus.TO_SIGN, TaskStatus.IN_HAND}
    return PassedDown(
        is_possible=is_open and can_pass_down(actor=actor, unit=task.unit),
        assignments=passed,
        levels=chain_levels(actor=actor, chain=Chain.below_task(task), day=day) if passed else [],
        open_parts=count_open_parts(actor=actor, task_id=task.pk) if passed else 0,
        added=added_on_the_way(actor=actor, assignment=task.assignment),
    )


def can_pass_down(*, actor: Actor, unit: Unit) -> bool:
    """Return whether this actor passes down for the unit, and there is anybody below to whom."""
    return bool(may_pass_down(actor, unit)) and _has_subordinates(unit)


# By hand: asked as one condition, it looks at every unit of the city.
_HAS_SUBORDINATES = """
SELECT EXISTS (SELECT FROM organisation_unit WHERE parent_id = %(unit)s AND valid_until IS NULL)
    OR EXISTS (SELECT FROM organisation_unit AS led
                WHERE led.line_id = ANY(ARRAY(SELECT id FROM organisation_line WHERE lead_unit_id = %(unit)s))
                  AND led.valid_until IS NULL AND led.id <> %(unit)s)
"""


def _has_subordinates(unit: Unit) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_HAS_SUBORDINATES, {"unit": unit.pk})
        return bool(cursor.fetchone()[0])

"""Which units a rule of choice means on a day."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from duban.kernel.authority import path_end
from duban.organisation import queries as organisation
from duban.organisation.models import Line, Unit
from duban.tasks.breakdown import UnitNames
from duban.tasks.models import Assignment, AssignmentUnit, Task
from duban.tasks.states import Target
from duban.workbooks.columns import plain_code

_AXES = (("level", "levels"), ("field", "fields"), ("kind", "kinds"), ("rank", "ranks"))


def units_of(*, assignment: Assignment, on: date) -> QuerySet[Unit]:
    """Return the units that an assignment means on a day; what is passed down, without those that received it before."""
    units = units_of_rule(assigner=assignment.assigner, target=assignment.target, rule=assignment.target_rule, on=on)
    if assignment.passed_from_id is None:
        return units
    return units.exclude(served(task_ids=[assignment.passed_from_id]))


def served(*, task_ids: Sequence[int]) -> Q:
    """Return the filter for units that one of these tasks was passed down to already, whoever has the part now."""
    chosen = AssignmentUnit.objects.filter(assignment__passed_from_id__in=list(task_ids))
    parts = Task.objects.filter(passed_from_id__in=list(task_ids))
    return Q(pk__in=chosen.values("unit_id")) | Q(pk__in=parts.values("unit_id"))


def units_of_rule(*, assigner: Unit, target: str, rule: Mapping[str, object], on: date) -> QuerySet[Unit]:
    """
    Return the units that a rule means on a day, in force and at or below the assigner, or of a line that it leads.

    "各部门" is the rule {"kinds": ["department"]}; an axis that is not named is not narrowed. A class never
    contains the assigner itself. A line is {"lines": [id, …]}; all direct subordinates are {}.
    """
    if target == Target.UNIT:
        return _at_or_below(assigner, on).filter(pk__in=[rule.get("unit")])
    if target == Target.LISTED:
        return _at_or_below(assigner, on).filter(pk__in=_listed(rule, "units"))
    if target == Target.LINE:
        return subordinates(unit=assigner, on=on).filter(line_id__in=_listed(rule, "lines"))
    if target == Target.BELOW:
        direct = Q(parent=assigner) | _led_by(assigner)
        return Unit.objects.filter(organisation.in_force(on=on)).filter(direct).exclude(pk=assigner.pk)
    units = _at_or_below(assigner, on)
    condition = Q()
    for column, key in _AXES:
        values = _listed(rule, key)
        if values:
            condition &= Q(**{f"{column}__in": values})
    return units.filter(condition).exclude(pk=assigner.pk)


def unit_names(*, assigner: Unit, on: date) -> UnitNames:
    """
    Return the names of the units at and below the assigner; the higher unit wins where names are equal.

    A name that several units of one level have is written with that of the upper unit before it.
    """
    ids: dict[str, int] = {}
    depths: dict[str, int] = {}
    doubled: set[str] = set()
    units = Unit.objects.filter(organisation.in_force(on=on), path__gte=assigner.path, path__lt=path_end(assigner.path))
    rows = units.order_by("depth", "pk").values_list(
        "pk", "depth", "parent__name", "parent__short_name", "name", "short_name"
    )
    for unit_id, depth, *uppers, name_given, short in rows:
        full = [f"{upper}{name_given}" for upper in uppers if upper]
        for name in {plain_code(word) for word in (name_given, short, *full) if word}:
            if name not in ids:
                ids[name], depths[name] = unit_id, depth
            elif depths[name] == depth and ids[name] != unit_id:
                doubled.add(name)
    return UnitNames(ids=ids, doubled=frozenset(doubled))


def equals_of(*, task: Task, on: date) -> QuerySet[Unit]:
    """Return the units to which a task can be transferred: of the owner's level, below the assigner, without a part."""
    assignment = task.assignment
    units = _at_or_below(assignment.assigner, on).filter(level=task.unit.level)
    owning = Task.objects.filter(assignment=assignment)
    units = units.exclude(Q(pk=assignment.assigner_id) | Q(pk__in=owning.values("unit_id")))
    units = units.exclude(pk__in=assignment.helpers.values("unit_id"))
    if task.passed_from_id is None:
        return units
    return units.exclude(served(task_ids=[task.passed_from_id]))


def subordinates(*, unit: Unit, on: date) -> QuerySet[Unit]:
    """Return the units below a unit on a day, and those of the lines that it leads, itself left out."""
    return _at_or_below(unit, on).exclude(pk=unit.pk)


def _at_or_below(unit: Unit, on: date) -> QuerySet[Unit]:
    below = Q(path__gte=unit.path, path__lt=path_end(unit.path))
    return Unit.objects.filter(organisation.in_force(on=on)).filter(below | _led_by(unit))


def _led_by(unit: Unit) -> Q:
    """Return the filter for units of the lines that a unit leads, by their numbers: most lead none, and then it is a range."""
    lines = list(Line.objects.filter(lead_unit=unit).order_by("pk").values_list("pk", flat=True))
    return Q(line_id__in=lines) if lines else Q(pk__in=[])


def is_meant(*, unit: Unit, assigner: Unit, rule: Mapping[str, object]) -> bool:
    """Return whether a rule of a class means a unit, as `units_of_rule` would choose; whether it exists is not asked."""
    within = unit.path.startswith(assigner.path) or (unit.line is not None and unit.line.lead_unit_id == assigner.pk)
    if unit.pk == assigner.pk or not within:
        return False
    return all(getattr(unit, column) in values for column, key in _AXES if (values := _listed(rule, key)))


def _listed(rule: Mapping[str, object], key: str) -> list[object]:
    value = rule.get(key)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []

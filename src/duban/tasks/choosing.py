"""Which units a rule of choice means on a day."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from duban.kernel.authority import path_end
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.states import Target


def units_of_rule(*, assigner: Unit, target: str, rule: Mapping[str, object], on: date) -> QuerySet[Unit]:
    """
    Return the units that a rule means on a day, in force and at or below the assigner.

    "各部门" is the rule {"kinds": ["department"]}; an axis that is not named is not narrowed. A class never
    contains the assigner itself.
    """
    units = Unit.objects.filter(organisation.in_force(on=on), path__gte=assigner.path, path__lt=path_end(assigner.path))
    if target == Target.UNIT:
        return units.filter(pk__in=[rule.get("unit")])
    if target == Target.LISTED:
        return units.filter(pk__in=_listed(rule, "units"))
    condition = Q()
    for column, key in (("level", "levels"), ("field", "fields"), ("kind", "kinds"), ("rank", "ranks")):
        values = _listed(rule, key)
        if values:
            condition &= Q(**{f"{column}__in": values})
    return units.filter(condition).exclude(pk=assigner.pk)


def _listed(rule: Mapping[str, object], key: str) -> list[object]:
    value = rule.get(key)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []

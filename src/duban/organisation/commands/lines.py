"""Changing lines of trade."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation import queries
from duban.organisation.models import Line
from duban.organisation.policy import may_edit


@transaction.atomic
def add_line(*, actor: Actor, name: str, at: datetime) -> Line:
    """
    Add a line of trade.

    :raises NotAllowed: if this actor does not keep the whole register
    :raises InvalidInput: if the name is empty, too long or taken
    """
    may_edit(actor, queries.top_unit(actor=actor)).require()
    name = name.strip()
    if not name or len(name) > 60:
        raise InvalidInput(_("Please give the line a name of at most 60 characters."))
    if Line.objects.filter(name=name).exists():
        raise InvalidInput(_("There is a line of this name already."))

    line = Line.objects.create(name=name)

    audit.record(actor=actor, verb="line.add", object_kind="line", object_id=line.pk, at=at, payload={"name": name})
    return line


@transaction.atomic
def set_line_lead(*, actor: Actor, line_id: int, unit_id: int | None, at: datetime) -> Line:
    """
    Name the department that leads a line.

    :raises NotFound: if there is no such line, or this actor cannot see the unit
    :raises NotAllowed: if this actor does not keep the whole register
    :raises InvalidInput: if the unit has ended
    """
    line = queries.get_line(actor=actor, line_id=line_id)
    line = Line.objects.select_for_update().get(pk=line.pk)
    unit = queries.get_unit(actor=actor, unit_id=unit_id) if unit_id is not None else None

    may_edit(actor, queries.top_unit(actor=actor)).require()
    if unit is not None and unit.valid_until is not None:
        raise InvalidInput(_("This unit has ended already."))

    before = line.lead_unit_id
    line.lead_unit = unit
    line.save(update_fields=["lead_unit"])

    audit.record(
        actor=actor,
        verb="line.set_lead",
        object_kind="line",
        object_id=line.pk,
        unit_id=unit_id,
        at=at,
        payload={"from": before, "to": unit_id},
    )
    return line

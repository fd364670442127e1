"""What issuing would cost the units, wherever something is issued without the page of its own draft."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from duban.burden import queries as burden
from duban.burden.queries import Asking, Cost
from duban.burden.states import DemandKind
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed
from duban.organisation import queries as organisation
from duban.tasks import policy
from duban.tasks.breakdown import read_row
from duban.tasks.choosing import unit_names, units_of, units_of_rule
from duban.tasks.models import Assignment, BreakdownImport
from duban.tasks.queries.assigning import asking_of, assigning_units, visible_assignments
from duban.tasks.states import UNISSUED, AssignmentStatus
from duban.workbooks.columns import Row
from duban.workdays import queries as workdays


def cost_of_words(*, actor: Actor, words: Mapping[str, str], on: date, assigner_id: int | None = None) -> Cost | None:
    """
    Return what the task that these words ask for would cost, read as `draft_from_words` reads them.

    None while no unit can be read from them. `assigner_id` None: the office's own unit.

    :raises NotFound: if this actor cannot see the assigner
    :raises NotAllowed: if this actor assigns nothing, or not in its name
    """
    offices = assigning_units(actor=actor)
    if not offices:
        raise NotAllowed(_("Your present post does not assign items."))
    assigner = offices[0] if assigner_id is None else organisation.get_unit(actor=actor, unit_id=assigner_id)
    policy.may_assign(actor, assigner).require()
    fields, _errors = read_row(
        row=Row(number=0, values=dict(words), raw=dict(words)),
        names=unit_names(assigner=assigner, on=on),
        calendar=workdays.calendar(actor=actor),
        today=on,
    )
    if "target" not in fields:
        return None
    units = units_of_rule(assigner=assigner, target=str(fields["target"]), rule=_rule(fields), on=on)
    return burden.cost_of(actor=actor, units=units, asked=[_asking(fields, on=on)])


def cost_of_drafts(*, actor: Actor, assignment_ids: Sequence[int], on: date) -> Cost | None:
    """Return what issuing these drafts together would cost; None if none of them is a draft of this actor's office."""
    drafts = visible_assignments(actor=actor).filter(pk__any_of=list(assignment_ids), status__in=UNISSUED)
    alike: dict[str, list[Assignment]] = defaultdict(list)
    for draft in drafts.select_related("assigner").order_by("pk"):
        choice = [draft.assigner_id, draft.passed_from_id, draft.target, draft.target_rule]
        alike[json.dumps(choice, sort_keys=True)].append(draft)
    if not alike:
        return None
    return burden.cost_together(
        actor=actor,
        parts=[
            (
                units_of(assignment=same[0], on=on),
                [asking_of(draft, due_on=draft.tightened_due or draft.due_on, on=on) for draft in same],
            )
            for same in alike.values()
        ],
    )


def cost_of_breakdown(*, actor: Actor, found: BreakdownImport, on: date) -> Cost | None:
    """Return what taking a table over and issuing its rows would cost; None if it has no row that would be issued."""
    alike: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found.rows:
        if row.get("outcome") in {"new", "change"}:
            alike[json.dumps([row["target"], row["target_rule"]], sort_keys=True)].append(row)
    if not alike:
        return None
    known = [row["assignment_id"] for rows in alike.values() for row in rows if row.get("assignment_id")]
    minutes = dict(Assignment.objects.filter(pk__any_of=known).values_list("pk", "minutes"))
    return burden.cost_together(
        actor=actor,
        parts=[
            (
                units_of_rule(assigner=found.assigner, target=str(rows[0]["target"]), rule=_rule(rows[0]), on=on),
                [_asking(row, on=on, minutes=minutes.get(row.get("assignment_id", 0))) for row in rows],
            )
            for rows in alike.values()
        ],
    )


def cost_of_late_units(*, actor: Actor, shares: Sequence[tuple[int, int]], on: date) -> Cost | None:
    """
    Return what issuing running assignments to new units would cost, as pairs of both numbers.

    None if nothing is chosen of what this actor may issue.
    """
    units: dict[int, list[int]] = defaultdict(list)
    for assignment_id, unit_id in shares:
        units[assignment_id].append(unit_id)
    issued = visible_assignments(actor=actor).filter(pk__any_of=list(units), status=AssignmentStatus.ISSUED)
    seen = organisation.visible_units(actor=actor)
    parts = [
        (seen.filter(pk__any_of=units[one.pk]), [asking_of(one, due_on=one.tightened_due or one.due_on, on=on)])
        for one in issued.order_by("pk")
    ]
    return burden.cost_together(actor=actor, parts=parts) if parts else None


def drafts_named(*, actor: Actor, assignment_ids: Sequence[int]) -> list[Assignment]:
    """Return those of these drafts that this actor's office wrote, in the order in which they were written."""
    return list(
        visible_assignments(actor=actor).filter(pk__any_of=list(assignment_ids), status__in=UNISSUED).order_by("pk")
    )


def _rule(row: Mapping[str, object]) -> Mapping[str, object]:
    rule = row["target_rule"]
    assert isinstance(rule, dict)
    return rule


def _asking(row: Mapping[str, object], *, on: date, minutes: int | None = None) -> Asking:
    due = row.get("due_on")
    due_on = due if isinstance(due, date) else date.fromisoformat(str(due)) if due else None
    return Asking(DemandKind.TASK, on, due_on, minutes, str(row.get("rhythm") or "once"))

"""Looking at something on the spot before it is accepted (验收)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput
from duban.organisation import queries as organisation
from duban.tasks import policy, queries
from duban.tasks.commands.answering import add_entry, locked_task, record
from duban.tasks.models import Inspection
from duban.tasks.states import ClosingMode, EntryKind, TaskStatus


@transaction.atomic
def record_visit(
    *, actor: Actor, task_id: int, visited_on: date | None, place_id: int, visitors: str, finding: str, at: datetime
) -> Inspection:
    """
    Record a visit: when, at which unit, who looked and what they found. Accepting is a step of its own.

    :raises NotFound: if this actor cannot see the task or the unit
    :raises NotAllowed: if this actor had a part in it, or may not check there
    :raises IllegalStep: if it is not inspected on the spot, or does not wait for it
    :raises InvalidInput: if something is missing, or the day lies before the issue or ahead
    """
    task = locked_task(actor=actor, task_id=task_id)
    policy.may_check(actor, task, queries.involved(actor=actor, task=task)).require()
    if task.closing_mode != ClosingMode.INSPECT or task.status != TaskStatus.ASKED_DONE:
        raise IllegalStep(_("A visit is recorded while an item that is inspected on the spot waits for its check."))
    fields: dict[str, object] = {}
    if visited_on is None or not timezone.localdate(task.issued_at) <= visited_on <= timezone.localdate(at):
        fields["visited_on"] = _("Please give the day of the visit, after the issue and not ahead.")
    if not visitors.strip():
        fields["visitors"] = _("Please say who looked.")
    if not finding.strip():
        fields["finding"] = _("Please say what was found.")
    if fields or visited_on is None:
        raise InvalidInput(next(iter(fields.values())), fields=fields)
    place = organisation.get_unit(actor=actor, unit_id=place_id)

    told = f"{visited_on.isoformat()} {place.shown_name} {visitors.strip()}：{finding.strip()}"
    entry = add_entry(actor=actor, task=task, kind=EntryKind.VISIT, text=told, at=at)
    visit = Inspection.objects.create(
        task=task,
        entry=entry,
        visited_on=visited_on,
        place=place,
        visitors=visitors.strip()[:200],
        finding=finding.strip(),
    )
    record(
        actor=actor,
        task=task,
        verb=EntryKind.VISIT,
        at=at,
        payload={"visited_on": visited_on, "place": place.pk, "visitors": visit.visitors, "finding": visit.finding},
    )
    return visit

"""A unit writes down what it does besides the campaign, and what a campaign item goes with."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.campaigns import queries as campaigns
from duban.kernel.authority import Actor, decide
from duban.kernel.errors import IllegalStep, InvalidInput
from duban.office.models import Duty
from duban.office.policy import OfficeCapability
from duban.office.queries.duties import get_duty
from duban.office.states import DutyKind
from duban.organisation import queries as organisation
from duban.tasks import queries as tasks


@transaction.atomic
def write_duty(
    *,
    actor: Actor,
    campaign_id: int,
    unit_id: int,
    text: str,
    due_on: date | None,
    at: datetime,
    kind: str = DutyKind.CENTRAL,
    task_id: int | None = None,
) -> Duty:
    """
    Write down one duty of a unit; with `task_id` it is what that campaign item goes with (R-633, R-652).

    :raises NotFound: if this actor cannot see the campaign, the unit or the item
    :raises NotAllowed: if this actor does not answer for the unit
    :raises InvalidInput: if words or day are missing, or the item belongs to another unit
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)
    decide(actor=actor, capability=OfficeCapability.ASK, unit=unit).require()
    task = tasks.get_task(actor=actor, task_id=task_id) if task_id is not None else None
    if task is not None and task.unit_id != unit.pk:
        raise InvalidInput(_("This item belongs to another unit."))
    if task is not None and due_on is None:
        due_on = task.agreed_due or timezone.localdate(at)
    fields: dict[str, object] = {}
    if not text.strip():
        fields["text"] = _("Please say what it is about.")
    if due_on is None:
        fields["due_on"] = _("Please give the day.")
    if kind not in DutyKind.values:
        fields["kind"] = _("Please choose the kind.")
    if fields or due_on is None:
        raise InvalidInput(next(iter(fields.values())), fields=fields)

    duty = Duty.objects.create(
        campaign=campaign,
        unit=unit,
        kind=kind,
        text=text.strip()[:300],
        due_on=due_on,
        task=task,
        written_at=at,
        written_name="" if actor.is_system else f"{actor.name} {actor.post_title}".strip(),
    )
    _record(actor, duty, "write", at, {"text": duty.text, "due_on": due_on, "task": task_id})
    return duty


@transaction.atomic
def finish_duty(*, actor: Actor, duty_id: int, result: str, at: datetime) -> Duty:
    """
    Say that a duty is done, and what came of it.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if this actor does not answer for the unit
    :raises IllegalStep: if it is done already
    """
    duty = (
        Duty.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=get_duty(actor=actor, duty_id=duty_id).pk)
    )
    decide(actor=actor, capability=OfficeCapability.ASK, unit=duty.unit).require()
    if duty.done_on is not None:
        raise IllegalStep(_("This is done already."))
    duty.done_on, duty.result = timezone.localdate(at), result.strip()[:300]
    duty.save(update_fields=["done_on", "result"])
    _record(actor, duty, "finish", at, {"result": duty.result})
    return duty


def _record(actor: Actor, duty: Duty, verb: str, at: datetime, payload: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        verb=f"duty.{verb}",
        object_kind="duty",
        object_id=duty.pk,
        unit_id=duty.unit_id,
        at=at,
        payload=payload,
    )

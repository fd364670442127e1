"""This need not be asked (这项不用再报): a unit says so, whoever asked answers (R-583)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from duban.audit import commands as audit
from duban.burden import policy, queries
from duban.burden.models import Objection
from duban.burden.states import OBJECTION_FLOW, ObjectionReason
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput


@transaction.atomic
def object_to(*, actor: Actor, row_id: int, reason: str, at: datetime, words: str = "") -> Objection:
    """
    Say that something need not be asked of the unit; it costs the unit nothing, and the item stays as it is meanwhile.

    :raises NotFound: if this actor cannot see the row
    :raises NotAllowed: if this actor does not answer for the unit
    :raises InvalidInput: if the reason is not known, or what was reported already is not named
    :raises IllegalStep: if the unit has said so before
    """
    row = queries.get_row(actor=actor, row_id=row_id)
    policy.may_object(actor, row.unit).require()
    if reason not in ObjectionReason.values:
        sentence = _("Please choose why it need not be asked.")
        raise InvalidInput(sentence, fields={"reason": sentence})
    if reason == ObjectionReason.ALREADY_REPORTED and not words.strip():
        sentence = _("Please say where it was reported.")
        raise InvalidInput(sentence, fields={"words": sentence})

    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                row=row, reason=reason, words=words.strip()[:300], made_by=actor.user_id, made_at=at
            )
    except IntegrityError:
        raise IllegalStep(_("You have said so already; the answer will stand beside the item.")) from None
    audit.record(
        actor=actor,
        verb="objection.make",
        object_kind="objection",
        object_id=objection.pk,
        unit_id=row.unit_id,
        at=at,
        payload={"reason": reason, "demand": row.demand_id},
    )
    return objection


@transaction.atomic
def answer_objection(*, actor: Actor, objection_id: int, step_name: str, at: datetime, answer: str = "") -> Objection:
    """
    Answer a unit that objected: withdraw, merge (with what), or keep (with the reason).

    Withdrawing the task or the data request itself is a step of its own, with its own rules.

    :raises NotFound: if this actor has no part in it
    :raises NotAllowed: if this actor did not ask
    :raises IllegalStep: if it has been answered
    :raises InvalidInput: if the words are missing
    """
    objection = queries.get_objection(actor=actor, objection_id=objection_id)
    objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("row__demand__asker", "row__unit")
        .get(pk=objection.pk)
    )
    step = OBJECTION_FLOW.step(step_name, source=objection.status)
    policy.may_answer_objection(actor, objection).require()
    if step.reason_required and not answer.strip():
        sentence = _("Please say with what it is merged, or why it is still needed.")
        raise InvalidInput(sentence, fields={"answer": sentence})

    objection.status = step.target
    objection.answer = answer.strip()[:300]
    objection.answered_by, objection.answered_at = actor.user_id, at
    objection.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    audit.record(
        actor=actor,
        verb=f"objection.{step.name}",
        object_kind="objection",
        object_id=objection.pk,
        unit_id=objection.row.unit_id,
        at=at,
        payload={"answer": objection.answer},
    )
    return objection

"""Deciding requests for a later date."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput
from duban.tasks import policy, queries
from duban.tasks.commands.answering import add_entry, count_again, locked_task, record
from duban.tasks.models import ChangeRequest
from duban.tasks.states import CHANGE_FLOW, ChangeStatus, EntryKind


@transaction.atomic
def decide_extension(*, actor: Actor, task_id: int, step_name: str, at: datetime, reason: str = "") -> ChangeRequest:
    """
    Grant or refuse the waiting request for a later date; whoever may check the task decides.

    The original date never changes; granting moves the agreed one.

    :raises NotFound: if this actor cannot see the task
    :raises IllegalStep: if no request is waiting
    :raises NotAllowed: if this actor had a part in the task or may not check there
    :raises InvalidInput: if it is refused without a reason
    """
    task = locked_task(actor=actor, task_id=task_id)
    change = queries.open_change(actor=actor, task=task)

    policy.may_check(actor, task, queries.involved(actor=actor, task=task)).require()
    if change is None:
        raise IllegalStep(_("No request for a later date is waiting."))
    step = CHANGE_FLOW.step(step_name, source=change.status)
    if step.reason_required and not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})

    change.status = step.target
    change.decided_by = actor.user_id
    change.decided_at = at
    change.save(update_fields=["status", "decided_by", "decided_at"])
    granted = change.status == ChangeStatus.GRANTED
    if granted:
        task.agreed_due = change.new_due
        task.version += 1
        task.save(update_fields=["agreed_due", "version"])
        count_again(actor=actor, task=task)
    kind = EntryKind.GRANT_EXTENSION if granted else EntryKind.REFUSE_EXTENSION
    add_entry(actor=actor, task=task, kind=kind, text=reason, at=at, new_due=change.new_due if granted else None)

    record(actor=actor, task=task, verb=kind, at=at, payload={"new_due": change.new_due, "reason": reason})
    return change

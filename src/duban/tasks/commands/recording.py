"""Short entries: one line on one open item, and one entry for several units at once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, Refused
from duban.kernel.results import RowResult, RowResults
from duban.tasks import queries
from duban.tasks.commands.answering import GivenFile, give_feedback, take_step
from duban.tasks.models import Task, TaskEntry
from duban.tasks.states import FINISHED_BY, ClosingMode, TaskStatus

MOST_AT_ONCE = 200
ACTS = ("sign", "feedback", "ask_done")


@transaction.atomic
def note_progress(*, actor: Actor, task_id: int, text: str, at: datetime, files: Sequence[GivenFile] = ()) -> TaskEntry:
    """
    Write one line on an open item (记一笔), signing for it in the same step where that was not done yet.

    :raises NotFound, NotAllowed, IllegalStep, InvalidInput: as `take_step` and `give_feedback`
    """
    if not text.strip():
        raise InvalidInput(_("Please say what has been done."), fields={"text": _("Please say what has been done.")})
    task = queries.get_task(actor=actor, task_id=task_id)
    if task.status == TaskStatus.TO_SIGN:
        take_step(actor=actor, task_id=task.pk, step_name="sign", at=at)
    return give_feedback(actor=actor, task_id=task.pk, text=text, files=files, at=at)


@transaction.atomic
def record_for_several(
    *, actor: Actor, task_ids: Sequence[int], act: str, text: str, at: datetime, files: Sequence[GivenFile] = ()
) -> RowResults:
    """
    Record the same act for several units in one step (一次录多村): sign, feedback or ask_done, with a result per row.

    A row that is refused changes nothing and stops no other; rows that this actor cannot see are left out.

    :raises InvalidInput: if no unit or more than 200 were chosen, the act is unknown, or words are missing
    """
    if act not in ACTS:
        raise InvalidInput(_("Please choose what is to be recorded."))
    if not task_ids:
        raise InvalidInput(
            _("Please choose at least one unit."), fields={"tasks": _("Please choose at least one unit.")}
        )
    if len(task_ids) > MOST_AT_ONCE:
        raise InvalidInput(_("At most 200 units at once. Please choose fewer."))
    if act != "sign" and not text.strip():
        raise InvalidInput(_("Please say what has been done."), fields={"text": _("Please say what has been done.")})
    # In one order for all, so that two recorders never wait for each other in a circle.
    tasks = queries.visible_tasks(actor=actor).filter(pk__in=set(task_ids)).select_related("unit", "assignment")
    return RowResults(
        [_one(actor=actor, task=task, act=act, text=text, files=files, at=at) for task in tasks.order_by("pk")]
    )


def _one(*, actor: Actor, task: Task, act: str, text: str, files: Sequence[GivenFile], at: datetime) -> RowResult:
    finishing = FINISHED_BY[ClosingMode(task.closing_mode)]
    try:
        with transaction.atomic():
            if act == "sign":
                take_step(actor=actor, task_id=task.pk, step_name="sign", at=at)
            elif act == "feedback":
                note_progress(actor=actor, task_id=task.pk, text=text, files=files, at=at)
            else:
                if task.status == TaskStatus.TO_SIGN:
                    take_step(actor=actor, task_id=task.pk, step_name="sign", at=at)
                take_step(actor=actor, task_id=task.pk, step_name=finishing, text=text, files=files, at=at)
    except Refused as refusal:
        return RowResult(task.pk, task.unit.shown_name, str(refusal))
    return RowResult(task.pk, task.unit.shown_name)

"""Who may assign, answer and check tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, Placed, decide, denied
from duban.tasks.models import Assignment, Task


class TasksCapability(StrEnum):
    VIEW = "task.view"
    ASSIGN = "task.assign"
    ANSWER = "task.answer"
    CHECK = "task.check"


@dataclass(frozen=True, slots=True)
class Involved:
    """Everybody who has a part in a task and therefore may not check it."""

    # Units that own it or help with it.
    units: frozenset[int]
    # People who hold or ever held a post in those units.
    people: frozenset[int]
    # Accounts that answered it or submitted something to it.
    users: frozenset[int]


def may_assign(actor: Actor, assigner: Placed) -> Decision:
    """An office assigns in the name of its own unit."""
    return decide(actor=actor, capability=TasksCapability.ASSIGN, unit=assigner)


def may_edit_draft(actor: Actor, assignment: Assignment) -> Decision:
    """A draft is changed by the office that wrote it."""
    return may_assign(actor, assignment.assigner)


def may_answer(actor: Actor, task: Task, involved: Involved) -> Decision:
    """The owner unit answers."""
    return decide(actor=actor, capability=TasksCapability.ANSWER, unit=task.unit)


def may_help(actor: Actor, helper_units: list[Placed]) -> Decision:
    """A helping unit reports what it did and attaches evidence; it does not ask for completion."""
    for unit in helper_units:
        if decide(actor=actor, capability=TasksCapability.ANSWER, unit=unit):
            return Decision(True)
    return denied(_("Only the owner and the helping units report on this item."))


def may_check(actor: Actor, task: Task, involved: Involved) -> Decision:
    """
    Nobody checks what they had a part in: in any post past or present, nor anybody of the owner unit.

    The refusal names the rule and the way out.
    """
    refusal = part_in(
        user_id=actor.user_id, person_id=actor.person_id, unit_id=actor.unit_id, task=task, involved=involved
    )
    if refusal is not None:
        return refusal
    return decide(actor=actor, capability=TasksCapability.CHECK, unit=task.checker_unit)


def part_in(
    *, user_id: int | None, person_id: int | None, unit_id: int | None, task: Task, involved: Involved
) -> Decision | None:
    """Return the refusal for somebody who had a part in the task, or None."""
    if unit_id is not None and unit_id == task.unit_id:
        return denied(_("Your unit owns this item. Somebody of another unit has to check it."))
    if unit_id is not None and unit_id in involved.units:
        return denied(_("Your unit helped with this item. Somebody of another unit has to check it."))
    if user_id is not None and user_id in involved.users:
        return denied(_("You answered this item yourself. Somebody else has to check it."))
    if person_id is not None and person_id in involved.people:
        return denied(_("You hold or held a post in a unit that works on this item. Somebody else has to check it."))
    return None


def may_decide_declined(actor: Actor, task: Task, involved: Involved) -> Decision:
    """The office that assigned decides what becomes of a returned item."""
    return decide(actor=actor, capability=TasksCapability.ASSIGN, unit=task.assignment.assigner)


# One line per step of TASK_FLOW.
WHO_MAY: dict[str, Callable[[Actor, Task, Involved], Decision]] = {
    "sign": may_answer,
    "decline": may_answer,
    "insist": may_decide_declined,
    "withdraw": may_decide_declined,
    "ask_done": may_answer,
    "accept": may_check,
    "return": may_check,
}

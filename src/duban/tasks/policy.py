"""Who may assign, answer and check tasks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, Placed, decide, denied
from duban.organisation.models import Unit
from duban.organisation.policy import OrganisationCapability
from duban.tasks.models import Assignment, ChangeRequest, Task
from duban.tasks.states import ChangeStatus


class TasksCapability(StrEnum):
    VIEW = "task.view"
    # A member reads what the own branch was asked, in one line each.
    FOLLOW = "task.follow"
    ASSIGN = "task.assign"
    ANSWER = "task.answer"
    CHECK = "task.check"
    PASS_DOWN = "task.pass_down"  # noqa: S105 - a capability
    # A head's consent: to a large assignment, and as the second of two to a request.
    CONSENT = "task.consent"
    # To draw samples of what was closed, and look at them.
    SAMPLE = "task.sample"
    URGE = "task.urge"


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


def may_pass_down(actor: Actor, unit: Placed) -> Decision:
    """
    A unit's received items are passed down by whoever holds its subtree, or acts in a post of it.

    A lead department reaches the units of its line one by one: it passes its own items down to them, not theirs on.
    """
    decision = decide(actor=actor, capability=TasksCapability.PASS_DOWN, unit=unit)
    if not decision or actor.is_system or actor.unit_id == unit.id:
        return decision
    if any(unit.path.startswith(path) for path in actor.scope(TasksCapability.PASS_DOWN).paths):
        return decision
    return denied(_("This item belongs to another unit. Its own office passes it down."))


def may_urge(actor: Actor) -> Decision:
    """
    A named person of an office or a lead department reminds the units of their scope; the machine never does.

    Whoever passes tasks down reminds of the parts of their own unit: they check them, so they ask after them.
    """
    if actor.user_id is None or not (actor.holds(TasksCapability.URGE) or actor.holds(TasksCapability.PASS_DOWN)):
        return denied(_("Your present post does not include urging. Switch to another post, or ask your office."))
    return Decision(True)


def may_urge_parts(actor: Actor, unit: Placed) -> Decision:
    """The parts that a unit passed down are urged by whoever urges in its scope, and by whoever passes them down."""
    if actor.user_id is not None and actor.scope(TasksCapability.URGE).covers(unit):
        return Decision(True)
    return may_pass_down(actor, unit)


def may_issue(actor: Actor, assignment: Assignment) -> Decision:
    """An office issues what it wrote; a unit passes down what it received."""
    if assignment.passed_from_id is not None:
        return may_pass_down(actor, assignment.assigner)
    return may_assign(actor, assignment.assigner)


def may_edit_draft(actor: Actor, assignment: Assignment) -> Decision:
    """A draft is changed by the office that wrote it."""
    return may_assign(actor, assignment.assigner)


def may_set_limits(actor: Actor, root: Placed) -> Decision:
    """A head sets what holds for the campaign of the own office."""
    return decide(actor=actor, capability=TasksCapability.CONSENT, unit=root)


def may_consent(actor: Actor, assignment: Assignment, *, handed_over_by: frozenset[int]) -> Decision:
    """
    A head consents to what others wrote and asked for, never to what is their own.

    It stays their own when they handed it over: `handed_over_by` are the people who did.
    """
    own = {assignment.created_by, assignment.changed_by, assignment.consent_asked_by}
    if (actor.user_id is not None and actor.user_id in own) or actor.person_id in handed_over_by:
        return denied(_("You wrote this or asked for it. Another head has to consent."))
    return decide(actor=actor, capability=TasksCapability.CONSENT, unit=assignment.assigner)


def may_answer(actor: Actor, task: Task, involved: Involved) -> Decision:
    """The owner unit answers."""
    return decide(actor=actor, capability=TasksCapability.ANSWER, unit=task.unit)


def may_help(actor: Actor, helper_units: list[Placed]) -> Decision:
    """A helping unit reports what it did and attaches evidence; it does not ask for completion."""
    for unit in helper_units:
        if decide(actor=actor, capability=TasksCapability.ANSWER, unit=unit):
            return Decision(True)
    return denied(_("Only the owner and the helping units report on this item."))


def recorded_for(actor: Actor, units: Sequence[Unit]) -> Unit | None:
    """Return the unit for which somebody of another unit records (代录); None where they act for their own."""
    if actor.is_system or actor.unit_id in {unit.pk for unit in units}:
        return None
    scope = actor.scope(TasksCapability.ANSWER)
    return next((unit for unit in units if scope.covers(unit)), None)


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


def may_consent_to_change(actor: Actor, task: Task, change: ChangeRequest, involved: Involved) -> Decision:
    """The second of two is a head, and another person than the first."""
    first = may_check(actor, task, involved)
    if not first:
        return first
    if (actor.user_id is not None and actor.user_id == change.endorsed_by) or (
        actor.person_id is not None and actor.person_id == change.endorsed_person_id
    ):
        return denied(_("You gave the first consent. The head, who is another person, has to give the second."))
    if not decide(actor=actor, capability=TasksCapability.CONSENT, unit=task.checker_unit):
        return denied(_("The first consent is given. The head of the office has to give the second."))
    return Decision(True)


def may_decide_change(actor: Actor, task: Task, change: ChangeRequest, involved: Involved) -> Decision:
    """Whoever may check decides requests; where two are asked for, the head decides after the office."""
    if change.status == ChangeStatus.ENDORSED:
        return may_consent_to_change(actor, task, change, involved)
    return may_check(actor, task, involved)


def may_sample(actor: Actor, scope: Placed) -> Decision:
    """Samples are drawn by the office that issued, or by another body such as a supervision group."""
    return decide(actor=actor, capability=TasksCapability.SAMPLE, unit=scope)


def may_look(actor: Actor, task: Task, involved: Involved) -> Decision:
    """A drawn item is looked at by somebody without a part in it, who did not accept it either."""
    refusal = part_in(
        user_id=actor.user_id, person_id=actor.person_id, unit_id=actor.unit_id, task=task, involved=involved
    )
    if refusal is not None:
        return refusal
    return decide(actor=actor, capability=TasksCapability.SAMPLE, unit=task.unit)


def part_in(
    *, user_id: int | None, person_id: int | None, unit_id: int | None, task: Task, involved: Involved
) -> Decision | None:
    """Return the refusal for somebody who had a part in the task, or None."""
    if unit_id is not None and unit_id == task.unit_id:
        return denied(_("Your unit owns this item. Somebody of another unit has to check it."))
    if unit_id is not None and unit_id in involved.units:
        return denied(_("Your unit helped with this item. Somebody of another unit has to check it."))
    if user_id is not None and user_id in involved.users:
        return denied(_("You answered or accepted this item yourself. Somebody else has to check it."))
    if person_id is not None and person_id in involved.people:
        return denied(_("You hold or held a post in a unit that works on this item. Somebody else has to check it."))
    return None


def may_decide_declined(actor: Actor, task: Task, involved: Involved) -> Decision:
    """The office that assigned, or the unit that passed it down, decides what becomes of a returned item."""
    return may_issue(actor, task.assignment)


# One line per step of TASK_FLOW.
WHO_MAY: dict[str, Callable[[Actor, Task, Involved], Decision]] = {
    "sign": may_answer,
    "decline": may_answer,
    "insist": may_decide_declined,
    "withdraw": may_decide_declined,
    "ask_done": may_answer,
    "call_back": may_answer,
    "accept": may_check,
    "return": may_check,
    "declare": may_answer,
    "part_done": may_check,
    "suspend": may_check,
    "keep_up": may_check,
    "merge": may_check,
    "resume": may_check,
    "reopen": may_check,
}


def may_hand_over(actor: Actor, unit: Unit, person_id: int | None) -> Decision:
    """
    Work is handed over by the person whose work it is, and by whoever keeps the unit's register and sees its items.

    Who keeps registers for all as an administrator has no part in the work itself.
    """
    if person_id is not None and person_id == actor.person_id:
        return Decision(True)
    sees = decide(actor=actor, capability=TasksCapability.VIEW, unit=unit)
    if not sees:
        return sees
    return decide(actor=actor, capability=OrganisationCapability.EDIT, unit=unit)

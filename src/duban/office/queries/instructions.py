"""For which office a member of a leading group writes instructions, and what they can be about."""

from django.utils.translation import gettext as _

from duban.directives.policy import DirectivesCapability
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed
from duban.office.models import Matter
from duban.office.queries.matters import MatterFilter, get_matter, narrowed_matters
from duban.office.states import MatterStatus
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import queries as tasks
from duban.tasks.models import Task

# As many as somebody looks through.
MOST_OFFERED = 50


def may_instruct(*, actor: Actor) -> bool:
    """Return whether this actor writes instructions for an office."""
    return actor.holds(DirectivesCapability.INSTRUCT)


def instructed_office(*, actor: Actor) -> Unit:
    """
    Return the unit whose office gets the instructions of this actor: the highest of their leading group.

    :raises NotAllowed: if they are no member of one
    """
    unit = (
        organisation.units_where(actor=actor, capability=DirectivesCapability.INSTRUCT).order_by("depth", "pk").first()
    )
    if unit is None:
        raise NotAllowed(_("Only a member of a leading group writes instructions."))
    return unit


def offered_matters(*, actor: Actor, campaign_id: int) -> list[Matter]:
    """Return the open matters that an instruction can be about, the newest first."""
    given = MatterFilter(campaign_id=campaign_id, status=MatterStatus.OPEN)
    return list(narrowed_matters(actor=actor, given=given)[:MOST_OFFERED])


def instructed_task(*, actor: Actor, task_id: int | None) -> Task | None:
    """
    Return the item that an instruction is about, if it is about one.

    :raises NotFound: if this actor cannot see it
    """
    return None if task_id is None else tasks.get_task(actor=actor, task_id=task_id)


def about(*, actor: Actor, matter_id: int | None, task_id: int | None) -> str:
    """
    Return in words what an instruction is about: a matter by its title, an item by its unit and wording.

    :raises NotFound: if this actor cannot see it
    """
    said = []
    if matter_id is not None:
        said.append(get_matter(actor=actor, matter_id=matter_id).title)
    task = instructed_task(actor=actor, task_id=task_id)
    if task is not None:
        said.append(f"{task.unit.shown_name} {task.assignment.wording}")
    return "；".join(said)[:300]

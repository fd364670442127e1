"""The first screens of people without a clerk: branch, township, principal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duban.burden.queries import OpenObjections, open_objections
from duban.campaigns.models import Campaign
from duban.figures import queries as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation
from duban.organisation.models import Post, Unit
from duban.portal.queries.owed import units_answered_for
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Confirmation, HandOver, TaskEntry
from duban.tasks.queries import Day, VillageTable, YearOfUnit


@dataclass(frozen=True, slots=True)
class Branch:
    """What a branch sees first."""

    unit: Unit
    year: YearOfUnit
    # How many items wait for somebody of the branch.
    open_count: int
    # Reminders that somebody put before the principal in their own name; nobody else of the branch sees them.
    urged: Sequence[TaskEntry]


@dataclass(frozen=True, slots=True)
class Township:
    """What a township's recorder sees first."""

    table: VillageTable
    # How many items wait for the recorder's own unit.
    open_count: int
    # What villages object to in what the township passed down or asked.
    objections: OpenObjections
    day: Day


@dataclass(frozen=True, slots=True)
class Waiting:
    """One act that waits for the principal, with the people to whom they may entrust it."""

    confirmation: Confirmation
    people: Sequence[Post]


@dataclass(frozen=True, slots=True)
class Principal:
    """What a principal sees first: what only they may do, and where the own unit stands."""

    unit: Unit
    waiting: Sequence[Waiting]
    figures: dict[str, int]
    recent: Sequence[Confirmation]
    # What a predecessor handed over.
    taken: Sequence[HandOver]
    # Reminders that somebody put before the principal in their own name.
    urged: Sequence[TaskEntry]
    # What units object to in what the own unit passed down.
    objections: OpenObjections
    day: Day

    @property
    def open_count(self) -> int:
        """How many items of the own unit are not done yet."""
        return sum(self.figures.get(name, 0) for name in ("to_sign", "in_hand", "asked"))


def branch_screen(*, actor: Actor, campaign: Campaign, today: date) -> Branch:
    """
    Return the first screen of a branch.

    :raises NotFound: if the actor answers for no unit
    """
    unit = _own_unit(actor)
    year = tasks.year_of_unit(actor=actor, unit_id=unit.pk, campaign_id=campaign.pk, on=today)
    noted = tasks.noted_tasks(actor=actor, unit_id=unit.pk, campaign_id=campaign.pk)
    head = organisation.principals_of(actor=actor, unit_ids=[unit.pk], on=today).get(unit.pk)
    is_principal = head is not None and head.person_id == actor.person_id
    return Branch(
        unit=unit,
        year=year,
        open_count=len(noted),
        urged=tasks.urged_principal(actor=actor, unit_id=unit.pk, campaign_id=campaign.pk) if is_principal else (),
    )


def member_screen(*, actor: Actor, campaign: Campaign, today: date) -> tuple[Unit, YearOfUnit]:
    """
    Return a member's own branch, what it was asked this year and how far it is: the member's part in it (R-005).

    :raises NotFound: if the present post stands in no unit
    """
    unit = organisation.get_unit(actor=actor, unit_id=actor.unit_id or 0)
    return unit, tasks.year_of_unit(actor=actor, unit_id=unit.pk, campaign_id=campaign.pk, on=today)


def township_screen(*, actor: Actor, campaign: Campaign, today: date) -> Township:
    """Return the table villages × open items of whoever records for units below, and what waits for their own unit."""
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    own = tasks.noted_tasks(actor=actor, unit_id=actor.unit_id or 0, campaign_id=campaign.pk)
    table = tasks.village_table(actor=actor, campaign_id=campaign.pk, day=day)
    return Township(table=table, open_count=len(own), objections=open_objections(actor=actor), day=day)


def principal_screen(*, actor: Actor, campaign: Campaign, today: date) -> Principal:
    """
    Return the one page of a principal.

    :raises NotFound: if the actor answers for no unit
    """
    unit = _own_unit(actor)
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    waiting = tasks.waiting_for(actor=actor, campaign_id=campaign.pk, on=today)
    people = {
        unit_id: [
            post
            for post in tasks.people_of_unit(actor=actor, unit_id=unit_id, on=today)
            if post.person_id != actor.person_id
        ]
        for unit_id in {one.task.unit_id for one in waiting}
    }
    sums = figures.sums(actor=actor, table=TASK_FIGURES, campaign_id=campaign.pk, alone=[unit.pk])
    return Principal(
        unit=unit,
        waiting=[Waiting(one, people[one.task.unit_id]) for one in waiting],
        figures=sums.get(unit.pk, {}),
        recent=tasks.confirmed_of_late(actor=actor, unit_ids=[unit.pk], campaign_id=campaign.pk),
        taken=tasks.taken_over_by(actor=actor),
        urged=tasks.urged_principal(actor=actor, unit_id=unit.pk, campaign_id=campaign.pk),
        objections=open_objections(actor=actor),
        day=day,
    )


def whom_to_tell(*, actor: Actor, on: date) -> tuple[Unit, list[Post]]:
    """
    Return the unit above one's own and who holds its posts: to whom a branch passes on what people said.

    :raises NotFound: if the actor answers for no unit
    """
    unit = _own_unit(actor)
    above = Unit.objects.get(pk=unit.parent_id) if unit.parent_id is not None else unit
    return above, organisation.posts_of_unit(actor=actor, unit_id=above.pk, on=on)


def _own_unit(actor: Actor) -> Unit:
    units = units_answered_for(actor=actor)
    if not units:
        raise NotFound(_("Your present post answers for no unit."))
    return units[0]

"""Everything that one unit's page shows."""

from dataclasses import dataclass
from datetime import date

from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor, Decision
from duban.organisation.models import Post, Unit, UnitExternalId, UnitName, UnitSuccession
from duban.organisation.policy import OrganisationCapability, may_describe, may_edit, may_import, may_read_members
from duban.organisation.queries.lists import UnitRow, children_of
from duban.organisation.queries.motion import successions_of
from duban.organisation.queries.numbers import Numbers, count_organisations
from duban.organisation.queries.people import former_posts, posts_of_unit, principals_of
from duban.organisation.queries.units import ancestors, get_unit

# More are seen in the list of units, page by page.
MOST_CHILDREN = 200
MOST_FORMER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link in the chain of responsibility: a unit and who bears the first responsibility in it."""

    unit: Unit
    principal: Post | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSheet:
    """One unit on one day."""

    unit: Unit
    on: date
    chain: list[Link]
    posts: list[Post]
    # Those who held a post here before, the latest first.
    former: list[Post]
    names: list[UnitName]
    successions: list[UnitSuccession]
    external_ids: list[UnitExternalId]
    committee: Unit | None
    children: list[UnitRow]
    numbers: Numbers
    may_edit: Decision
    may_describe: Decision
    may_import: Decision
    may_read_members: Decision
    # Its own people and whoever looks after exactly this unit, not a level above.
    is_own: bool

    @property
    def principal(self) -> Post | None:
        return self.chain[-1].principal

    @property
    def people(self) -> int:
        """How many people the sheet names: in posts here now or before, and as principals of the units above and below."""
        others = [link.principal for link in self.chain[:-1]] + [row.principal for row in self.children]
        return len(self.posts) + len(self.former) + sum(one is not None for one in others)

    @property
    def exists(self) -> bool:
        """Whether the unit exists on the day."""
        return self.unit.valid_from <= self.on and (self.unit.valid_until is None or self.on < self.unit.valid_until)


def chain_of_responsibility(*, actor: Actor, unit_id: int, on: date) -> list[Link]:
    """
    Return who bears the first responsibility from the top unit down to this one (R-018).

    :raises NotFound: if this actor may not see the unit
    """
    unit = get_unit(actor=actor, unit_id=unit_id)
    units = [*ancestors(actor=actor, unit=unit), unit]
    principals = principals_of(actor=actor, unit_ids=[link.pk for link in units], on=on)
    return [Link(unit=link, principal=principals.get(link.pk)) for link in units]


@named_list("post", people=lambda sheet: sheet.people)
def unit_sheet(*, actor: Actor, unit_id: int, on: date) -> UnitSheet:
    """
    Return one unit as it is on the day, with what this actor may do to it.

    The responsible committee is the one recorded (R-026), otherwise the unit above.

    :raises NotFound: if this actor may not see the unit
    """
    unit = get_unit(actor=actor, unit_id=unit_id)
    chain = chain_of_responsibility(actor=actor, unit_id=unit_id, on=on)
    return UnitSheet(
        unit=unit,
        on=on,
        chain=chain,
        posts=posts_of_unit(actor=actor, unit_id=unit.pk, on=on),
        former=former_posts(actor=actor, unit_id=unit.pk, on=on, most=MOST_FORMER),
        names=list(UnitName.objects.filter(unit=unit).order_by("valid_from", "id")),
        successions=successions_of(actor=actor, unit_id=unit.pk),
        external_ids=list(UnitExternalId.objects.filter(unit=unit).order_by("scheme")),
        committee=unit.party_parent or (chain[-2].unit if len(chain) > 1 else None),
        children=children_of(actor=actor, unit_id=unit.pk, on=on, most=MOST_CHILDREN),
        numbers=count_organisations(actor=actor, on=on, unit_id=unit.pk),
        may_edit=may_edit(actor, unit),
        may_describe=may_describe(actor, unit),
        may_import=may_import(actor, unit),
        may_read_members=may_read_members(actor, unit),
        is_own=actor.scope(OrganisationCapability.VIEW).begins_at(unit),
    )

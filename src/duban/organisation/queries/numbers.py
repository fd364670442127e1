"""Numbers of the register for any scope and date."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from duban.kernel.authority import Actor
from duban.organisation.models import Membership, Post, Unit
from duban.organisation.queries.lists import UnitFilters, filtered_units
from duban.organisation.queries.people import posts_on
from duban.organisation.queries.units import get_unit
from duban.organisation.states import Kind, MembershipKind, PostKind, Rank

# Places of work without members of their own; everything else is an organisation.
NO_ORGANISATION = (Kind.TOP, Kind.LEADERSHIP_TEAM, Kind.SUPERVISION_GROUP, Kind.OFFICE)
FROM_DIVISION_UP = (Rank.DEPARTMENT, Rank.DIVISION)
_LEADING = (PostKind.PRINCIPAL, PostKind.DEPUTY, PostKind.SECRETARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many units, organisations, members and leaders at county and division rank or above."""

    units: int
    organisations: int
    members: int
    leaders: int
    as_of: date


def count_organisations(
    *, actor: Actor, on: date, unit_id: int | None = None, filters: UnitFilters | None = None
) -> Numbers:
    """
    Count for a unit and everything below it, or for all that this actor may see (R-010, R-022).

    Members are those that each unit counts as its own: from its register of members, on past days too, where it keeps
    one. A leader is a person, counted once, whose post on the day has county and division rank or above, or leads a unit
    of such rank where the post itself states none.

    :raises NotFound: if this actor may not see the unit
    """
    units = filtered_units(actor=actor, filters=filters or UnitFilters(), on=on).order_by()
    if unit_id is not None:
        top = get_unit(actor=actor, unit_id=unit_id)
        units = units.filter(path__gte=top.path, path__lt=top.path[:-1] + "0")
    found = units.aggregate(
        units=Count("pk"), organisations=Count("pk", filter=~Q(kind__in=NO_ORGANISATION)), members=Sum("member_count")
    )
    by_unit = Q(rank="", unit__rank__in=FROM_DIVISION_UP, kind=PostKind.PRINCIPAL)
    leaders = (
        Post.objects.filter(posts_on(on=on), Q(rank__in=FROM_DIVISION_UP) | by_unit, kind__in=_LEADING)
        .filter(unit_id__in=units.values("pk"))
        .aggregate(people=Count("person_id", distinct=True))
    )
    members = found["members"] or 0
    if on < timezone.localdate():
        members = _members_then(units, on)
    return Numbers(
        units=found["units"],
        organisations=found["organisations"],
        members=members,
        leaders=leaders["people"],
        as_of=on,
    )


def _members_then(units: QuerySet[Unit], on: date) -> int:
    """Members on a past day: of units with a register those of that day, of others what they declare now."""
    registered = Membership.objects.filter(kind=MembershipKind.MAIN, unit_id=OuterRef("pk"))
    declared = units.filter(~Exists(registered)).aggregate(members=Sum("member_count"))["members"] or 0
    return (
        declared
        + Membership.objects.filter(posts_on(on=on), kind=MembershipKind.MAIN, unit_id__in=units.values("pk")).count()
    )

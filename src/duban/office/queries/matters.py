"""Reading matters: an office's own, those that a unit asked, and what is known to all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.access import queries as access
from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor, Decision, Scope
from duban.kernel.errors import NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import query_words
from duban.office.models import Matter, MatterStep
from duban.office.policy import OfficeCapability, kinds_of, may_prepare, may_settle
from duban.office.states import RULES, KindRule, MatterKind, MatterStatus
from duban.organisation import queries as organisation
from duban.organisation.models import Closure, Unit
from duban.tasks import queries as tasks
from duban.tasks.queries import TaskFilter

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class MatterFilter:
    """What a list of matters is narrowed to; empty means not narrowed."""

    campaign_id: int
    kind: str = ""
    status: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class MatterPage:
    """Everything that the page of one matter shows."""

    matter: Matter
    rule: KindRule
    steps: list[MatterStep]
    may_settle: Decision
    may_prepare: Decision
    # What else the visited place has in that week.
    week: "WeekOfPlace | None"


@dataclass(frozen=True, slots=True)
class WeekOfPlace:
    """What falls on a place in the week of a visit (R-648)."""

    items_due: int
    visits: int


@dataclass(frozen=True, slots=True)
class Waits:
    """How many matters of a kind are open, and since or until when the first."""

    number: int
    oldest: date | None


def visible_matters(*, actor: Actor) -> QuerySet[Matter]:
    """
    Return every matter that this actor may see.

    The office's own; those for the leading group; what one's own units asked; and what an office above shares.
    """
    matters = Matter.objects.select_related("office", "unit")
    if actor.is_system:
        return matters
    leaders = [kind for kind, rule in RULES.items() if rule.is_for_leaders]
    asked = [kind for kind, rule in RULES.items() if rule.is_asked_by_units]
    ask = actor.scope(OfficeCapability.ASK)
    return matters.filter(
        organisation.scope_filter(scope=actor.scope(OfficeCapability.KEEP), unit="office")
        | (organisation.scope_filter(scope=actor.scope(OfficeCapability.DECIDE), unit="office") & Q(kind__in=leaders))
        | (organisation.scope_filter(scope=ask, unit="unit") & Q(kind__in=asked))
        | (Q(is_shared=True, status=MatterStatus.CLOSED) & _office_above(ask))
    )


def _office_above(scope: Scope) -> Q:
    above = {int(part) for path in scope.paths for part in path.split("/")[:-1]}
    listed = Closure.objects.filter(descendant_id__in=list(scope.unit_ids)).values("ancestor_id")
    return Q(office_id__in=above) | (Q(office_id__in=listed) if scope.unit_ids else Q(pk__in=[]))


def get_matter(*, actor: Actor, matter_id: int) -> Matter:
    """
    Return one matter.

    :raises NotFound: if there is none, or this actor may not see it
    """
    found = visible_matters(actor=actor).filter(pk=matter_id).first()
    if found is None:
        raise NotFound(_("There is no such matter."))
    return found


def narrowed_matters(*, actor: Actor, given: MatterFilter) -> QuerySet[Matter]:
    """Return the visible matters that match the filter, the newest first."""
    found = visible_matters(actor=actor).filter(campaign_id=given.campaign_id)
    if given.kind:
        found = found.filter(kind=given.kind)
    if given.status:
        found = found.filter(status=given.status)
    searched = query_words(given.words)
    if searched:
        query = " & ".join("'" + word.replace("'", "''").replace("\\", "\\\\") + "'" for word in searched)
        found = found.extra(where=["office_matter.search @@ %s::tsquery"], params=[query])
    return found.order_by("-pk")


def matter_list(*, actor: Actor, given: MatterFilter, after: str = "", size: int = PAGE_SIZE) -> Page[Matter]:
    """Return one page of matters, the newest first."""
    found = narrowed_matters(actor=actor, given=given)
    if after:
        found = found.filter(pk__lt=decode_key(after, length=1, kinds=(int,))[0])
    return cut(list(found[: size + 1]), size=size, key=lambda matter: (matter.pk,))


def matter_page(*, actor: Actor, matter_id: int) -> MatterPage:
    """
    Return one matter with its steps and what this actor may do about it.

    :raises NotFound: if there is none, or this actor may not see it
    """
    matter = get_matter(actor=actor, matter_id=matter_id)
    return MatterPage(
        matter=matter,
        rule=RULES[matter.kind],
        steps=list(matter.steps.select_related("assignment").order_by("position")),
        may_settle=may_settle(actor, matter),
        may_prepare=may_prepare(actor, matter),
        week=_week_of(actor, matter) if matter.kind == MatterKind.VISIT else None,
    )


def _week_of(actor: Actor, matter: Matter) -> WeekOfPlace | None:
    if matter.unit is None or matter.due_on is None or not may_prepare(actor, matter):
        return None
    monday = matter.due_on - timedelta(days=matter.due_on.weekday())
    within = (monday, monday + timedelta(days=6))
    given = TaskFilter(campaign_id=matter.campaign_id, unit_id=matter.unit.pk, status="open")
    visits = Matter.objects.filter(unit=matter.unit, kind=MatterKind.VISIT, due_on__range=within)
    return WeekOfPlace(
        items_due=tasks.narrowed(actor=actor, given=given).filter(agreed_due__range=within).count(),
        visits=visits.count(),
    )


def may_open(*, actor: Actor) -> list[tuple[str, str]]:
    """Return the kinds of matter that this actor may open, with their words."""
    return [(kind, str(MatterKind(kind).label)) for kind in kinds_of(actor)]


def open_kinds(*, actor: Actor) -> list[tuple[str, str]]:
    """
    Return what `may_open` does, to somebody who opens one now.

    :raises NotAllowed: if there is none
    """
    kinds = may_open(actor=actor)
    if not kinds:
        raise NotAllowed(_("Your present post neither keeps an office's matters nor asks an office."))
    return kinds


def kind_words(*, actor: Actor) -> list[tuple[str, str]]:
    """Return the kinds of which this actor may see matters, with their words."""
    if actor.is_system or actor.holds(OfficeCapability.KEEP):
        return [(kind, str(MatterKind(kind).label)) for kind in RULES]
    shown = [
        kind
        for kind, rule in RULES.items()
        if (actor.holds(OfficeCapability.DECIDE) and rule.is_for_leaders)
        or (actor.holds(OfficeCapability.ASK) and (rule.is_asked_by_units or rule.is_knowledge))
    ]
    return [(kind, str(MatterKind(kind).label)) for kind in shown]


def keeping_office(*, actor: Actor) -> Unit:
    """
    Return the unit in whose name this actor keeps matters: the highest of their scope.

    :raises NotAllowed: if they keep none
    """
    scope = actor.scope(OfficeCapability.KEEP)
    unit = Unit.objects.filter(Q(path__in=scope.paths) | Q(pk__in=list(scope.unit_ids))).order_by("depth", "pk").first()
    if unit is None:
        raise NotAllowed(_("Only an office keeps this."))
    return unit


def asking_unit(*, actor: Actor) -> Unit:
    """
    Return the unit for which this actor asks: that of the present post where it lies in their scope, else the first.

    :raises NotAllowed: if they ask for none
    """
    scope = actor.scope(OfficeCapability.ASK)
    units = Unit.objects.filter(Q(path__in=scope.paths) | Q(pk__in=list(scope.unit_ids))).order_by("depth", "pk")
    found = sorted(units[:50], key=lambda unit: unit.pk != actor.unit_id)
    if not found:
        raise NotAllowed(_("Your present post asks for no unit."))
    return found[0]


def office_above(*, actor: Actor, unit: Unit, at: datetime) -> Unit:
    """
    Return the nearest unit above that has an office of its own.

    :raises NotFound: if nobody above keeps an office
    """
    for upper in reversed(organisation.ancestors(actor=actor, unit=unit)):
        if access.users_holding(actor=actor, capability=OfficeCapability.KEEP, unit_id=upper.pk, at=at):
            return upper
    raise NotFound(_("There is no office above your unit."))


def checklists(*, actor: Actor, campaign_id: int) -> list[tuple[int, str]]:
    """Return the checklists that this office can take over, the newest first."""
    given = MatterFilter(campaign_id=campaign_id, kind=MatterKind.CHECKLIST)
    return [(matter.pk, matter.title) for matter in narrowed_matters(actor=actor, given=given)[:50]]


def open_matters(*, actor: Actor, campaign_id: int, kinds: Sequence[str]) -> dict[str, Waits]:
    """Return per kind how many visible matters are open, and the first of their days."""
    rows = (
        visible_matters(actor=actor)
        .filter(campaign_id=campaign_id, status=MatterStatus.OPEN, kind__in=kinds)
        .order_by()
        .values("kind")
        .annotate(number=Count("pk"), opened=Min("opened_at"))
    )
    found = {row["kind"]: Waits(row["number"], timezone.localdate(row["opened"])) for row in rows}
    return {kind: found.get(kind, Waits(0, None)) for kind in kinds}


def open_steps(*, actor: Actor, campaign_id: int, first: date, last: date) -> list[MatterStep]:
    """Return the steps of this office's open matters that fall on these days, in their order."""
    found = MatterStep.objects.filter(
        organisation.scope_filter(scope=actor.scope(OfficeCapability.KEEP), unit="matter__office"),
        matter__campaign_id=campaign_id,
        matter__status=MatterStatus.OPEN,
        done_on__isnull=True,
        due_on__range=(first, last),
    )
    return list(found.select_related("matter").order_by("due_on", "pk")[:500])


def meeting_alert(*, actor: Actor, campaign: Campaign, on: date) -> str:
    """Return a sentence where the interval between office meetings is exceeded and none is planned, else nothing (R-638)."""
    if not actor.holds(OfficeCapability.KEEP):
        return ""
    meetings = Matter.objects.filter(
        organisation.scope_filter(scope=actor.scope(OfficeCapability.KEEP), unit="office"),
        campaign=campaign,
        kind=MatterKind.MEETING,
        office=keeping_office(actor=actor),
    )
    held = meetings.filter(status=MatterStatus.CLOSED, interval_days__isnull=False).order_by("-due_on", "-pk").first()
    if held is None or held.due_on is None or held.interval_days is None:
        return ""
    if meetings.filter(status=MatterStatus.OPEN, due_on__gte=on).exists():
        return ""
    days = (on - held.due_on).days
    if days <= held.interval_days:
        return ""
    return gettext("The last office meeting was %(days)d days ago; %(most)d were agreed. Plan the next one.") % {
        "days": days,
        "most": held.interval_days,
    }

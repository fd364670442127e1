"""Busy days in which a unit's campaign work came to rest: told to the unit and its own contact, with a way out (R-661)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone

from duban.burden import queries as burden
from duban.burden.models import BlockedPeriod
from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor, Scope, decide
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.portal.policy import may_see_absence
from duban.tasks import queries as tasks
from duban.tasks.models import ChangeRequest, Task, TaskEntry
from duban.tasks.policy import TasksCapability
from duban.tasks.states import ASKED_AS, OPEN_CHANGES, URGED_STATUSES, WORKED_ON

# So many days after busy days what falls due is still named.
SOON = timedelta(days=7)
MOST_ITEMS = 50
# What a unit records of its work. Asking for a later date is the way out offered here: it does not end the reminder for
# the items that still want one.
WORK = tuple(kind for kind in tasks.ANSWERING if kind not in ASKED_AS.values())


@dataclass(frozen=True, slots=True)
class ToReplan:
    """An open item of the unit that falls due in its busy days or soon after them."""

    task_id: int
    wording: str
    due_on: date
    status_word: str
    # A later date can be asked for now: it is in hand, and no request waits.
    can_ask: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Replanning:
    """Since when nothing was recorded, in which busy days, and what could be planned anew."""

    unit: Unit
    since: date
    periods: list[BlockedPeriod]
    items: list[ToReplan]
    may_ask: bool


def replanning(*, actor: Actor, campaign: Campaign, unit: Unit, today: date) -> Replanning | None:
    """
    Return what to say to a unit whose campaign work came to rest in busy days (R-661); None where there is nothing to say.

    No work was recorded in the last weeks, as many as the head of the office has set for no gap, though items waited all
    the while; counted for the unit with everything below it, as its weeks are (R-589). The items are its own. It stands in
    no list of units, no file and no report.
    """
    if not may_see_absence(actor, unit) or (campaign.planned_end_on is not None and campaign.planned_end_on < today):
        return None
    weeks = tasks.limits_of(actor=actor, campaign_id=campaign.pk).quiet_weeks
    first = today - timedelta(weeks=weeks)
    periods = burden.busy_days(actor=actor, unit=unit, first=first, last=today)
    if not periods:
        return None
    since = _quiet_since(campaign, unit, first)
    if since is None:
        return None
    return Replanning(
        unit=unit,
        since=since,
        periods=periods,
        items=_due_in(campaign, unit, periods),
        may_ask=bool(decide(actor=actor, capability=TasksCapability.ANSWER, unit=unit)),
    )


def _quiet_since(campaign: Campaign, unit: Unit, first: date) -> date | None:
    """Return the day of the last record, or of the first item where there is none; None if one was made since `first`."""
    begun = timezone.make_aware(datetime.combine(first, time.min))
    whole = Scope(paths=(unit.path,))
    waited = Task.objects.filter(
        organisation.scope_filter(scope=whole, unit="unit"),
        campaign=campaign,
        status__in=URGED_STATUSES,
        issued_at__lt=begun,
    ).aggregate(first=Min("issued_at"))["first"]
    if waited is None:
        return None
    last = TaskEntry.objects.filter(
        organisation.scope_filter(scope=whole, unit="task__unit"), task__campaign=campaign, kind__in=WORK
    ).aggregate(last=Max("made_at"))["last"]
    if last is not None and last >= begun:
        return None
    return timezone.localdate(last or waited)


def _due_in(campaign: Campaign, unit: Unit, periods: list[BlockedPeriod]) -> list[ToReplan]:
    in_them = Q()
    for period in periods:
        in_them |= Q(agreed_due__range=(period.from_on, period.until_on + SOON))
    waiting = ChangeRequest.objects.filter(task=OuterRef("pk"), status__in=OPEN_CHANGES)
    found = (
        Task.objects.filter(in_them, unit=unit, campaign=campaign, status__in=URGED_STATUSES)
        .annotate(is_asked=Exists(waiting))
        .select_related("assignment")
        .order_by("agreed_due", "pk")[:MOST_ITEMS]
    )
    return [
        ToReplan(
            task_id=task.pk,
            wording=task.assignment.wording,
            due_on=task.agreed_due,
            status_word=task.get_status_display(),
            can_ask=task.status in WORKED_ON and not task.is_asked,
            is_asked=task.is_asked,
        )
        for task in found
        if task.agreed_due is not None
    ]

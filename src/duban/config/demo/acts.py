"""What happened in the demonstration city, act by act: who did it, as they could then, and on which past day."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from duban.access import queries as access
from duban.accounts.models import User
from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor, Scope
from duban.organisation.models import Post, Unit
from duban.tasks.models import Task
from duban.tasks.policy import TasksCapability

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did at a moment; `order` settles what comes first on the same minute."""

    at: datetime
    order: int
    do: Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story plays: the campaign, its units by their keys, and today. In the full city figures come out exactly."""

    actor: Actor
    campaign: Campaign
    root: Unit
    ids: Mapping[str, int]
    at: datetime
    is_full: bool

    @property
    def today(self) -> date:
        """The day on which the story ends."""
        return timezone.localdate(self.at)

    def day(self, number: int) -> date:
        """Return the day so many days after the launch."""
        return self.campaign.starts_on + timedelta(days=number)

    def moment(self, number: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of the day so many days after the launch."""
        return moment(self.day(number), hour, minute)

    def has(self, *keys: str) -> bool:
        """Whether all these units are in the city."""
        return all(key in self.ids for key in keys)

    def played_by(self, sign_in_name: str, at: datetime) -> Actor:
        """Return somebody of the cast as they may act at the moment."""
        user_id = User.objects.only("pk").get(sign_in_name=sign_in_name).pk
        return access.actor_of(user_id=user_id, post_id=None, at=at)

    def task(self, key: str, assignment_id: int) -> Task:
        """Return a unit's share of an assignment."""
        return Task.objects.get(assignment_id=assignment_id, unit_id=self.ids[key])


@dataclass
class Story:
    """What the plot does, and how the shares of the table end of which it tells (by draft and unit)."""

    acts: list[Act] = field(default_factory=list)
    endings: dict[tuple[int, int], str] = field(default_factory=dict)
    not_before: dict[tuple[int, int], date] = field(default_factory=dict)
    # Tasks beside the table, by the figures in which they count today.
    extra: Counter[str] = field(default_factory=Counter)
    # Units that say nothing on these days.
    silent: frozenset[int] = frozenset()
    silent_from: date = date.max
    silent_until: date = date.max

    def count(self, ending: str) -> int:
        """Return how many shares of the table end so."""
        return sum(found == ending for found in self.endings.values())

    def is_silence(self, day: date) -> bool:
        """Whether the silent units say nothing on the day."""
        return self.silent_from <= day <= self.silent_until


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day, in local time."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def clerks(unit_ids: set[int]) -> dict[int, Actor]:
    """Return for each unit the person who answers for it: the liaison where there is one."""
    posts = Post.objects.filter(unit_id__in=unit_ids, ends_on__isnull=True).select_related("person", "unit")
    found: dict[int, Post] = {}
    for post in posts.order_by("pk"):
        if post.unit_id not in found or post.kind == "liaison":
            found[post.unit_id] = post
    return {unit_id: _clerk(unit_id, found.get(unit_id)) for unit_id in unit_ids}


def _clerk(unit_id: int, post: Post | None) -> Actor:
    own = Scope(unit_ids=frozenset({unit_id}))
    return Actor(
        user_id=post.person.user_id if post else None,
        name=post.person.name if post else "",
        person_id=post.person_id if post else None,
        post_id=post.pk if post else None,
        post_title=access.post_title(post) if post else "",
        unit_id=unit_id,
        scopes={TasksCapability.ANSWER: own, TasksCapability.VIEW: own},
    )

"""Reading reminders, everybody their own; and the robots of one's own part of the tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed, NotFound
from duban.kernel.rows import Part
from duban.notices.models import Digest, DigestRefusal, Robot, RobotMessage
from duban.notices.policy import NoticesCapability
from duban.notices.states import DAYS_BEFORE, MessageKind
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.workdays import queries as workdays

UNITS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Reminded:
    """One unit of a reminder and how many of its items fall due in one, three and five working days."""

    unit: Unit
    in_one: int
    in_three: int
    in_five: int

    @property
    def items(self) -> int:
        """All together."""
        return self.in_one + self.in_three + self.in_five


@dataclass(frozen=True, slots=True)
class DigestShown:
    """A reminder: the sums, and the first units in protocol order."""

    day: date
    in_one: int
    in_three: int
    in_five: int
    units: list[Reminded] = field(default_factory=list)
    unit_count: int = 0

    @property
    def items(self) -> int:
        """All together."""
        return self.in_one + self.in_three + self.in_five

    @property
    def is_one_unit(self) -> bool:
        """Whether it speaks of one unit alone."""
        return self.unit_count == 1


_UNIT = Part(Unit, "unit")
# By hand: it stands above the first screen of everybody.
_DIGEST = f"""
SELECT line.in_one, line.in_three, line.in_five, {_UNIT.sql}
  FROM notices_digest AS digest
  JOIN notices_digestline AS line ON line.digest_id = digest.id
  JOIN organisation_unit AS unit ON unit.id = line.unit_id
 WHERE digest.user_id = %(user)s AND digest.day = %(day)s AND NOT digest.is_read
 ORDER BY unit.order_path, unit.id
"""  # noqa: S608 - columns of ours


def digest_of(*, actor: Actor, on: date) -> DigestShown | None:
    """Return the actor's own reminder of the day, or None where there is none or it was put aside."""
    if actor.user_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, {"user": actor.user_id, "day": on})
        lines = [Reminded(_UNIT.read(unit), one, three, five) for one, three, five, *unit in cursor.fetchall()]
    if not lines:
        return None
    return DigestShown(
        day=on,
        in_one=sum(line.in_one for line in lines),
        in_three=sum(line.in_three for line in lines),
        in_five=sum(line.in_five for line in lines),
        units=lines[:UNITS_SHOWN],
        unit_count=len(lines),
    )


def is_reminded(*, actor: Actor) -> bool:
    """Return whether the actor leaves the daily reminder on; it is on until they switch it off."""
    return actor.user_id is not None and not DigestRefusal.objects.filter(user_id=actor.user_id).exists()


def spans(*, actor: Actor, day: date) -> Mapping[int, tuple[date, date]]:
    """
    Return the first and the last due date that lie one, three and five working days after `day`.

    A date on a day off counts as the working day before it, so nobody is reminded of it when it is too late.
    """
    calendar = workdays.calendar(actor=actor)
    one_day = timedelta(days=1)
    return {n: (calendar.add_workdays(day, n), calendar.add_workdays(day, n + 1) - one_day) for n in DAYS_BEFORE}


def overdue_digests(*, actor: Actor, before: datetime) -> int:
    """Return how many reminders made before that moment are kept still."""
    return Digest.objects.filter(made_at__lt=before).count()


@dataclass(frozen=True, slots=True)
class RobotLine:
    """A robot and the last message to its group."""

    robot: Robot
    last: RobotMessage | None


@dataclass(frozen=True, slots=True)
class Robots:
    """The robots of one's own part of the tree, and the units whose numbers one may let another tell."""

    robots: list[RobotLine]
    units: list[tuple[int, str]]


def robots(*, actor: Actor) -> Robots:
    """
    Return the robots that this actor keeps, in protocol order of their units.

    :raises NotAllowed: if this actor keeps none anywhere
    """
    scope = actor.scope(NoticesCapability.ROBOTS)
    if scope.is_empty:
        raise NotAllowed(_("Your present post keeps no group robots. The head of the office does."))
    last = RobotMessage.objects.order_by("robot", "-pk").distinct("robot")
    found = _kept(actor).select_related("unit").order_by("unit__order_path", "pk")
    units = Unit.objects.filter(path__in=scope.paths) | Unit.objects.filter(pk__in=list(scope.unit_ids))
    return Robots(
        robots=[
            RobotLine(robot, next(iter(robot.messages.all()), None))
            for robot in found.prefetch_related(Prefetch("messages", queryset=last))
        ],
        units=[(unit.pk, unit.name) for unit in units.order_by("order_path", "pk")],
    )


def get_robot(*, actor: Actor, robot_id: int, lock: bool = False) -> Robot:
    """
    Return one robot that this actor keeps and that has not ended.

    :raises NotFound: if there is none in the actor's part of the tree
    """
    found = _kept(actor).filter(pk=robot_id).select_related("unit")
    robot = (found.select_for_update(of=("self",)) if lock else found).first()
    if robot is None:
        raise NotFound(_("There is no such robot in your part of the tree."))
    return robot


def robots_to_tell(*, actor: Actor, day: date) -> list[Robot]:
    """Return the robots that are on and have no message of the day yet; for the machine itself."""
    told = RobotMessage.objects.filter(kind=MessageKind.COUNTS, day=day).values("robot")
    on = Robot.objects.filter(organisation.in_force(on=day, unit="unit"), is_on=True).exclude(pk__in=told)
    return list(on.select_related("unit").order_by("pk"))


def overdue_messages(*, actor: Actor, before: datetime) -> int:
    """Return how many messages to groups were written before that moment and are kept still."""
    return RobotMessage.objects.filter(written_at__lt=before).count()


def _kept(actor: Actor) -> QuerySet[Robot]:
    scope = actor.scope(NoticesCapability.ROBOTS)
    return Robot.objects.filter(organisation.scope_filter(scope=scope, unit="unit"), ended_at__isnull=True)

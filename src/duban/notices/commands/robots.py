"""Entering a robot of a group chat, switching it on and off, trying and ending it."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.notices import enciphering, outgoing, queries, robots
from duban.notices.models import Robot, RobotMessage
from duban.notices.policy import may_keep_robots
from duban.notices.states import MessageKind, MessageStatus, RobotKind
from duban.organisation import queries as organisation

TRIALS_AN_HOUR = 5
LONGEST_NAME, LONGEST_SECRET, LONGEST_KEYWORD = 60, 200, 30


@transaction.atomic
def enter_robot(
    *,
    actor: Actor,
    unit_id: int,
    kind: str,
    name: str,
    address: str,
    secret: str = "",
    keyword: str = "",
    at: datetime,
) -> Robot:
    """
    Enter a robot that will be told the numbers of a unit with all below it; it is off until it is switched on.

    The address and the secret are kept enciphered and never shown again.

    :raises NotAllowed: if this actor does not head the office of that part of the tree
    :raises InvalidInput: if the address is not one of such a robot, or the robot is entered already
    """
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)
    may_keep_robots(actor, unit).require()
    if actor.user_id is None:
        raise NotAllowed(_("A robot is entered by a named person."))
    name, secret, keyword = name.strip(), secret.strip(), keyword.strip()
    if kind not in RobotKind.values:
        raise InvalidInput(_("Please choose whose chat it is."), fields={"kind": _("Please choose whose chat it is.")})
    if not 0 < len(name) <= LONGEST_NAME or len(secret) > LONGEST_SECRET or len(keyword) > LONGEST_KEYWORD:
        raise InvalidInput(_("Name, secret or keyword is missing or too long."))
    address = outgoing.check_address(kind=kind, address=address)
    robot = Robot(
        unit=unit,
        kind=kind,
        name=name,
        address=enciphering.encipher(address),
        address_hint=outgoing.hint_of(address),
        fingerprint=enciphering.fingerprint(address),
        secret=enciphering.encipher(secret) if secret else b"",
        keyword=keyword,
        entered_by=actor.user_id,
        entered_at=at,
    )
    try:
        with transaction.atomic():
            robot.save()
    except IntegrityError:
        sentence = _("This robot is entered already, here or at another unit.")
        raise InvalidInput(sentence, fields={"address": sentence}) from None
    _record(actor, robot, "robot.enter", at, {"kind": kind, "name": name, "address": robot.address_hint})
    return robot


@transaction.atomic
def switch_robot(*, actor: Actor, robot_id: int, is_on: bool, at: datetime) -> Robot:
    """
    Switch a robot on or off; switching on forgets earlier failures. Doing it twice does no harm.

    :raises NotFound: if there is no such robot in the actor's part of the tree
    """
    robot = queries.get_robot(actor=actor, robot_id=robot_id)
    changed = Robot.objects.filter(pk=robot.pk, ended_at__isnull=True).exclude(is_on=is_on)
    if changed.update(is_on=is_on, failures=0, off_because="", answer=""):
        _record(actor, robot, "robot.switch_on" if is_on else "robot.switch_off", at, {})
    robot.refresh_from_db()
    return robot


@transaction.atomic
def try_robot(*, actor: Actor, robot_id: int, at: datetime) -> RobotMessage:
    """
    Let a robot say one sentence as a trial, on or off; it goes out within a minute, by day.

    :raises NotFound: if there is no such robot in the actor's part of the tree
    :raises InvalidInput: if five trials were made within the hour
    """
    robot = queries.get_robot(actor=actor, robot_id=robot_id, lock=True)
    recent = RobotMessage.objects.filter(robot=robot, kind=MessageKind.TRIAL, written_at__gt=at - timedelta(hours=1))
    if recent.count() >= TRIALS_AN_HOUR:
        raise InvalidInput(_("Five trials were made within the hour. Please wait."))
    message = RobotMessage.objects.create(
        robot=robot,
        kind=MessageKind.TRIAL,
        day=timezone.localdate(at),
        text=robots.with_keyword(
            robot.keyword, _("A trial: this robot of %(unit)s works.") % {"unit": robot.unit.name}
        ),
        written_at=at,
        next_at=at,
    )
    _record(actor, robot, "robot.try", at, {})
    return message


@transaction.atomic
def end_robot(*, actor: Actor, robot_id: int, at: datetime) -> None:
    """
    End a robot: its address and secret are erased at once, what it was told stays until its time is over.

    :raises NotFound: if there is no such robot in the actor's part of the tree
    """
    _end(actor, queries.get_robot(actor=actor, robot_id=robot_id), at)


@transaction.atomic
def end_robots_with_units(*, actor: Actor, at: datetime) -> int:
    """
    End the robots of units that ended; may run twice. Returns how many ended.

    They do not go to the successor: its numbers are those of a larger unit, and nobody let that group know them.
    """
    gone = Robot.objects.filter(unit_id__any_of=list(organisation.heirs(actor=actor)), ended_at__isnull=True)
    found = list(gone.select_for_update(of=("self",)).order_by("pk"))
    for robot in found:
        _end(actor, robot, at)
    return len(found)


def _end(actor: Actor, robot: Robot, at: datetime) -> None:
    ended = Robot.objects.filter(pk=robot.pk, ended_at__isnull=True)
    if ended.update(ended_at=at, is_on=False, address=b"", secret=b""):
        RobotMessage.objects.filter(robot=robot, status=MessageStatus.WAITING).update(status=MessageStatus.GIVEN_UP)
        _record(actor, robot, "robot.end", at, {})


def _record(actor: Actor, robot: Robot, verb: str, at: datetime, payload: dict[str, object]) -> None:
    audit.record(
        actor=actor, verb=verb, object_kind="robot", object_id=robot.pk, unit_id=robot.unit_id, at=at, payload=payload
    )

"""What is sent to groups: written once a day, claimed before it goes out, noted after it came back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.notices import enciphering
from duban.notices.hours import is_waking
from duban.notices.models import Robot, RobotMessage
from duban.notices.robots import MANNERS
from duban.notices.states import MOST_FAILURES, MessageKind, MessageStatus, Trouble

MINUTE = timedelta(minutes=1)
# DingTalk silences a robot that was too fast for so long.
SILENCE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
TRIAL_ATTEMPTS = 3
LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that is this process's to send now."""

    message_id: int
    kind: str
    address: str
    secret: str
    text: str


@transaction.atomic
def write_counts(*, actor: Actor, robot_id: int, day: date, text: str, at: datetime) -> bool:
    """Write the message of a day for a robot that is on; return whether it is new. It goes out once a day at most."""
    robot = Robot.objects.filter(pk=robot_id, is_on=True).first()
    if robot is None or not text:
        return False
    row = RobotMessage(robot=robot, kind=MessageKind.COUNTS, day=day, text=text, written_at=at, next_at=at)
    known = RobotMessage.objects.filter(robot=robot, kind=MessageKind.COUNTS, day=day)
    if known.exists():
        return False
    RobotMessage.objects.bulk_create([row], ignore_conflicts=True)
    return True


@transaction.atomic
def claim_message(*, actor: Actor, at: datetime) -> Outgoing | None:
    """
    Take the next message that may go out now, so that no other process does; None if there is none.

    By day only, within what the chat takes a minute. Taken, it counts as tried and waits twice as long as before: should
    the process die, it is sent again then. Numbers of a day that has passed are given up.
    """
    _give_up_late(at)
    if not is_waking(at):
        return None
    ready = (
        RobotMessage.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(robot__is_on=True) | Q(kind=MessageKind.TRIAL), status=MessageStatus.WAITING, next_at__lte=at)
        .select_related("robot")
        .order_by("next_at", "pk")[:LOOKED_AT]
    )
    for message in ready:
        if not _may_go(message.robot, at):
            continue
        message.attempts += 1
        message.tried_at = at
        message.next_at = at + min(MINUTE * 2 ** (message.attempts - 1), LONGEST_WAIT)
        message.save(update_fields=["attempts", "tried_at", "next_at"])
        address, secret = _opened(message.robot)
        return Outgoing(message.pk, message.robot.kind, address, secret, message.text)
    return None


@transaction.atomic
def note_outcome(*, actor: Actor, message_id: int, trouble: str, answer: str, at: datetime) -> None:
    """
    Note whether a message arrived (`trouble` empty) or why not; the chat's own words are kept in `answer`.

    What did not arrive stays and is tried again. After too many failures in a row the robot is switched off, with the
    reason; its messages wait until somebody switches it on again.
    """
    message = RobotMessage.objects.select_for_update().get(pk=message_id)
    robot = Robot.objects.select_for_update().get(pk=message.robot_id)
    if not trouble:
        message.status, message.trouble = MessageStatus.SENT, ""
        robot.failures, robot.answer = 0, ""
    else:
        message.trouble = trouble
        robot.answer = answer
        if trouble == Trouble.TOO_FAST:
            message.next_at = max(message.next_at, at + SILENCE)
        else:
            robot.failures += 1
        if message.kind == MessageKind.TRIAL and (
            message.attempts >= TRIAL_ATTEMPTS or trouble in {Trouble.REJECTED, Trouble.UNREADABLE}
        ):
            message.status = MessageStatus.GIVEN_UP
        if robot.is_on and robot.failures >= MOST_FAILURES.get(Trouble(trouble), robot.failures + 1):
            robot.is_on, robot.off_because = False, trouble
            audit.record(
                actor=actor,
                verb="robot.give_up",
                object_kind="robot",
                object_id=robot.pk,
                unit_id=robot.unit_id,
                at=at,
                payload={"trouble": trouble, "failures": robot.failures},
            )
    message.save()
    robot.save(update_fields=["is_on", "failures", "off_because", "answer"])


@transaction.atomic
def clear_messages(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove messages written before that moment, at most so many; return how many."""
    old = RobotMessage.objects.filter(written_at__lt=before).order_by("written_at", "pk")
    return RobotMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0]


def _give_up_late(at: datetime) -> None:
    RobotMessage.objects.filter(status=MessageStatus.WAITING, day__lt=timezone.localdate(at)).update(
        status=MessageStatus.GIVEN_UP, trouble=Trouble.LATE
    )


def _may_go(robot: Robot, at: datetime) -> bool:
    manner = MANNERS[robot.kind]
    if manner.avoids_the_hour and timezone.localtime(at).minute in {0, 30}:
        return False
    tried = RobotMessage.objects.filter(robot=robot, tried_at__gt=at - MINUTE).count()
    return tried < manner.messages_a_minute


def _opened(robot: Robot) -> tuple[str, str]:
    """Return address and secret; both empty where they were enciphered by another installation."""
    address = enciphering.decipher(bytes(robot.address))
    secret = enciphering.decipher(bytes(robot.secret)) if robot.secret else ""
    return ("", "") if address is None or secret is None else (address, secret)

"""Reminders made by the machine, and the robots of group chats with what is sent through them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.notices.states import MessageKind, MessageStatus, RobotKind, Trouble


class Digest(models.Model):
    """What one person is told on one day; never a second on the same day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    made_at = models.DateTimeField()
    # That it was put aside, and not when: nobody is watched reading.
    is_read = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_per_person_and_day")]
        indexes = [
            # What is removed after its time.
            models.Index(fields=["made_at"], name="digest_made"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.day}"


class DigestLine(models.Model):
    """How many items of one unit fall due in one, three and five working days."""

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="lines", db_index=False)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+", db_index=False)
    in_one = models.IntegerField()
    in_three = models.IntegerField()
    in_five = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "unit"], name="digest_line_once_per_unit"),
            models.CheckConstraint(
                condition=Q(in_one__gte=0, in_three__gte=0, in_five__gte=0)
                & Q(in_one__gt=-F("in_three") - F("in_five")),
                name="digest_line_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digest_id}: {self.unit_id}"


class DigestRefusal(models.Model):
    """That somebody wants no reminder of the machine; the row is gone when they want it again."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id}"


class DigestDay(models.Model):
    """How far the reminders of a day have come, unit by unit; the last step leaves it finished."""

    day = models.DateField(unique=True)
    # The last unit that was gone through.
    last_unit_id = models.BigIntegerField(default=0)
    is_finished = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.day} (#{self.pk})"


class Robot(models.Model):
    """A robot of a group chat that is told the numbers of a unit with all below it; off until somebody switches it on."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=RobotKind)
    name = models.CharField(max_length=60)
    # Enciphered; empty once the robot has ended.
    address = models.BinaryField()
    # What is shown of it: the host and the last four characters.
    address_hint = models.CharField(max_length=100)
    # Keyed hash: one robot is entered once, so its limits hold for all that is sent to it.
    fingerprint = models.CharField(max_length=64)
    # For signing; enciphered, empty where the chat does not ask for it.
    secret = models.BinaryField(default=b"")
    # A word that the chat wants to see in every message.
    keyword = models.CharField(max_length=30, blank=True, default="")
    is_on = models.BooleanField(default=False)
    # In a row.
    failures = models.SmallIntegerField(default=0)
    # Why it was switched off by itself, and what the chat answered.
    off_because = models.CharField(max_length=20, choices=Trouble, blank=True, default="")
    answer = models.CharField(max_length=200, blank=True, default="")
    entered_by = models.BigIntegerField()
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(ended_at__isnull=True), name="robot_is_entered_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(is_on=False, address=b"", secret=b""),
                name="robot_that_ended_keeps_no_secret",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class RobotMessage(models.Model):
    """One message to a group: written once, tried until it arrived or its day has passed."""

    robot = models.ForeignKey(Robot, models.PROTECT, related_name="messages", db_index=False)
    kind = models.CharField(max_length=20, choices=MessageKind)
    day = models.DateField()
    text = models.TextField()
    written_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=MessageStatus, default=MessageStatus.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, choices=Trouble, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["robot", "day"], condition=Q(kind=MessageKind.COUNTS), name="robot_message_once_a_day"
            ),
        ]
        indexes = [
            # What can be sent now.
            models.Index(fields=["next_at"], condition=Q(status=MessageStatus.WAITING), name="robot_message_waiting"),
            # The last of a robot, and how many were tried within a minute.
            models.Index(fields=["robot", "-tried_at"], name="robot_message_last"),
        ]

    def __str__(self) -> str:
        return f"{self.robot_id}, {self.day}"

"""Reminders made by the machine: one row per person and day, and the numbers of each unit in it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


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


class DigestDay(models.Model):
    """How far the reminders of a day have come, unit by unit; the last step leaves it finished."""

    day = models.DateField(unique=True)
    # The last unit that was gone through.
    last_unit_id = models.BigIntegerField(default=0)
    is_finished = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.day} (#{self.pk})"

"""What was cleared, and what was backed up."""

import uuid

from django.db import models


class Clearing(models.Model):
    """The last clearing of one line of the retention table."""

    # The name of the line in config.retention.
    line = models.CharField(max_length=60, unique=True)
    ran_at = models.DateTimeField()
    # Rows removed in that run, and in all runs.
    removed = models.BigIntegerField(default=0)
    removed_ever = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.line} (#{self.pk})"


class Backup(models.Model):
    """One archive that was taken; the archive itself lies where the system administrator put it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # When its snapshot was taken: what it holds is as of this moment.
    taken_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    bytes = models.BigIntegerField()
    rows = models.BigIntegerField()
    files = models.BigIntegerField()
    # Of the whole archive, to know it again.
    sha256 = models.CharField(max_length=64)
    has_secrets = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # The newest, on the page of upkeep.
            models.Index(fields=["-taken_at"], name="backup_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} (#{self.pk})"

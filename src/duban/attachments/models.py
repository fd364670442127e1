"""Stored files."""

import uuid

from django.db import models


class StoredFile(models.Model):
    """One file as it was received; its bytes lie in the files folder under their own hash."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    stored_by = models.BigIntegerField(null=True)
    stored_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Is the same content kept already?
            models.Index(fields=["sha256"], name="stored_file_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"

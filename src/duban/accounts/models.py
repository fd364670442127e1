"""Accounts and attempts to sign in."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class User(AbstractBaseUser):
    """An account; who the person is and what they may do stand above, in organisation and access."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sign_in_name = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)
    # Who uses it, in words: shown where accounts are kept and, for invented ones, on the sign-in page of a trial.
    label = models.CharField(max_length=120, default="", blank=True)
    # Invented account of a demonstration city; refused in production.
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(default="", blank=True)

    objects = BaseUserManager["User"]()

    USERNAME_FIELD = "sign_in_name"

    def __str__(self) -> str:
        return f"{self.sign_in_name} (#{self.pk})"


class SignInAttempt(models.Model):
    """One failed attempt; counted by name and place together, so nobody can lock out somebody elsewhere."""

    # Hash of the name as typed: attempts on names that do not exist are counted alike.
    name_hash = models.CharField(max_length=64)
    # Hash of the address, keyed by the secret key.
    place_hash = models.CharField(max_length=64)
    tried_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Counting the recent failures of one name from one place, and of one place.
            models.Index(fields=["place_hash", "tried_at"], name="sign_in_attempt_place"),
        ]

    def __str__(self) -> str:
        return f"attempt #{self.pk}"

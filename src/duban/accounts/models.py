"""Accounts and attempts to sign in."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class User(AbstractBaseUser):
    """An account; who the person is and what they may do stand above, in organisation and access."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sign_in_name = models.CharField(max_length=60, unique=True)
    # Digits only; signs in as the name does. Empty: none given.
    telephone = models.CharField(max_length=15, default="", blank=True)
    is_active = models.BooleanField(default=True)
    # Who uses it, in words: shown where accounts are kept and, for invented ones, on the sign-in page of a trial.
    label = models.CharField(max_length=120, default="", blank=True)
    # Invented account of a demonstration city; refused in production.
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(default="", blank=True)
    # Who took the second factor away, until a new one is enrolled: they do not also set the password.
    factor_reset_by = models.BigIntegerField(null=True, blank=True)

    objects = BaseUserManager["User"]()

    USERNAME_FIELD = "sign_in_name"

    class Meta:
        constraints = [
            # One number signs in one account.
            models.UniqueConstraint(
                fields=["telephone"], condition=~models.Q(telephone=""), name="user_telephone_is_its_own"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign_in_name} (#{self.pk})"


class ActivationCode(models.Model):
    """A one-time code on a printed slip, by which its holder sets the password; only its keyed hash is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    code_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A new code voids the old one; also how the live one is found.
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(used_at__isnull=True, voided_at__isnull=True),
                name="activation_code_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"activation code #{self.pk}"


class SecondFactor(models.Model):
    """The authenticator app of an account; kept from the first showing of its secret, in force once confirmed."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+")
    # Enciphered by accounts.second_factor.
    secret = models.BinaryField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The step of time of the last code taken: none is taken twice.
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"factor #{self.pk}"


class RecoveryCode(models.Model):
    """One of ten codes that stand in for the app, each once."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "code_hash"], name="recovery_code_of_factor")]

    def __str__(self) -> str:
        return f"recovery code #{self.pk}"


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

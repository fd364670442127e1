"""The audit record: plain ids and words, so that it stands below everything it records."""

from django.db import models

from duban.audit.states import FaultKind


class AuditEvent(models.Model):
    """One change, written in the transaction of the change by audit_append and never altered."""

    # The transaction, so that a sealer can wait for the ones still open.
    xid = models.TextField()
    # The database's clock.
    recorded_at = models.DateTimeField()
    # When it happened, as the command was told.
    happened_at = models.DateTimeField()
    # The day claimed for something entered afterwards (补录); null otherwise.
    claimed_on = models.DateField(null=True)
    verb = models.TextField()
    # Null for the system itself.
    actor_user = models.BigIntegerField(null=True)
    actor_post = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    object_kind = models.TextField()
    object_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    request_id = models.TextField()
    before_hash = models.BinaryField(null=True)
    after_hash = models.BinaryField(null=True)
    # Canonical JSON: exactly the bytes that are hashed.
    payload = models.TextField()
    salt = models.BinaryField()
    # Filled by the sealer.
    seq = models.BigIntegerField(null=True)
    leaf = models.BinaryField(null=True)
    batch = models.BigIntegerField(null=True)

    class Meta:
        # Made by the migration in SQL: identity key, xid8, function, no right to change.
        managed = False
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_id} (#{self.pk})"


class Seal(models.Model):
    """A part of the record as it was when it was sealed; the rows of this table are added and never changed."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    rows = models.IntegerField()
    # SHA-256 over the hash of the seal before and the hashes of the rows.
    digest = models.BinaryField()
    # Of each row its number and the beginning of its hash, to name the first one that differs.
    marks = models.BinaryField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.first_id}-{self.last_id} (#{self.pk})"


class Verification(models.Model):
    """One reading of the whole record against its seals, and what it found."""

    # Null for the nightly one.
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    # The newest record when it was asked for; lowered when somebody keeps a transaction open for long.
    upto_id = models.BigIntegerField()
    # How far it has come.
    reached_id = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    fault_count = models.BigIntegerField(default=0)
    first_fault_id = models.BigIntegerField(null=True)
    first_fault = models.CharField(max_length=8, choices=FaultKind.choices, blank=True, default="")
    # The hash of the last seal: it stands for everything before.
    digest = models.BinaryField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One at a time: whoever asks again is shown the one that runs.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(finished_at__isnull=True), name="verification_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"until {self.upto_id} (#{self.pk})"

    @property
    def is_whole(self) -> bool:
        return self.fault_count == 0

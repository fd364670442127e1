"""The audit record: plain ids and words, so that it stands below everything it records."""

from django.db import models


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

"""What was once said about other people's ledgers."""

from django.db import models


class ColumnMapping(models.Model):
    """Which columns of a ledger with a certain header are which of ours, as somebody of a unit once said."""

    # Plain numbers: this module stands below units and accounts.
    unit_id = models.BigIntegerField()
    # The table that was to be read ("organisation.units").
    table = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=16)
    # Key of our column → title in the ledger.
    mapping = models.JSONField()
    said_by = models.BigIntegerField(null=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "table", "fingerprint"], name="column_mapping_once_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.fingerprint}"

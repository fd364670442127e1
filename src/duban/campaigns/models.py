"""Campaigns."""

import uuid

from django.db import models
from django.db.models import F, Q

from duban.campaigns.states import CampaignKind, CampaignStatus


class Campaign(models.Model):
    """One campaign, from its deployment meeting to its planned end; several may run at once."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=CampaignKind, default=CampaignKind.EDUCATION)
    root = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    starts_on = models.DateField()
    # Null for standing work.
    planned_end_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=CampaignStatus, default=CampaignStatus.PREPARING)
    # Words that change per campaign: {"campaign_office": "教育办", ...}.
    vocabulary = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CampaignStatus.values), name="campaign_status_is_known"),
            models.CheckConstraint(
                condition=Q(planned_end_on__isnull=True) | Q(planned_end_on__gt=F("starts_on")),
                name="campaign_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["root"], condition=Q(kind=CampaignKind.OFFICE), name="campaign_one_standing_per_office"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"

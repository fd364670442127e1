"""Grants of roles."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.access.states import Reach


class Grant(models.Model):
    """One role held by one account over some units, from a moment until a moment; effective on the next request."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Holds only while acting in this post; null: in any.
    post = models.ForeignKey("organisation.Post", models.PROTECT, null=True, blank=True, related_name="+")
    # A key of config.roles.ROLES.
    role = models.CharField(max_length=40)
    reach = models.CharField(max_length=10, choices=Reach)
    # The root of the subtree or the one unit; for listed units, the group's own unit.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.BigIntegerField(null=True, blank=True)
    ended_by = models.BigIntegerField(null=True, blank=True)
    ended_reason = models.TextField(blank=True, default="")

    class Meta:
        # That system, security and audit are administered by three people is the exclusion constraint
        # grant_three_administrators (migration 0003).
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(reach=Reach.ONESELF) | Q(unit__isnull=False), name="grant_names_its_unit"
            ),
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="grant_reach_is_known"),
        ]
        indexes = [
            # Loaded for every request.
            models.Index(fields=["user", "starts_at"], name="grant_of_user"),
            # Who may check at a unit.
            models.Index(fields=["unit", "role"], name="grant_at_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.role} (#{self.pk})"


class GrantUnit(models.Model):
    """One unit of a grant over listed units."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="listed")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "unit"], name="grant_lists_a_unit_once")]

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.unit_id}"

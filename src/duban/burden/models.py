"""The ledger, its limits, data requests and objections."""

import uuid

from django.db import models
from django.db.models import F, Q

from duban.burden.states import CapEffect, DemandKind, ObjectionReason, ObjectionStatus, RequestStatus
from duban.organisation.states import Kind


class Demand(models.Model):
    """
    What was asked, written once; who was asked are its DemandUnit rows.

    It lies in the weeks from `from_week` until before `until_week` and takes each unit `minutes` in each of them.
    """

    # Who booked it, in its own words ("assignment 12"): asked again, it is the same demand.
    source = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=DemandKind)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, null=True, related_name="+")
    asker = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    what = models.CharField(max_length=300)
    # The page of the thing itself, made by whoever booked it; shown, never used for decisions.
    path = models.CharField(max_length=300, blank=True, default="")
    asked_on = models.DateField()
    # Mondays; one-time work lies in the week in which it was asked. Null: without an end.
    from_week = models.DateField()
    until_week = models.DateField(null=True)
    # Reported anew each week, so it counts as an item in each of them and not in the first alone.
    every_week = models.BooleanField(default=False)
    minutes = models.IntegerField()
    due_on = models.DateField(null=True)
    # Days by which a date set when passing down lies before the original one (下级提前要求).
    days_earlier = models.IntegerField(default=0)
    # Such a date was set, also on long-term work, which has no original one to lie before.
    is_earlier = models.BooleanField(default=False)
    booked_at = models.DateTimeField()
    booked_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DemandKind.values), name="demand_kind_is_known"),
            models.CheckConstraint(condition=Q(minutes__gte=0, days_earlier__gte=0), name="demand_is_never_negative"),
            models.CheckConstraint(
                condition=Q(until_week__isnull=True) | Q(until_week__gte=F("from_week")),
                name="demand_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(from_week__iso_week_day=1) & (Q(until_week__isnull=True) | Q(until_week__iso_week_day=1)),
                name="demand_counts_in_whole_weeks",
            ),
        ]
        indexes = [
            # The demands of one week, of all units.
            models.Index(fields=["until_week", "from_week"], name="demand_of_week"),
            # What falls due in one week.
            models.Index(fields=["due_on"], name="demand_falls_due"),
            # What one unit has asked of others.
            models.Index(fields=["asker", "from_week"], name="demand_of_asker"),
        ]

    def __str__(self) -> str:
        return f"{self.what[:30]} (#{self.pk})"


class DemandUnit(models.Model):
    """One unit of which a demand was made: a row of the ledger."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="+", db_index=False)
    # Units are never deleted, so the database need not look at each of the 19,200 rows of a fan-out again.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demand", "unit"], name="demand_asks_a_unit_once")]
        indexes = [
            # What was asked of one unit.
            models.Index(fields=["unit", "demand"], name="demand_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} asked of {self.unit_id}"


class Cap(models.Model):
    """The most that may be asked in one week of a unit of one kind; one table for all."""

    unit_kind = models.CharField(max_length=30, choices=Kind, unique=True)
    # Tasks and data requests together.
    requests = models.IntegerField()
    minutes = models.IntegerField()
    documents = models.IntegerField()
    # Items that may fall due in one week; above it there is a warning, never a refusal.
    falling_due = models.IntegerField()
    effect = models.CharField(max_length=10, choices=CapEffect, default=CapEffect.WARN)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(effect__in=CapEffect.values), name="cap_effect_is_known"),
            models.CheckConstraint(
                condition=Q(requests__gte=0, minutes__gte=0, documents__gte=0, falling_due__gte=0),
                name="cap_is_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"cap of {self.unit_kind}"


class BlockedPeriod(models.Model):
    """Days on which nothing should fall due: harvest, examinations, shifts (R-030)."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # Everything below it too; a unit states its own busy season for itself alone.
    with_below = models.BooleanField(default=True)
    # Empty: every kind.
    kinds = models.JSONField(default=list)
    name = models.CharField(max_length=60)
    from_on = models.DateField()
    # The last day of it.
    until_on = models.DateField()
    # Closed: refused; otherwise only said.
    is_closed = models.BooleanField(default=False)
    set_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="blocked_period_ends_after_it_begins"),
        ]
        indexes = [
            # Which periods hold a due date.
            models.Index(fields=["until_on"], condition=Q(ended_at__isnull=True), name="blocked_period_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"


class DataRequest(models.Model):
    """A data request (报送要求): registered, justified, approved by somebody else, limited in time (R-575)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    asker = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=RequestStatus, default=RequestStatus.DRAFT)
    what = models.CharField(max_length=300)
    # Which content it serves, and why it is needed.
    serves = models.TextField()
    justification = models.TextField()
    due_on = models.DateField()
    # What it takes one unit.
    minutes = models.IntegerField()
    unit_count = models.IntegerField()
    registered_by = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Why it was returned or withdrawn.
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="data_request_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status=RequestStatus.SENT) | ~Q(decided_by=F("registered_by")),
                name="data_request_approved_by_somebody_else",
            ),
            models.CheckConstraint(condition=~Q(serves=""), name="data_request_serves_something"),
        ]
        indexes = [
            # Requests that run: what a new one must not repeat.
            models.Index(fields=["due_on"], condition=Q(status=RequestStatus.SENT), name="data_request_running"),
        ]

    def __str__(self) -> str:
        return f"{self.what[:30]} (#{self.pk})"


class DataRequestUnit(models.Model):
    """One unit from which a data request asks, fixed when it was registered."""

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "unit"], name="data_request_asks_a_unit_once")]
        indexes = [
            # The requests from one unit.
            models.Index(fields=["unit", "request"], name="data_request_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} asks {self.unit_id}"


class Objection(models.Model):
    """A unit says that something need not be asked (这项不用再报); it costs the unit nothing (R-583)."""

    row = models.OneToOneField(DemandUnit, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=ObjectionReason)
    words = models.CharField(max_length=300, blank=True, default="")
    status = models.CharField(max_length=20, choices=ObjectionStatus, default=ObjectionStatus.OPEN)
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=300, blank=True, default="")
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ObjectionStatus.values), name="objection_status_is_known"),
            models.CheckConstraint(condition=Q(reason__in=ObjectionReason.values), name="objection_reason_is_known"),
        ]
        indexes = [
            # What waits for an answer of whoever asked.
            models.Index(fields=["made_at"], condition=Q(status=ObjectionStatus.OPEN), name="objection_open"),
        ]

    def __str__(self) -> str:
        return f"objection #{self.pk}"

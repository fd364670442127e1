"""The matters of an office and their steps."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from duban.office.states import DutyKind, MatterKind, MatterStatus


class Matter(models.Model):
    """One thing that an office keeps for itself: asked, planned or prepared, until it is settled. See states.RULES."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    # The unit whose office keeps it.
    office = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=MatterKind)
    status = models.CharField(max_length=20, choices=MatterStatus, default=MatterStatus.OPEN)
    title = models.CharField(max_length=300)
    # Facts of a paper, needs of those who are served, what is known of a question.
    text = models.TextField(blank=True, default="")
    # The upper office that is asked, the leader who decides or visits, the group in charge: as people say it.
    addressee = models.CharField(max_length=120, blank=True, default="")
    # The unit that asks, or the place that is visited.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    # The item about which a unit asks.
    task = models.ForeignKey("tasks.Task", models.PROTECT, null=True, blank=True, related_name="+")
    # The day that states.RULES names for the kind.
    due_on = models.DateField(null=True, blank=True)
    # How many days may lie between two meetings.
    interval_days = models.SmallIntegerField(null=True, blank=True)
    # Ways of deciding, in the order in which they are put.
    options = models.JSONField(default=list, blank=True)
    # Which of them was chosen, counted from 1; null where another decision was taken.
    chosen = models.SmallIntegerField(null=True, blank=True)
    # Answer, decision, minutes, result.
    outcome = models.TextField(blank=True, default="")
    # Shown to every unit below the office.
    is_shared = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField(null=True)
    # Name and post as they were then.
    opened_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.BigIntegerField(null=True, blank=True)
    closed_name = models.CharField(max_length=200, blank=True, default="")
    # Pairs of characters of title, text and outcome.
    search = SearchVectorField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MatterKind.values), name="matter_kind_is_known"),
            models.CheckConstraint(condition=Q(status__in=MatterStatus.values), name="matter_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status=MatterStatus.CLOSED) | Q(closed_at__isnull=False),
                name="matter_settled_has_its_moment",
            ),
        ]
        indexes = [
            # The list of an office's matters of one kind, and the rows of its desk.
            models.Index(fields=["campaign", "kind", "status", "-id"], name="matter_of_a_kind"),
            # What one unit asked, and who visits it.
            models.Index(fields=["unit", "kind", "due_on"], name="matter_of_a_unit"),
            # Search in what is known.
            GinIndex(fields=["search"], name="matter_search", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.title[:30]} (#{self.pk})"


class MatterStep(models.Model):
    """One thing to do for a matter: a line of a checklist, a preparation, a decision of a meeting."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="steps")
    position = models.SmallIntegerField()
    text = models.CharField(max_length=300)
    # Who sees to it, as people say it.
    owner = models.CharField(max_length=120, blank=True, default="")
    # Of a checklist: so many days before the day of the event.
    days_before = models.SmallIntegerField(default=0)
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    done_name = models.CharField(max_length=200, blank=True, default="")
    # The assignment that carries it over to units.
    assignment = models.ForeignKey("tasks.Assignment", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "position"], name="matter_step_has_one_place")]

    def __str__(self) -> str:
        return f"{self.text[:30]} (#{self.pk})"


class Duty(models.Model):
    """One line of a unit's other work: so that one calendar shows all of it, and what a campaign item goes with."""

    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DutyKind, default=DutyKind.CENTRAL)
    text = models.CharField(max_length=300)
    due_on = models.DateField()
    # The campaign item with which it goes; null for a duty of its own.
    task = models.ForeignKey("tasks.Task", models.PROTECT, null=True, blank=True, related_name="+")
    result = models.CharField(max_length=300, blank=True, default="")
    done_on = models.DateField(null=True, blank=True)
    written_at = models.DateTimeField()
    written_name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=DutyKind.values), name="duty_kind_is_known")]
        indexes = [
            # The calendar of a unit.
            models.Index(fields=["unit", "campaign", "due_on"], name="duty_of_a_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.text[:30]} (#{self.pk})"

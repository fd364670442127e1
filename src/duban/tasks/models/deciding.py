"""What others decide about a task: requests, visits, samples, limits, and a principal's own word."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from duban.tasks import limits
from duban.tasks.models.work import Assignment, Task, TaskEntry
from duban.tasks.states import (
    OPEN_CHANGES,
    ChangeKind,
    ChangeStatus,
    ClosingMode,
    ConfirmationStatus,
    ConfirmationWay,
    ReservedAct,
    SampleStatus,
)


class ChangeRequest(models.Model):
    """A request for a change of a task: a later date, suspension, a part done, long-term work, merging."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="changes")
    kind = models.CharField(
        max_length=20, choices=ChangeKind, default=ChangeKind.EXTENSION, db_default=ChangeKind.EXTENSION
    )
    status = models.CharField(max_length=20, choices=ChangeStatus, default=ChangeStatus.ASKED)
    # The later date, or the next date of the rest.
    new_due = models.DateField(null=True, blank=True)
    # The task into which it is to be merged.
    into = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField()
    # Copied from the assignment when it was asked.
    needs_two = models.BooleanField(default=False, db_default=False)
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    # The first of two.
    endorsed_by = models.BigIntegerField(null=True, blank=True)
    endorsed_person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One open request at a time.
            models.UniqueConstraint(
                fields=["task"], condition=Q(status__in=OPEN_CHANGES), name="change_request_one_open_per_task"
            ),
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="change_request_status_is_known"),
            models.CheckConstraint(
                condition=~Q(kind=ChangeKind.MERGE) | Q(into__isnull=False), name="change_request_to_merge_names_where"
            ),
            # Two approvals are two accounts.
            models.CheckConstraint(
                condition=~Q(status=ChangeStatus.GRANTED, needs_two=True)
                | (Q(endorsed_by__isnull=False) & ~Q(endorsed_by=F("decided_by"))),
                name="change_request_granted_by_two",
            ),
        ]
        indexes = [
            # What waits for a decision.
            models.Index(fields=["asked_at"], condition=Q(status__in=OPEN_CHANGES), name="change_request_waiting"),
        ]

    def __str__(self) -> str:
        return f"change request #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.status in OPEN_CHANGES


class Inspection(models.Model):
    """A visit on the spot before something is accepted (验收)."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="inspections")
    entry = models.OneToOneField(TaskEntry, models.PROTECT, related_name="+")
    visited_on = models.DateField()
    # The unit where somebody looked.
    place = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # Who looked, by name.
    visitors = models.CharField(max_length=200)
    finding = models.TextField()

    def __str__(self) -> str:
        return f"inspection #{self.pk}"


class Sample(models.Model):
    """A random draw (抽查) from what was declared or accepted; the seed and the population make it reproducible."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    # The unit whose subtree was drawn from, and the assignment, if it was one.
    scope = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, blank=True, related_name="+")
    # Empty: however they were closed.
    closing_mode = models.CharField(max_length=20, choices=ClosingMode, blank=True, default="")
    finished_from = models.DateField()
    finished_until = models.DateField()
    # One of the two was asked for.
    percent = models.SmallIntegerField(null=True, blank=True)
    number = models.IntegerField(null=True, blank=True)
    seed = models.CharField(max_length=40)
    population = ArrayField(models.BigIntegerField(), default=list)
    drawn_by = models.BigIntegerField(null=True)
    drawn_by_words = models.CharField(max_length=200)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=False, number__isnull=True) | Q(percent__isnull=True, number__isnull=False),
                name="sample_of_a_number_or_a_share",
            ),
        ]
        indexes = [
            # The samples of a campaign, newest first.
            models.Index(fields=["campaign", "-id"], name="sample_newest"),
        ]

    def __str__(self) -> str:
        return f"sample #{self.pk}"


class SampledTask(models.Model):
    """One drawn item and what was found."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="items")
    task = models.ForeignKey(Task, models.PROTECT, related_name="samples")
    position = models.IntegerField()
    status = models.CharField(max_length=20, choices=SampleStatus, default=SampleStatus.TO_LOOK)
    finding = models.TextField(blank=True, default="")
    looked_by = models.BigIntegerField(null=True, blank=True)
    looked_by_words = models.CharField(max_length=200, blank=True, default="")
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "task"], name="sample_draws_a_task_once"),
            models.CheckConstraint(condition=Q(status__in=SampleStatus.values), name="sampled_task_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=SampleStatus.TO_LOOK) | Q(looked_at__isnull=False), name="sampled_task_found_by_one"
            ),
        ]

    def __str__(self) -> str:
        return f"sampled task #{self.pk}"


class Limits(models.Model):
    """What an office has set for its campaign: how much one checker gets, what needs a head's consent, what is a gap."""

    campaign = models.OneToOneField("campaigns.Campaign", models.PROTECT, related_name="+")
    # Answers to one assignment that one checking unit may be given.
    answers_per_checker = models.IntegerField()
    # An assignment to more units than this needs the consent of a head who did not write it; null: none does.
    consent_above = models.IntegerField(null=True, blank=True)
    # So many weeks without a record are told to nobody; more are, to the unit itself and its contact.
    quiet_weeks = models.SmallIntegerField(default=limits.QUIET_WEEKS, db_default=limits.QUIET_WEEKS)
    changed_by = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quiet_weeks__gte=1), name="limits_quiet_at_least_a_week"),
            models.CheckConstraint(condition=Q(answers_per_checker__gte=1), name="limits_let_a_checker_check"),
            models.CheckConstraint(
                condition=Q(consent_above__isnull=True) | Q(consent_above__gte=0), name="limits_consent_above_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"limits of {self.campaign_id}"


class Confirmation(models.Model):
    """One act put before a unit's principal, and their own word about it."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="confirmations")
    act = models.CharField(max_length=20, choices=ReservedAct)
    # Changed only by commands along CONFIRMATION_FLOW.
    status = models.CharField(max_length=20, choices=ConfirmationStatus, default=ConfirmationStatus.WAITING)
    # The principal's post when it was put before them; whoever is principal on the day decides.
    post = models.ForeignKey("organisation.Post", models.PROTECT, related_name="+")
    text = models.TextField()
    new_due = models.DateField(null=True, blank=True)
    prepared_by = models.BigIntegerField(null=True)
    prepared_words = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    way = models.CharField(max_length=20, choices=ConfirmationWay, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    # The account that decided, or that handed in the signed page.
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_words = models.CharField(max_length=200, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    entrusted_to = models.ForeignKey("organisation.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            # One open question to the principal at a time.
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(status=ConfirmationStatus.WAITING),
                name="confirmation_one_waiting_per_task",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ConfirmationStatus.values), name="confirmation_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[ConfirmationStatus.WAITING, ConfirmationStatus.ENDED]) | ~Q(way=""),
                name="confirmation_decided_has_its_way",
            ),
        ]
        indexes = [
            # What waits for a principal, and what was confirmed of late.
            models.Index(fields=["task", "status"], name="confirmation_of_task"),
        ]

    def __str__(self) -> str:
        return f"confirmation #{self.pk}"


class ConfirmationLink(models.Model):
    """A one-time link for a principal's telephone; of its token only the hash is kept."""

    confirmation = models.ForeignKey(Confirmation, models.PROTECT, related_name="links")
    post = models.ForeignKey("organisation.Post", models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.BigIntegerField(null=True)
    made_words = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    # When it stopped to hold: used, replaced, answered otherwise, or the post changed.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["confirmation"], condition=Q(ended_at__isnull=True), name="confirmation_link_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"link #{self.pk}"


class HandOver(models.Model):
    """One hand-over (工作交接): whose open items passed to whom, item by item as they were then."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    from_person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    to_person = models.ForeignKey("organisation.Person", models.PROTECT, related_name="+")
    # [{kind: confirmation | task | draft | role, id, words}]
    items = models.JSONField(default=list)
    note = models.TextField(blank=True, default="")
    made_by = models.BigIntegerField(null=True)
    made_words = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Who handed a draft over may not consent to it: asked on each page of an assignment.
            GinIndex(fields=["items"], opclasses=["jsonb_path_ops"], name="hand_over_items", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"hand-over #{self.pk}"

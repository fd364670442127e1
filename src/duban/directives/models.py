"""Documents, their outline and their requirements."""

import uuid

from django.db import models
from django.db.models import Q

from duban.directives.states import DocumentKind, DocumentStatus, NodeKind, RequirementStatus


class Document(models.Model):
    """One incoming paper, kept as it came, with what was read from it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    # The unit whose office took it in.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DocumentKind, default=DocumentKind.SPEECH)
    status = models.CharField(max_length=20, choices=DocumentStatus, default=DocumentStatus.UNCONFIRMED)
    title = models.CharField(max_length=300)
    # The file as it came; null for pasted text.
    original = models.ForeignKey("attachments.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    # All ranges count characters of this text.
    raw_text = models.TextField()
    encoding = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    speaker_role = models.CharField(max_length=120, blank=True, default="")
    on_behalf_of = models.CharField(max_length=60, blank=True, default="")
    # Of the speech itself; relative dates count from it. Null until somebody says so.
    dated_on = models.DateField(null=True, blank=True)
    # The upper-level paper that this one carries out.
    based_on = models.CharField(max_length=300, blank=True, default="")
    # What the importer found besides the tree: labels, noise, completeness, announced counts, figures, warnings, toc.
    findings = models.JSONField(default=dict)
    taken_in_by = models.BigIntegerField()
    taken_in_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            # The same text is taken in once per campaign.
            models.UniqueConstraint(fields=["campaign", "sha256"], name="document_taken_in_once"),
            models.CheckConstraint(condition=Q(status__in=DocumentStatus.values), name="document_status_is_known"),
        ]
        indexes = [
            # The list of documents of a campaign, newest first.
            models.Index(fields=["campaign", "-id"], name="document_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} (#{self.pk})"


class OutlineNode(models.Model):
    """One point of the outline."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="nodes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+")
    # Order within the document.
    position = models.IntegerField()
    level = models.SmallIntegerField()
    marker = models.CharField(max_length=20, blank=True, default="")
    title = models.TextField()
    kind = models.CharField(max_length=20, choices=NodeKind)
    is_implicit = models.BooleanField(default=False)
    # [[start, end], …] in the raw text.
    ranges = models.JSONField(default=list)
    responsible = models.TextField(blank=True, default="")
    deadline = models.TextField(blank=True, default="")
    quantity = models.TextField(blank=True, default="")
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="outline_node_has_one_place")]

    def __str__(self) -> str:
        return f"{self.marker}{self.title[:30]} (#{self.pk})"


class Requirement(models.Model):
    """One sentence that asks for something: who, by when, how much, as the text says."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="requirements")
    node = models.ForeignKey(OutlineNode, models.CASCADE, null=True, related_name="+")
    # Order within the document; its number for people.
    position = models.IntegerField()
    sentence = models.TextField()
    start = models.IntegerField()
    end = models.IntegerField()
    kind = models.CharField(max_length=20, choices=NodeKind, default=NodeKind.REQUIREMENT)
    # As the sentence says; empty where it does not.
    responsible = models.TextField(blank=True, default="")
    # What an upper point says about it.
    inherited_responsible = models.TextField(blank=True, default="")
    deadline = models.TextField(blank=True, default="")
    inherited_deadline = models.TextField(blank=True, default="")
    # The deadline read by workdays: {kind, start, end, period, raw} and what is still missing; empty where none was said.
    due = models.JSONField(default=dict, blank=True)
    quantity = models.TextField(blank=True, default="")
    # Says a body, a date or a quantity: shown first.
    is_concrete = models.BooleanField(default=False)
    # The first of several equal sentences; this one makes no task of its own.
    repeats = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=20, choices=RequirementStatus, default=RequirementStatus.PROPOSED)
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="requirement_has_one_place"),
            models.CheckConstraint(
                condition=Q(status__in=RequirementStatus.values), name="requirement_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sentence[:30]} (#{self.pk})"

"""Documents, their outline and their requirements."""

import uuid

from django.db import models
from django.db.models import Q

from duban.directives.states import (
    CarryingKind,
    DocumentKind,
    DocumentStatus,
    Manner,
    MeetingKind,
    NodeKind,
    OriginLevel,
    RequirementStatus,
)


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
    # The level that it comes from; empty: the level of the unit that took it in.
    origin_level = models.CharField(max_length=20, choices=OriginLevel, blank=True, default="")
    # Who gave the instruction (批示), called (来电) or sent the paper (来文), as people say it.
    giver = models.CharField(max_length=120, blank=True, default="")
    # The paper or matter on which an instruction was given, the meeting of which these are the minutes.
    concerns = models.CharField(max_length=300, blank=True, default="")
    # The sender's number of the paper (文号).
    paper_number = models.CharField(max_length=60, blank=True, default="")
    # The day on which it reached the office; null for papers taken in before that was kept.
    received_on = models.DateField(null=True, blank=True)
    # The meeting of which these are the minutes.
    minutes_of = models.ForeignKey("Meeting", models.PROTECT, null=True, blank=True, related_name="minutes")
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
            models.CheckConstraint(
                condition=Q(origin_level__in=["", *OriginLevel.values]), name="document_origin_is_known"
            ),
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


class Meeting(models.Model):
    """A meeting at which speeches were held, as an office's register keeps it (R-688)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    # The unit whose office registered it.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # Whose register it stands in: the unit itself, or the one that an office or a team belongs to.
    register_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=MeetingKind, default=MeetingKind.PROMOTION)
    # The convening level; its number in sequence is counted among the meetings of one register, kind and level.
    level = models.CharField(max_length=20, choices=OriginLevel)
    convener = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    held_on = models.DateField()
    venue = models.CharField(max_length=120, blank=True, default="")
    # Units and groups that took part, in the words of the notice.
    attendance = models.TextField(blank=True, default="")
    # The assessment that caused it, in words, and where it can be seen in this system.
    cause = models.CharField(max_length=300, blank=True, default="")
    cause_path = models.CharField(max_length=300, blank=True, default="")
    registered_by = models.BigIntegerField()
    registered_at = models.DateTimeField()
    # Registered by mistake: it stays, and is not counted any more.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="")
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_is_known"),
            models.CheckConstraint(condition=Q(level__in=OriginLevel.values), name="meeting_level_is_known"),
        ]
        indexes = [
            # Its number: the meetings of the same register, kind and level before it.
            models.Index(
                fields=["campaign", "register_unit", "kind", "level", "held_on", "id"],
                condition=Q(withdrawn_at__isnull=True),
                name="meeting_in_sequence",
            ),
            # The register, newest first.
            models.Index(fields=["campaign", "-held_on", "-id"], name="meeting_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} (#{self.pk})"


class MeetingUnit(models.Model):
    """A unit of the tree that took part."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="units")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "unit"], name="meeting_names_a_unit_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} at {self.meeting_id}"


class MeetingPerson(models.Model):
    """Somebody who attended, as the notice names them: short forms in the speeches mean these people (R-725)."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="people")
    # Order of the notice.
    position = models.SmallIntegerField()
    # Empty where the name is masked (**): unknown, never a name.
    name = models.CharField(max_length=60, blank=True, default="")
    title = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="", title=""), name="meeting_person_has_name_or_title"),
        ]

    def __str__(self) -> str:
        return f"{self.name}{self.title} (#{self.pk})"


class MeetingSpeech(models.Model):
    """A speech held at a meeting, in the order in which it was held; its text may come later (R-720)."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="speeches")
    position = models.SmallIntegerField()
    person = models.ForeignKey(MeetingPerson, models.PROTECT, null=True, blank=True, related_name="+")
    # What it is called while its text has not been taken in.
    title = models.CharField(max_length=300, blank=True, default="")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"],
                name="meeting_speech_has_one_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            # A text was held once.
            models.UniqueConstraint(
                fields=["document"], condition=Q(document__isnull=False), name="meeting_speech_text_held_once"
            ),
        ]

    def __str__(self) -> str:
        return f"speech {self.position} of {self.meeting_id} (#{self.pk})"


class SpeechReference(models.Model):
    """
    A place where one speech speaks of another of the same meeting.

    Resolved once the speech meant is known and its text has been taken in (R-724).
    """

    speech = models.ForeignKey(MeetingSpeech, models.CASCADE, related_name="references")
    # In the raw text of the speech's document.
    start = models.IntegerField()
    end = models.IntegerField()
    # The words that name the other speech or its speaker, verbatim.
    words = models.CharField(max_length=200)
    person = models.ForeignKey(MeetingPerson, models.SET_NULL, null=True, blank=True, related_name="+")
    refers_to = models.ForeignKey(MeetingSpeech, models.CASCADE, null=True, blank=True, related_name="+")
    # Noted or settled by a person; reading the text again leaves it alone.
    is_settled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["speech", "start"], name="speech_reference_once_per_place"),
            models.CheckConstraint(condition=~Q(refers_to=models.F("speech")), name="speech_refers_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.words} (#{self.pk})"


class Passing(models.Model):
    """A paper or meeting of an upper level that units must relay, with the days allowed (R-692)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    # The unit whose office asks for it, of units below.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+")
    # What the units read; the text itself may be out of their sight.
    title = models.CharField(max_length=300)
    # Of the paper or meeting; the days count from it.
    dated_on = models.DateField()
    limit_days = models.SmallIntegerField()
    is_workdays = models.BooleanField(default=False)
    # The last day within the limit.
    limit_until = models.DateField()
    # The class of units chosen: {"levels": [...], "fields": [...], "kinds": [...], "ranks": [...]}.
    rule = models.JSONField(default=dict)
    unit_count = models.IntegerField(default=0)
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False, meeting__isnull=True)
                | Q(document__isnull=True, meeting__isnull=False),
                name="passing_of_a_paper_or_a_meeting",
            ),
            # Asked for once by the same office.
            models.UniqueConstraint(
                fields=["unit", "document", "meeting"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="passing_asked_for_once",
            ),
        ]
        indexes = [
            # What must be relayed in a campaign, newest first.
            models.Index(fields=["campaign", "-id"], name="passing_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} (#{self.pk})"


class UnitPassing(models.Model):
    """One unit's share of it: when and how it was relayed there; without a day nothing is recorded."""

    passing = models.ForeignKey(Passing, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+", db_index=False)
    passed_on = models.DateField(null=True, blank=True)
    manner = models.CharField(max_length=20, choices=Manner, blank=True, default="")
    remark = models.CharField(max_length=200, blank=True, default="")
    # Who keyed it in, for whatever unit, and where they sat.
    entered_by = models.BigIntegerField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    entered_unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["passing", "unit"], name="unit_passes_on_once"),
            models.CheckConstraint(
                condition=Q(passed_on__isnull=True, manner="") | Q(passed_on__isnull=False, manner__in=Manner.values),
                name="unit_passing_has_day_and_manner",
            ),
        ]
        indexes = [
            # What a unit must relay.
            models.Index(fields=["unit", "passing"], name="unit_passing_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} of {self.passing_id}"


class CarryingOut(models.Model):
    """A local paper or requirement carries out an upper one, or is changed by it (R-716, R-717)."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    # Null: the paper as a whole.
    requirement = models.ForeignKey(Requirement, models.PROTECT, null=True, blank=True, related_name="+")
    upper_document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    upper_requirement = models.ForeignKey(Requirement, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20, choices=CarryingKind, default=CarryingKind.CARRIES_OUT)
    named_by = models.BigIntegerField()
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "requirement", "upper_document", "upper_requirement"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="carrying_out_named_once",
            ),
            models.CheckConstraint(
                condition=~Q(document=models.F("upper_document")), name="carrying_out_leads_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.kind} {self.upper_document_id}"

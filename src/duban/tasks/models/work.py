"""Assignments, each unit's share of them, and what was done about it."""

import uuid
from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from duban.tasks.states import (
    OPEN_STATUSES,
    AssignmentStatus,
    BreakdownStatus,
    ClosingMode,
    ConfirmationWay,
    DueKind,
    EntryKind,
    Importance,
    Nature,
    Rhythm,
    Target,
    TaskStatus,
)

# Where work without a date stands in a list ordered by date.
LAST_DAY = date(9999, 12, 31)


class Assignment(models.Model):
    """What is asked, written once; each unit's share of it is a Task."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    # The received task that its unit passed down with this (转办); null for what was not passed down.
    passed_from = models.ForeignKey("Task", models.PROTECT, null=True, blank=True, related_name="passed_on")
    # The assignment at the head of the chain, and the ids of the tasks from there to `passed_from`, each followed by
    # "/": whatever came of an assignment or of a task is one range. Null and empty at the head itself.
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    chain = models.TextField(blank=True, default="", db_default="", db_collation="C")
    # The unit whose office assigns; answers are checked there.
    assigner = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # Null for assignments that come from a breakdown table or from the office itself.
    requirement = models.ForeignKey("directives.Requirement", models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=20, choices=AssignmentStatus, default=AssignmentStatus.DRAFT)
    # Row of a breakdown table, so that the export can be imported again.
    row_key = models.CharField(max_length=60, blank=True, default="")
    # 重点任务 and 具体事项 of a breakdown table.
    heading = models.CharField(max_length=300, blank=True, default="")
    wording = models.TextField()
    # What the unit that passed it down adds; the wording itself stays as it was received.
    added_wording = models.TextField(blank=True, default="", db_default="")
    # Where it comes from, in words and as an address, written once at creation.
    source_label = models.CharField(max_length=300, blank=True, default="")
    source_path = models.CharField(max_length=300, blank=True, default="")
    # The sentence it came from, verbatim.
    source_sentence = models.TextField(blank=True, default="")
    standard = models.TextField(blank=True, default="")
    result_form = models.CharField(max_length=200, blank=True, default="")
    lead_person = models.CharField(max_length=60, blank=True, default="")
    contact = models.CharField(max_length=120, blank=True, default="")
    remark = models.TextField(blank=True, default="")
    due_kind = models.CharField(max_length=20, choices=DueKind, default=DueKind.DATE)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # An earlier date set when passing down (下级提前要求), in force instead of `due_on`, and the unit that set it.
    tightened_due = models.DateField(null=True, blank=True)
    tightened_by = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    # The deadline in the words of the source.
    due_text = models.CharField(max_length=120, blank=True, default="")
    rhythm = models.CharField(max_length=20, choices=Rhythm, default=Rhythm.ONCE)
    importance = models.CharField(max_length=20, choices=Importance, default=Importance.NORMAL)
    # Completion and change requests are the principal's own word (主要负责同志确认), by sign-in, link or signed page.
    is_principals_own = models.BooleanField(default=False)
    # The data request that it carries to its units, booked in the ledger by itself.
    data_request = models.OneToOneField("burden.DataRequest", models.PROTECT, null=True, blank=True, related_name="+")
    # What one answer takes a unit; null: the usual minutes of a task (burden.states).
    minutes = models.IntegerField(null=True, blank=True)
    nature = models.CharField(max_length=20, choices=Nature, default=Nature.WORK, db_default=Nature.WORK)
    closing_mode = models.CharField(
        max_length=20, choices=ClosingMode, default=ClosingMode.CHECK, db_default=ClosingMode.CHECK
    )
    # Whoever recorded the visit on the spot is not the one who accepts.
    inspected_by_two = models.BooleanField(default=False, db_default=False)
    # Requests for a change need the office and then its head.
    changes_by_two = models.BooleanField(default=False, db_default=False)
    # The rule of choice: which units, said once. {"unit": id} | {"units": [ids]} | {"kinds": [...], "levels": [...], ...}
    target = models.CharField(max_length=20, choices=Target)
    target_rule = models.JSONField(default=dict)
    # How many units the rule chose when it was confirmed, and how many have received their task.
    unit_count = models.IntegerField(default=0)
    units_done = models.IntegerField(default=0)
    # Last unit served by the job; it goes on from here after a crash.
    cursor = models.BigIntegerField(default=0)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.BigIntegerField(null=True, blank=True)
    created_by = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    # Who changed the draft last, and who asked the head for consent: neither may be the one who gives it.
    changed_by = models.BigIntegerField(null=True, blank=True)
    consent_asked_by = models.BigIntegerField(null=True, blank=True)
    consent_asked_at = models.DateTimeField(null=True, blank=True)
    # Why the head sent the draft back.
    sent_back_reason = models.TextField(blank=True, default="", db_default="")
    # Bigrams of wording, heading and source.
    search = SearchVectorField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=AssignmentStatus.values), name="assignment_status_is_known"),
            models.CheckConstraint(
                condition=~Q(due_kind=DueKind.DATE) | Q(due_on__isnull=False), name="assignment_by_a_date_has_one"
            ),
            models.UniqueConstraint(
                fields=["campaign", "assigner", "row_key"],
                condition=~Q(row_key=""),
                name="assignment_row_taken_over_once",
            ),
            # A link without its chain would be missing from the sums of the chain.
            models.CheckConstraint(
                condition=Q(passed_from__isnull=True, root__isnull=True, chain="")
                | (Q(passed_from__isnull=False, root__isnull=False) & ~Q(chain="")),
                name="assignment_passed_down_names_its_chain",
            ),
            models.CheckConstraint(
                condition=Q(tightened_due__isnull=True)
                | (Q(tightened_by__isnull=False) & (Q(due_on__isnull=True) | Q(tightened_due__lt=F("due_on")))),
                name="assignment_tightened_is_earlier",
            ),
        ]
        indexes = [
            # Search in the work list.
            GinIndex(fields=["search"], name="assignment_search", fastupdate=False),
            # What came of an assignment, all the way down.
            models.Index(fields=["root", "chain"], condition=Q(root__isnull=False), name="assignment_chain"),
            # The assignments of a campaign, newest first.
            models.Index(fields=["campaign", "-id"], name="assignment_newest"),
            # What waits for a head.
            models.Index(
                fields=["campaign", "consent_asked_at"],
                condition=Q(status=AssignmentStatus.TO_APPROVE),
                name="assignment_to_approve",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wording[:30]} (#{self.pk})"


class AssignmentHelper(models.Model):
    """A unit that helps (配合) with an assignment."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="helpers")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "unit"], name="assignment_names_a_helper_once")]
        indexes = [
            # The tab 我配合.
            models.Index(fields=["unit", "assignment"], name="assignment_helped_by"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} helps with {self.assignment_id}"


class AssignmentUnit(models.Model):
    """One unit chosen for an assignment, fixed when it was confirmed, so that the job cannot choose differently."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "unit"], name="assignment_chooses_a_unit_once")]

    def __str__(self) -> str:
        return f"{self.assignment_id} goes to {self.unit_id}"


class Task(models.Model):
    """One unit's share of an assignment."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    # The owner (牵头单位): one.
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # The task of which this is a part, passed down by its unit; as the assignment says.
    passed_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts", db_index=False)
    # Where the answer is checked: the assigner, or further up where nobody there may.
    checker_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # Somebody of the unit to whom its principal entrusted it (交办); null: whoever answers for the unit.
    in_charge = models.ForeignKey("organisation.Person", models.PROTECT, null=True, blank=True, related_name="+")
    # Changed only by commands along TASK_FLOW.
    status = models.CharField(max_length=20, choices=TaskStatus, default=TaskStatus.TO_SIGN)
    is_key = models.BooleanField(default=False)
    # That of the assignment at first; an untrue declaration is checked from then on.
    closing_mode = models.CharField(
        max_length=20, choices=ClosingMode, default=ClosingMode.CHECK, db_default=ClosingMode.CHECK
    )
    # The task inside which a merged one goes on.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    # Never changed after issue; null for long-term and undated work.
    original_due = models.DateField(null=True, blank=True)
    # An earlier date that a lower level set when passing down; counted as burden. Never changed after issue.
    tightened_due = models.DateField(null=True, blank=True)
    # After granted extensions and returns; equal to the original, or to the earlier date set below, at first.
    agreed_due = models.DateField(null=True, blank=True)
    # The day on which the unit asked for the completion that was accepted.
    finished_on = models.DateField(null=True, blank=True)
    issued_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    # How often it went from one unit to an equal one.
    transfers = models.SmallIntegerField(default=0, db_default=0)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            # A fan-out that runs twice gives each unit one task.
            models.UniqueConstraint(fields=["assignment", "unit"], name="task_one_per_unit_and_assignment"),
            # Two clerks, or one who forgot, pass the same task down to the same unit.
            models.UniqueConstraint(
                fields=["passed_from", "unit"],
                condition=Q(passed_from__isnull=False),
                name="task_passed_down_once_to_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(tightened_due__isnull=True)
                | Q(original_due__isnull=True)
                | Q(tightened_due__lt=F("original_due")),
                name="task_tightened_is_earlier",
            ),
            models.CheckConstraint(condition=Q(status__in=TaskStatus.values), name="task_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status=TaskStatus.DONE) | Q(finished_on__isnull=False), name="task_done_has_its_day"
            ),
            models.CheckConstraint(
                condition=~Q(status=TaskStatus.MERGED) | Q(merged_into__isnull=False), name="task_merged_into_another"
            ),
            models.CheckConstraint(
                condition=~Q(status=TaskStatus.LONG_TERM) | Q(agreed_due__isnull=True), name="task_long_term_has_no_end"
            ),
        ]
        indexes = [
            # What a unit still owes; recount of one unit's figures.
            models.Index(fields=["unit", "campaign", "status", "agreed_due"], name="task_owed"),
            # The work list over many units: key items first, then by date, undated ones last.
            models.Index(
                F("campaign"),
                F("is_key").desc(),
                Coalesce("agreed_due", Value(LAST_DAY)),
                F("id"),
                condition=Q(status__in=OPEN_STATUSES),
                name="task_work_list",
            ),
            # The same list with everything in it.
            models.Index(
                F("campaign"),
                F("is_key").desc(),
                Coalesce("agreed_due", Value(LAST_DAY)),
                F("id"),
                name="task_full_list",
            ),
            # What waits for a checker, longest waiting first.
            models.Index(
                fields=["campaign", "asked_at", "id"],
                include=["checker_unit"],
                condition=Q(status=TaskStatus.ASKED_DONE),
                name="task_waits_for_checker",
            ),
            # The same for one checker among many.
            models.Index(
                fields=["campaign", "checker_unit", "asked_at"],
                condition=Q(status=TaskStatus.ASKED_DONE),
                name="task_waits_for_one_checker",
            ),
            # The office's desk: since when the oldest is unsigned or returned.
            models.Index(
                fields=["campaign", "status", "issued_at"],
                include=["unit"],
                condition=Q(status__in=[TaskStatus.TO_SIGN, TaskStatus.DECLINED]),
                name="task_waits_for_unit_or_office",
            ),
            # What falls due on which day at how many units; the day's recount.
            models.Index(
                fields=["campaign", "agreed_due", "unit"],
                condition=Q(status__in=OPEN_STATUSES),
                name="task_due_by_day",
            ),
            # What goes on inside another.
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="task_merged_here"),
            # What was finished when: the population of a sample.
            models.Index(
                fields=["campaign", "closing_mode", "finished_on"],
                condition=Q(status=TaskStatus.DONE),
                name="task_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"task #{self.pk}"

    @property
    def due_text(self) -> str:
        """The deadline in the words of the source."""
        return self.assignment.due_text


class TaskEntry(models.Model):
    """One thing that somebody did about a task: the thread that both sides read."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind)
    # Null for the system.
    user_id = models.BigIntegerField(null=True)
    person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    # Whose act it is: name, title and unit as they were then.
    by = models.CharField(max_length=200)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    # Where somebody of another unit keyed it in (代录): whose act it is, and who keyed it in the words of that day.
    # `user_id`, `person` and `unit` are then of the one who keyed.
    for_unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    for_person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    keyed_by = models.CharField(max_length=200, blank=True, default="")
    # How the principal's own word came, where the act was reserved for them.
    way = models.CharField(max_length=20, choices=ConfirmationWay, blank=True, default="")
    text = models.TextField(blank=True, default="")
    # A new date named by the entry.
    new_due = models.DateField(null=True, blank=True)
    # The day of a reminder (催办); null for everything else.
    urged_on = models.DateField(null=True, blank=True)
    # A reminder that is put before the unit's principal as well.
    to_principal = models.BooleanField(default=False, db_default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(urged_on__isnull=True) | Q(kind=EntryKind.URGE, user_id__isnull=False),
                name="task_entry_urged_by_a_person",
            ),
            # A unit, and its principal, is reminded of an item once a day, by whomever; also the last reminder of a task.
            models.UniqueConstraint(
                fields=["task", "urged_on", "to_principal"],
                condition=Q(urged_on__isnull=False),
                name="task_entry_urged_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(to_principal=False) | Q(urged_on__isnull=False), name="task_entry_to_principal_urges"
            ),
        ]
        indexes = [
            # The thread of a task.
            models.Index(fields=["task", "id"], name="task_entry_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} (#{self.pk})"


class Evidence(models.Model):
    """A file that shows what was done."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="evidence")
    file = models.ForeignKey("attachments.StoredFile", models.PROTECT, related_name="+")
    entry = models.ForeignKey(TaskEntry, models.PROTECT, related_name="evidence")

    def __str__(self) -> str:
        return f"evidence #{self.pk}"


class BreakdownImport(models.Model):
    """One breakdown table (任务分解表) taken in: checked first, then taken over as a whole."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="+")
    assigner = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    status = models.CharField(max_length=20, choices=BreakdownStatus)
    # The rows as they would be taken over.
    rows = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    # What it takes to name the columns of the file: its header's fingerprint, each title with a few values below it.
    described = models.JSONField(default=dict, db_default={})
    # Which titles of the file were taken as which of our columns, where somebody said so: column → title.
    mapping = models.JSONField(default=dict, db_default={})
    # Raised with each naming, so that nobody takes over what they did not see.
    version = models.IntegerField(default=1, db_default=1)
    started_by = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BreakdownStatus.values), name="breakdown_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} (#{self.pk})"

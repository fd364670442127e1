"""Assignments and tasks."""

import uuid
from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from duban.figures.models import UnitFigures, UnitFiguresPast
from duban.tasks.states import (
    OPEN_STATUSES,
    AssignmentStatus,
    BreakdownStatus,
    ChangeStatus,
    DueKind,
    EntryKind,
    Importance,
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
    # The deadline in the words of the source.
    due_text = models.CharField(max_length=120, blank=True, default="")
    rhythm = models.CharField(max_length=20, choices=Rhythm, default=Rhythm.ONCE)
    importance = models.CharField(max_length=20, choices=Importance, default=Importance.NORMAL)
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
        ]
        indexes = [
            # Search in the work list.
            GinIndex(fields=["search"], name="assignment_search", fastupdate=False),
            # The assignments of a campaign, newest first.
            models.Index(fields=["campaign", "-id"], name="assignment_newest"),
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
    # Where the answer is checked: the assigner, or further up where nobody there may.
    checker_unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # Changed only by commands along TASK_FLOW.
    status = models.CharField(max_length=20, choices=TaskStatus, default=TaskStatus.TO_SIGN)
    is_key = models.BooleanField(default=False)
    # Never changed after issue; null for long-term and undated work.
    original_due = models.DateField(null=True, blank=True)
    # After granted extensions and returns; equal to the original at first.
    agreed_due = models.DateField(null=True, blank=True)
    # The day on which the unit asked for the completion that was accepted.
    finished_on = models.DateField(null=True, blank=True)
    issued_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            # A fan-out that runs twice gives each unit one task.
            models.UniqueConstraint(fields=["assignment", "unit"], name="task_one_per_unit_and_assignment"),
            models.CheckConstraint(condition=Q(status__in=TaskStatus.values), name="task_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status=TaskStatus.DONE) | Q(finished_on__isnull=False), name="task_done_has_its_day"
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
            # What waits for a checker.
            models.Index(
                fields=["checker_unit", "asked_at"], condition=Q(status=TaskStatus.ASKED_DONE), name="task_to_check"
            ),
            # The day's recount: units with something that fell due.
            models.Index(
                fields=["agreed_due"],
                condition=Q(status__in=OPEN_STATUSES),
                name="task_falls_due",
            ),
        ]

    def __str__(self) -> str:
        return f"task #{self.pk}"


class TaskEntry(models.Model):
    """One thing that somebody did about a task: the thread that both sides read."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind)
    # Null for the system.
    user_id = models.BigIntegerField(null=True)
    person = models.ForeignKey("organisation.Person", models.PROTECT, null=True, related_name="+")
    # Name, title and unit as they were then.
    by = models.CharField(max_length=200)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True, default="")
    # A new date named by the entry.
    new_due = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
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


class ChangeRequest(models.Model):
    """A request for a later date."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="changes")
    status = models.CharField(max_length=20, choices=ChangeStatus, default=ChangeStatus.ASKED)
    new_due = models.DateField()
    reason = models.TextField()
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One open request at a time.
            models.UniqueConstraint(
                fields=["task"], condition=Q(status=ChangeStatus.ASKED), name="change_request_one_open_per_task"
            ),
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="change_request_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"change request #{self.pk}"


class TaskCounts(models.Model):
    """The integer columns of the task figures; their meaning stands in tasks.figures."""

    total = models.IntegerField(default=0)
    to_sign = models.IntegerField(default=0)
    in_hand = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    declined = models.IntegerField(default=0)
    overdue = models.IntegerField(default=0)
    near_due = models.IntegerField(default=0)
    long_term = models.IntegerField(default=0)
    done_dated = models.IntegerField(default=0)
    on_time_original = models.IntegerField(default=0)
    on_time_agreed = models.IntegerField(default=0)

    class Meta:
        abstract = True


class TaskFigures(TaskCounts, UnitFigures):
    """Figures of one unit's own tasks in one campaign."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "unit"], name="task_figures_one_per_unit")]
        indexes = [
            # Sums of a subtree start from its units.
            models.Index(fields=["unit", "campaign"], name="task_figures_of_unit"),
        ]

    def __str__(self) -> str:
        return f"figures of {self.unit_id}"


class TaskFiguresPast(TaskCounts, UnitFiguresPast):
    """What those figures were at the close of past days."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "unit", "valid_from"], name="task_figures_past_begin_once"),
        ]
        indexes = [
            # Sums of a subtree on a past day.
            models.Index(fields=["unit", "campaign", "valid_until"], name="task_figures_past_of_unit"),
        ]

    def __str__(self) -> str:
        return f"figures of {self.unit_id} from {self.valid_from}"


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
    started_by = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BreakdownStatus.values), name="breakdown_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} (#{self.pk})"

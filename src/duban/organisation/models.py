"""Units, people and posts."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.organisation.states import (
    Field,
    ImportStatus,
    Kind,
    Level,
    MemberCategory,
    MembershipKind,
    Participation,
    PostKind,
    Rank,
    SuccessionKind,
)


class Line(models.Model):
    """A line (系统、条线) of trade and the department that leads it."""

    name = models.CharField(max_length=60, unique=True)
    lead_unit = models.ForeignKey("Unit", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """Anything in the organisation tree that can owe something."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60, blank=True, default="")
    # Keys whose index would repeat the beginning of another one go without: a load of 20,000 units writes each of them.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    # Ids from the root to this unit, each followed by "/": a subtree is one range of paths. Written by commands only.
    path = models.TextField(db_collation="C")
    # Places by hand from the root to this unit, each of six digits and its "/": protocol order of the whole tree.
    order_path = models.TextField(db_collation="C")
    depth = models.SmallIntegerField()
    # Place among its sisters, set by hand, never alphabetical.
    place = models.IntegerField(default=0)
    level = models.CharField(max_length=20, choices=Level)
    field = models.CharField(max_length=30, choices=Field)
    kind = models.CharField(max_length=30, choices=Kind)
    rank = models.CharField(max_length=20, choices=Rank, default=Rank.NONE, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, related_name="+")
    # The committee that bears main responsibility where it is not the administrative parent.
    party_parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    # Counted in the register of members where there is one, else declared by the unit.
    member_count = models.IntegerField(default=0)
    # Circumstances that reviewers should know.
    special_conditions = models.TextField(blank=True, default="")
    valid_from = models.DateField()
    # First day on which the unit no longer exists; null while it does.
    valid_until = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            # Two units in one place of the tree; also what a subtree is found by.
            models.UniqueConstraint(fields=["path"], name="unit_path_is_its_own"),
            # Two roots would be two installations in one.
            models.UniqueConstraint(
                fields=["parent"], condition=Q(parent__isnull=True), nulls_distinct=False, name="unit_one_root"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="unit_ends_after_it_begins",
            ),
        ]
        indexes = [
            # Children of a unit in protocol order.
            models.Index(fields=["parent", "place", "id"], name="unit_children"),
            # Every list of units in protocol order.
            models.Index(fields=["order_path"], name="unit_protocol_order"),
            # Fan-out to every unit of a class.
            models.Index(fields=["kind", "level"], name="unit_class"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"

    @property
    def shown_name(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


class Closure(models.Model):
    """Every ancestor of every unit, itself included: what row-level security and counts by ancestor join."""

    # Derived from the parents and compared with them by `duban check`; units are never deleted, so the database need not
    # look at both ends of each of a hundred thousand rows again.
    ancestor = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    descendant = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    depth = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ancestor", "descendant"], name="closure_once"),
            # A unit below itself would be a cycle.
            models.CheckConstraint(
                condition=Q(depth=0, ancestor=F("descendant")) | (Q(depth__gt=0) & ~Q(ancestor=F("descendant"))),
                name="closure_has_no_cycle",
            ),
        ]
        indexes = [
            # Rebuilding the ancestors of a moved unit.
            models.Index(fields=["descendant", "depth"], name="closure_upwards"),
        ]

    def __str__(self) -> str:
        return f"{self.ancestor_id} above {self.descendant_id}"


class UnitName(models.Model):
    """A name that a unit bore, with the days on which it did."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="names", db_index=False)
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_name_begins_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.unit_id})"


class UnitSuccession(models.Model):
    """Who took over from a unit that ended; its row stays, so that what is said about the old unit can be followed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=SuccessionKind)
    # A unit that was divided has several successors; what it held open goes to this one.
    is_heir = models.BooleanField(default=True)
    from_day = models.DateField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "successor"], name="unit_succession_once"),
            # What a unit held open has one owner afterwards.
            models.UniqueConstraint(fields=["unit"], condition=Q(is_heir=True), name="unit_has_one_heir"),
            models.CheckConstraint(condition=~Q(unit=F("successor")), name="unit_is_not_its_own_successor"),
            models.CheckConstraint(condition=Q(kind__in=SuccessionKind.values), name="unit_succession_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} → {self.successor_id}"


class UnitExternalId(models.Model):
    """What another system calls the unit; an import finds its rows again by it."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="external_ids", db_index=False)
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="unit_external_id_names_one_unit"),
            models.UniqueConstraint(fields=["unit", "scheme"], name="unit_has_one_id_per_scheme"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Person(models.Model):
    """Somebody who holds or held posts, or is a member of a branch."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60)
    # What the register of members calls the person; never the number of an identity card.
    external_id = models.CharField(max_length=40, blank=True, default="", db_default="")
    # The account, if the person signs in.
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="person_external_id_names_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"


class Membership(models.Model):
    """
    A member in a branch from a day until a day (R-025); where somebody lives or works is not kept.

    On any day a person has one main branch and at most one attachment: exclusion constraints of the migration. A floating
    member whose host is not a unit here is attached to the own branch.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=MembershipKind, default=MembershipKind.MAIN)
    category = models.CharField(max_length=20, choices=MemberCategory, default=MemberCategory.OTHER)
    participation = models.CharField(max_length=20, choices=Participation, default=Participation.REGULAR)
    starts_on = models.DateField()
    # First day on which the person no longer belongs there.
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="membership_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(kind__in=MembershipKind.values), name="membership_kind_is_known"),
            models.CheckConstraint(condition=Q(category__in=MemberCategory.values), name="member_category_is_known"),
            models.CheckConstraint(condition=Q(participation__in=Participation.values), name="participation_is_known"),
        ]
        indexes = [
            # The members of a branch, page by page, and their number.
            models.Index(fields=["unit", "id"], name="membership_of_unit"),
            # Where one member stands: a table of twenty rows is compared with a register of half a million.
            models.Index(fields=["person"], name="membership_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Post(models.Model):
    """One person in one post of one unit, from a day until a day: the history of posts is these rows."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=PostKind)
    title = models.CharField(max_length=60, blank=True, default="")
    # The field in a deputy's charge.
    field_in_charge = models.CharField(max_length=120, blank=True, default="")
    rank = models.CharField(max_length=20, choices=Rank, default=Rank.NONE, blank=True)
    starts_on = models.DateField()
    # First day on which the person no longer holds it.
    ends_on = models.DateField(null=True, blank=True)
    # The account that wrote who holds it: nobody else's word stands for this person.
    entered_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        # One principal per unit at any date is the exclusion constraint post_one_principal_at_a_time (migration 0002).
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="post_ends_after_it_begins"
            ),
        ]
        indexes = [
            # Who holds or held a post in a unit: the checker's rule, the unit's page.
            models.Index(fields=["unit", "kind", "starts_on"], name="post_of_unit"),
            # The posts of one person, at sign-in.
            models.Index(fields=["person", "ends_on"], name="post_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class UnitImport(models.Model):
    """One workbook of units: checked first, taken over as a whole or not at all."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    root = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    status = models.CharField(max_length=20, choices=ImportStatus, default=ImportStatus.CHECKING)
    row_count = models.IntegerField(default=0)
    # Rows checked so far; the progress bar.
    rows_done = models.IntegerField(default=0)
    # [{row, column, message}], the first thousand; the workbook with all of them is made on demand.
    errors = models.JSONField(default=list)
    # What taking it over would do: counts by created, renamed, moved, changed, unchanged …; with errors their number.
    outcome = models.JSONField(default=dict)
    # What the table says, row by row, once it was checked and found good: taking over does not open the file again.
    entries = models.JSONField(null=True, blank=True)
    # Which titles of the file were taken as which of our columns, where somebody said so: column → title.
    mapping = models.JSONField(default=dict, db_default={})
    started_by = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ImportStatus.values), name="unit_import_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} (#{self.pk})"


class MemberImport(models.Model):
    """One table of members: read into rows, checked, taken over as a whole or not at all."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    root = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    status = models.CharField(max_length=20, choices=ImportStatus, default=ImportStatus.CHECKING)
    row_count = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    errors = models.JSONField(default=list)
    outcome = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    started_by = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ImportStatus.values), name="member_import_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} (#{self.pk})"


class MemberRow(models.Model):
    """One row of a table of members, until it is taken over or put aside: what it says, and what it was found to mean."""

    # Filled by COPY and emptied as a whole; the database need not look at the import for each of half a million rows.
    member_import = models.ForeignKey(MemberImport, models.CASCADE, related_name="+", db_constraint=False)
    number = models.IntegerField()
    external_id = models.TextField(blank=True, default="")
    name = models.TextField(blank=True, default="")
    branch = models.TextField(blank=True, default="")
    category = models.TextField(blank=True, default="")
    participation = models.TextField(blank=True, default="")
    joined = models.TextField(blank=True, default="")
    unit_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    # The main membership that the person has now.
    membership_id = models.BigIntegerField(null=True)
    column = models.CharField(max_length=20, blank=True, default="")
    fault = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes = [
            # Members of the same number in one file.
            models.Index(fields=["member_import", "external_id"], name="member_row_number"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.member_import_id}"

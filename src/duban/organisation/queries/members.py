"""Reading who belongs to which branch: names for the branch and its office, numbers for everybody who sees the unit."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor, path_end
from duban.kernel.errors import NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation.models import MemberImport, MemberRow, Membership, Unit
from duban.organisation.policy import OrganisationCapability, may_keep_members, may_read_members
from duban.organisation.queries.people import posts_on
from duban.organisation.queries.units import get_unit, scope_filter
from duban.organisation.register import members as table
from duban.organisation.states import MemberCategory, MembershipKind
from duban.workbooks import queries as ledgers
from duban.workbooks.columns import CellError
from duban.workbooks.returning import MOST_RETURNED, error_workbook

PAGE_SIZE = 50
# So many wrong rows come back at once; more are seldom several mistakes.
MOST_MARKED = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilters:
    """What a list of members is narrowed to; empty means all."""

    category: str = ""
    kind: str = ""
    words: str = ""

    @property
    def condition(self) -> Q:
        """The filter for memberships."""
        found = Q()
        if self.category:
            found &= Q(category=self.category)
        if self.kind:
            found &= Q(kind=self.kind)
        if self.words:
            found &= Q(person__name__contains=self.words) | Q(person__external_id=self.words)
        return found


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Members of one category in a unit and everything below it."""

    category: MemberCategory
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCounts:
    """Members of a unit and everything below it on a day: main members by category, and attachments beside them."""

    categories: list[CategoryCount]
    floating: int
    temporary: int

    @property
    def members(self) -> int:
        return sum(one.count for one in self.categories)


@dataclass(frozen=True, slots=True)
class MarkedTable:
    """A file that goes back to be corrected, and how many people it names."""

    content: bytes
    people: int


@named_list("member", people=lambda page: len(page.rows))
def member_list(
    *, actor: Actor, unit_id: int, on: date, filters: MemberFilters, after: str = "", size: int = PAGE_SIZE
) -> Page[Membership]:
    """
    Return a page of the members of one branch on the day, in the order in which they came.

    :raises NotFound: if this actor may not see the unit
    :raises NotAllowed: if this actor may not read the names of its members
    """
    unit = get_unit(actor=actor, unit_id=unit_id)
    may_read_members(actor, unit).require()
    found = (
        Membership.objects.filter(posts_on(on=on), filters.condition, unit=unit).select_related("person").order_by("pk")
    )
    if after:
        found = found.filter(pk__gt=decode_key(after, length=1, kinds=(int,))[0])
    return cut(list(found[: size + 1]), size=size, key=lambda row: (row.pk,))


def member_counts(*, actor: Actor, unit_id: int, on: date) -> MemberCounts:
    """
    Count the members of a unit and everything below it by category; a number needs no more than seeing the unit.

    :raises NotFound: if this actor may not see the unit
    """
    unit = get_unit(actor=actor, unit_id=unit_id)
    rows = (
        Membership.objects.filter(posts_on(on=on), unit__path__gte=unit.path, unit__path__lt=path_end(unit.path))
        .order_by()
        .values_list("kind", "category")
        .annotate(count=Count("pk"))
    )
    counted = {(kind, category): count for kind, category, count in rows}
    return MemberCounts(
        categories=[
            CategoryCount(category, counted.get((MembershipKind.MAIN, category), 0)) for category in MemberCategory
        ],
        floating=sum(count for (kind, _category), count in counted.items() if kind == MembershipKind.FLOATING),
        temporary=sum(count for (kind, _category), count in counted.items() if kind == MembershipKind.TEMPORARY),
    )


def get_membership(*, actor: Actor, membership_id: int) -> Membership:
    """
    Return one membership.

    :raises NotFound: if there is none, or this actor may not read the names of members there
    """
    found = Membership.objects.select_related("unit", "person")
    if not actor.is_system:
        found = found.filter(scope_filter(scope=actor.scope(OrganisationCapability.READ_MEMBERS), unit="unit"))
    membership = found.filter(pk=membership_id).first()
    if membership is None:
        raise NotFound(_("There is no such member."))
    return membership


def may_keep_members_of(*, actor: Actor, unit: Unit) -> bool:
    """Return whether this actor keeps the members of a unit."""
    return bool(may_keep_members(actor, unit))


def member_roots(*, actor: Actor) -> list[Unit]:
    """Return the units at and below which this actor may import members."""
    if actor.is_system:
        return list(Unit.objects.filter(parent__isnull=True))
    scope = actor.scope(OrganisationCapability.KEEP_MEMBERS)
    return list(
        Unit.objects.filter(Q(path__in=scope.paths) | Q(pk__in=scope.unit_ids), valid_until__isnull=True).order_by(
            "order_path", "id"
        )
    )


def member_imports(*, actor: Actor) -> QuerySet[MemberImport]:
    """Return the tables of members sent for units whose members this actor keeps, newest first, without their content."""
    found = MemberImport.objects.select_related("root").defer("content").order_by("-id")
    if actor.is_system:
        return found
    return found.filter(scope_filter(scope=actor.scope(OrganisationCapability.KEEP_MEMBERS), unit="root"))


def get_member_import(*, actor: Actor, import_id: int) -> MemberImport:
    """
    Return one table of members.

    :raises NotFound: if there is none, or this actor does not keep the members there
    """
    found = member_imports(actor=actor).filter(pk=import_id).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def member_template(*, actor: Actor) -> bytes:
    """Return the workbook in which offices list their members; every actor may have it."""
    return table.member_template()


@named_list("member", people=lambda table: table.people)
def marked_members(*, actor: Actor, import_id: int) -> MarkedTable:
    """
    Return the file of members with what is wrong marked; of a long one only the wrong rows.

    :raises NotFound: if there is none, or this actor does not keep the members there
    :raises InvalidInput: if the file cannot be read
    """
    found = get_member_import(actor=actor, import_id=import_id)
    rows = MemberRow.objects.filter(member_import=found).exclude(fault="").order_by("number")
    content = error_workbook(
        content=bytes(found.content),
        file_name=found.file_name,
        errors=[
            CellError(row=number, column_key=column, message=table.fault_words(fault))
            for number, column, fault in rows.values_list("number", "column", "fault")[:MOST_MARKED]
        ],
        columns=table.COLUMNS,
        sheet_marker=table.TEMPLATE_ID,
        mappings=ledgers.mappings_of(actor=actor, unit_id=found.root_id, table=table.TEMPLATE_ID),
        row_count=found.row_count,
    )
    return MarkedTable(content, rows.count() if found.row_count > MOST_RETURNED else found.row_count)


def old_member_tables(*, actor: Actor, before: datetime) -> QuerySet[MemberImport]:
    """Return the tables of members received before that moment whose file is kept still."""
    return MemberImport.objects.filter(started_at__lt=before).exclude(content=b"")


def count_old_member_tables(*, actor: Actor, before: datetime) -> int:
    """Return how many tables of members received before that moment are kept still."""
    return old_member_tables(actor=actor, before=before).count()

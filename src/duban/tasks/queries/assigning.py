"""Reading what an office has written: assignments, breakdown tables, and the words of a form."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.burden import queries as burden
from duban.burden.queries import Asking, Cost
from duban.burden.states import DemandKind
from duban.directives import queries as directives
from duban.kernel.authority import Actor, Decision
from duban.kernel.errors import NotAllowed, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import limits, words
from duban.tasks.breakdown import CLASSES, CLOSINGS
from duban.tasks.choosing import units_of
from duban.tasks.models import Assignment, AssignmentHelper, AssignmentUnit, BreakdownImport, Limits, Task
from duban.tasks.policy import TasksCapability, may_consent, may_edit_draft
from duban.tasks.policy import may_set_limits as policy_may_set_limits
from duban.tasks.queries.handing_over import handed_over_by
from duban.tasks.states import UNISSUED, ClosingMode, DueKind, Importance, Rhythm, Target, TaskStatus

PAGE_SIZE = 50
# Names shown of the units that an assignment goes to.
NAMED_UNITS = 20


def visible_assignments(*, actor: Actor) -> QuerySet[Assignment]:
    """Return the assignments that this actor's office wrote, and those by which their units passed tasks down."""
    if actor.is_system:
        return Assignment.objects.all()
    passed = organisation.scope_filter(scope=actor.scope(TasksCapability.PASS_DOWN), unit="assigner")
    return Assignment.objects.filter(
        organisation.scope_filter(scope=actor.scope(TasksCapability.ASSIGN), unit="assigner")
        | (Q(passed_from__isnull=False) & passed)
    )


def get_assignment(*, actor: Actor, assignment_id: int) -> Assignment:
    """
    Return one assignment of this actor's office.

    :raises NotFound: if there is none, or another office wrote it
    """
    found = (
        visible_assignments(actor=actor)
        .select_related("assigner", "tightened_by", "campaign", "requirement__document")
        .filter(pk=assignment_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such assignment."))
    return found


def assigning_units(*, actor: Actor) -> list[Unit]:
    """Return the units in whose name this actor may assign, the highest of each scope, in protocol order."""
    scope = actor.scope(TasksCapability.ASSIGN)
    return list(
        Unit.objects.filter(Q(path__in=scope.paths) | Q(pk__in=list(scope.unit_ids))).order_by("order_path", "id")
    )


def assignment_list(*, actor: Actor, campaign_id: int, after: str = "", size: int = PAGE_SIZE) -> Page[Assignment]:
    """
    Return one page of the assignments of this actor's office, newest first.

    What lower units passed down is left to the page of the assignment from which it came.
    """
    found = visible_assignments(actor=actor).filter(campaign_id=campaign_id).select_related("assigner")
    if not actor.is_system:
        scope = actor.scope(TasksCapability.PASS_DOWN)
        own = Q(assigner__path__in=scope.paths) | Q(assigner_id=actor.unit_id)
        found = found.filter(Q(passed_from__isnull=True) | own)
    if after:
        found = found.filter(pk__lt=decode_key(after, length=1, kinds=(int,))[0])
    return cut(list(found.order_by("-pk")[: size + 1]), size=size, key=lambda assignment: (assignment.pk,))


def get_breakdown(*, actor: Actor, import_id: int) -> BreakdownImport:
    """
    Return one breakdown table that was taken in.

    :raises NotFound: if there is none of this actor's office
    """
    found = BreakdownImport.objects.filter(pk=import_id)
    if not actor.is_system:
        scope = actor.scope(TasksCapability.ASSIGN)
        found = found.filter(organisation.scope_filter(scope=scope, unit="assigner"))
    received = found.select_related("assigner", "campaign").first()
    if received is None:
        raise NotFound(_("There is no such table."))
    return received


@dataclass(frozen=True, slots=True)
class TooMany:
    """A draft that would give its checking unit more answers than it can look at."""

    count: int
    most: int
    checker: Unit
    # Whether passing it down level by level would help: the next level is smaller.
    by_level: bool

    @property
    def sentence(self) -> str:
        """Say what is wrong and what helps."""
        told = _(
            "%(unit)s would have to check %(count)d answers, more than %(most)d. Let the next level pass it down and check,"
            " or let the units declare it done."
        )
        return str(told) % {"unit": self.checker.shown_name, "count": self.count, "most": self.most}


def limits_of(*, actor: Actor, campaign_id: int) -> Limits:
    """Return what the office has set for its campaign, or what holds where it has set nothing."""
    return Limits.objects.filter(campaign_id=campaign_id).first() or Limits(
        campaign_id=campaign_id, answers_per_checker=limits.ANSWERS_PER_CHECKER
    )


def may_set_limits(*, actor: Actor, campaign: Any) -> bool:
    """Return whether this actor sets what holds for the campaign."""
    return bool(policy_may_set_limits(actor, campaign.root))


def too_many_answers(*, actor: Actor, assignment: Assignment, count: int, set_to: Limits, on: date) -> TooMany | None:
    """Return why so many units cannot all be checked by the assigner, or None where they can, or declare it done."""
    if assignment.closing_mode == ClosingMode.DECLARE or count <= set_to.answers_per_checker:
        return None
    return TooMany(
        count=count,
        most=set_to.answers_per_checker,
        checker=assignment.assigner,
        by_level=0 < len(next_level(actor=actor, assignment=assignment, on=on)) <= set_to.answers_per_checker,
    )


def next_level(*, actor: Actor, assignment: Assignment, on: date) -> list[int]:
    """
    Return the units right below the assigner that stand above the chosen ones, and could pass it down to them.

    Empty where a chosen unit stands right below the assigner itself: then there is no level between.
    """
    place = assignment.assigner.depth + 1
    paths = units_of(assignment=assignment, on=on).order_by().values_list("path", "depth")
    found: set[int] = set()
    for path, depth in paths:
        if depth <= place:
            return []
        found.add(int(path.split("/")[place]))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class AssignmentPage:
    """Everything that the page of one assignment shows."""

    assignment: Assignment
    # How many units the rule chooses today, or received it.
    count: int
    units: list[Unit]
    helpers: list[Unit]
    may_edit: Decision
    # Issued ones: tasks by status.
    states: list[tuple[str, str, int]]
    owner_words: str
    # Drafts: why it cannot go out like this, and what would help.
    too_many: TooMany | None
    # Waiting for a head: whether this actor may consent.
    may_consent: Decision
    needs_consent: bool
    # Drafts: what issuing it would cost the units.
    cost: Cost | None = None


def asking_of(assignment: Assignment, *, due_on: date | None, on: date) -> Asking:
    """Return what an assignment issued on the day asks of each unit, as the ledger weighs it."""
    return Asking(DemandKind.TASK, on, due_on, assignment.minutes, assignment.rhythm)


def assignment_page(*, actor: Actor, assignment_id: int, at: datetime) -> AssignmentPage:
    """
    Return one assignment of this actor's office: what issuing would do, or what became of it.

    :raises NotFound: if there is none, or another office wrote it
    """
    assignment = get_assignment(actor=actor, assignment_id=assignment_id)
    today = timezone.localdate(at)
    too_many = None
    consent = may_consent(actor, assignment, handed_over_by=handed_over_by(actor=actor, assignment=assignment))
    needs_consent = False
    if assignment.status in UNISSUED:
        units = units_of(assignment=assignment, on=today)
        cost = burden.cost_of(
            actor=actor,
            units=units,
            asked=[asking_of(assignment, due_on=assignment.tightened_due or assignment.due_on, on=today)],
        )
        count = cost.units
        set_to = limits_of(actor=actor, campaign_id=assignment.campaign_id)
        too_many = too_many_answers(actor=actor, assignment=assignment, count=count, set_to=set_to, on=today)
        needs_consent = set_to.consent_above is not None and count > set_to.consent_above and not consent
    else:
        cost = None
        units = Unit.objects.filter(pk__in=AssignmentUnit.objects.filter(assignment=assignment).values("unit_id"))
        count = assignment.unit_count
    found = dict(
        Task.objects.filter(assignment=assignment).values_list("status").annotate(number=Count("pk")).order_by()
    )
    return AssignmentPage(
        assignment=assignment,
        count=count,
        units=list(units.order_by("order_path", "pk")[:NAMED_UNITS]),
        helpers=_helpers(assignment),
        may_edit=may_edit_draft(actor, assignment),
        states=[(value, str(label), found[value]) for value, label in TaskStatus.choices if value in found],
        owner_words=owner_text(target=assignment.target, rule=assignment.target_rule, names=_names(assignment)),
        cost=cost,
        too_many=too_many,
        may_consent=consent,
        needs_consent=needs_consent,
    )


def _helpers(assignment: Assignment) -> list[Unit]:
    rows = AssignmentHelper.objects.filter(assignment=assignment).select_related("unit").order_by("position", "pk")
    return [row.unit for row in rows]


def _names(assignment: Assignment) -> dict[int, str]:
    return _telling_names(_named_units(assignment.target, assignment.target_rule))


def _named_units(target: str, rule: dict[str, Any]) -> set[int]:
    return {rule["unit"]} if target == Target.UNIT else set(rule.get("units", []))


def _telling_names(ids: Collection[int]) -> dict[int, str]:
    """Return names as a table understands them: with the upper unit's before it where several units have the same."""
    rows = list(Unit.objects.filter(pk__in=ids).values_list("pk", "name", "parent__name"))
    doubled = set(
        Unit.objects.filter(name__in={name for _pk, name, _upper in rows})
        .values_list("name", flat=True)
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
    )
    return {pk: f"{upper or ''}{name}" if name in doubled else name for pk, name, upper in rows}


def owner_words_of(*, actor: Actor, assignment: Assignment) -> str:
    """Return whom an assignment is for, in words."""
    return owner_text(target=assignment.target, rule=assignment.target_rule, names=_names(assignment))


def owner_text(*, target: str, rule: dict[str, Any], names: dict[int, str]) -> str:
    """Return the words of the column 牵头单位 for a rule, as the import reads them; those of passing down are only said."""
    if target == Target.BELOW:
        return str(Target.BELOW.label)
    if target == Target.LINE:
        return "、".join(rule.get("names", []))
    if target == Target.UNIT:
        return names.get(rule["unit"], "")
    if target == Target.LISTED:
        return "、".join(names.get(unit_id, "") for unit_id in rule["units"])
    return next((word for word, known in CLASSES.items() if known == rule), "各单位")


def requirement_path(*, actor: Actor, requirement_id: int) -> str:
    """Return the address of a requirement in the page of its paper."""
    requirement = directives.get_requirement(actor=actor, requirement_id=requirement_id)
    return f"{reverse('directives:speech', args=[requirement.document_id])}#requirement-{requirement.pk}"


def assignment_proposal(*, actor: Actor, requirement_id: int | None) -> dict[str, object]:
    """
    Return what the form of a new assignment begins with: the words of the requirement, as far as it says them.

    :raises NotAllowed: if this actor assigns nowhere
    :raises NotFound: if there is no such requirement for this actor
    """
    offices = assigning_units(actor=actor)
    if not offices:
        raise NotAllowed(_("Your present post does not assign items."))
    proposal: dict[str, object] = {"assigner": offices[0].pk, "office": offices[0]}
    if requirement_id is None:
        return proposal
    requirement = directives.get_requirement(actor=actor, requirement_id=requirement_id)
    return (
        proposal
        | proposed_words(actor=actor, requirement=requirement)
        | {
            "requirement": requirement.pk,
            "source": requirement.sentence,
            "source_label": directives.cite(actor=actor, requirement=requirement),
        }
    )


def proposed_words(*, actor: Actor, requirement: Any) -> dict[str, str]:
    """
    Return a requirement as a row of the breakdown table.

    A deadline that counts from the date of its paper (会后3日内) is the day it means; others stay as written.
    """
    return {
        "wording": requirement.sentence,
        "owner": requirement.responsible or requirement.inherited_responsible,
        "due": requirement.due.get("end") or requirement.deadline,
        "standard": requirement.quantity,
    }


def undrafted_requirements(*, actor: Actor, document_id: int) -> list[Any]:
    """Return the taken requirements of a paper from which nobody has written an assignment yet, in order."""
    drafted = Assignment.objects.filter(requirement__document_id=document_id).values("requirement_id")
    return list(
        directives.visible_requirements(actor=actor)
        .filter(document_id=document_id, status="to_assign", repeats__isnull=True)
        .exclude(pk__in=drafted)
    )


def words_of(*, actor: Actor, assignment: Assignment) -> dict[str, object]:
    """Return the words of an assignment as its form shows them."""
    helpers = _helpers(assignment)
    helper_names = _telling_names([unit.pk for unit in helpers])
    return {
        "assigner": assignment.assigner_id,
        "office": assignment.assigner,
        "heading": assignment.heading,
        "wording": assignment.wording,
        "standard": assignment.standard,
        "owner": owner_text(target=assignment.target, rule=assignment.target_rule, names=_names(assignment)),
        "helpers": "、".join(helper_names[unit.pk] for unit in helpers),
        "lead_person": assignment.lead_person,
        "contact": assignment.contact,
        "due": due_words(assignment),
        "rhythm": rhythm_words(assignment),
        "remark": assignment.remark,
        "nature": assignment.nature,
        "closing": assignment.closing_mode,
        "inspected_by_two": assignment.inspected_by_two,
        "changes_by_two": assignment.changes_by_two,
        "is_key": assignment.importance == Importance.KEY,
        "is_principals_own": assignment.is_principals_own,
        "minutes": assignment.minutes,
        "version": assignment.version,
        "source": assignment.source_sentence,
        "source_label": assignment.source_label,
    }


def due_words(assignment: Assignment) -> str:
    """Return the deadline as the import reads it: the words of the source, or the date itself."""
    if assignment.due_kind == DueKind.DATE and assignment.due_on is not None:
        return assignment.due_on.isoformat()
    return assignment.due_text or ("长期坚持" if assignment.due_kind == DueKind.LONG_TERM else "")


def rhythm_words(assignment: Assignment) -> str:
    """Return the rhythm of reports as the import reads it."""
    return {Rhythm.WEEKLY: "每周", Rhythm.MONTHLY: "每月", Rhythm.QUARTERLY: "每季"}.get(Rhythm(assignment.rhythm), "")


def closing_words(assignment: Assignment) -> str:
    """Return the way of closing as the import reads it."""
    return next(f"{word}制" for word, mode in CLOSINGS.items() if mode == assignment.closing_mode)


def owner_words(*, actor: Actor) -> list[str]:
    """Return what the field 牵头单位 offers: the words for classes, then the units right below this office."""
    offices = assigning_units(actor=actor)
    below = Unit.objects.filter(parent_id__in=[office.pk for office in offices], valid_until__isnull=True)
    return [*CLASSES, *below.order_by("order_path").values_list("name", flat=True)[:300]]


def breakdowns(*, actor: Actor, campaign_id: int) -> list[BreakdownImport]:
    """Return the last twenty breakdown tables that this office took in."""
    scope = actor.scope(TasksCapability.ASSIGN)
    found = BreakdownImport.objects.filter(
        organisation.scope_filter(scope=scope, unit="assigner"), campaign_id=campaign_id
    )
    return list(found.defer("content", "rows", "errors").order_by("-pk")[:20])


def outcomes(*, found: BreakdownImport) -> dict[str, int]:
    """Return how many rows are new, changed, the same, issued already, or repeated within the table."""
    counts = Counter(row["outcome"] for row in found.rows)
    return {name: counts[name] for name in ("new", "change", "same", "issued", "repeated")}


def old_breakdown_files(*, actor: Actor, before: datetime) -> QuerySet[BreakdownImport]:
    """Return the breakdown tables taken in before that moment whose workbook is kept still."""
    return BreakdownImport.objects.filter(started_at__lt=before).exclude(content=b"")


def count_old_breakdown_files(*, actor: Actor, before: datetime) -> int:
    """Return how many workbooks of breakdown tables taken in before that moment are kept still."""
    return old_breakdown_files(actor=actor, before=before).count()


@dataclass(frozen=True, slots=True)
class BreakdownLine:
    """One row of a table taken in, as a person checks it before it is taken over."""

    number: int
    wording: str
    owner: str
    due_on: date | None
    due_text: str


def breakdown_lines(*, actor: Actor, found: BreakdownImport, most: int) -> list[BreakdownLine]:
    """Return the first rows of a table as they would be taken over, in the order of the table."""
    rows = found.rows[:most]
    names = _telling_names({unit_id for row in rows for unit_id in _named_units(row["target"], row["target_rule"])})
    return [
        BreakdownLine(
            number=row["number"],
            wording=row["wording"],
            owner=owner_text(target=row["target"], rule=row["target_rule"], names=names),
            due_on=date.fromisoformat(row["due_on"]) if row["due_on"] else None,
            due_text=row["due_text"],
        )
        for row in rows
    ]


def breakdown_rows(*, actor: Actor, campaign_id: int, on: date) -> Iterator[list[object]]:
    """Yield the rows of this office's breakdown table in the order in which they were written, as the import reads them."""
    assignments = list(
        visible_assignments(actor=actor)
        # What was passed down repeats the wording of a table higher up; it is not taken in from one either.
        .filter(campaign_id=campaign_id, passed_from__isnull=True)
        .prefetch_related("helpers")
        .order_by("pk")
    )
    ids: set[int] = set()
    for assignment in assignments:
        ids |= _named_units(assignment.target, assignment.target_rule)
    ids |= {helper.unit_id for assignment in assignments for helper in assignment.helpers.all()}
    names = _telling_names(ids)
    done = {
        row["assignment_id"]: (row["number"], row["finished"])
        for row in Task.objects.filter(assignment__in=assignments)
        .values("assignment_id")
        .annotate(number=Count("pk"), finished=Count("pk", filter=Q(status=TaskStatus.DONE)))
    }
    for number, assignment in enumerate(assignments, start=1):
        issued, finished = done.get(assignment.pk, (0, 0))
        helpers = sorted(assignment.helpers.all(), key=lambda helper: (helper.position, helper.pk))
        yield [
            number,
            assignment.heading,
            assignment.wording,
            assignment.standard,
            assignment.lead_person,
            owner_text(target=assignment.target, rule=assignment.target_rule, names=names),
            "、".join(names[helper.unit_id] for helper in helpers),
            assignment.contact,
            assignment.starts_on.isoformat() if assignment.starts_on else "",
            due_words(assignment),
            rhythm_words(assignment),
            closing_words(assignment),
            assignment.source_sentence,
            words.share_done(finished=finished, issued=issued) if issued else "",
            assignment.get_status_display(),
            assignment.remark,
            assignment.row_key or str(assignment.uuid),
        ]

"""What was registered from above, and what the system knows about it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from duban.campaigns.models import Campaign
from duban.directives.states import INCOMING_KINDS, DocumentKind
from duban.figures import queries as figures
from duban.kernel.authority import Actor
from duban.kernel.paging import Page, cut, decode_key
from duban.kernel.words import bigrams
from duban.office.models import Matter
from duban.office.queries.matters import MatterFilter, narrowed_matters
from duban.organisation.models import Unit
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import LAST_DAY, Assignment, Evidence, Task
from duban.tasks.states import AssignmentStatus, TaskStatus

PAGE_SIZE = 50
FINISHED = (TaskStatus.DONE, TaskStatus.WITHDRAWN)
# What comes from above; minutes are the office's own.
FROM_ABOVE = tuple(kind for kind in INCOMING_KINDS if kind != DocumentKind.MINUTES)
# How many of each sort are shown before something is registered.
MOST_KNOWN = 5
# So much of what is asked has to stand in what is known already.
LEAST_SHARED = 0.4


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that an upper level wants: from whom, by when, who sees to it, and what shows that it is done."""

    assignment: Assignment
    giver: str
    kind: str
    received_on: date | None
    units: int
    done: int
    finished_on: date | None
    proofs: int
    is_finished: bool

    @property
    def kind_word(self) -> str:
        """The kind of paper in words."""
        return str(DocumentKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A figure whose words stand in what is asked, with its value now."""

    label: str
    meaning: str
    value: int


@dataclass(frozen=True, slots=True)
class Known:
    """What may answer a request from above without asking anybody again."""

    figures: list[KnownFigure]
    assignments: list[Assignment]
    matters: list[Matter]

    def __bool__(self) -> bool:
        return bool(self.figures or self.assignments or self.matters)


def wanted_above(*, actor: Actor, campaign_id: int) -> QuerySet[Any]:
    """Return what this office assigned because an upper level wants it."""
    owed = Task.objects.filter(assignment=OuterRef("pk")).exclude(status__in=FINISHED)
    return (
        tasks.visible_assignments(actor=actor)
        .filter(campaign_id=campaign_id, requirement__document__kind__in=FROM_ABOVE)
        .annotate(
            is_unfinished=Case(
                When(~Q(status=AssignmentStatus.ISSUED) | Exists(owed), then=1), default=0, output_field=IntegerField()
            )
        )
    )


def count_wanted(*, actor: Actor, campaign_id: int) -> tuple[int, date | None]:
    """Return how many of them are unfinished, and the earliest date."""
    found = wanted_above(actor=actor, campaign_id=campaign_id).filter(is_unfinished=1)
    counted = found.aggregate(number=Count("pk"), first=Min("due_on"))
    return counted["number"], counted["first"]


def wanted_list(
    *, actor: Actor, campaign_id: int, is_unfinished: bool | None = None, after: str = "", size: int = PAGE_SIZE
) -> Page[Wanted]:
    """Return one page of what upper levels want: unfinished first, then by date, undated last (R-627)."""
    found = wanted_above(actor=actor, campaign_id=campaign_id).alias(due_order=Coalesce("due_on", Value(LAST_DAY)))
    if is_unfinished is not None:
        found = found.filter(is_unfinished=int(is_unfinished))
    if after:
        unfinished, due, pk = decode_key(after, length=3, kinds=(int, date, int))
        found = found.filter(
            Q(is_unfinished__lt=unfinished)
            | (Q(is_unfinished=unfinished) & (Q(due_order__gt=due) | Q(due_order=due, pk__gt=pk)))
        )
    shares = Task.objects.filter(assignment=OuterRef("pk")).order_by().values("assignment")
    rows = found.select_related("requirement__document").annotate(
        units=Coalesce(Subquery(shares.annotate(n=Count("pk")).values("n")), 0),
        done=Coalesce(Subquery(shares.filter(status__in=FINISHED).annotate(n=Count("pk")).values("n")), 0),
        last=Subquery(shares.annotate(n=Max("finished_on")).values("n"), output_field=DateField()),
        proofs=Coalesce(
            Subquery(
                Evidence.objects.filter(task__assignment=OuterRef("pk"))
                .order_by()
                .values("task__assignment")
                .annotate(n=Count("pk"))
                .values("n")
            ),
            0,
        ),
    )
    page = cut(
        list(rows.order_by(F("is_unfinished").desc(), "due_order", "pk")[: size + 1]),
        size=size,
        key=lambda row: (row.is_unfinished, row.due_on or LAST_DAY, row.pk),
    )
    return Page([_wanted(row) for row in page.rows], page.after)


def _wanted(row: Assignment) -> Wanted:
    document = row.requirement.document if row.requirement else None
    finished: date | None = getattr(row, "last", None)
    is_finished = not getattr(row, "is_unfinished", 1)
    return Wanted(
        assignment=row,
        giver=document.giver if document else "",
        kind=document.kind if document else "",
        received_on=document.received_on if document else None,
        units=getattr(row, "units", 0),
        done=getattr(row, "done", 0),
        finished_on=finished if is_finished else None,
        proofs=getattr(row, "proofs", 0),
        is_finished=is_finished,
    )


def known_already(*, actor: Actor, campaign: Campaign, unit: Unit, text: str) -> Known:
    """
    Return the figures, items and answers that share enough pairs of characters with what is asked.

    So that nobody is asked for what is known; a person decides whether it answers the question.
    """
    asked = [word for word in bigrams(text) if len(word) > 1]
    if not asked:
        return Known([], [], [])
    least = max(2, round(len(asked) * LEAST_SHARED))
    return Known(
        figures=_figures(actor, campaign, unit, asked),
        assignments=_assignments(actor, campaign, asked, least),
        matters=_matters(actor, campaign, asked, least),
    )


def _figures(actor: Actor, campaign: Campaign, unit: Unit, asked: Sequence[str]) -> list[KnownFigure]:
    words = set(asked)
    shared = {
        figure.name: len(words & {word for word in bigrams(f"{figure.label}") if len(word) > 1})
        for figure in TASK_FIGURES.figures
    }
    named = [figure for figure in TASK_FIGURES.figures if shared[figure.name]]
    if not named:
        return []
    counted = figures.sums(actor=actor, table=TASK_FIGURES, campaign_id=campaign.pk, whole=[unit.pk]).get(unit.pk, {})
    named.sort(key=lambda figure: -shared[figure.name])
    return [
        KnownFigure(str(figure.label), str(figure.meaning), counted.get(figure.name, 0))
        for figure in named[:MOST_KNOWN]
    ]


def _assignments(actor: Actor, campaign: Campaign, asked: Sequence[str], least: int) -> list[Assignment]:
    visible = tasks.visible_assignments(actor=actor).filter(campaign=campaign, status=AssignmentStatus.ISSUED)
    return _closest(visible, "tasks_assignment", asked, least)


def _matters(actor: Actor, campaign: Campaign, asked: Sequence[str], least: int) -> list[Matter]:
    return _closest(narrowed_matters(actor=actor, given=MatterFilter(campaign.pk)), "office_matter", asked, least)


def _closest(rows: QuerySet[Any], table: str, asked: Sequence[str], least: int) -> list[Any]:
    """Return the rows that share most words with what is asked, `least` at the least."""
    words = f"SELECT count(*) FROM unnest(%s::text[]) AS word WHERE word = ANY(tsvector_to_array({table}.search))"  # noqa: S608 - a table of ours
    any_of = " | ".join("'" + word.replace("'", "''").replace("\\", "\\\\") + "'" for word in asked)
    found = rows.extra(  # noqa: S610 - words travel as parameters
        select={"shared": words},
        select_params=[list(asked)],
        where=[f"{table}.search @@ %s::tsquery"],
        params=[any_of],
    )
    return [row for row in found.order_by("-shared", "-pk")[:MOST_KNOWN] if row.shared >= least]

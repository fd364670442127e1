"""What became of the requirements of papers: assignments made of them, and their unit tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from duban.kernel.authority import Actor
from duban.tasks.models import Assignment, Task
from duban.tasks.queries.assigning import visible_assignments
from duban.tasks.queries.lists import status_condition
from duban.tasks.queries.single import visible_tasks
from duban.tasks.states import AssignmentStatus


@dataclass(frozen=True, slots=True)
class Following:
    """What became of one requirement, as far as the reader may see: unit tasks owed, done of these, and overdue."""

    assignments: int = 0
    owed: int = 0
    done: int = 0
    overdue: int = 0


def following(*, actor: Actor, requirement_ids: Collection[int], as_of: date) -> dict[int, Following]:
    """Return per requirement the assignments issued of it and the unit tasks in view, judged on the day (R-721)."""

    def which(status: str) -> Q:
        return status_condition(status=status, as_of=as_of, near_until=as_of)

    counted = (
        visible_tasks(actor=actor)
        .filter(assignment__requirement__in=list(requirement_ids))
        .order_by()
        .values("assignment__requirement_id")
        .annotate(
            assignments=Count("assignment", distinct=True),
            owed=Count("pk", filter=which("total")),
            done=Count("pk", filter=which("done")),
            overdue=Count("pk", filter=which("overdue")),
        )
    )
    return {
        row["assignment__requirement_id"]: Following(row["assignments"], row["owed"], row["done"], row["overdue"])
        for row in counted
    }


def made_of(*, actor: Actor, requirement_ids: Collection[int]) -> list[Assignment]:
    """Return the issued assignments and drafts of this actor's office that were made of requirements, in their order."""
    found = visible_assignments(actor=actor).filter(requirement__in=list(requirement_ids))
    return list(
        found.select_related("assigner", "requirement").order_by(
            "requirement__document_id", "requirement__position", "pk"
        )
    )


def derived(*, actor: Actor, document_ids: Sequence[int], unit_ids: Collection[int]) -> set[tuple[int, int]]:
    """
    Return every (paper, unit) where a task of the unit, or an assignment of its office, was made of the paper.

    The caller chose papers and units that the actor may see.
    """
    wanted = list(unit_ids)
    owned = Task.objects.filter(assignment__requirement__document__in=document_ids, unit__in=wanted)
    written = Assignment.objects.filter(requirement__document__in=document_ids, assigner__in=wanted).exclude(
        status=AssignmentStatus.DRAFT
    )
    return set(owned.values_list("assignment__requirement__document_id", "unit_id").distinct()) | set(
        written.values_list("requirement__document_id", "assigner_id").distinct()
    )

"""A task as a line of a list shows it, read without the rest of its row: most of what a list costs is what it reads."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from django.db.models import QuerySet

from duban.kernel.authority import Actor
from duban.tasks.models import Task
from duban.tasks.states import TaskStatus


@dataclass(frozen=True, slots=True)
class TaskLine:
    """What a list shows of a task: what, why, whose, by when, and how it stands."""

    pk: int
    status: str
    version: int
    is_key: bool
    original_due: date | None
    tightened_due: date | None
    agreed_due: date | None
    wording: str
    added_wording: str
    source_sentence: str
    source_label: str
    due_kind: str
    due_text: str
    unit: str
    unit_short: str
    assigner: str
    assigner_short: str

    @property
    def shown_unit(self) -> str:
        """The owner's short name where there is one."""
        return self.unit_short or self.unit

    @property
    def shown_assigner(self) -> str:
        """The short name, where there is one, of the unit whose office assigned it."""
        return self.assigner_short or self.assigner

    @property
    def state(self) -> str:
        """The word for its status."""
        return str(TaskStatus(self.status).label)


# Where each field of a line is found, from the task, in the order of the fields.
PATHS = (
    *("pk", "status", "version", "is_key", "original_due", "tightened_due", "agreed_due"),
    *("assignment__wording", "assignment__added_wording", "assignment__source_sentence", "assignment__source_label"),
    *("assignment__due_kind", "assignment__due_text"),
    *("unit__name", "unit__short_name", "assignment__assigner__name", "assignment__assigner__short_name"),
)
assert len(PATHS) == len(fields(TaskLine))


def lines_of(*, actor: Actor, tasks: QuerySet[Task], chunk_size: int = 0) -> Iterator[TaskLine]:
    """
    Yield the lines of these tasks in their order; with `chunk_size`, so many are held at a time.

    The caller has narrowed the tasks to what the actor may see.
    """
    rows = tasks.values_list(*PATHS)
    for row in rows.iterator(chunk_size=chunk_size) if chunk_size else rows:
        yield TaskLine(*row)


def columns() -> list[str]:
    """Return the same fields as columns of a statement that names its tables task, assignment, unit and assigner."""
    return [_column(path) for path in PATHS]


def _column(path: str) -> str:
    if path == "pk":
        return "task.id"
    *way, column = path.split("__")
    return f"{way[-1] if way else 'task'}.{column}"

"""What happened to tasks, for those who react."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FanOutConfirmed:
    """A person confirmed that an assignment goes out to many units."""

    assignment_id: int


@dataclass(frozen=True, slots=True)
class TaskWithdrawn:
    """A task that had been passed down is no longer asked."""

    task_id: int


@dataclass(frozen=True, slots=True)
class TasksLeftBehind:
    """A fan-out gave tasks to units that had ended meanwhile."""

    assignment_id: int

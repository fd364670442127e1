"""Assignments and tasks, split by subject: the work itself, what is decided about it, what is counted."""

from duban.tasks.models.counting import TaskCounts, TaskFigures, TaskFiguresPast
from duban.tasks.models.deciding import (
    ChangeRequest,
    Confirmation,
    ConfirmationLink,
    HandOver,
    Inspection,
    Limits,
    Sample,
    SampledTask,
)
from duban.tasks.models.work import (
    LAST_DAY,
    Assignment,
    AssignmentHelper,
    AssignmentUnit,
    BreakdownImport,
    Evidence,
    Task,
    TaskEntry,
)

__all__ = [
    "LAST_DAY",
    "Assignment",
    "AssignmentHelper",
    "AssignmentUnit",
    "BreakdownImport",
    "ChangeRequest",
    "Confirmation",
    "ConfirmationLink",
    "Evidence",
    "HandOver",
    "Inspection",
    "Limits",
    "Sample",
    "SampledTask",
    "Task",
    "TaskCounts",
    "TaskEntry",
    "TaskFigures",
    "TaskFiguresPast",
]

"""The capabilities by which the front page chooses a first screen."""

from duban.tasks.policy import TasksCapability

ASSIGN = TasksCapability.ASSIGN
ANSWER = TasksCapability.ANSWER

"""Figures of tasks, now and at the close of past days."""

from django.db import models

from duban.figures.models import UnitFigures, UnitFiguresPast


class TaskCounts(models.Model):
    """The integer columns of the task figures; their meaning stands in tasks.figures."""

    total = models.IntegerField(default=0)
    to_sign = models.IntegerField(default=0)
    in_hand = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    declined = models.IntegerField(default=0)
    partly_done = models.IntegerField(default=0)
    suspended = models.IntegerField(default=0)
    merged = models.IntegerField(default=0)
    declared = models.IntegerField(default=0)
    overdue = models.IntegerField(default=0)
    near_due = models.IntegerField(default=0)
    long_term = models.IntegerField(default=0)
    done_dated = models.IntegerField(default=0)
    on_time_original = models.IntegerField(default=0)
    on_time_agreed = models.IntegerField(default=0)
    tightened = models.IntegerField(default=0, db_default=0)

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

"""Which paper was written for which assignment."""

from django.db import models


class Notice(models.Model):
    """An assignment that an issued notice (交办通知单) names."""

    paper = models.ForeignKey("papers.Paper", models.PROTECT, related_name="+")
    assignment = models.ForeignKey("tasks.Assignment", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "assignment"], name="notice_names_an_assignment_once")]

    def __str__(self) -> str:
        return f"{self.paper_id} for {self.assignment_id}"

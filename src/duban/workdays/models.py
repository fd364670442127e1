"""The calendar of working days."""

from django.db import models


class Workday(models.Model):
    """One day that differs from the plain week: a holiday on a weekday, or a weekend worked in exchange."""

    day = models.DateField(unique=True)
    is_workday = models.BooleanField()
    name = models.CharField(max_length=60)
    # The notice that says so.
    source = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"

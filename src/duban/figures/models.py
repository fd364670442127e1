"""The day for which kept figures are true, and the shape of every subject's table of figures."""

from django.db import models

# The end of a span that is still open.
OPEN_END = "9999-12-31"


class FiguresDay(models.Model):
    """Per campaign, the day for which its figures are counted; pages print it as their as-of date."""

    campaign = models.OneToOneField("campaigns.Campaign", models.CASCADE, related_name="+")
    as_of = models.DateField()
    # Last day that counts as near on that day: five working days on.
    near_until = models.DateField()

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.as_of}"


class UnitFigures(models.Model):
    """What every subject's table of figures has: one row per campaign and unit, true for the campaign's FiguresDay."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class UnitFiguresPast(models.Model):
    """The history of such a table: one row for each span of days at whose close the figures were the same."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    valid_from = models.DateField()
    # First day at whose close they were different.
    valid_until = models.DateField()

    class Meta:
        abstract = True

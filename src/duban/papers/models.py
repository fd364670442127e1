"""Numbering series and the papers that bear their numbers."""

import uuid

from django.db import models
from django.db.models import Q


class Series(models.Model):
    """One series of numbers (发文字号): a unit's word and a year; the next number is one more than the last."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    # 机关代字, such as 澜教办发.
    word = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "year"], name="series_word_once_a_year"),
            models.CheckConstraint(condition=Q(last__gte=0), name="series_counts_upwards"),
        ]

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕"


class Paper(models.Model):
    """One issued paper, kept as it was; a number once given is never given again, also when the paper is void."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(Series, models.PROTECT, related_name="papers")
    number = models.IntegerField()
    title = models.CharField(max_length=200)
    # The whole paper in its parts (layout.content.as_data), from which Word and PDF are made again at any time.
    content = models.JSONField()
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.BigIntegerField(null=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.BigIntegerField(null=True, blank=True)
    voided_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="paper_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="paper_numbers_begin_at_one"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(voided_reason=""), name="paper_void_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (#{self.pk})"

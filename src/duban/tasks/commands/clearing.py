"""Letting go of uploaded breakdown tables; the drafts that came of them, and that they came, stay."""

from datetime import datetime

from django.db import transaction

from duban.kernel.authority import Actor
from duban.tasks.models import BreakdownImport
from duban.tasks.queries import old_breakdown_files


@transaction.atomic
def clear_breakdown_files(*, actor: Actor, before: datetime, most: int) -> int:
    """Empty at most so many workbooks received before that moment; the rows that were read from them stay."""
    oldest = old_breakdown_files(actor=actor, before=before).order_by("started_at")[:most]
    return BreakdownImport.objects.filter(pk__in=oldest.values("pk")).update(content=b"")

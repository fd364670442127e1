"""Letting go of uploaded breakdown tables and unused one-time links; what came of either stays."""

from datetime import datetime

from django.db import transaction

from duban.kernel.authority import Actor
from duban.tasks.models import BreakdownImport, ConfirmationLink
from duban.tasks.queries import old_breakdown_files, unused_links


@transaction.atomic
def clear_breakdown_files(*, actor: Actor, before: datetime, most: int) -> int:
    """Empty at most so many workbooks received before that moment; the rows that were read from them stay."""
    oldest = old_breakdown_files(actor=actor, before=before).order_by("started_at")[:most]
    return BreakdownImport.objects.filter(pk__in=oldest.values("pk")).update(content=b"")


@transaction.atomic
def clear_unused_links(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove at most so many one-time links that ran out before that moment unused; a used one is a proof and stays."""
    oldest = unused_links(actor=actor, before=before).order_by("expires_at")[:most]
    return ConfirmationLink.objects.filter(pk__in=oldest.values("pk")).delete()[0]

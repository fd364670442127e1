"""Letting go of uploaded workbooks; what they changed, and that they came, stays."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from duban.kernel.authority import Actor
from duban.organisation.models import UnitImport
from duban.organisation.queries import old_import_files
from duban.organisation.states import ImportStatus


@transaction.atomic
def clear_import_files(*, actor: Actor, before: datetime, most: int) -> int:
    """Empty at most so many workbooks received before that moment; one that was not taken over is withdrawn."""
    oldest = old_import_files(actor=actor, before=before).order_by("started_at")[:most]
    return UnitImport.objects.filter(pk__in=oldest.values("pk")).update(
        content=b"",
        entries=None,
        status=Case(When(status=ImportStatus.DONE, then=F("status")), default=Value(ImportStatus.WITHDRAWN)),
    )

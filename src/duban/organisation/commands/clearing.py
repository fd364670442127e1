"""Letting go of uploaded workbooks; what they changed, and that they came, stays."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from duban.kernel.authority import Actor
from duban.organisation.models import MemberImport, MemberRow, UnitImport
from duban.organisation.queries import old_import_files, old_member_tables
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


@transaction.atomic
def clear_member_tables(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove the files and rows of tables of members received before that moment, `most` at a time; return how many."""
    ids = list(old_member_tables(actor=actor, before=before).order_by("pk").values_list("pk", flat=True)[:most])
    MemberRow.objects.filter(member_import_id__in=ids).delete()
    return MemberImport.objects.filter(pk__in=ids).update(
        content=b"",
        status=Case(When(status=ImportStatus.DONE, then=F("status")), default=Value(ImportStatus.WITHDRAWN)),
    )

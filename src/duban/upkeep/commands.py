"""Clearing what has been kept long enough, and noting backups."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.upkeep import lines
from duban.upkeep.models import Backup, Clearing

STEP = 5000


def clear_all(*, actor: Actor, at: datetime, most: int = STEP) -> dict[str, int]:
    """Clear every line of the retention table and return how many rows went, by line; running again does no harm."""
    return {line.name: _clear(actor=actor, line=line, at=at, most=most) for line in lines.installed()}


@transaction.atomic
def clear_step(*, actor: Actor, line: lines.Line, at: datetime, most: int = STEP) -> int:
    """Remove at most so many rows of one line in one transaction, note them, and return how many they were."""
    removed = line.remove(actor=actor, before=at - line.kept, most=most)
    note, is_new = Clearing.objects.get_or_create(line=line.name, defaults={"ran_at": at})
    is_same_run = is_new or note.ran_at == at
    Clearing.objects.filter(pk=note.pk).update(
        ran_at=at,
        removed=F("removed") + removed if is_same_run else removed,
        removed_ever=F("removed_ever") + removed,
    )
    if removed:
        audit.record(
            actor=actor,
            verb="upkeep.clear",
            object_kind="retention",
            object_id=note.pk,
            at=at,
            payload={"line": line.name, "removed": removed, "before": (at - line.kept).isoformat()},
        )
    return removed


@transaction.atomic
def clear_jobs(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove jobs that ended before that moment, with their events; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE id IN (SELECT job.id FROM procrastinate_jobs AS job"
            " WHERE job.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS ("
            "  SELECT 1 FROM procrastinate_events AS event WHERE event.job_id = job.id AND event.at >= %s)"
            " ORDER BY job.id LIMIT %s)",
            [before, most],
        )
        return int(cursor.rowcount)


@transaction.atomic
def note_backup(
    *,
    actor: Actor,
    taken_at: datetime,
    size: int,
    rows: int,
    files: int,
    sha256: str,
    has_secrets: bool,
    at: datetime,
) -> Backup:
    """Note that an archive was taken, so that its age can be shown; the record keeps its hash."""
    backup = Backup.objects.create(
        taken_at=taken_at,
        finished_at=at,
        bytes=size,
        rows=rows,
        files=files,
        sha256=sha256,
        has_secrets=has_secrets,
    )
    audit.record(
        actor=actor,
        verb="upkeep.backup",
        object_kind="backup",
        object_id=backup.pk,
        at=at,
        payload={"bytes": size, "files": files, "has_secrets": has_secrets, "rows": rows, "sha256": sha256},
    )
    return backup


def _clear(*, actor: Actor, line: lines.Line, at: datetime, most: int) -> int:
    total = 0
    while True:
        removed = clear_step(actor=actor, line=line, at=at, most=most)
        total += removed
        if removed < most:
            return total

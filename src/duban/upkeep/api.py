"""REST."""

from datetime import datetime

from django.utils import timezone
from ninja import Router, Schema

from duban.shell.requests import Request
from duban.upkeep import queries

router = Router(tags=["upkeep"])


class LineOut(Schema):
    """One line of the retention table; `overdue` would be removed now, `removed` went in the last run."""

    name: str
    kept_seconds: int
    overdue: int
    ran_at: datetime | None
    removed: int
    removed_ever: int


class BackupOut(Schema):
    """One archive that was taken."""

    taken_at: datetime
    finished_at: datetime
    bytes: int
    rows: int
    files: int
    sha256: str
    has_secrets: bool


class UpkeepOut(Schema):
    """How the installation is kept."""

    retention: list[LineOut]
    backups: list[BackupOut]
    is_backup_old: bool


@router.get("/upkeep", response=UpkeepOut)
def get_upkeep(request: Request) -> object:
    """Return the retention table with what it removed last, and the newest backups."""
    at = timezone.now()
    backups = queries.backups(actor=request.actor, at=at)
    return {
        "retention": [
            LineOut(
                name=line.name,
                kept_seconds=int(line.kept.total_seconds()),
                overdue=line.overdue,
                ran_at=line.ran_at,
                removed=line.removed,
                removed_ever=line.removed_ever,
            )
            for line in queries.retention(actor=request.actor, at=at)
        ],
        "backups": list(backups.newest),
        "is_backup_old": backups.is_old,
    }

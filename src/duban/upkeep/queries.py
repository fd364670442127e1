"""The state of the installation, in numbers: nothing here names a unit, a person or a paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duban.campaigns.states import CampaignStatus
from duban.figures.models import FiguresDay
from duban.kernel.authority import Actor
from duban.shell import room
from duban.upkeep import lines
from duban.upkeep.models import Backup, Clearing
from duban.upkeep.policy import may_see

# Two nights without a backup.
OLD_BACKUP = timedelta(hours=49)
BACKUPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class State:
    """What a supervisor of the program wants to know."""

    # Migrations of this version that the database has not had; pages cannot be relied on before that.
    pending_migrations: int
    # Jobs by status.
    jobs: Mapping[str, int]
    # Jobs that could run now, and how long the oldest of them has been waiting.
    waiting: int
    waiting_seconds: float
    # Per running campaign, how many days its figures are behind.
    days_behind: Mapping[int, int]
    # Sessions in this database by state, and how many the server allows in all.
    connections: Mapping[str, int]
    most_connections: int
    database_bytes: int
    # Free bytes on each watched disk.
    free_bytes: Mapping[str, int]
    is_paused: bool


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line of the retention table with what it would remove now and what it removed last."""

    name: str
    what: object
    kept: timedelta
    rule: object
    overdue: int
    ran_at: datetime | None
    removed: int
    removed_ever: int

    @property
    def kept_words(self) -> object:
        """How long, in the largest whole unit."""
        hours = self.kept.total_seconds() / 3600
        if not hours:
            return _("no longer")
        if hours < 1:
            return ngettext_lazy("%d minute", "%d minutes", int(hours * 60)) % int(hours * 60)
        if hours < 48:
            return ngettext_lazy("%d hour", "%d hours", int(hours)) % int(hours)
        return ngettext_lazy("%d day", "%d days", self.kept.days) % self.kept.days


@dataclass(frozen=True, slots=True)
class Backups:
    """The newest backups, and how old what the newest holds is; None where there is none."""

    newest: Sequence[Backup]
    age: timedelta | None

    @property
    def is_old(self) -> bool:
        return self.age is None or self.age > OLD_BACKUP


def retention(*, actor: Actor, at: datetime) -> list[KeptLine]:
    """
    Return the retention table as it stands.

    :raises NotAllowed: if this actor may not see it
    """
    may_see(actor).require()
    notes = {note.line: note for note in Clearing.objects.all()}
    return [
        KeptLine(
            name=line.name,
            what=line.what,
            kept=line.kept,
            rule=line.rule,
            overdue=line.count(actor=actor, before=at - line.kept),
            ran_at=note.ran_at if note else None,
            removed=note.removed if note else 0,
            removed_ever=note.removed_ever if note else 0,
        )
        for line in lines.installed()
        for note in [notes.get(line.name)]
    ]


def backups(*, actor: Actor, at: datetime) -> Backups:
    """
    Return the newest backups.

    :raises NotAllowed: if this actor may not see them
    """
    may_see(actor).require()
    newest = list(Backup.objects.order_by("-taken_at", "-pk")[:BACKUPS_SHOWN])
    return Backups(newest=newest, age=at - newest[0].taken_at if newest else None)


def overdue_jobs(*, actor: Actor, before: datetime) -> int:
    """Return how many jobs ended before that moment and are kept still."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs AS job"
            " WHERE job.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS ("
            "  SELECT 1 FROM procrastinate_events AS event WHERE event.job_id = job.id AND event.at >= %s)",
            [before],
        )
        return int(cursor.fetchone()[0])


def state(*, actor: Actor, today: date) -> State:
    """Return the state of the installation; a few short statements, none of which reads a large table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        pending = len(_migrations() - set(cursor.fetchall()))
        cursor.execute("SELECT status, count(*) FROM procrastinate_jobs GROUP BY status")
        jobs = {str(status): int(count) for status, count in cursor.fetchall()}
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM max(now() - coalesce(job.scheduled_at, ("
            " SELECT min(event.at) FROM procrastinate_events AS event WHERE event.job_id = job.id)))), 0)"
            " FROM procrastinate_jobs AS job"
            " WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())"
        )
        waiting, waiting_seconds = cursor.fetchone()
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        connections = {str(word): int(count) for word, count in cursor.fetchall()}
        cursor.execute("SELECT current_setting('max_connections')::int, pg_database_size(current_database())")
        most_connections, database_bytes = cursor.fetchone()
    days = FiguresDay.objects.filter(campaign__status=CampaignStatus.RUNNING).values_list("campaign_id", "as_of")
    return State(
        pending_migrations=pending,
        jobs=jobs,
        waiting=int(waiting),
        waiting_seconds=float(waiting_seconds),
        days_behind={campaign_id: (today - as_of).days for campaign_id, as_of in days},
        connections=connections,
        most_connections=int(most_connections),
        database_bytes=int(database_bytes),
        free_bytes=room.free_bytes(),
        is_paused=room.is_short(),
    )


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    # Reading the files takes longer than all questions together; they do not change while the program runs.
    return frozenset(MigrationLoader(None).disk_migrations or {})

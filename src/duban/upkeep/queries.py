"""The state of the installation, in numbers: nothing here names a unit, a person or a paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from duban.campaigns.states import CampaignStatus
from duban.figures.models import FiguresDay
from duban.kernel.authority import Actor
from duban.shell import room


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

"""What surrounds every job: the database is told on whose behalf it runs, and it waits while a disk is full."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from procrastinate import JobContext
from psycopg.pq import TransactionStatus

from duban.shell import room

# The system itself, as for the command line.
SYSTEM = 0
LOOK_AGAIN_SECONDS = 5.0
log = logging.getLogger("duban.worker")


def in_context(call_next: Callable[[], Any], context: JobContext, _worker: object) -> Any:
    """
    Run a job as the account that caused it (the one whose request queued it), or as the system.

    While a disk is full it waits, and what a full disk interrupted is begun again: every job may run twice.
    """
    with told_who(user_id=_asked_by(context.job.id)):
        while True:
            _wait_for_room()
            try:
                return call_next()
            except (OperationalError, OSError) as trouble:
                if not room.is_disk_full(trouble):
                    raise
                log.warning("job %s waits: the disk is full", context.job.task_name)
                connection.close()
                time.sleep(LOOK_AGAIN_SECONDS)


@contextmanager
def told_who(*, user_id: int) -> Iterator[None]:
    """Say at the beginning of each transaction of this thread on whose behalf it runs; nothing stays after it."""

    def tell(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001
        raw = connection.connection
        # Idle inside a block of Django's: the transaction begins with this statement.
        if connection.in_atomic_block and raw.info.transaction_status == TransactionStatus.IDLE:
            raw.execute("SELECT set_config('app.uid', %s, true)", [str(user_id)])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(tell):
        yield


def _asked_by(job_id: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked_by FROM procrastinate_jobs WHERE id = %s", [job_id])
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else SYSTEM


def _wait_for_room() -> None:
    while room.is_short():
        time.sleep(LOOK_AGAIN_SECONDS)

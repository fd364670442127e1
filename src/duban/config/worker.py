"""Working off jobs; those of dead workers are put back."""

import logging
import os
import threading
import time

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from duban.config.job_context import in_context
from duban.figures import commands as figures
from duban.kernel.authority import Actor

log = logging.getLogger("duban.worker")
# A worker that gave no sign for so long is dead; its jobs run again (every job may run twice).
DEAD_AFTER_SECONDS = 30.0
JOBS_AT_ONCE = 2


def work() -> None:
    """Work until SIGINT or SIGTERM."""
    _catch_up()
    watch = threading.Thread(target=_watch, name="put-back", daemon=True)
    watch.start()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        working.run_worker(
            concurrency=JOBS_AT_ONCE,
            name=f"worker-{os.getpid()}",
            install_signal_handlers=True,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
            update_heartbeat_interval=5.0,
            delete_jobs="successful",
            task_middleware=[in_context],
        )


def _catch_up() -> None:
    """Bring the figures forward to today, where the program stood still over midnight."""
    now = timezone.now()
    with transaction.atomic():
        figures.close_all(actor=Actor.system("worker start"), today=timezone.localdate(now), at=now)
    connection.close()


def _watch() -> None:
    while True:
        try:
            count = put_back()
            if count:
                log.warning("jobs of dead workers put back: %d", count)
        except Exception:  # the database may be away; the next round tries again
            log.exception("jobs could not be put back")
        finally:
            connection.close()
        time.sleep(DEAD_AFTER_SECONDS / 3)


def put_back(*, dead_after_seconds: float = DEAD_AFTER_SECONDS) -> int:
    """Put back every job whose worker is gone or gave no sign for so long; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing' AND NOT EXISTS ("
            " SELECT 1 FROM procrastinate_workers AS worker WHERE worker.id = procrastinate_jobs.worker_id"
            " AND worker.last_heartbeat > now() - make_interval(secs => %s))",
            [dead_after_seconds],
        )
        return int(cursor.rowcount)

"""Every transaction of a job says on whose behalf it runs, and a full disk makes a job wait."""

import errno
import time

import pytest
from django.db import connection, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from duban.config import job_context
from duban.config.job_context import in_context
from duban.shell import room


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(job_context, "LOOK_AGAIN_SECONDS", 0.01)


def queued(*, user_id):
    """Queue a job as a request of that account does; None: outside any request."""
    with transaction.atomic():
        if user_id is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.uid', %s, true)", [str(user_id)])
        return app.configure_task("figures.close_days").defer(timestamp=1)


def run(call, *, job_id):
    job = Job(id=job_id, queue="figures", lock=None, queueing_lock=None, task_name="figures.close_days")
    return in_context(call, JobContext(app=app, job=job, start_timestamp=time.time(), abort_reason=lambda: None), None)


def told():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.uid', true)")
        return cursor.fetchone()[0]


def told_twice():
    found = []
    for _step in range(2):
        with transaction.atomic():
            found.append(told())
    return found


@pytest.mark.usefixtures("own_database")
class TestWho:
    def test_a_job_runs_as_the_account_whose_request_queued_it(self):
        assert run(told_twice, job_id=queued(user_id=7)) == ["7", "7"]

    def test_a_job_that_nobody_asked_for_runs_as_the_system(self):
        assert run(told_twice, job_id=queued(user_id=None)) == ["0", "0"]

    def test_a_job_queued_by_a_job_keeps_the_account(self):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")

        def queue_another():
            with transaction.atomic():
                return app.configure_task("figures.close_days", queueing_lock="another").defer(timestamp=2)

        another = run(queue_another, job_id=queued(user_id=7))
        assert run(told_twice, job_id=another) == ["7", "7"]

    def test_nothing_stays_on_the_connection(self):
        run(told_twice, job_id=queued(user_id=7))
        assert told() in {"", None}
        with transaction.atomic():
            assert told() in {"", None}


@pytest.mark.usefixtures("own_database")
class TestRoom:
    def test_a_job_waits_until_there_is_room(self, settings, monkeypatch):
        looks = iter([True, True, False])
        monkeypatch.setattr(room, "is_short", lambda: next(looks))
        assert run(lambda: "done", job_id=queued(user_id=None)) == "done"
        assert list(looks) == []

    def test_what_a_full_disk_interrupted_is_begun_again(self):
        tries = []

        def fills_up_twice():
            tries.append(1)
            if len(tries) == 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            if len(tries) == 2:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$")
            return len(tries)

        assert run(fills_up_twice, job_id=queued(user_id=None)) == 3

    def test_another_error_is_passed_on(self):
        def forbidden():
            raise OSError(errno.EACCES, "Permission denied")

        with pytest.raises(PermissionError):
            run(forbidden, job_id=queued(user_id=None))

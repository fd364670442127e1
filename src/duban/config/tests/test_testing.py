"""The database that tests get."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connection

from duban.config.testing import Database, Server


def application_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user || ' ' || current_database()")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.django_db
def test_plain_tests_work_as_the_application(worker_database: Database) -> None:
    assert application_role() == f"duban_app {worker_database.name}"


def test_own_database_is_a_fresh_copy_that_other_programs_see_too(
    own_database: Database, worker_database: Database
) -> None:
    assert own_database.name != worker_database.name
    assert application_role() == f"duban_app {own_database.name}"
    program = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).info.dbname)"
    said = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **own_database.env}, capture_output=True, check=True
    )
    assert said.stdout.decode().strip() == own_database.name


def test_a_copy_is_gone_when_it_is_dropped_even_while_somebody_is_connected(database_server: Server) -> None:
    copy = database_server.copy()
    connected = psycopg.connect(copy.app_url)
    database_server.drop(copy)
    with pytest.raises(psycopg.OperationalError):
        connected.execute("SELECT 1")
    connected.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy.app_url)

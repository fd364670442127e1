"""Migrations run as the owner; the application's role may do what the table of rights says, and no more."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from duban.config.tables import TABLES, Rights
from duban.config.testing import Database

MIGRATE = "import django; django.setup(); from duban.config.migrating import migrate; migrate(verbosity=0)"


@pytest.mark.django_db
class TestRights:
    @pytest.mark.parametrize("table", [name for name, rights in TABLES.items() if rights is not Rights.ORDINARY])
    def test_nobody_changes_what_is_append_only(self, table):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")

    def test_the_record_is_written_only_through_its_function(self):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_event (happened_at, verb, object_kind, request_id, payload, salt)"
                " VALUES (now(), 'x', 'x', '', '{}', '')"
            )

    def test_the_role_owns_nothing_and_cannot_bypass_anything(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper, rolcreatedb, rolbypassrls, (SELECT count(*) FROM pg_class WHERE relowner = role.oid)"
                " FROM pg_roles AS role WHERE rolname = current_user"
            )
            assert cursor.fetchone() == (False, False, False, 0)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(own_database: Database):
    with psycopg.connect(own_database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('tasks', '9999_later', now())")
    env = os.environ | {
        "DUBAN_AS_OWNER": "1",
        "DATABASE_OWNER_URL": own_database.owner_url,
        "DJANGO_SETTINGS_MODULE": "duban.config.settings",
    }
    done = subprocess.run([sys.executable, "-c", MIGRATE], env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "newer version" in done.stderr.decode()

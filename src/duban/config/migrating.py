"""Bringing a database up to date: migrations as the owner, then the rights of the application's role."""

import os

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from duban.config.tables import FUNCTIONS, TABLES
from duban.kernel.errors import InvalidInput

APPLICATION = "duban_app"


def migrate(*, verbosity: int = 1) -> None:
    """
    Migrate the default database and grant the application's role what `config.tables` says.

    :raises InvalidInput: if a newer version of the program migrated it already
    :raises RuntimeError: if a table is in no class
    """
    executor = MigrationExecutor(connection)
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations))
    if unknown:
        label, name = unknown[-1]
        raise InvalidInput(
            f"A newer version of Duban has worked with this database ({label}.{name} is not known here)."
            " Start that version; nothing was changed."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=verbosity)
    grant()


def known() -> set[str]:
    """Return the migrations of this version, as "app.name"."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}


def grant() -> None:
    """Grant the application's role its rights on every table, and nothing else."""
    with connection.cursor() as cursor:
        missing = sorted(set(connection.introspection.table_names(cursor)) - set(TABLES))
        if missing:
            raise RuntimeError(f"These tables are in no class of config.tables: {', '.join(missing)}")
        role = connection.ops.quote_name(APPLICATION)
        statements = [
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}, PUBLIC",
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            *(f"GRANT {rights} ON {connection.ops.quote_name(table)} TO {role}" for table, rights in TABLES.items()),
            *(f"GRANT EXECUTE ON FUNCTION {function} TO {role}" for function in FUNCTIONS),
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ]
        cursor.execute("; ".join(statements))


def refuse_owner() -> str:
    """Return a sentence if the application would run with rights it must not have, else an empty word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        row = cursor.fetchone()
    if row and row[0] and os.environ.get("DUBAN_AS_OWNER") != "1":
        return "The application must not connect as a superuser or as the owner of the tables: use the role duban_app."
    return ""

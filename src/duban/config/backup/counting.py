"""What is compared after a restore: rows of each table, every total of every figure, the migrations."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from duban.figures import tables as figure_tables


@dataclass(frozen=True, slots=True)
class Counts:
    """What a database held at one moment."""

    rows: dict[str, int]
    # "table/campaign" → name of the figure → total over all units; with the day for which it is true.
    figures: dict[str, dict[str, Any]]
    migrations: list[str]


def count(connection: psycopg.Connection[Any]) -> Counts:
    """Return what the database holds, as this connection's transaction sees it."""
    names = [
        str(name)
        for (name,) in connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " ORDER BY relname"
        )
    ]
    rows = {
        name: _number(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))) for name in names
    }
    migrations = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return Counts(rows=rows, figures=_figures(connection), migrations=[str(name) for (name,) in migrations])


def server_version(connection: psycopg.Connection[Any]) -> int:
    """Return the major version of the server."""
    return connection.info.server_version // 10000


def _figures(connection: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for table in figure_tables.installed():
        totals = sql.SQL(", ").join(
            sql.SQL("coalesce(sum(kept.{}), 0)::bigint").format(sql.Identifier(column)) for column in table.columns
        )
        question = sql.SQL(
            "SELECT kept.campaign_id, max(day.as_of)::text, {} FROM {} AS kept"
            " LEFT JOIN figures_figuresday AS day USING (campaign_id) GROUP BY kept.campaign_id ORDER BY 1"
        )
        for campaign_id, as_of, *values in connection.execute(question.format(totals, sql.Identifier(table.table))):
            figures = dict(zip(table.columns, values, strict=True))
            found[f"{table.name}/{campaign_id}"] = {"as_of": as_of, **figures}
    return found


def _number(connection: psycopg.Connection[Any], question: sql.Composed) -> int:
    row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0

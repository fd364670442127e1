"""Counting: recount of touched units, the close of a day, and the recount of everything."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from duban.audit import commands as audit
from duban.campaigns import queries as campaigns
from duban.figures.models import OPEN_END, FiguresDay
from duban.figures.tables import FigureTable, installed
from duban.kernel.authority import Actor
from duban.workdays import queries as workdays

# What "near" means: due within so many working days.
NEAR_WORKDAYS = 5


def near_until(*, actor: Actor, day: date) -> date:
    """Return the last day that is near on the day given: five working days on."""
    return workdays.calendar(actor=actor).add_workdays(day, NEAR_WORKDAYS)


def ensure_day(*, actor: Actor, campaign_id: int, today: date) -> None:
    """Begin to count for a campaign, if it is not counted yet."""
    FiguresDay.objects.get_or_create(
        campaign_id=campaign_id,
        defaults={"as_of": today, "near_until": near_until(actor=actor, day=today)},
    )


def recount(*, actor: Actor, table: FigureTable, campaign_id: int, unit_ids: Sequence[int]) -> None:
    """
    Count the figures of these units again from their records, in the caller's transaction.

    The rows are locked by a statement of their own, in order of units, so that the count sees what a waiting
    transaction has just committed, and two of them never wait for each other.
    """
    columns = table.columns
    counts = ", ".join(f"count(*) FILTER (WHERE {figure.condition}) AS {figure.name}" for figure in table.figures)
    units = sorted(set(unit_ids))
    parameters: dict[str, Any] = {"campaign": campaign_id, "units": units, "number": len(units)}
    these = f"{table.table} AS kept WHERE kept.campaign_id = %(campaign)s AND kept.unit_id = ANY(%(units)s)"
    with connection.cursor() as cursor:
        # None is locked unless all are there, so that those that are not are never waited for out of order.
        cursor.execute(
            f"SELECT kept.unit_id FROM {these} AND (SELECT count(*) FROM {these}) = %(number)s"
            " ORDER BY kept.unit_id FOR UPDATE",
            parameters,
        )
        if cursor.rowcount < len(units):
            _begin(cursor, table=table, parameters=parameters)
        cursor.execute(
            f"UPDATE {table.table} AS kept SET {', '.join(f'{name} = counted.{name}' for name in columns)}"
            " FROM unnest(%(units)s::bigint[]) AS chosen(id)"
            " CROSS JOIN figures_figuresday AS day"
            f" CROSS JOIN LATERAL (SELECT {counts} FROM {table.records} AS record"
            "  WHERE record.unit_id = chosen.id AND record.campaign_id = %(campaign)s) AS counted"
            " WHERE kept.unit_id = chosen.id AND kept.campaign_id = %(campaign)s AND day.campaign_id = %(campaign)s",
            parameters,
        )


def _begin(cursor: CursorWrapper, *, table: FigureTable, parameters: dict[str, Any]) -> None:
    """Begin to keep figures of units that have none yet, and lock those of all."""
    zeros = ", ".join("0" for _column in table.columns)
    cursor.execute(
        f"INSERT INTO {table.table} AS kept (campaign_id, unit_id, {', '.join(table.columns)})"
        f" SELECT %(campaign)s, chosen.id, {zeros} FROM unnest(%(units)s::bigint[]) AS chosen(id) ORDER BY chosen.id"
        " ON CONFLICT (campaign_id, unit_id) DO UPDATE SET unit_id = kept.unit_id",
        parameters,
    )


@transaction.atomic
def close_days(*, actor: Actor, campaign_id: int, today: date, at: datetime) -> int:
    """
    Bring a campaign's figures forward to today: close each day since, keep what differs, recount what the day changes.

    May run twice: a day that is closed already is left alone. Returns the number of days closed.
    """
    ensure_day(actor=actor, campaign_id=campaign_id, today=today)
    day = FiguresDay.objects.select_for_update().get(campaign_id=campaign_id)
    closed = 0
    while day.as_of < today:
        for table in installed():
            _keep_history(table=table, campaign_id=campaign_id, day=day.as_of)
        old_as_of, old_near = day.as_of, day.near_until
        day.as_of = old_as_of + timedelta(days=1)
        day.near_until = near_until(actor=actor, day=day.as_of)
        day.save(update_fields=["as_of", "near_until"])
        for table in installed():
            unit_ids = _units_changed_by_day(
                table=table,
                campaign_id=campaign_id,
                parameters={
                    "old_as_of": old_as_of,
                    "new_as_of": day.as_of,
                    "old_near": old_near,
                    "new_near": day.near_until,
                },
            )
            if unit_ids:
                recount(actor=actor, table=table, campaign_id=campaign_id, unit_ids=unit_ids)
        closed += 1
    if closed:
        audit.record(
            actor=actor,
            verb="figures.close_days",
            object_kind="campaign",
            object_id=campaign_id,
            at=at,
            payload={"as_of": day.as_of, "days": closed},
        )
    return closed


def close_all(*, actor: Actor, today: date, at: datetime) -> int:
    """Bring the figures of every campaign forward to today; return the number of days closed."""
    return sum(
        close_days(actor=actor, campaign_id=campaign.pk, today=today, at=at)
        for campaign in campaigns.visible_campaigns(actor=actor)
    )


def _keep_history(*, table: FigureTable, campaign_id: int, day: date) -> None:
    columns = table.columns
    now = ", ".join(f"kept.{name}" for name in columns)
    then = ", ".join(f"past.{name}" for name in columns)
    parameters: dict[str, Any] = {"campaign": campaign_id, "day": day, "open": OPEN_END}
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table.past} AS past SET valid_until = %(day)s FROM {table.table} AS kept"
            " WHERE kept.campaign_id = %(campaign)s AND past.campaign_id = kept.campaign_id"
            " AND past.unit_id = kept.unit_id AND past.valid_until = %(open)s AND past.valid_from < %(day)s"
            f" AND ({now}) IS DISTINCT FROM ({then})",
            parameters,
        )
        cursor.execute(
            f"INSERT INTO {table.past} (campaign_id, unit_id, valid_from, valid_until, {', '.join(columns)})"
            f" SELECT kept.campaign_id, kept.unit_id, %(day)s, %(open)s, {now} FROM {table.table} AS kept"
            " WHERE kept.campaign_id = %(campaign)s AND NOT EXISTS ("
            f"  SELECT 1 FROM {table.past} AS past WHERE past.campaign_id = kept.campaign_id"
            "   AND past.unit_id = kept.unit_id AND past.valid_until = %(open)s)"
            " ON CONFLICT (campaign_id, unit_id, valid_from) DO NOTHING",
            parameters,
        )


def _units_changed_by_day(*, table: FigureTable, campaign_id: int, parameters: dict[str, date]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT record.unit_id FROM {table.records} AS record"
            f" WHERE record.campaign_id = %(campaign)s AND ({table.changes_with_day})",
            {"campaign": campaign_id, **parameters},
        )
        return [unit_id for (unit_id,) in cursor.fetchall()]


@transaction.atomic
def recount_all(*, actor: Actor, campaign_id: int, at: datetime) -> dict[str, int]:
    """
    Count every figure of a campaign again from the records.

    Returns per table how many units had kept figures that differed: anything but 0 is a fault and is recorded.
    """
    differing: dict[str, int] = {}
    for table in installed():
        names = ", ".join(table.columns)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table.table} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(
                f"CREATE TEMPORARY TABLE kept_before ON COMMIT DROP AS"
                f" SELECT unit_id, {names} FROM {table.table} WHERE campaign_id = %s",
                [campaign_id],
            )
            cursor.execute(
                f"SELECT DISTINCT unit_id FROM {table.records} WHERE campaign_id = %s"
                f" UNION SELECT unit_id FROM {table.table} WHERE campaign_id = %s",
                [campaign_id, campaign_id],
            )
            unit_ids = [unit_id for (unit_id,) in cursor.fetchall()]
            recount(actor=actor, table=table, campaign_id=campaign_id, unit_ids=unit_ids)
            cursor.execute(
                f"SELECT count(*) FROM {table.table} AS kept FULL JOIN kept_before USING (unit_id)"
                f" WHERE kept.campaign_id = %s AND"
                f" ({', '.join(f'kept.{name}' for name in table.columns)})"
                f" IS DISTINCT FROM ({', '.join(f'kept_before.{name}' for name in table.columns)})",
                [campaign_id],
            )
            row = cursor.fetchone()
            differing[table.name] = row[0] if row else 0
            cursor.execute("DROP TABLE kept_before")
    audit.record(
        actor=actor,
        verb="figures.recount",
        object_kind="campaign",
        object_id=campaign_id,
        at=at,
        payload={"differing": differing},
    )
    return differing

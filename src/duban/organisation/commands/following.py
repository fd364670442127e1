"""What other subjects let follow: open rows of units that ended go to the heir, set by set."""

from collections import defaultdict
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.organisation import queries
from duban.organisation.holdings import Holding, installed

STEP = 5000

_LEFT_BEHIND = """
WITH heir (ended, now) AS (SELECT * FROM unnest(%(ended)s::bigint[], %(heirs)s::bigint[]))
SELECT held.id, held.{column}, heir.now
FROM {table} AS held JOIN heir ON heir.ended = held.{column}
WHERE held.{column} = ANY(%(ended)s) AND {condition}
ORDER BY held.id LIMIT %(step)s FOR UPDATE OF held
"""


@transaction.atomic
def take_over_held(*, actor: Actor, at: datetime, step: int = STEP) -> bool:
    """
    Give the next open rows of each holding that follows its unit to the heir; may run twice.

    Settled rows stay with the unit that settled them. Returns whether there may be more.
    """
    heirs = queries.heirs(actor=actor)
    if not heirs:
        return False
    # Every holding in turn, so that a long one does not let the others wait for the next transaction.
    moved = [_take(actor, holding, heirs, at, step) for holding in installed() if holding.follows]
    return any(count == step for count in moved)


def _take(actor: Actor, holding: Holding, heirs: dict[int, int], at: datetime, step: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _LEFT_BEHIND.format(table=holding.table, column=holding.column, condition=holding.condition),
            {"ended": list(heirs), "heirs": list(heirs.values()), "step": step, "day": timezone.localdate(at)},
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        cursor.execute(
            f"UPDATE {holding.table} AS held SET {holding.column} = moved.now"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, now) WHERE held.id = moved.id",
            [[row[0] for row in rows], [row[2] for row in rows]],
        )
    by_unit: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row_id, ended, now in rows:
        by_unit[ended, now].append(row_id)
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event("unit.take_over", "unit", now, now, {"from": ended, "kind": holding.name, "rows": row_ids})
            for (ended, now), row_ids in sorted(by_unit.items())
        ],
    )
    return len(rows)

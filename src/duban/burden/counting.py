"""How rows of the ledger are counted: the SQL that every list, sum and check shares, so that they cannot differ."""

import re
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from duban.organisation.models import Unit

# A demand lies in the week `week.day`.
IN_WEEK = "demand.from_week <= week.day AND (demand.until_week IS NULL OR demand.until_week > week.day)"
# It counts as an item there: in the week in which it was asked, or in each week if it is reported weekly.
IS_ITEM = "(demand.from_week = week.day OR demand.every_week)"


def _items(condition: str) -> str:
    return f"count(*) FILTER (WHERE {IS_ITEM} AND {condition})"


# Name of the count and its SQL over demands of one week; NULL demands (an outer join) count nothing.
COUNTS: dict[str, str] = {
    "task": _items("demand.kind = 'task'"),
    "data_request": _items("demand.kind = 'data_request'"),
    "document": _items("demand.kind = 'document'"),
    "meeting": _items("demand.kind = 'meeting'"),
    "visit": _items("demand.kind = 'visit'"),
    "items": _items("true"),
    "minutes": "coalesce(sum(demand.minutes), 0)",
    "earlier": _items("demand.is_earlier"),
}
SELECTED = ", ".join(f"{sql} AS {name}" for name, sql in COUNTS.items())
# One unit's counts of a week ("load") lie above the cap of its kind; without a cap nothing does.
IS_ABOVE = (
    "(load.task + load.data_request > cap.requests OR load.minutes > cap.minutes OR load.document > cap.documents)"
)


def chosen(units: QuerySet[Unit], name: str = "chosen") -> tuple[str, dict[str, Any]]:
    """
    Return a choice of units as SQL with named parameters, so that it may stand in a statement more than once.

    The parameters' names begin with `name`, so that several choices may stand in one statement.
    """
    try:
        sql, given = units.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", {}
    numbers = count()
    named = re.sub("%s", lambda _found: f"%({name}_{next(numbers)})s", sql)
    return named, {f"{name}_{number}": value for number, value in enumerate(given)}

"""
Keeping the tree: path, protocol order, depth and closure follow from parent and place, always for whole subtrees.

Every caller holds the tree first (`lock_tree`), changes parents and places, and then rewrites what follows from them.
"""

from collections.abc import Sequence

from django.db import connection

# Any number that nobody else locks; one tree per installation, so one lock.
_TREE_LOCK = 7_301_001

PLACE_WIDTH = 6
LARGEST_PLACE = 10**PLACE_WIDTH - 1

# `tops` may not stand below one another: each is placed by its parent's path, which is right already.
_REWRITE = """
WITH RECURSIVE tree AS (
    SELECT u.id, coalesce(p.path, '') || u.id || '/' AS path,
           coalesce(p.order_path, '') || lpad(u.place::text, 6, '0') || '/' AS order_path,
           coalesce(p.depth + 1, 0) AS depth
    FROM organisation_unit u LEFT JOIN organisation_unit p ON p.id = u.parent_id
    WHERE u.id = ANY(%(tops)s)
    UNION ALL
    SELECT u.id, t.path || u.id || '/', t.order_path || lpad(u.place::text, 6, '0') || '/', t.depth + 1
    FROM organisation_unit u JOIN tree t ON u.parent_id = t.id
)
UPDATE organisation_unit u SET path = t.path, order_path = t.order_path, depth = t.depth
FROM tree t
WHERE u.id = t.id AND (u.path, u.order_path, u.depth) IS DISTINCT FROM (t.path, t.order_path, t.depth)
"""

_UNCLOSE = """
WITH RECURSIVE below AS (
    SELECT unnest(%(tops)s::bigint[]) AS id
    UNION
    SELECT u.id FROM organisation_unit u JOIN below b ON u.parent_id = b.id
)
DELETE FROM organisation_closure c USING below b WHERE c.descendant_id = b.id
"""

_CLOSE = """
WITH RECURSIVE below AS (
    SELECT unnest(%(tops)s::bigint[]) AS id
    UNION
    SELECT u.id FROM organisation_unit u JOIN below b ON u.parent_id = b.id
), up AS (
    SELECT id AS descendant_id, id AS ancestor_id, 0 AS depth FROM below
    UNION ALL
    SELECT up.descendant_id, u.parent_id, up.depth + 1
    FROM up JOIN organisation_unit u ON u.id = up.ancestor_id WHERE u.parent_id IS NOT NULL
)
INSERT INTO organisation_closure (ancestor_id, descendant_id, depth) SELECT ancestor_id, descendant_id, depth FROM up
"""

_CLOSE_NEW = """
WITH RECURSIVE up AS (
    SELECT n.id AS descendant_id, n.id AS ancestor_id, 0 AS depth
    FROM unnest(%(ids)s::bigint[]) AS n (id)
    WHERE NOT EXISTS (SELECT 1 FROM organisation_closure c WHERE c.descendant_id = n.id)
    UNION ALL
    SELECT up.descendant_id, u.parent_id, up.depth + 1
    FROM up JOIN organisation_unit u ON u.id = up.ancestor_id WHERE u.parent_id IS NOT NULL
)
INSERT INTO organisation_closure (ancestor_id, descendant_id, depth) SELECT ancestor_id, descendant_id, depth FROM up
"""


def lock_tree() -> None:
    """Hold the tree until the transaction ends: two changes of it never interleave, so no cycle can be woven."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def next_unit_ids(*, count: int) -> list[int]:
    """Return fresh ids, so that a path can be written with its row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('organisation_unit', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def order_step(place: int) -> str:
    """Return one step of an order path."""
    return f"{place:0{PLACE_WIDTH}d}/"


def rewrite_paths(*, tops: Sequence[int]) -> None:
    """Rewrite path, order path and depth of these units and of everything below them."""
    with connection.cursor() as cursor:
        cursor.execute(_REWRITE, {"tops": list(tops)})


def rewrite_closure(*, tops: Sequence[int]) -> None:
    """Rewrite who stands above these units and above everything below them."""
    with connection.cursor() as cursor:
        cursor.execute(_UNCLOSE, {"tops": list(tops)})
        cursor.execute(_CLOSE, {"tops": list(tops)})


def close_new(*, unit_ids: Sequence[int]) -> None:
    """Write who stands above new units; those below a unit just moved have it already."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_NEW, {"ids": list(unit_ids)})


def free_place(*, parent_id: int | None) -> int:
    """Return the place after the last sister."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(place), 0) + 1 FROM organisation_unit WHERE parent_id = %s", [parent_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 1

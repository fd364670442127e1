"""Whether everything written about the tree agrees: parent, path, protocol order, depth, closure."""

from datetime import date

from django.db import connection

from duban.kernel.authority import Actor
from duban.organisation.holdings import installed

_SHOWN = 5

# Each asks for the units where something disagrees; the sentence says what.
_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "The tree has no root or several roots: {count} found.",
        """
        SELECT count(*) FROM organisation_unit WHERE parent_id IS NULL
        HAVING count(*) > 1 OR (count(*) = 0 AND EXISTS (SELECT 1 FROM organisation_unit))
        """,
    ),
    (
        "{count} units cannot be reached from the root: {units}.",
        """
        WITH RECURSIVE tree AS (
            SELECT id FROM organisation_unit WHERE parent_id IS NULL
            UNION
            SELECT u.id FROM organisation_unit u JOIN tree t ON u.parent_id = t.id
        )
        SELECT u.id FROM organisation_unit u WHERE NOT EXISTS (SELECT 1 FROM tree t WHERE t.id = u.id)
        """,
    ),
    (
        "{count} units have a path that does not follow from their parent: {units}.",
        """
        SELECT u.id FROM organisation_unit u LEFT JOIN organisation_unit p ON p.id = u.parent_id
        WHERE u.path <> coalesce(p.path, '') || u.id || '/'
        """,
    ),
    (
        "{count} units have an order path that does not follow from their parent and place: {units}.",
        """
        SELECT u.id FROM organisation_unit u LEFT JOIN organisation_unit p ON p.id = u.parent_id
        WHERE u.order_path <> coalesce(p.order_path, '') || lpad(u.place::text, 6, '0') || '/'
        """,
    ),
    (
        "{count} units have a wrong depth: {units}.",
        """
        SELECT u.id FROM organisation_unit u LEFT JOIN organisation_unit p ON p.id = u.parent_id
        WHERE u.depth <> coalesce(p.depth + 1, 0)
        """,
    ),
    (
        "{count} units share their place with a sister: {units}.",
        """
        SELECT min(id) FROM organisation_unit WHERE parent_id IS NOT NULL GROUP BY parent_id, place HAVING count(*) > 1
        """,
    ),
    (
        "{count} units lack ancestors in the closure: {units}.",
        """
        WITH readable AS MATERIALIZED (SELECT id, path, depth FROM organisation_unit WHERE path ~ '^([0-9]+/)+$')
        SELECT DISTINCT u.id FROM readable u, unnest(string_to_array(rtrim(u.path, '/'), '/')::bigint[])
            WITH ORDINALITY AS a (id, position)
        WHERE NOT EXISTS (
            SELECT 1 FROM organisation_closure c
            WHERE c.descendant_id = u.id AND c.ancestor_id = a.id AND c.depth = u.depth + 1 - a.position
        )
        """,
    ),
    (
        "{count} units have ancestors in the closure that are none: {units}.",
        """
        WITH readable AS MATERIALIZED (SELECT id, path FROM organisation_unit WHERE path ~ '^([0-9]+/)+$')
        SELECT DISTINCT c.descendant_id FROM organisation_closure c JOIN readable u ON u.id = c.descendant_id
        WHERE c.ancestor_id <> ALL (string_to_array(rtrim(u.path, '/'), '/')::bigint[])
        """,
    ),
)


_MOTION: tuple[tuple[str, str], ...] = (
    (
        "{count} units ended without a successor: {units}.",
        """
        SELECT u.id FROM organisation_unit u WHERE u.valid_until IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM organisation_unitsuccession s WHERE s.unit_id = u.id AND s.is_heir)
        """,
    ),
    (
        "{count} units have a successor and have not ended: {units}.",
        """
        SELECT DISTINCT s.unit_id FROM organisation_unitsuccession s JOIN organisation_unit u ON u.id = s.unit_id
        WHERE u.valid_until IS DISTINCT FROM s.from_day
        """,
    ),
    (
        "{count} units ended and nobody in force has their work: {units}.",
        """
        WITH RECURSIVE line AS (
            SELECT unit_id AS ended, successor_id AS now FROM organisation_unitsuccession WHERE is_heir
            UNION
            SELECT line.ended, s.successor_id FROM line
            JOIN organisation_unitsuccession s ON s.unit_id = line.now AND s.is_heir
        )
        SELECT line.ended FROM line JOIN organisation_unit u ON u.id = line.now
        GROUP BY line.ended HAVING bool_and(u.valid_until IS NOT NULL)
        """,
    ),
    (
        "{count} units go on below a unit that has ended: {units}.",
        """
        SELECT u.id FROM organisation_unit u JOIN organisation_unit p ON p.id = u.parent_id
        WHERE p.valid_until IS NOT NULL AND coalesce(u.valid_until, 'infinity') > p.valid_until
        """,
    ),
    (
        "{count} units have two principals on one day: {units}.",
        """
        SELECT DISTINCT a.unit_id FROM organisation_post a JOIN organisation_post b
        ON b.unit_id = a.unit_id AND b.id > a.id AND a.kind = 'principal' AND b.kind = 'principal'
        WHERE a.starts_on < coalesce(b.ends_on, 'infinity') AND b.starts_on < coalesce(a.ends_on, 'infinity')
        """,
    ),
    (
        "{count} units have names whose days overlap: {units}.",
        """
        SELECT DISTINCT a.unit_id FROM organisation_unitname a JOIN organisation_unitname b
        ON b.unit_id = a.unit_id AND b.id > a.id
        WHERE a.valid_from < coalesce(b.valid_until, 'infinity') AND b.valid_from < coalesce(a.valid_until, 'infinity')
        """,
    ),
    (
        "{count} posts lie outside the days of their unit: {units}.",
        """
        SELECT p.id FROM organisation_post p JOIN organisation_unit u ON u.id = p.unit_id
        WHERE p.starts_on < u.valid_from OR coalesce(p.ends_on, 'infinity') > coalesce(u.valid_until, 'infinity')
        """,
    ),
    (
        "{count} memberships lie outside the days of their unit: {units}.",
        """
        SELECT m.id FROM organisation_membership m JOIN organisation_unit u ON u.id = m.unit_id
        WHERE m.starts_on < u.valid_from OR coalesce(m.ends_on, 'infinity') > coalesce(u.valid_until, 'infinity')
        """,
    ),
    (
        "{count} people belong to several branches at once: {units}.",
        """
        SELECT DISTINCT a.person_id FROM organisation_membership a JOIN organisation_membership b
        ON b.person_id = a.person_id AND b.id > a.id AND a.kind = 'main' AND b.kind = 'main'
        WHERE a.starts_on < coalesce(b.ends_on, 'infinity') AND b.starts_on < coalesce(a.ends_on, 'infinity')
        """,
    ),
    (
        "{count} people are attached somewhere and belong to no branch: {units}.",
        """
        SELECT DISTINCT a.person_id FROM organisation_membership a WHERE a.kind <> 'main' AND a.ends_on IS NULL
        AND NOT EXISTS (SELECT 1 FROM organisation_membership m
                        WHERE m.person_id = a.person_id AND m.kind = 'main' AND m.ends_on IS NULL)
        """,
    ),
    (
        "{count} units have another number of members than their register: {units}.",
        """
        SELECT u.id FROM organisation_unit u
        JOIN (SELECT unit_id, count(*) FILTER (WHERE ends_on IS NULL) AS number FROM organisation_membership
              WHERE kind = 'main' GROUP BY unit_id) counted ON counted.unit_id = u.id
        WHERE u.valid_until IS NULL AND u.member_count <> counted.number
        """,
    ),
)


def check_owners(*, actor: Actor, on: date) -> list[str]:
    """
    Return a sentence for each way in which something open is left with a unit that ended, or validity does not fit.

    What a merger left to the background belongs to its jobs: ask again when the queue is empty.
    """
    found = _asked(_MOTION)
    with connection.cursor() as cursor:
        for holding in installed():
            cursor.execute(
                f"SELECT count(*), min(held.{holding.column}) FROM {holding.table} AS held"
                f" JOIN organisation_unit AS gone ON gone.id = held.{holding.column} AND gone.valid_until <= %(day)s"
                f" WHERE {holding.condition}",
                {"day": on},
            )
            count, unit_id = cursor.fetchone() or (0, None)
            if count:
                found.append(f"{count} open rows ({holding.name}) belong to units that have ended: {unit_id}.")
    return found


def check_tree(*, actor: Actor) -> list[str]:
    """Return a sentence for each way in which parent, path, order, depth and closure disagree; none if all is well."""
    return _asked(_CHECKS)


def _asked(checks: tuple[tuple[str, str], ...]) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for sentence, question in checks:
            cursor.execute(question)
            rows = cursor.fetchall()
            if not rows:
                continue
            shown = ", ".join(str(row[0]) for row in rows[:_SHOWN])
            count = rows[0][0] if "several roots" in sentence else len(rows)
            found.append(sentence.format(count=count, units=shown + (" …" if len(rows) > _SHOWN else "")))
    return found

"""Whether everything written about the tree agrees: parent, path, protocol order, depth, closure."""

from django.db import connection

from duban.kernel.authority import Actor

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


def check_tree(*, actor: Actor) -> list[str]:
    """Return a sentence for each way in which parent, path, order, depth and closure disagree; none if all is well."""
    found = []
    with connection.cursor() as cursor:
        for sentence, question in _CHECKS:
            cursor.execute(question)
            rows = cursor.fetchall()
            if not rows:
                continue
            shown = ", ".join(str(row[0]) for row in rows[:_SHOWN])
            count = rows[0][0] if "several roots" in sentence else len(rows)
            found.append(sentence.format(count=count, units=shown + (" …" if len(rows) > _SHOWN else "")))
    return found

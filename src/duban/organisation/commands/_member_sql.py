"""The statements that compare a table of members with the register, and that write it."""

# The rows of a file as they were read, for this session only.
STAGE = """
CREATE TEMPORARY TABLE member_stage (
    number integer, external_id text, name text, branch text, category text, participation text, joined text
)
"""

COPY = "COPY member_stage (number, external_id, name, branch, category, participation, joined) FROM STDIN"

COMPARE = """
WITH known AS MATERIALIZED (
    SELECT word, min(id) AS id, count(DISTINCT id) AS several FROM (
        SELECT name AS word, id FROM organisation_unit WHERE path >= %(path)s AND path < %(end)s AND valid_until IS NULL
        UNION ALL
        SELECT short_name, id FROM organisation_unit
        WHERE path >= %(path)s AND path < %(end)s AND valid_until IS NULL AND short_name <> ''
        UNION ALL
        SELECT code.value, code.unit_id FROM organisation_unitexternalid code JOIN organisation_unit u
        ON u.id = code.unit_id WHERE u.path >= %(path)s AND u.path < %(end)s AND u.valid_until IS NULL
    ) named GROUP BY word
), meaning AS (
    SELECT * FROM unnest(%(category_words)s::text[], %(categories)s::text[]) AS said (word, value)
), taking_part AS (
    SELECT * FROM unnest(%(participation_words)s::text[], %(participations)s::text[]) AS said (word, value)
), repeated AS MATERIALIZED (
    SELECT external_id FROM member_stage GROUP BY external_id HAVING count(*) > 1
), compared AS (
    SELECT stage.*, unit.id AS unit_id, person.id AS person_id, main.id AS membership_id,
           meaning.value AS category_value, taking_part.value AS participation_value,
           CASE
           WHEN stage.external_id = '' THEN 'external_id no_number'
           WHEN stage.external_id ~ '^[0-9]{17}[0-9Xx]$' THEN 'external_id id_card'
           WHEN stage.name = '' THEN 'name no_name'
           WHEN length(stage.external_id) > 40 OR length(stage.name) > 60 THEN 'name too_long'
           WHEN repeated.external_id IS NOT NULL THEN 'external_id twice'
           WHEN stage.branch = '' THEN 'branch no_branch'
           WHEN known.id IS NULL THEN 'branch unknown_branch'
           WHEN known.several > 1 THEN 'branch ambiguous'
           WHEN unit.kind = ANY(%(without)s) THEN 'branch not_a_branch'
           WHEN stage.category <> '' AND meaning.value IS NULL THEN 'category category'
           WHEN stage.participation <> '' AND taking_part.value IS NULL THEN 'participation participation'
           WHEN stage.joined <> '' AND stage.joined !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN 'joined joined'
           WHEN stage.joined > %(today)s::text OR (stage.joined <> '' AND stage.joined < unit.valid_from::text)
                THEN 'joined joined'
           WHEN main.id IS NOT NULL AND main.unit_id <> unit.id AND NOT (present.path >= %(path)s AND present.path < %(end)s)
                THEN 'branch elsewhere'
           WHEN main.id IS NOT NULL AND main.unit_id <> unit.id
                AND coalesce(nullif(stage.joined, ''), %(today)s::text) <= main.starts_on::text THEN 'joined too_early'
           ELSE ' ' END AS wrong
    FROM member_stage stage
    LEFT JOIN known ON known.word = stage.branch
    LEFT JOIN organisation_unit unit ON unit.id = known.id AND known.several = 1
    LEFT JOIN meaning ON meaning.word = stage.category
    LEFT JOIN taking_part ON taking_part.word = stage.participation
    LEFT JOIN repeated ON repeated.external_id = stage.external_id
    LEFT JOIN organisation_person person ON person.external_id = stage.external_id AND stage.external_id <> ''
    LEFT JOIN organisation_membership main ON main.person_id = person.id AND main.kind = 'main' AND main.ends_on IS NULL
    LEFT JOIN organisation_unit present ON present.id = main.unit_id
)
INSERT INTO organisation_memberrow (member_import_id, number, external_id, name, branch, category, participation, joined,
                                    unit_id, person_id, membership_id, "column", fault)
SELECT %(import)s, number, external_id, left(name, 60), left(branch, 120), coalesce(category_value, ''),
       coalesce(participation_value, ''), joined, unit_id, person_id, membership_id,
       split_part(wrong, ' ', 1), split_part(wrong, ' ', 2)
FROM compared
"""

OUTCOME = """
SELECT count(*) FILTER (WHERE row.person_id IS NULL), count(*) FILTER (WHERE main.unit_id <> row.unit_id),
       count(*) FILTER (WHERE main.unit_id = row.unit_id AND (person.name, main.category, main.participation)
           IS DISTINCT FROM (row.name, coalesce(nullif(row.category, ''), main.category),
                             coalesce(nullif(row.participation, ''), main.participation))),
       count(*) FILTER (WHERE row.person_id IS NOT NULL AND row.membership_id IS NULL), count(*)
FROM organisation_memberrow row LEFT JOIN organisation_person person ON person.id = row.person_id
LEFT JOIN organisation_membership main ON main.id = row.membership_id
WHERE row.member_import_id = %(import)s
"""

# What the comparison found must still be so: nobody entered meanwhile whom it thought new, nobody moved, no branch ended.
STALE = """
SELECT EXISTS (
    SELECT 1 FROM organisation_memberrow row JOIN organisation_person person
    ON person.external_id = row.external_id WHERE row.member_import_id = %(import)s AND row.person_id IS NULL
) OR EXISTS (
    SELECT 1 FROM organisation_memberrow row LEFT JOIN organisation_membership main
    ON main.person_id = row.person_id AND main.kind = 'main' AND main.ends_on IS NULL
    WHERE row.member_import_id = %(import)s AND row.person_id IS NOT NULL
    AND main.id IS DISTINCT FROM row.membership_id
)
"""

# Somebody who holds a post in the branch under the same name, if it is plain who is meant, is this member.
ADOPT = """
UPDATE organisation_person person SET external_id = meant.external_id
FROM (
    SELECT min(row.external_id) AS external_id, min(holder.id) AS id
    FROM organisation_memberrow row
    JOIN organisation_post post ON post.unit_id = row.unit_id AND post.ends_on IS NULL
    JOIN organisation_person holder ON holder.id = post.person_id AND holder.external_id = '' AND holder.name = row.name
    WHERE row.member_import_id = %(import)s AND row.person_id IS NULL
    GROUP BY row.unit_id, row.name HAVING count(DISTINCT row.external_id) = 1 AND count(DISTINCT holder.id) = 1
) meant
WHERE person.id = meant.id AND NOT EXISTS (
    SELECT 1 FROM organisation_person other WHERE other.external_id = meant.external_id
)
AND meant.id NOT IN (
    SELECT holder.id FROM organisation_memberrow row
    JOIN organisation_post post ON post.unit_id = row.unit_id AND post.ends_on IS NULL
    JOIN organisation_person holder ON holder.id = post.person_id AND holder.external_id = '' AND holder.name = row.name
    WHERE row.member_import_id = %(import)s AND row.person_id IS NULL
    GROUP BY holder.id HAVING count(DISTINCT row.external_id) > 1
)
"""

ADD_PEOPLE = """
INSERT INTO organisation_person (uuid, name, external_id)
SELECT gen_random_uuid(), row.name, row.external_id FROM organisation_memberrow row
WHERE row.member_import_id = %(import)s AND row.person_id IS NULL
AND NOT EXISTS (SELECT 1 FROM organisation_person person WHERE person.external_id = row.external_id)
"""

RENAME_PEOPLE = """
UPDATE organisation_person person SET name = row.name FROM organisation_memberrow row
WHERE row.member_import_id = %(import)s AND person.id = row.person_id AND person.name <> row.name
"""

DESCRIBE = """
UPDATE organisation_membership main SET category = coalesce(nullif(row.category, ''), main.category),
       participation = coalesce(nullif(row.participation, ''), main.participation)
FROM organisation_memberrow row
WHERE row.member_import_id = %(import)s AND main.id = row.membership_id AND main.unit_id = row.unit_id
AND (main.category, main.participation) IS DISTINCT FROM
    (coalesce(nullif(row.category, ''), main.category), coalesce(nullif(row.participation, ''), main.participation))
"""

LEAVE = """
UPDATE organisation_membership main SET ends_on = coalesce(nullif(row.joined, ''), %(today)s::text)::date
FROM organisation_memberrow row
WHERE row.member_import_id = %(import)s AND main.id = row.membership_id AND main.unit_id <> row.unit_id
RETURNING main.unit_id
"""

JOIN = """
INSERT INTO organisation_membership (person_id, unit_id, kind, category, participation, starts_on)
SELECT person.id, row.unit_id, 'main', coalesce(nullif(row.category, ''), main.category, 'other'),
       coalesce(nullif(row.participation, ''), main.participation, 'regular'),
       coalesce(nullif(row.joined, ''), %(today)s::text)::date
FROM organisation_memberrow row JOIN organisation_person person ON person.external_id = row.external_id
LEFT JOIN organisation_membership main ON main.id = row.membership_id
WHERE row.member_import_id = %(import)s AND (main.id IS NULL OR main.unit_id <> row.unit_id)
ORDER BY row.unit_id, row.number
"""

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
           WHEN person.id IS NOT NULL AND main.id IS NULL AND person.name <> stage.name THEN 'name somebody_else'
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
    LEFT JOIN organisation_person person ON person.external_id = stage.external_id AND person.external_id <> ''
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

# A table of this session, so that the planner can be told how much it holds: of rows that were just written it knows
# nothing yet, and was seen to go through all people once for each new one.
TAKE = """
CREATE TEMPORARY TABLE member_taken AS
SELECT number, external_id, name, category, participation, unit_id, person_id, membership_id,
       coalesce(nullif(joined, ''), %(today)s::text)::date AS joined
FROM organisation_memberrow WHERE member_import_id = %(import)s
"""

# What the comparison found must still be so: nobody entered meanwhile whom it thought new, nobody moved, no branch ended.
STALE = """
SELECT EXISTS (
    SELECT 1 FROM member_taken taken JOIN organisation_person person
    ON person.external_id = taken.external_id AND person.external_id <> '' WHERE taken.person_id IS NULL
) OR EXISTS (
    SELECT 1 FROM member_taken taken LEFT JOIN organisation_membership main
    ON main.person_id = taken.person_id AND main.kind = 'main' AND main.ends_on IS NULL
    WHERE taken.person_id IS NOT NULL AND main.id IS DISTINCT FROM taken.membership_id
)
"""

# Somebody who holds a post in the branch under the same name, if it is plain who is meant, is this member.
ADOPT = """
WITH same_name AS MATERIALIZED (
    SELECT taken.external_id, taken.unit_id, taken.name, holder.id
    FROM member_taken taken
    JOIN organisation_post post ON post.unit_id = taken.unit_id AND post.ends_on IS NULL
    JOIN organisation_person holder ON holder.id = post.person_id AND holder.external_id = '' AND holder.name = taken.name
    WHERE taken.person_id IS NULL
), meant AS (
    SELECT min(external_id) AS external_id, min(id) AS id FROM same_name
    GROUP BY unit_id, name HAVING count(DISTINCT external_id) = 1 AND count(DISTINCT id) = 1
), adopted AS (
    UPDATE organisation_person person SET external_id = meant.external_id FROM meant
    WHERE person.id = meant.id
    AND meant.id NOT IN (SELECT id FROM same_name GROUP BY id HAVING count(DISTINCT external_id) > 1)
    RETURNING person.id, person.external_id
)
UPDATE member_taken taken SET person_id = adopted.id FROM adopted
WHERE taken.external_id = adopted.external_id AND taken.person_id IS NULL
"""

# In the order of their branches, as their memberships: neighbours in the one are neighbours in the other.
ADD_PEOPLE = """
WITH added AS (
    INSERT INTO organisation_person (uuid, name, external_id)
    SELECT gen_random_uuid(), name, external_id FROM member_taken WHERE person_id IS NULL ORDER BY unit_id, number
    RETURNING id, external_id
)
UPDATE member_taken taken SET person_id = added.id FROM added WHERE taken.external_id = added.external_id
"""

RENAME_PEOPLE = """
UPDATE organisation_person person SET name = taken.name FROM member_taken taken
WHERE person.id = taken.person_id AND person.name <> taken.name
"""

DESCRIBE = """
UPDATE organisation_membership main SET category = coalesce(nullif(taken.category, ''), main.category),
       participation = coalesce(nullif(taken.participation, ''), main.participation)
FROM member_taken taken
WHERE main.id = taken.membership_id AND main.unit_id = taken.unit_id
AND (main.category, main.participation) IS DISTINCT FROM
    (coalesce(nullif(taken.category, ''), main.category), coalesce(nullif(taken.participation, ''), main.participation))
"""

LEAVE = """
UPDATE organisation_membership main SET ends_on = taken.joined
FROM member_taken taken WHERE main.id = taken.membership_id AND main.unit_id <> taken.unit_id
RETURNING main.unit_id
"""

JOIN = """
INSERT INTO organisation_membership (person_id, unit_id, kind, category, participation, starts_on)
SELECT taken.person_id, taken.unit_id, 'main', coalesce(nullif(taken.category, ''), main.category, 'other'),
       coalesce(nullif(taken.participation, ''), main.participation, 'regular'), taken.joined
FROM member_taken taken LEFT JOIN organisation_membership main ON main.id = taken.membership_id
WHERE main.id IS NULL OR main.unit_id <> taken.unit_id
ORDER BY taken.unit_id, taken.number
"""

"""
The city that is measured: 19,453 units, 20 departments, 1,000,000 tasks, filled set-based by SQL.

All names are invented. The shape is a real city's: 12 counties with 20 townships each with 80 villages each; 52 items
that went to every village and 1,600 that went to one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

COUNTIES, TOWNSHIPS, VILLAGES = 12, 20, 80
DEPARTMENTS = 20
LISTED = 170
LIAISONS = 1500
TO_ALL = 52
TO_ONE = 1600
FREQUENT, RARE, NONE = "检视", "澜岑", "鹮麒"
_CHARACTERS = "沅澄岚岱汀泽棠楠桓峤崧渡浦陂埠垣圩湾塘坪岭峪洼"
_SUBJECTS = [
    "学习",
    "调研",
    "整改",
    "宣讲",
    "走访",
    "台账",
    "窗口",
    "服务",
    "民生",
    "作风",
    "纪律",
    "清单",
    "会议",
    "党课",
    "督导",
    "信访",
    "审批",
    "项目",
    "培训",
    "考核",
]
_VERBS = [
    "组织",
    "开展",
    "完善",
    "建立",
    "核对",
    "报送",
    "公示",
    "梳理",
    "推进",
    "落实",
    "检视",
    "回访",
    "汇总",
    "排查",
]


@dataclass(frozen=True)
class City:
    """Ids of what was filled: who measures, and what they look at."""

    city_id: int
    office_id: int
    group_id: int
    county_id: int
    township_id: int
    village_id: int
    listed: list[int]
    campaign_id: int
    users: dict[str, int]
    liaisons: list[int]
    units: int


def first_ids() -> dict[str, int]:
    """Return the first id of each level; ids run through each level in protocol order."""
    departments = 2
    counties = departments + DEPARTMENTS
    townships = counties + COUNTIES
    villages = townships + COUNTIES * TOWNSHIPS
    return {
        "departments": departments,
        "counties": counties,
        "townships": townships,
        "villages": villages,
        "end": villages + COUNTIES * TOWNSHIPS * VILLAGES,
    }


def enlarge(*, times: int) -> None:
    """Make the city to be described `times` as large, with about as many tasks: each asked of all comes less often."""
    global COUNTIES, TO_ALL
    COUNTIES *= times
    TO_ALL = max(1, TO_ALL // times)


def describe() -> City:
    """Return the ids of the city without looking: they follow from its shape."""
    first = first_ids()
    number = COUNTIES * TOWNSHIPS * VILLAGES
    liaisons = [10 + index for index in range(LIAISONS)]
    return City(
        city_id=1,
        office_id=first["departments"],
        group_id=first["departments"] + DEPARTMENTS - 1,
        # In the middle: the first one would have the first rows of every list.
        county_id=first["counties"] + 6,
        township_id=first["townships"] + 6 * TOWNSHIPS + 9,
        village_id=first["villages"] + 6 * TOWNSHIPS * VILLAGES + 9 * VILLAGES + 40,
        listed=[first["villages"] + number * index // LISTED for index in range(LISTED)],
        campaign_id=1,
        users={"city office": 1, "county office": 2, "group of 170 units": 3, "single unit": 4},
        liaisons=liaisons,
        units=first["end"] - 1,
    )


def fill(*, owner: psycopg.Connection[Any], today: date, at: datetime, share: float = 1.0) -> City:
    """
    Fill an empty, migrated database. `share` less than 1 gives fewer items to every village (for a quick look).

    Figures and search words are written afterwards by the program's own commands (see `finish`). Needs Django's models.
    """
    _default_columns(owner)
    _units(owner, today)
    _people(owner, at, today)
    _work(owner, today, at, to_all=max(4, round(TO_ALL * share)))
    owner.commit()
    owner.autocommit = True
    owner.execute("VACUUM (ANALYZE)")
    return describe()


def finish(*, city: City, today: date, at: datetime) -> None:
    """Count the figures and write the search words, by the program's own commands; needs Django."""
    from django.db import transaction  # noqa: PLC0415

    from duban.figures import commands as figures  # noqa: PLC0415
    from duban.kernel.authority import Actor  # noqa: PLC0415
    from duban.tasks.commands.drafting import index_words  # noqa: PLC0415
    from duban.tasks.models import Assignment  # noqa: PLC0415

    actor = Actor.system("bench")
    with transaction.atomic():
        figures.ensure_day(actor=actor, campaign_id=city.campaign_id, today=today)
        figures.recount_all(actor=actor, campaign_id=city.campaign_id, at=at)
        index_words(list(Assignment.objects.values_list("pk", flat=True)))


def session_keys(*, user_ids: list[int]) -> dict[int, str]:
    """Open a session for each account, as signing in with a second factor does, and return the keys; needs Django."""
    from datetime import UTC  # noqa: PLC0415

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.base import VALID_KEY_CHARS  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.contrib.sessions.models import Session  # noqa: PLC0415
    from django.utils.crypto import get_random_string  # noqa: PLC0415

    from duban.accounts.models import SecondFactor, User  # noqa: PLC0415
    from duban.accounts.views import SHOWN  # noqa: PLC0415

    store = SessionStore()
    rows, keys = [], {}
    now = datetime.now(UTC)
    SecondFactor.objects.bulk_create(
        [SecondFactor(user_id=user, secret=b"", created_at=now, confirmed_at=now) for user in user_ids],
        ignore_conflicts=True,
    )
    factors = dict(SecondFactor.objects.values_list("user_id", "id"))
    for user in User.objects.filter(pk__in=user_ids):
        key = get_random_string(32, VALID_KEY_CHARS)
        rows.append(
            Session(
                session_key=key,
                session_data=store.encode(
                    {
                        SESSION_KEY: str(user.pk),
                        BACKEND_SESSION_KEY: "duban.accounts.backends.Sessions",
                        HASH_SESSION_KEY: user.get_session_auth_hash(),
                        SHOWN: factors[user.pk],
                    }
                ),
                expire_date=now + timedelta(days=1),
            )
        )
        keys[user.pk] = key
    Session.objects.bulk_create(rows)
    return keys


def _default_columns(owner: psycopg.Connection[Any]) -> None:
    """Give each column of this database the plain default of its field, so that what is filled names only what it means."""
    from django.apps import apps  # noqa: PLC0415
    from django.db.models import NOT_PROVIDED, JSONField  # noqa: PLC0415

    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if field.default is NOT_PROVIDED or field.null:
                continue
            value = {dict: {}, list: []}.get(field.default, field.default)
            if not callable(value):
                owner.execute(
                    sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}").format(
                        sql.Identifier(model._meta.db_table),
                        sql.Identifier(field.column),
                        sql.Literal(Jsonb(value) if isinstance(field, JSONField) else value),
                    )
                )


def _units(owner: psycopg.Connection[Any], today: date) -> None:
    first = first_ids()
    since = today - timedelta(days=900)
    random = Random(7)
    words = [a + b for a in _CHARACTERS for b in _CHARACTERS if a != b]
    random.shuffle(words)
    insert = (
        "INSERT INTO organisation_unit (id, uuid, name, short_name, parent_id, path, order_path, depth, place, level, field,"
        " kind, rank, member_count, special_conditions, valid_from, version) "
    )
    tail = "%(since)s, 1"
    given = {**first, "since": since, "words": words}
    owner.execute(
        insert + f"SELECT 1, gen_random_uuid(), '云埭市', '', NULL, '1/', '000001/', 0, 1, 'city', 'organ', 'top',"
        f" 'department', 0, '', {tail}",
        given,
    )
    owner.execute(
        insert
        + f"SELECT %(departments)s + n, gen_random_uuid(), CASE n WHEN 0 THEN '云埭市专题教育办公室' WHEN {DEPARTMENTS - 1}"
        f" THEN '云埭市第一督导组' ELSE '云埭市' || (%(words)s::text[])[n + 1] || '局' END, '', 1,"
        f" '1/' || (%(departments)s + n) || '/', '000001/' || lpad((n + 1)::text, 6, '0') || '/', 1, n + 1, 'city', 'organ',"
        f" CASE n WHEN 0 THEN 'office' WHEN {DEPARTMENTS - 1} THEN 'supervision_group' ELSE 'department' END,"
        f" 'division', 20, '', {tail} FROM generate_series(0, {DEPARTMENTS - 1}) AS n",
        given,
    )
    for level, parents, number, suffix, classes in (
        ("counties", "1", COUNTIES, "县", "'county', 'organ', 'top', 'division'"),
        ("townships", "counties", TOWNSHIPS, "镇", "'township', 'rural', 'township', 'section'"),
        ("villages", "townships", VILLAGES, "村", "'village', 'rural', 'village', ''"),
    ):
        start = "1" if level == "counties" else f"%({parents})s"
        count = {"counties": 1, "townships": COUNTIES, "villages": COUNTIES * TOWNSHIPS}[level]
        offset = DEPARTMENTS if level == "counties" else 0
        owner.execute(
            insert + f"SELECT made.id, gen_random_uuid(), (%(words)s::text[])[1 + (made.id * 31) %% {len(words)}] ||"
            f" '{suffix}', '', parent.id, parent.path || made.id || '/',"
            f" parent.order_path || lpad(made.place::text, 6, '0') || '/', parent.depth + 1, made.place, {classes},"
            f" 30, '', {tail}"
            f" FROM organisation_unit AS parent, LATERAL (SELECT %({level})s + (parent.id - {start}) * {number} + n - 1 AS id,"
            f" n + {offset} AS place FROM generate_series(1, {number}) AS n) AS made"
            f" WHERE parent.id >= {start} AND parent.id < {start} + {count} ORDER BY made.id",
            given,
        )
    owner.execute(
        "SELECT setval(pg_get_serial_sequence('organisation_unit', 'id'), (SELECT max(id) FROM organisation_unit))"
    )
    owner.execute(
        "INSERT INTO organisation_closure (ancestor_id, descendant_id, depth)"
        " SELECT step.id, below.id, below.depth - (step.place - 1)"
        " FROM organisation_unit AS below, unnest(string_to_array(rtrim(below.path, '/'), '/')::bigint[])"
        " WITH ORDINALITY AS step(id, place)"
    )
    owner.execute(
        "INSERT INTO organisation_unitname (unit_id, name, valid_from) SELECT id, name, valid_from FROM organisation_unit"
    )
    owner.execute(
        "INSERT INTO organisation_unitexternalid (unit_id, scheme, value) SELECT id, 'BENCH', 'B' || id FROM organisation_unit"
    )


def _people(owner: psycopg.Connection[Any], at: datetime, today: date) -> None:
    city = describe()
    since = at - timedelta(days=900)
    people = [
        (1, "office", city.office_id, "office_clerk", "subtree", city.city_id, "clerk"),
        (2, "county", city.county_id, "county_office", "subtree", city.county_id, "clerk"),
        (3, "group", city.group_id, "group_member", "listed", city.group_id, "member"),
        (4, "liaison", city.village_id, "unit_liaison", "unit", city.village_id, "liaison"),
    ]
    first = first_ids()
    # Everywhere but at the unit that is measured, whose work stays as it is.
    places = [first["villages"] + 12 * index for index in range(LIAISONS)]
    people += [
        (user, f"liaison-{user}", unit, "unit_liaison", "unit", unit, "liaison")
        for user, unit in zip(city.liaisons, places, strict=True)
        if unit != city.village_id
    ]
    with owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO accounts_user (id, uuid, password, last_login, sign_in_name, is_active, label, is_demonstration,"
            " created_at, ended_reason) VALUES (%s, gen_random_uuid(), '!', NULL, %s, true, '', false, %s, '')",
            [(user, name, since) for user, name, *_ in people],
        )
        cursor.executemany(
            "INSERT INTO organisation_person (id, uuid, name, user_id) VALUES (%s, gen_random_uuid(), %s, %s)",
            [(user, f"人员{user}", user) for user, *_ in people],
        )
        cursor.executemany(
            "INSERT INTO organisation_post (unit_id, person_id, kind, title, field_in_charge, rank, starts_on)"
            " VALUES (%s, %s, %s, '', '', '', %s)",
            [(unit, user, kind, since.date()) for user, _name, unit, _role, _reach, _over, kind in people],
        )
        cursor.executemany(
            "INSERT INTO access_grant (user_id, role, reach, unit_id, starts_at, ended_reason) VALUES (%s, %s, %s, %s, %s, '')",
            [(user, role, reach, over, since) for user, _name, _unit, role, reach, over, _kind in people],
        )
        cursor.execute(
            "INSERT INTO access_grantunit (grant_id, unit_id)"
            " SELECT id, unnest(%s::bigint[]) FROM access_grant WHERE reach = 'listed'",
            [city.listed],
        )
    for table in ("accounts_user", "organisation_person"):
        owner.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))".encode())
    owner.execute(
        "INSERT INTO campaigns_campaign (id, uuid, name, kind, root_id, starts_on, planned_end_on, status, vocabulary)"
        " VALUES (1, gen_random_uuid(), '“察实情、转作风”专题教育', 'education', 1, %s, %s, 'running', '{}')",
        [today - timedelta(days=120), today + timedelta(days=120)],
    )
    owner.execute("SELECT setval(pg_get_serial_sequence('campaigns_campaign', 'id'), 1)")


def _work(owner: psycopg.Connection[Any], today: date, at: datetime, *, to_all: int) -> None:
    city, first, random = describe(), first_ids(), Random(11)
    villages = COUNTIES * TOWNSHIPS * VILLAGES
    rows = []
    for number in range(1, to_all + TO_ONE + 1):
        is_to_all = number <= to_all
        words = [random.choice(_VERBS) + random.choice(_SUBJECTS) for _ in range(random.randint(5, 9))]
        if number % 5 < 3:
            words.append(f"{FREQUENT}问题")
        issued = at - timedelta(days=random.randint(10, 110), minutes=number)
        due = None if is_to_all and number % 17 == 0 else (issued + timedelta(days=random.randint(15, 150))).date()
        unit = first["villages"] + (number * 7919) % villages
        rows.append(
            (
                number,
                city.city_id if number % 2 else city.office_id,
                "，".join(words) + "。",
                "、".join(words[:3]) + "要抓紧。",
                due,
                "long_term" if due is None else "date",
                "key" if number % 9 == 0 else "normal",
                "class" if is_to_all else "unit",
                '{"kinds": ["village"]}' if is_to_all else f'{{"unit": {unit}}}',
                villages if is_to_all else 1,
                issued,
                unit,
            )
        )
    with owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tasks_assignment (id, uuid, campaign_id, assigner_id, status, row_key, heading, wording, source_label,"
            " source_path, source_sentence, standard, result_form, lead_person, contact, remark, due_kind, due_on, due_text,"
            " rhythm, importance, target, target_rule, unit_count, units_done, cursor, issued_at, issued_by, created_by,"
            " created_at, version, is_principals_own) SELECT n, gen_random_uuid(), 1, assigner, 'issued', '', '', wording, '在专题教育工作会议上的讲话',"
            " '', sentence, '报送书面材料', '', '', '', '', kind, due, '', 'once', importance, target, rule::jsonb, count, count, 0,"
            " issued, 1, 1, issued, 1, false FROM (VALUES (%s::bigint, %s::bigint, %s, %s, %s::date, %s, %s, %s, %s, %s::int,"
            " %s::timestamptz)) AS v(n, assigner, wording, sentence, due, kind, importance, target, rule, count, issued)",
            [row[:-1] for row in rows],
        )
        cursor.execute("CREATE TEMPORARY TABLE single (assignment_id bigint, unit_id bigint)")
        cursor.executemany("INSERT INTO single VALUES (%s, %s)", [(row[0], row[-1]) for row in rows if row[0] > to_all])
        # Villages help each other with single items; departments help with what went to all.
        cursor.execute(
            "INSERT INTO tasks_assignmenthelper (assignment_id, unit_id, position)"
            " SELECT assignment_id, unit_id + 1, 0 FROM single WHERE assignment_id %% 3 = 0 AND unit_id + 1 < %(end)s"
            " UNION ALL SELECT n, %(departments)s + 1 + n %% 17, 0 FROM generate_series(1, %(all)s) AS n"
            " UNION ALL SELECT assignment_id, %(village)s, 1 FROM single"
            " WHERE assignment_id %% 300 = 1 AND unit_id <> %(village)s",
            {**first, "all": to_all, "village": city.village_id},
        )
        # A table with checks still pending cannot be altered.
        owner.commit()
        restore = [*_take_away(cursor, "tasks_task"), *_take_away(cursor, "tasks_assignmentunit")]
        cursor.execute(
            "INSERT INTO tasks_assignmentunit (assignment_id, unit_id)"
            " SELECT n, unit FROM generate_series(1, %(all)s) AS n, generate_series(%(villages)s, %(end)s - 1) AS unit"
            " UNION ALL SELECT assignment_id, unit_id FROM single",
            {**first, "all": to_all},
        )
        cursor.execute(_TASKS, {"today": today})
        for statement in restore:
            cursor.execute(statement.encode())
        # The rare word stands in one item to one unit, and it is open.
        cursor.execute(
            "UPDATE tasks_assignment SET wording = wording || %(rare)s WHERE id = (SELECT assignment_id FROM tasks_task"
            " WHERE assignment_id > %(all)s AND status = 'in_hand' ORDER BY id OFFSET 100 LIMIT 1)",
            {"rare": RARE, "all": to_all},
        )
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('tasks_assignment', 'id'), (SELECT max(id) FROM tasks_assignment))"
        )


# 54 % done, 22 % in hand, 13 % unsigned, 10 % waiting for the checker (the 100,000 rows that are exported), 1 % returned or
# withdrawn; a tenth with a later date.
_TASKS = """
INSERT INTO tasks_task (uuid, campaign_id, assignment_id, unit_id, checker_unit_id, status, is_key, original_due, agreed_due,
  finished_on, issued_at, signed_at, asked_at, version)
SELECT gen_random_uuid(), 1, a.id, c.unit_id, a.assigner_id, s.status, a.importance = 'key', a.due_on,
  a.due_on + CASE WHEN dice.b < 10 THEN 14 ELSE 0 END,
  CASE WHEN s.status = 'done' THEN least(%(today)s - 1, a.issued_at::date + 3 + dice.b) END,
  a.issued_at,
  CASE WHEN s.status IN ('in_hand', 'asked_done', 'done') THEN a.issued_at + interval '1 day' END,
  CASE WHEN s.status IN ('asked_done', 'done') THEN a.issued_at + make_interval(days => 3 + dice.b) END,
  1
FROM tasks_assignmentunit AS c JOIN tasks_assignment AS a ON a.id = c.assignment_id
CROSS JOIN LATERAL (SELECT abs(hashint8(c.assignment_id * 1000003 + c.unit_id)) AS h) AS thrown
CROSS JOIN LATERAL (SELECT thrown.h %% 100 AS a, (thrown.h / 100) %% 100 AS b) AS dice
CROSS JOIN LATERAL (SELECT CASE WHEN dice.a < 54 THEN 'done' WHEN dice.a < 76 THEN 'in_hand' WHEN dice.a < 89 THEN 'to_sign'
  WHEN dice.a < 99 THEN 'asked_done' WHEN dice.b < 50 THEN 'declined' ELSE 'withdrawn' END AS status) AS s
ORDER BY c.assignment_id, c.unit_id
"""


def _take_away(cursor: psycopg.Cursor[Any], table: str) -> list[str]:
    """Drop indexes and foreign keys for the time of the filling, and return the statements that bring them back."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid), contype = 'f' FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC",
        [table],
    )
    constraints = cursor.fetchall()
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i WHERE i.indrelid = %s::regclass"
        " AND NOT i.indisprimary AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid"
        " AND c.contype = 'u')",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition, _is_key in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}".encode())
    return [
        *(definition for _name, definition in indexes),
        *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition, _is_key in constraints),
    ]

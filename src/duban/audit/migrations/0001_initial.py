from django.db import migrations, models

TABLE = """
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    happened_at timestamptz NOT NULL,
    claimed_on date,
    verb text NOT NULL,
    actor_user bigint,
    actor_post bigint,
    on_behalf_of bigint,
    object_kind text NOT NULL,
    object_id bigint,
    unit_id bigint,
    request_id text NOT NULL,
    before_hash bytea,
    after_hash bytea,
    payload text NOT NULL,
    salt bytea NOT NULL,
    seq bigint UNIQUE,
    leaf bytea,
    batch bigint
);
-- The history of one thing, newest last.
CREATE INDEX audit_event_object ON audit_event (object_kind, object_id, id);
-- The audit page of one unit, newest first.
CREATE INDEX audit_event_unit ON audit_event (unit_id, id);
-- The audit page of one person, newest first.
CREATE INDEX audit_event_actor ON audit_event (actor_user, id);

-- The only way in: the application may execute this and may not insert.
CREATE FUNCTION audit_append(events jsonb) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH added AS (
        INSERT INTO public.audit_event (happened_at, claimed_on, verb, actor_user, actor_post, on_behalf_of,
                                 object_kind, object_id, unit_id, request_id, before_hash, after_hash, payload, salt)
        SELECT happened_at, claimed_on, verb, actor_user, actor_post, on_behalf_of,
               object_kind, object_id, unit_id, request_id,
               decode(before_hash, 'hex'), decode(after_hash, 'hex'), payload, decode(salt, 'hex')
        FROM jsonb_to_recordset(events) AS event(
            happened_at timestamptz, claimed_on date, verb text, actor_user bigint, actor_post bigint,
            on_behalf_of bigint, object_kind text, object_id bigint, unit_id bigint, request_id text,
            before_hash text, after_hash text, payload text, salt text)
        RETURNING id)
    SELECT max(id) FROM added
$$;
REVOKE ALL ON FUNCTION audit_append(jsonb) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(TABLE, "DROP FUNCTION audit_append(jsonb); DROP TABLE audit_event"),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
            ],
            options={"managed": False, "db_table": "audit_event"},
        ),
    ]

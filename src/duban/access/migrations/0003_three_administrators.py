from django.db import migrations

# Two grants of one account at one time exclude each other only if their roles differ. "Differ" would need the extension
# btree_gist, so each role has an axis: a grant takes one point of its own axis, its number, and the whole of the others.
# Two of one role never meet (two numbers), two of different roles always do.
ADD = """
ALTER TABLE access_grant ADD CONSTRAINT grant_three_administrators EXCLUDE USING gist (
    int8range(user_id, user_id, '[]') WITH &&,
    tstzrange(starts_at, ends_at) WITH &&,
    (CASE role WHEN 'system_admin' THEN int8range(id, id, '[]') ELSE int8range(NULL, NULL) END) WITH &&,
    (CASE role WHEN 'security_admin' THEN int8range(id, id, '[]') ELSE int8range(NULL, NULL) END) WITH &&,
    (CASE role WHEN 'audit_admin' THEN int8range(id, id, '[]') ELSE int8range(NULL, NULL) END) WITH &&
) WHERE (role IN ('system_admin', 'security_admin', 'audit_admin'))
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_reach_over_a_line")]
    operations = [
        migrations.RunSQL(ADD, "ALTER TABLE access_grant DROP CONSTRAINT grant_three_administrators"),
    ]

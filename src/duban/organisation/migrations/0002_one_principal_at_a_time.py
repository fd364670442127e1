from django.db import migrations

# An exclusion over (unit, days) would need the extension btree_gist. A range of integers in which unit × 1,000,000
# stands before the day keeps the days of different units apart and needs none.
ADD = """
ALTER TABLE organisation_post ADD CONSTRAINT post_one_principal_at_a_time EXCLUDE USING gist (
    int8range(unit_id * 1000000 + (starts_on - DATE '1900-01-01'),
              unit_id * 1000000 + coalesce(ends_on - DATE '1900-01-01', 999999)) WITH &&
) WHERE (kind = 'principal')
"""


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [
        migrations.RunSQL(ADD, "ALTER TABLE organisation_post DROP CONSTRAINT post_one_principal_at_a_time"),
    ]

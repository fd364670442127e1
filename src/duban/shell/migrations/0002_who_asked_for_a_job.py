from django.db import migrations

# The default is filled in by the transaction that queues the job, which has said who asks; without one it stays empty.
ADD = """
ALTER TABLE procrastinate_jobs ADD COLUMN asked_by bigint;
ALTER TABLE procrastinate_jobs ALTER COLUMN asked_by
    SET DEFAULT nullif(current_setting('app.uid', true), '')::bigint;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("shell", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(ADD, "ALTER TABLE procrastinate_jobs DROP COLUMN asked_by"),
    ]

"""An earlier date set on the way down is kept as such: on long-term work it has no days to count."""

from django.db import migrations, models


def mark(apps, schema_editor):
    """What lies some days before the original date was marked by these days alone."""
    apps.get_model("burden", "Demand").objects.filter(days_earlier__gt=0).update(is_earlier=True)


class Migration(migrations.Migration):
    dependencies = [("burden", "0002_first_caps")]

    operations = [
        migrations.AddField(model_name="demand", name="is_earlier", field=models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]

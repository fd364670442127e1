"""The exceptional days of 2004 to 2026, as announced each year."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from duban.workdays.expressions import seeded_days

SOURCE = "国务院办公厅放假安排通知"


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    workday = apps.get_model("workdays", "Workday")
    workday.objects.bulk_create(
        [
            workday(day=day, is_workday=is_workday, name=name, source=f"{day.year}年{SOURCE}")
            for day, is_workday, name in seeded_days()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("workdays", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]

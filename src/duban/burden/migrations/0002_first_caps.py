"""The caps with which a city begins; the head of its office changes them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Kind of unit: requests, minutes, documents, items falling due, each in one week.
CAPS = {
    "village": (2, 120, 2, 3),
    "community": (2, 120, 2, 3),
    "organ_branch": (2, 120, 2, 3),
    "social_organisation": (2, 120, 2, 3),
    "enterprise": (3, 180, 3, 3),
    "township": (5, 300, 5, 5),
    "sub_district": (5, 300, 5, 5),
    "affiliated": (5, 300, 5, 5),
    "department": (8, 600, 8, 5),
    "top": (10, 900, 10, 8),
}


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    cap = apps.get_model("burden", "Cap")
    cap.objects.bulk_create(
        cap(unit_kind=kind, requests=requests, minutes=minutes, documents=documents, falling_due=due)
        for kind, (requests, minutes, documents, due) in CAPS.items()
    )


class Migration(migrations.Migration):
    dependencies = [("burden", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]

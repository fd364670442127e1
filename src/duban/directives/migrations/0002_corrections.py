from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directives", "0001_initial"),
    ]

    operations = [
        migrations.AddField("outlinenode", "version", models.IntegerField(default=1)),
        migrations.AddField("requirement", "version", models.IntegerField(default=1)),
        migrations.AddField("requirement", "inherited_deadline", models.TextField(blank=True, default="")),
    ]

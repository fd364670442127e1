from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directives", "0001_initial"),
    ]

    operations = [
        migrations.AddField("outlinenode", "version", models.IntegerField(default=1)),
        migrations.AddField("requirement", "version", models.IntegerField(default=1)),
        migrations.AddField("requirement", "inherited_deadline", models.TextField(blank=True, default="")),
        migrations.AlterField(
            "document",
            "kind",
            models.CharField(
                choices=[
                    ("speech", "Speech"),
                    ("notice", "Circular"),
                    ("minutes", "Minutes"),
                    ("comment", "Written comment"),
                ],
                default="speech",
                max_length=20,
            ),
        ),
    ]

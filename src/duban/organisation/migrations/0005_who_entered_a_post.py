from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0004_membership_days_as_boxes'),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='entered_by',
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]

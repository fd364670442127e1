from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_second_factor'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='factor_reset_by',
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]

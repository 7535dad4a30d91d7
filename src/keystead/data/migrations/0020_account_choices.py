"""The industries and countries that there are to choose from are read from an index, however many accounts there are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0019_history_indexes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['workspace', 'industry'], name='account_by_industry'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['workspace', 'country'], name='account_by_country'),
        ),
    ]

"""The same days may be kept by the rates of two days: it is tomorrow already where some members live."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0016_kept_counts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='keptperiod',
            name='kept_period_once',
        ),
        migrations.AddConstraint(
            model_name='keptperiod',
            constraint=models.UniqueConstraint(fields=('workspace', 'start_date', 'end_date', 'currency', 'rate_policy', 'by_owner', 'rated_on'), name='kept_period_once'),
        ),
    ]

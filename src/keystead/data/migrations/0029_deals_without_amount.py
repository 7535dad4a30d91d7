"""The few deals without an amount, which an explanation of the portfolio counts and names, have an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keystead", "0028_quicker_rates")]

    operations = [
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["workspace", "status", "close_date", "account"],
                name="deal_without_amount",
                condition=models.Q(amount__isnull=True),
            ),
        ),
    ]

"""Deals in the order of their amounts, currency by currency: from its end a list finds the largest without reading all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keystead", "0024_what_an_attack_left_open")]

    operations = [
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["workspace", "currency", "amount"], name="deal_by_amount", condition=models.Q(amount__isnull=False)
            ),
        ),
    ]

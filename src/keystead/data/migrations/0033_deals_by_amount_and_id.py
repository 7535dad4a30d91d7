"""Deals of the same amount have an order in the index too, and so have the few without an amount."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keystead", "0032_kept_evidence")]

    operations = [
        migrations.RemoveIndex("deal", "deal_by_amount"),
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["workspace", "currency", "amount", "id"],
                name="deal_by_amount",
                condition=models.Q(amount__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["workspace", "amount", "id"], name="deal_by_lack_of_amount", condition=models.Q(amount__isnull=True)
            ),
        ),
    ]

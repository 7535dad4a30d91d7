"""Which currencies there are among orders is asked on the page of exchange rates: one look-up for each instead of every order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keystead", "0029_deals_without_amount")]

    operations = [
        migrations.AddIndex("order", models.Index(fields=["workspace", "currency"], name="order_by_currency")),
    ]

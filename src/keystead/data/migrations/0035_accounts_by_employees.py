"""The largest accounts first, however many there are."""

from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("keystead", "0034_deals_by_status")]

    operations = [
        migrations.AddIndex("account", models.Index(fields=["workspace", "employees", "id"], name="account_by_employees")),
        migrations.AddIndex(
            "account",
            models.Index("workspace", F("employees").desc(nulls_last=True), "id", name="account_by_most_employees"),
        ),
    ]

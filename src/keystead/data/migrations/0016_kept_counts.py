"""How many accounts, contacts, deals, orders and plans a workspace has, kept by triggers instead of counted."""

import django.db.models.deletion
from django.db import migrations, models

from keystead.data.counting.upkeep import fill, no_triggers, triggers
from keystead.data.rowsecurity import secure


class Migration(migrations.Migration):
    dependencies = [("keystead", "0015_find_asks_first")]

    operations = [
        migrations.CreateModel(
            name="CountLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("table", models.CharField(max_length=40)),
                ("change", models.BigIntegerField()),
                ("workspace", models.ForeignKey(
                    db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE,
                    related_name="+", to="keystead.workspace",
                )),
            ],
            options={
                "indexes": [models.Index(fields=["workspace", "table"], include=["change"], name="count_line_by_table")],
            },
        ),  # fmt: skip
        migrations.RunSQL([fill(), triggers()], no_triggers()),
        secure("keystead_countline"),
    ]

"""How many deals each account has, kept: the accounts with the most are read from an index."""

import django.db.models.deletion
from django.db import migrations, models

from keystead.data.counting.upkeep import fill_by_account, no_triggers_by_account, triggers_by_account
from keystead.data.rowsecurity import secure


def _workspace() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE,
        related_name="+", to="keystead.workspace",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("keystead", "0025_deals_by_amount")]

    operations = [
        migrations.CreateModel(
            name="DealCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("deals", models.BigIntegerField()),
                ("workspace", _workspace()),
            ],
            options={
                "indexes": [models.Index(fields=["workspace", "deals"], name="deal_count_by_deals")],
                "constraints": [models.UniqueConstraint(fields=("workspace", "account_id"), name="deal_count_once")],
            },
        ),
        migrations.CreateModel(
            name="DealCountLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("change", models.BigIntegerField()),
                ("workspace", _workspace()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "account_id"], include=["change"], name="deal_count_line_by_account")
                ],
            },
        ),
        migrations.RunSQL([fill_by_account(), triggers_by_account()], no_triggers_by_account()),
        secure("keystead_dealcount", "keystead_dealcountline"),
    ]

"""Stage changes are found by their deal alone: four indexes that nobody read made an import of deals pay for each row."""

import django.db.models.deletion
from django.db import migrations, models


def _stage() -> models.ForeignKey:
    return models.ForeignKey(
        to="keystead.stage", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("keystead", "0020_account_choices")]

    operations = [
        migrations.AddIndex("dealstagechange", models.Index(fields=["deal", "at"], name="stage_change_of_deal")),
        migrations.RemoveIndex("dealstagechange", "stage_change_by_deal"),
        migrations.AlterField(
            "dealstagechange", "deal",
            models.ForeignKey(
                to="keystead.deal", on_delete=django.db.models.deletion.CASCADE, related_name="stage_changes", db_index=False
            ),
        ),
        migrations.AlterField("dealstagechange", "from_stage", _stage()),
        migrations.AlterField("dealstagechange", "to_stage", _stage()),
    ]  # fmt: skip

"""What a plan's subtree comes to is kept with each answer of the portfolio."""

import django.db.models.deletion
from django.db import migrations, models

from keystead.data.rowsecurity import secure


class Migration(migrations.Migration):
    dependencies = [("keystead", "0035_accounts_by_employees")]

    operations = [
        migrations.CreateModel(
            name="KeptTree",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("won", models.DecimalField()),
                ("pipeline", models.DecimalField()),
                ("weighted_pipeline", models.DecimalField()),
                ("deals", models.BigIntegerField()),
                ("unrated", models.BigIntegerField()),
                ("answer", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="trees", to="keystead.keptanswer")),
                ("workspace", models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keystead.workspace")),
            ],
            options={"indexes": [models.Index(fields=["workspace", "answer", "account_id"], name="kept_tree_by_account")]},
        ),
        secure("keystead_kepttree"),
        # answers without it are found again when they are asked for
        migrations.RunSQL("TRUNCATE keystead_keptanswer, keystead_keptgroup", migrations.RunSQL.noop),
    ]

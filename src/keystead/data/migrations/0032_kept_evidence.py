"""Which rows an explanation of the portfolio lists is kept beside its figures."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import keystead.base.ids
from keystead.data.rowsecurity import secure


class Migration(migrations.Migration):
    dependencies = [("keystead", "0031_likely_duplicates_are_kept")]

    operations = [
        migrations.CreateModel(
            name="KeptEvidence",
            fields=[
                ("id", models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("question", models.TextField()),
                ("classes", models.JSONField()),
                ("places", models.BinaryField()),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("period", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="keystead.keptperiod")),
                ("workspace", models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keystead.workspace")),
            ],
            options={"indexes": [models.Index(fields=["workspace", "period"], name="kept_evidence_by_period")]},
        ),
        secure("keystead_keptevidence"),
        # a page is cut out of the places: not compressed, so that only the cut is read
        migrations.RunSQL("ALTER TABLE keystead_keptevidence ALTER COLUMN places SET STORAGE EXTERNAL", migrations.RunSQL.noop),
    ]

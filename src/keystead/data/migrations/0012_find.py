"""Finding: the terms of every record, kept by triggers; the words of a workspace; what each member opened lately."""

import django.db.models.deletion
from django.db import migrations, models

from keystead.data.find.folding import fold_function, terms_functions
from keystead.data.find.sources import SOURCES
from keystead.data.find.upkeep import BITS_FUNCTION, fill, no_triggers, triggers
from keystead.data.rowsecurity import secure

NO_FUNCTIONS = """
DROP FUNCTION keystead_find_bits(text, integer); DROP FUNCTION keystead_find_terms(text, text, boolean);
DROP FUNCTION keystead_find_words(text); DROP FUNCTION keystead_fold(text);
"""


def workspace(**kwargs):
    return models.ForeignKey(
        db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keystead.workspace",
        **kwargs,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("keystead", "0011_live_notices")]

    operations = [
        migrations.CreateModel(
            name="FindTerm",
            fields=[
                ("pk", models.CompositePrimaryKey(
                    "workspace_id", "kind", "word", "object_id", blank=True, editable=False, primary_key=True, serialize=False
                )),
                ("kind", models.PositiveSmallIntegerField()),
                ("word", models.TextField(db_collation="C")),
                ("object_id", models.UUIDField()),
                ("workspace", workspace(db_constraint=False)),
            ],
        ),
        migrations.CreateModel(
            name="FindWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", models.TextField(db_collation="C")),
                ("first4", models.IntegerField()),
                ("first8", models.IntegerField()),
                ("workspace", workspace(db_constraint=False)),
            ],
            options={"indexes": [models.Index(fields=["workspace", "word"], name="find_word_by_word")]},
        ),
        migrations.CreateModel(
            name="Opened",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.UUIDField()),
                ("opened_at", models.DateTimeField()),
                ("member", models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keystead.member"
                )),
                ("workspace", workspace()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "member", "kind", "object_id"), name="opened_once")
                ]
            },
        ),
        migrations.RunSQL(fold_function() + terms_functions() + BITS_FUNCTION, NO_FUNCTIONS),
        *(migrations.RunSQL(fill(source), migrations.RunSQL.noop) for source in SOURCES.values()),
        *(migrations.RunSQL(triggers(source), no_triggers(source)) for source in SOURCES.values()),
        secure("keystead_findterm", "keystead_findword", "keystead_opened"),
    ]  # fmt: skip

"""Likely duplicates of a large workspace are compared by the worker, and kept for the page."""

import django.db.models.deletion
from django.db import migrations, models

from keystead.data.rowsecurity import secure


class Migration(migrations.Migration):
    dependencies = [("keystead", "0030_orders_by_currency")]

    operations = [
        migrations.CreateModel(
            name="AlikePair",
            fields=[
                ("pk", models.CompositePrimaryKey("workspace_id", "kind", "place", blank=True, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("place", models.PositiveIntegerField()),
                ("first", models.UUIDField()),
                ("second", models.UUIDField()),
                ("workspace", models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keystead.workspace")),
            ],
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                ("pk", models.CompositePrimaryKey("workspace_id", "kind", blank=True, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField(null=True)),
                ("begun_at", models.DateTimeField(null=True)),
                ("compared_at", models.DateTimeField(null=True)),
                ("workspace", models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keystead.workspace")),
            ],
        ),
        secure("keystead_alikepair", "keystead_comparison"),
    ]

"""What a list of the portfolio was found to be is kept beside its figures; accounts and members mark it when it may be another."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keystead.base.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from keystead.data.rowsecurity import secure


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0022_duplicates_and_view_use'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('question', models.TextField()),
                ('lines', models.BigIntegerField()),
                ('places', models.BinaryField()),
                ('foot', models.JSONField(null=True)),
                ('missing', models.JSONField(null=True)),
                ('total', models.JSONField()),
                ('kept_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='KeptGroup',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('depth', models.SmallIntegerField()),
                ('first', models.BigIntegerField()),
                ('lines', models.BigIntegerField()),
                ('path', models.TextField()),
                ('told', models.JSONField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='account',
            name='kept_summaries_on_update',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.parent_id IS DISTINCT FROM o.parent_id OR n.lineage IS DISTINCT FROM o.lineage OR n.segment_current IS DISTINCT FROM o.segment_current OR n.segment_target IS DISTINCT FROM o.segment_target OR n.name IS DISTINCT FROM o.name OR n.industry IS DISTINCT FROM o.industry OR n.country IS DISTINCT FROM o.country OR n.owner_id IS DISTINCT FROM o.owner_id OR n.is_key IS DISTINCT FROM o.is_key) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.parent_id IS DISTINCT FROM o.parent_id OR n.lineage IS DISTINCT FROM o.lineage OR n.segment_current IS DISTINCT FROM o.segment_current OR n.segment_target IS DISTINCT FROM o.segment_target OR n.name IS DISTINCT FROM o.name OR n.industry IS DISTINCT FROM o.industry OR n.country IS DISTINCT FROM o.country OR n.owner_id IS DISTINCT FROM o.owner_id OR n.is_key IS DISTINCT FROM o.is_key)) r; RETURN NULL;', hash='3c4caf57c24e1626bda8ec7743e062767b939619', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_summaries_on_update_d2e80', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM new_values r; RETURN NULL;', hash='cc83f0b4cedb3bfdef890bed32b563b805b3c59d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_summaries_on_insert_1e5e6', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_member', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM old_values r; RETURN NULL;', hash='9f0fe088b877566b409970a3d4b93eaa79f42b09', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_summaries_on_delete_43e13', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_member', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.name IS DISTINCT FROM o.name OR n.team IS DISTINCT FROM o.team OR n.region IS DISTINCT FROM o.region) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.name IS DISTINCT FROM o.name OR n.team IS DISTINCT FROM o.team OR n.region IS DISTINCT FROM o.region)) r; RETURN NULL;', hash='87c49363c9f48233687c5b1bd4aacdb39327e2e9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_summaries_on_update_d4a6c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_member', when='AFTER')),
        ),
        migrations.AddField(
            model_name='keptanswer',
            name='period',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='keystead.keptperiod'),
        ),
        migrations.AddField(
            model_name='keptanswer',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='keptgroup',
            name='answer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='keystead.keptanswer'),
        ),
        migrations.AddField(
            model_name='keptgroup',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddIndex(
            model_name='keptanswer',
            index=models.Index(fields=['workspace', 'period'], name='kept_answer_by_period'),
        ),
        migrations.AddIndex(
            model_name='keptgroup',
            index=models.Index(fields=['workspace', 'answer', 'depth', 'first'], name='kept_group_by_place'),
        ),
        secure("keystead_keptanswer", "keystead_keptgroup"),
        # a page is cut out of the places: not compressed, so that only the cut is read
        migrations.RunSQL("ALTER TABLE keystead_keptanswer ALTER COLUMN places SET STORAGE EXTERNAL", migrations.RunSQL.noop),
    ]

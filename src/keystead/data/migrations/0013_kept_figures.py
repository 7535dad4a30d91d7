"""Figures of the portfolio are kept per account and period, marked by triggers when they are out of date.

Nothing is filled here: what is not kept yet is computed by whoever asks first.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import keystead.base.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from keystead.data.rowsecurity import secure


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0012_find'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptLack',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('account_id', models.UUIDField()),
                ('currency', models.CharField(max_length=3)),
                ('close_date', models.DateField()),
                ('deals', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='KeptLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('account_id', models.UUIDField()),
                ('owner_id', models.UUIDField(null=True)),
                ('won', models.DecimalField()),
                ('pipeline', models.DecimalField()),
                ('weighted_pipeline', models.DecimalField()),
                ('deals', models.IntegerField()),
                ('unrated', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='KeptMark',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('account_id', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='KeptPeriod',
            fields=[
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('start_date', models.DateField()),
                ('end_date', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('rate_policy', models.CharField(max_length=20)),
                ('by_owner', models.BooleanField()),
                ('rated_on', models.DateField()),
                ('won', models.DecimalField()),
                ('pipeline', models.DecimalField()),
                ('weighted_pipeline', models.DecimalField()),
                ('deals', models.BigIntegerField()),
                ('unrated', models.BigIntegerField()),
                ('kept_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT workspace_id, account_id FROM new_values WHERE account_id IS NOT NULL; RETURN NULL;', hash='f8aa853a603b0444fab61ac6f395bb52bcabe0cb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_marked_on_insert_627e3', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT n.workspace_id, t.account_id FROM new_values n JOIN old_values o USING (id) CROSS JOIN LATERAL (VALUES (o.account_id), (n.account_id)) t(account_id) WHERE (o.account_id, o.owner_id, o.stage_id, o.status, o.probability, o.amount, o.currency, o.close_date) IS DISTINCT FROM (n.account_id, n.owner_id, n.stage_id, n.status, n.probability, n.amount, n.currency, n.close_date) AND t.account_id IS NOT NULL; RETURN NULL;', hash='46bcd49f9935f1b493eb236f8c2ed763dcd5e836', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_marked_on_update_b88ce', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT workspace_id, account_id FROM old_values WHERE account_id IS NOT NULL; RETURN NULL;', hash='69c247942d4a7c39e1a2d33728030870b2ef9d54', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_marked_on_delete_19719', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT workspace_id, NULL::uuid FROM new_values; RETURN NULL;', hash='4efa7bb3d7338bc9a7adb4672c941d15d76a8fd0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_marked_on_insert_c1378', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT n.workspace_id, NULL::uuid FROM new_values n JOIN old_values o USING (id) WHERE n.base IS DISTINCT FROM o.base OR n.quote IS DISTINCT FROM o.quote OR n.date IS DISTINCT FROM o.date OR n.rate IS DISTINCT FROM o.rate OR n.workspace_id IS DISTINCT FROM o.workspace_id; RETURN NULL;', hash='c8b1590deda5e8e8fc409c4b238bf3b2504c9cf5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_marked_on_update_a517a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT workspace_id, NULL::uuid FROM old_values; RETURN NULL;', hash='35dddc3e50bb997ab3b418f54d8a57473591116a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_marked_on_delete_f7e76', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT workspace_id, NULL::uuid FROM new_values; RETURN NULL;', hash='6c493fb234ab24a27da4d418ebe70a25a82509dc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_marked_on_insert_e1a15', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT n.workspace_id, NULL::uuid FROM new_values n JOIN old_values o USING (id) WHERE n.probability IS DISTINCT FROM o.probability; RETURN NULL;', hash='92e242cdce662fae84449ee6316edcece6437edd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_marked_on_update_14131', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='kept_marked_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id) SELECT DISTINCT workspace_id, NULL::uuid FROM old_values; RETURN NULL;', hash='5d95d2e450881e96eb92004f384e68e9980143b6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_marked_on_delete_e214d', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_stage', when='AFTER')),
        ),
        migrations.AddField(
            model_name='keptlack',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='keptline',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='keptmark',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='keptperiod',
            name='workspace',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='keptline',
            name='period',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='keystead.keptperiod'),
        ),
        migrations.AddField(
            model_name='keptlack',
            name='period',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lacks', to='keystead.keptperiod'),
        ),
        migrations.AddIndex(
            model_name='keptmark',
            index=models.Index(fields=['workspace', 'id'], name='kept_mark_by_workspace'),
        ),
        migrations.AddConstraint(
            model_name='keptperiod',
            constraint=models.UniqueConstraint(fields=('workspace', 'start_date', 'end_date', 'currency', 'rate_policy', 'by_owner'), name='kept_period_once'),
        ),
        migrations.AddIndex(
            model_name='keptline',
            index=models.Index(fields=['workspace', 'period', 'account_id'], name='kept_line_by_account'),
        ),
        migrations.AddIndex(
            model_name='keptlack',
            index=models.Index(fields=['workspace', 'period', 'account_id'], name='kept_lack_by_account'),
        ),
        secure("keystead_keptperiod", "keystead_keptline", "keystead_keptlack", "keystead_keptmark"),
    ]

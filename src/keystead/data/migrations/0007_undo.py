"""Undo: what one request wrote is found by its id, deletions keep everything that goes with them, and what was undone is noted."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keystead.base.ids
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from keystead.data.rowsecurity import secure, secure_with

IS_OURS = "id = keystead_workspace()"


def backfill(table, columns):
    """History of rows that are older than their history: one event for each version, so that a version is the number of events.

    The owner meets the policies as everybody does, so they are set aside for these statements.
    """
    cols = ", ".join(f'"{column}"' for column in columns.split())
    events = f"{table}event"
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {events} NO FORCE ROW LEVEL SECURITY;
        INSERT INTO {events} (pgh_created_at, pgh_label, pgh_obj_id, {cols})
          SELECT updated_at, CASE n WHEN 1 THEN 'insert' ELSE 'update' END, id, {cols}
          FROM {table}, generate_series(1, version) n ORDER BY id, n;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        ALTER TABLE {events} FORCE ROW LEVEL SECURITY;
        """,
        migrations.RunSQL.noop,
    )


STAGE = "id workspace_id created_at name status probability position"
WORKSPACE = (
    "id name slug currency language fiscal_start_month fiscal_named_by fiscal_pattern fiscal_week_start fiscal_week53 rate_policy"
    " totals_include_hidden is_demo created_at"
)


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0006_delete_inside_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='DealStageChangeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(db_index=True, null=True)),
                ('id', models.UUIDField(editable=False, serialize=False)),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], max_length=4)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('currency', models.CharField(max_length=3)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanApprovalEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(db_index=True, null=True)),
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('version', models.PositiveIntegerField(db_default=1, editable=False)),
                ('verb', models.CharField(choices=[('submitted', 'submitted'), ('approved', 'approved'), ('rejected', 'rejected'), ('recalled', 'recalled')], max_length=10)),
                ('at', models.DateTimeField()),
                ('comment', models.TextField(blank=True, max_length=4000)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanRateEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(db_index=True, null=True)),
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('version', models.PositiveIntegerField(db_default=1, editable=False)),
                ('base', models.CharField(max_length=3)),
                ('quote', models.CharField(max_length=3)),
                ('rate', models.DecimalField(decimal_places=12, max_digits=24)),
                ('rate_date', models.DateField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanSnapshotEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(db_index=True, null=True)),
                ('id', models.BigIntegerField()),
                ('date', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('target', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('won', models.DecimalField(decimal_places=4, max_digits=20)),
                ('pipeline', models.DecimalField(decimal_places=4, max_digits=20)),
                ('weighted_pipeline', models.DecimalField(decimal_places=4, max_digits=20)),
                ('missing_rates', models.PositiveIntegerField(default=0)),
                ('deals', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StageEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(db_index=True, null=True)),
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4, verbose_name='status')),
                ('probability', models.PositiveSmallIntegerField(default=50, verbose_name='probability')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UndoneChange',
            fields=[
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('version', models.PositiveIntegerField(db_default=1, editable=False)),
                ('undid', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='WorkspaceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(db_index=True, null=True)),
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('slug', models.SlugField(db_index=False, max_length=60, verbose_name='address')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('fiscal_start_month', models.PositiveSmallIntegerField(default=1, verbose_name='fiscal year starts in month')),
                ('fiscal_named_by', models.CharField(choices=[('start', 'the year in which it starts'), ('end', 'the year in which it ends')], default='end', max_length=5, verbose_name='fiscal year is named by')),
                ('fiscal_pattern', models.CharField(choices=[('months', 'calendar months'), ('445', '4-4-5'), ('454', '4-5-4'), ('544', '5-4-4')], default='months', max_length=6, verbose_name='periods')),
                ('fiscal_week_start', models.PositiveSmallIntegerField(default=0, verbose_name='fiscal week starts on')),
                ('fiscal_week53', models.CharField(choices=[('last', 'last such weekday of the month'), ('nearest', 'nearest such weekday to the end of the month')], default='last', max_length=7, verbose_name='53rd week')),
                ('rate_policy', models.CharField(choices=[('plan', 'plan rate, frozen at approval'), ('transaction_date', "rate of each deal's date"), ('current', "today's rate")], default='transaction_date', max_length=20, verbose_name='rate policy')),
                ('totals_include_hidden', models.BooleanField(default=False, help_text='Off: hidden deals are left out of totals and counted. On: they are included as one line and counted.', verbose_name='totals include deals that the reader may not open')),
                ('is_demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='deal',
            name='stage_noted_on_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='deal',
            name='stage_noted_on_update',
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='accountteammemberevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='actionevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='contactevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='dealevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='measureevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='measurereadingevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='memberevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='objectiveevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='planevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='productevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='rateevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name='swotitemevent',
            name='pgh_context_id',
            field=models.UUIDField(db_index=True, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='stage_noted_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF current_setting('keystead.restoring', true) = 'on' THEN RETURN NULL; END IF;\n                    INSERT INTO keystead_dealstagechange\n                      (id, workspace_id, deal_id, from_stage_id, to_stage_id, status, amount, currency, at)\n                    SELECT gen_random_uuid(), workspace_id, id, NULL, stage_id, status, amount, currency, now() FROM new_values;\n                    RETURN NULL;\n                ", hash='ba038c82c32d71ac6d506aec53e6920b9c071b32', level='STATEMENT', operation='INSERT', pgid='pgtrigger_stage_noted_on_insert_7bf5f', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='stage_noted_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF current_setting('keystead.restoring', true) = 'on' THEN RETURN NULL; END IF;\n                    INSERT INTO keystead_dealstagechange\n                      (id, workspace_id, deal_id, from_stage_id, to_stage_id, status, amount, currency, at)\n                    SELECT gen_random_uuid(), n.workspace_id, n.id, o.stage_id, n.stage_id, n.status, n.amount, n.currency, now()\n                    FROM new_values n JOIN old_values o USING (id)\n                    WHERE n.stage_id IS DISTINCT FROM o.stage_id OR n.status <> o.status;\n                    RETURN NULL;\n                ", hash='65e020428ba3ac11eb0ae0b72dae903fcb383785', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_stage_noted_on_update_20916', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dealstagechange',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_dealstagechangeevent" ("amount", "at", "currency", "deal_id", "from_stage_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "to_stage_id", "workspace_id") SELECT old_values."amount", old_values."at", old_values."currency", old_values."deal_id", old_values."from_stage_id", old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."status", old_values."to_stage_id", old_values."workspace_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ef6500ec74f201f6d017a531b94b4e08f1ea5f8a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_37aca', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_dealstagechange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planapproval',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_planapprovalevent" ("at", "by_id", "comment", "created_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "updated_at", "verb", "version", "workspace_id") SELECT new_values."at", new_values."by_id", new_values."comment", new_values."created_at", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."plan_id", new_values."updated_at", new_values."verb", new_values."version", new_values."workspace_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='25a7f5b9e69c842be310a333c39355d1f5495fa8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f1f53', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_planapproval', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planapproval',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_planapprovalevent" ("at", "by_id", "comment", "created_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "updated_at", "verb", "version", "workspace_id") SELECT old_values."at", old_values."by_id", old_values."comment", old_values."created_at", old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."plan_id", old_values."updated_at", old_values."verb", old_values."version", old_values."workspace_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='bd82cd4d354db0f6fd0f38e6fb4b870559535128', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b6ff6', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_planapproval', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planrate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_planrateevent" ("base", "created_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "quote", "rate", "rate_date", "updated_at", "version", "workspace_id") SELECT old_values."base", old_values."created_at", old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."plan_id", old_values."quote", old_values."rate", old_values."rate_date", old_values."updated_at", old_values."version", old_values."workspace_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c12c20eb09b8e1a6b7dcd2b53e35eecfd55093d4', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_2163c', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_planrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plansnapshot',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_plansnapshotevent" ("currency", "date", "deals", "id", "missing_rates", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pipeline", "plan_id", "target", "weighted_pipeline", "won", "workspace_id") SELECT old_values."currency", old_values."date", old_values."deals", old_values."id", old_values."missing_rates", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."pipeline", old_values."plan_id", old_values."target", old_values."weighted_pipeline", old_values."won", old_values."workspace_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e6dae3f3ab7f412ed0a30960a7d7db5f871f982e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_5ae42', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_plansnapshot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_stageevent" ("created_at", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "probability", "status", "workspace_id") SELECT new_values."created_at", new_values."id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."probability", new_values."status", new_values."workspace_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='64ffac662377a4db547d478cb87d276332d6a5ad', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_62e1e', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_stageevent" ("created_at", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "probability", "status", "workspace_id") SELECT new_values."created_at", new_values."id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."probability", new_values."status", new_values."workspace_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."probability" IS DISTINCT FROM (new_values."probability") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."workspace_id" IS DISTINCT FROM (new_values."workspace_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ecb69c228a25c6995fa5f15c97c5a29b0b37cd5c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6f6a7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_stageevent" ("created_at", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "probability", "status", "workspace_id") SELECT old_values."created_at", old_values."id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."probability", old_values."status", old_values."workspace_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6126bb72e56ff7568b8e415fd5ab390db022e0ad', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f5237', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_workspaceevent" ("created_at", "currency", "fiscal_named_by", "fiscal_pattern", "fiscal_start_month", "fiscal_week53", "fiscal_week_start", "id", "is_demo", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_policy", "slug", "totals_include_hidden") SELECT new_values."created_at", new_values."currency", new_values."fiscal_named_by", new_values."fiscal_pattern", new_values."fiscal_start_month", new_values."fiscal_week53", new_values."fiscal_week_start", new_values."id", new_values."is_demo", new_values."language", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rate_policy", new_values."slug", new_values."totals_include_hidden" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='08591b3160de6974cfb73b6b5d88f689cb50e4e1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_928b0', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_workspace', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_workspaceevent" ("created_at", "currency", "fiscal_named_by", "fiscal_pattern", "fiscal_start_month", "fiscal_week53", "fiscal_week_start", "id", "is_demo", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_policy", "slug", "totals_include_hidden") SELECT new_values."created_at", new_values."currency", new_values."fiscal_named_by", new_values."fiscal_pattern", new_values."fiscal_start_month", new_values."fiscal_week53", new_values."fiscal_week_start", new_values."id", new_values."is_demo", new_values."language", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."rate_policy", new_values."slug", new_values."totals_include_hidden" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."fiscal_named_by" IS DISTINCT FROM (new_values."fiscal_named_by") OR old_values."fiscal_pattern" IS DISTINCT FROM (new_values."fiscal_pattern") OR old_values."fiscal_start_month" IS DISTINCT FROM (new_values."fiscal_start_month") OR old_values."fiscal_week53" IS DISTINCT FROM (new_values."fiscal_week53") OR old_values."fiscal_week_start" IS DISTINCT FROM (new_values."fiscal_week_start") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_demo" IS DISTINCT FROM (new_values."is_demo") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."rate_policy" IS DISTINCT FROM (new_values."rate_policy") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."totals_include_hidden" IS DISTINCT FROM (new_values."totals_include_hidden")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='35eb21bc3fb5eefe1c8a220609d733d1d8f899f6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_a783b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_workspace', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_workspaceevent" ("created_at", "currency", "fiscal_named_by", "fiscal_pattern", "fiscal_start_month", "fiscal_week53", "fiscal_week_start", "id", "is_demo", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_policy", "slug", "totals_include_hidden") SELECT old_values."created_at", old_values."currency", old_values."fiscal_named_by", old_values."fiscal_pattern", old_values."fiscal_start_month", old_values."fiscal_week53", old_values."fiscal_week_start", old_values."id", old_values."is_demo", old_values."language", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."rate_policy", old_values."slug", old_values."totals_include_hidden" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6323ee80d404ef8002dc1a22dace4899199ff8f0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_af733', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_workspace', when='AFTER')),
        ),
        migrations.AddField(
            model_name='dealstagechangeevent',
            name='deal',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.deal'),
        ),
        migrations.AddField(
            model_name='dealstagechangeevent',
            name='from_stage',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.stage'),
        ),
        migrations.AddField(
            model_name='dealstagechangeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='keystead.dealstagechange'),
        ),
        migrations.AddField(
            model_name='dealstagechangeevent',
            name='to_stage',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.stage'),
        ),
        migrations.AddField(
            model_name='dealstagechangeevent',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='planapprovalevent',
            name='by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.member'),
        ),
        migrations.AddField(
            model_name='planapprovalevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='keystead.planapproval'),
        ),
        migrations.AddField(
            model_name='planapprovalevent',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.plan'),
        ),
        migrations.AddField(
            model_name='planapprovalevent',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='planrateevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='keystead.planrate'),
        ),
        migrations.AddField(
            model_name='planrateevent',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.plan'),
        ),
        migrations.AddField(
            model_name='planrateevent',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='plansnapshotevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='keystead.plansnapshot'),
        ),
        migrations.AddField(
            model_name='plansnapshotevent',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.plan'),
        ),
        migrations.AddField(
            model_name='plansnapshotevent',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='stageevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='keystead.stage'),
        ),
        migrations.AddField(
            model_name='stageevent',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='undonechange',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='keystead.member'),
        ),
        migrations.AddField(
            model_name='undonechange',
            name='workspace',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='workspaceevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='keystead.workspace'),
        ),
        migrations.AddConstraint(
            model_name='undonechange',
            constraint=models.UniqueConstraint(fields=('workspace', 'undid'), name='change_undone_once'),
        ),
        secure(
            "keystead_dealstagechangeevent", "keystead_planapprovalevent", "keystead_planrateevent", "keystead_plansnapshotevent",
            "keystead_stageevent", "keystead_undonechange",
        ),
        secure_with("keystead_workspaceevent", IS_OURS, IS_OURS),
        backfill("keystead_stage", STAGE),
        backfill("keystead_workspace", WORKSPACE),
    ]

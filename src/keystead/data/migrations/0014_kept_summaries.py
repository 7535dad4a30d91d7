"""What accounts and plans add to a total is kept as well, and marked by changes of theirs."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0013_kept_figures'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='deal',
            name='kept_marked_on_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='deal',
            name='kept_marked_on_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='deal',
            name='kept_marked_on_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rate',
            name='kept_marked_on_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rate',
            name='kept_marked_on_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rate',
            name='kept_marked_on_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stage',
            name='kept_marked_on_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stage',
            name='kept_marked_on_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stage',
            name='kept_marked_on_delete',
        ),
        migrations.AddField(
            model_name='keptmark',
            name='is_of_summary',
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name='keptperiod',
            name='summary',
            field=models.JSONField(null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM new_values r; RETURN NULL;', hash='de0c20e8f05983e30651200cbc899f26d681c949', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_summaries_on_insert_ab9e9', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM old_values r; RETURN NULL;', hash='d69c3b7a7d2275f7821bc467a09249fbaa486608', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_summaries_on_delete_bbf22', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.parent_id IS DISTINCT FROM o.parent_id OR n.segment_current IS DISTINCT FROM o.segment_current OR n.segment_target IS DISTINCT FROM o.segment_target) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.parent_id IS DISTINCT FROM o.parent_id OR n.segment_current IS DISTINCT FROM o.segment_current OR n.segment_target IS DISTINCT FROM o.segment_target)) r; RETURN NULL;', hash='406926b5acbce9e12e29c0793488922aa2e9ba3e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_summaries_on_update_d2e80', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='kept_accounts_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, account_id, false FROM new_values r WHERE account_id IS NOT NULL; RETURN NULL;', hash='11f7395aba5306d69d0c00dfabd7db77d8428306', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_accounts_on_insert_311b9', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='kept_accounts_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, account_id, false FROM old_values r WHERE account_id IS NOT NULL; RETURN NULL;', hash='6dde8f7b33ee90d590378741f3db37d182950bdb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_accounts_on_delete_6868a', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='kept_accounts_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, account_id, false FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.account_id IS DISTINCT FROM o.account_id OR n.owner_id IS DISTINCT FROM o.owner_id OR n.stage_id IS DISTINCT FROM o.stage_id OR n.status IS DISTINCT FROM o.status OR n.probability IS DISTINCT FROM o.probability OR n.amount IS DISTINCT FROM o.amount OR n.currency IS DISTINCT FROM o.currency OR n.close_date IS DISTINCT FROM o.close_date OR n.workspace_id IS DISTINCT FROM o.workspace_id) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.account_id IS DISTINCT FROM o.account_id OR n.owner_id IS DISTINCT FROM o.owner_id OR n.stage_id IS DISTINCT FROM o.stage_id OR n.status IS DISTINCT FROM o.status OR n.probability IS DISTINCT FROM o.probability OR n.amount IS DISTINCT FROM o.amount OR n.currency IS DISTINCT FROM o.currency OR n.close_date IS DISTINCT FROM o.close_date OR n.workspace_id IS DISTINCT FROM o.workspace_id)) r WHERE account_id IS NOT NULL; RETURN NULL;', hash='df21f89375eed5895903c51051f8c6292f9e7c8d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_accounts_on_update_ae75f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM new_values r; RETURN NULL;', hash='a792e862218b11e366fbb858074f2a28d1e74926', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_summaries_on_insert_177b1', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM old_values r; RETURN NULL;', hash='eee1fcfc1b1dd32036eecf242a66a6c5a0f3949d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_summaries_on_delete_38b65', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='kept_summaries_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, true FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.account_id IS DISTINCT FROM o.account_id OR n.start_date IS DISTINCT FROM o.start_date OR n.end_date IS DISTINCT FROM o.end_date OR n.currency IS DISTINCT FROM o.currency OR n.target IS DISTINCT FROM o.target OR n.includes_descendants IS DISTINCT FROM o.includes_descendants OR n.status IS DISTINCT FROM o.status) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.account_id IS DISTINCT FROM o.account_id OR n.start_date IS DISTINCT FROM o.start_date OR n.end_date IS DISTINCT FROM o.end_date OR n.currency IS DISTINCT FROM o.currency OR n.target IS DISTINCT FROM o.target OR n.includes_descendants IS DISTINCT FROM o.includes_descendants OR n.status IS DISTINCT FROM o.status)) r; RETURN NULL;', hash='193c2171e6bde9ee94bd1877eb0eb6547a6d9380', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_summaries_on_update_e632e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='kept_all_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, false FROM new_values r; RETURN NULL;', hash='195d51d6216d161afbf62e6b7ef44387efcbf067', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_all_on_insert_69f68', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='kept_all_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, false FROM old_values r; RETURN NULL;', hash='a3de587efea38096bbf8ce5d4425c51cc065af86', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_all_on_delete_94022', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='kept_all_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, false FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.base IS DISTINCT FROM o.base OR n.quote IS DISTINCT FROM o.quote OR n.date IS DISTINCT FROM o.date OR n.rate IS DISTINCT FROM o.rate) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.base IS DISTINCT FROM o.base OR n.quote IS DISTINCT FROM o.quote OR n.date IS DISTINCT FROM o.date OR n.rate IS DISTINCT FROM o.rate)) r; RETURN NULL;', hash='d8d76f7feedc37876e11ec41300ec4492b5c80b3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_all_on_update_415c2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='kept_all_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, false FROM new_values r; RETURN NULL;', hash='4b18f2cebb5ca75d5eba7ae47841d47bac8ae2ca', level='STATEMENT', operation='INSERT', pgid='pgtrigger_kept_all_on_insert_ea1b3', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='kept_all_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, false FROM old_values r; RETURN NULL;', hash='f9c0cbb6ad7f778cd924021bcf4414e09bfec351', level='STATEMENT', operation='DELETE', pgid='pgtrigger_kept_all_on_delete_1e43f', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_stage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stage',
            trigger=pgtrigger.compiler.Trigger(name='kept_all_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO keystead_keptmark (workspace_id, account_id, is_of_summary) SELECT DISTINCT workspace_id, NULL::uuid, false FROM ((SELECT n.* FROM new_values n JOIN old_values o USING (id) WHERE n.probability IS DISTINCT FROM o.probability) UNION ALL (SELECT o.* FROM new_values n JOIN old_values o USING (id) WHERE n.probability IS DISTINCT FROM o.probability)) r; RETURN NULL;', hash='97858c147da45017c68a7a7b98e15238b2ff9ec7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_kept_all_on_update_75192', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_stage', when='AFTER')),
        ),
    ]

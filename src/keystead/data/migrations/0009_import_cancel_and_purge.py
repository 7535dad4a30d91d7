"""A commit or an undo can be cancelled, old imports are forgotten, and the worker is known by its name however long that would be."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# As base.roles names it: a login whose name would be cut off has a shortened one.
IS_WORKER = """
    CREATE OR REPLACE FUNCTION keystead_is_worker() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT current_user = CASE
        WHEN octet_length(current_database() || '_worker') <= 63 THEN current_database() || '_worker'
        ELSE 'keystead_' || left(encode(sha256(convert_to(current_database(), 'UTF8')), 'hex'), 12) || '_worker' END
    $$;
"""
WAS_WORKER = """
    CREATE OR REPLACE FUNCTION keystead_is_worker() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT current_user = current_database() || '_worker' $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0008_sign_in_and_audit'),
    ]

    operations = [
        migrations.RunSQL(IS_WORKER, WAS_WORKER),
        pgtrigger.migrations.RemoveTrigger(
            model_name='import',
            name='touched',
        ),
        migrations.AddField(
            model_name='import',
            name='cancel_asked',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='import',
            name='purged_at',
            field=models.DateTimeField(null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='import',
            trigger=pgtrigger.compiler.Trigger(name='touched', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."cancel_asked" IS DISTINCT FROM (NEW."cancel_asked") OR OLD."columns" IS DISTINCT FROM (NEW."columns") OR OLD."committed_at" IS DISTINCT FROM (NEW."committed_at") OR OLD."counts" IS DISTINCT FROM (NEW."counts") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."failure" IS DISTINCT FROM (NEW."failure") OR OLD."file" IS DISTINCT FROM (NEW."file") OR OLD."filename" IS DISTINCT FROM (NEW."filename") OR OLD."format" IS DISTINCT FROM (NEW."format") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mapping" IS DISTINCT FROM (NEW."mapping") OR OLD."offers" IS DISTINCT FROM (NEW."offers") OR OLD."options" IS DISTINCT FROM (NEW."options") OR OLD."purged_at" IS DISTINCT FROM (NEW."purged_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."undone_at" IS DISTINCT FROM (NEW."undone_at") OR OLD."workspace_id" IS DISTINCT FROM (NEW."workspace_id"))', func='NEW.version := OLD.version + 1; NEW.updated_at := now(); RETURN NEW;', hash='65c60b0d8829126e1d64f0b934192d7ddd94d14b', operation='UPDATE', pgid='pgtrigger_touched_06342', table='keystead_import', when='BEFORE')),
        ),
    ]

"""Second steps, scopes of tokens, rules of entry, and an audit log that the database itself writes, chains and keeps."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import keystead.base.ids
import keystead.data.workspace.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from keystead.data.rowsecurity import secure, secure_with

# Rate limits are counted here, so that every web process sees the same count; losing them in a crash harms nobody.
CACHE = migrations.RunSQL(
    """
    CREATE UNLOGGED TABLE keystead_cache (
      cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
    );
    CREATE INDEX keystead_cache_expires ON keystead_cache (expires);
    """,
    "DROP TABLE keystead_cache",
)

# The address that a company's directory has vouched for, told for one transaction: by it a person who is nobody's member yet
# finds where she is awaited, and nothing else.
ADDRESS = migrations.RunSQL(
    """
    CREATE FUNCTION keystead_email() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT nullif(lower(current_setting('keystead.email', true)), '') $$;
    ALTER POLICY workspace_only ON keystead_member
      USING (workspace_id = keystead_workspace() OR user_id = keystead_user() OR lower(email) = keystead_email());
    """,
    """
    ALTER POLICY workspace_only ON keystead_member USING (workspace_id = keystead_workspace() OR user_id = keystead_user());
    DROP FUNCTION keystead_email();
    """,
)

# A letter with a new password's link belongs to a login, not to a workspace. Its job is visible only to the worker, and to the
# one transaction that puts it in.
JOB_IS_OURS = "keystead_is_worker() OR args->>'workspace_id' = keystead_workspace()::text"
LETTER = "task_name LIKE 'keystead.jobs.letters.%' AND current_setting('keystead.letters', true) = 'on'"
LETTERS = migrations.RunSQL(
    f"ALTER POLICY workspace_only ON procrastinate_jobs USING ({JOB_IS_OURS} OR ({LETTER})) WITH CHECK ({JOB_IS_OURS} OR ({LETTER}))",
    f"ALTER POLICY workspace_only ON procrastinate_jobs USING ({JOB_IS_OURS}) WITH CHECK ({JOB_IS_OURS})",
)

AUDIT = migrations.RunSQL(
    """
    CREATE FUNCTION keystead_audit_hash(e keystead_auditevent) RETURNS text LANGUAGE sql STABLE AS $$
      SELECT encode(sha256(convert_to(jsonb_build_array(
        e.previous, e.workspace_id, e.number, to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), e.kind,
        e.member_id, e.user_id, e.actor, e.via, e.ip, e.agent, e.subject_kind, e.subject_id, e.subject, e.old, e.new
      )::text, 'UTF8')), 'hex')
    $$;

    -- Who and from where come from the session, so that whoever inserts cannot forget them; one writer at a time keeps the chain.
    CREATE FUNCTION keystead_audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      who jsonb := coalesce(nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, '{}');
      place jsonb := coalesce(nullif(current_setting('keystead.origin', true), '')::jsonb, '{}');
      before record;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('audit ' || NEW.workspace_id, 0));
      NEW.member_id := coalesce(NEW.member_id, nullif(who->>'member', '')::uuid);
      NEW.user_id := coalesce(NEW.user_id, keystead_user());
      NEW.actor := left(coalesce(nullif(NEW.actor, ''), who->>'name', ''), 200);
      NEW.via := left(coalesce(nullif(NEW.via, ''), who->>'via', ''), 20);
      NEW.ip := left(coalesce(nullif(NEW.ip, ''), place->>'ip', ''), 45);
      NEW.agent := left(coalesce(nullif(NEW.agent, ''), place->>'agent', ''), 200);
      NEW.created_at := clock_timestamp();
      NEW.updated_at := NEW.created_at;
      SELECT number, hash INTO before FROM keystead_auditevent
        WHERE workspace_id = NEW.workspace_id ORDER BY number DESC LIMIT 1;
      NEW.number := coalesce(before.number, 0) + 1;
      NEW.previous := coalesce(before.hash, '');
      NEW.hash := keystead_audit_hash(NEW);
      RETURN NEW;
    END $$;
    CREATE TRIGGER audit_seal BEFORE INSERT ON keystead_auditevent FOR EACH ROW EXECUTE FUNCTION keystead_audit_seal();

    CREATE FUNCTION keystead_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON keystead_auditevent FOR EACH ROW EXECUTE FUNCTION keystead_audit_keep();

    -- The numbers at which the open workspace's chain does not hold, and why: 'gap', 'changed' or 'unchained'.
    CREATE FUNCTION keystead_audit_broken() RETURNS TABLE (number bigint, problem text) LANGUAGE sql STABLE AS $$
      SELECT e.number, CASE WHEN e.number <> e.place THEN 'gap' WHEN e.hash <> e.right_hash THEN 'changed' ELSE 'unchained' END
      FROM (
        SELECT a.number, a.hash, a.previous, keystead_audit_hash(a) AS right_hash,
               coalesce(lag(a.number) OVER line, 0) + 1 AS place, coalesce(lag(a.hash) OVER line, '') AS hash_before
        FROM keystead_auditevent a WHERE a.workspace_id = keystead_workspace() WINDOW line AS (ORDER BY a.number)
      ) e WHERE e.number <> e.place OR e.hash <> e.right_hash OR e.previous <> e.hash_before ORDER BY e.number
    $$;

    -- A key in plain words: whoever reads the log must not have to look ids up that may be gone by then.
    CREATE FUNCTION keystead_audit_word(name text, value jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
    DECLARE word text;
    BEGIN
      IF jsonb_typeof(value) = 'null' THEN
        RETURN value;
      ELSIF name IN ('manager_id', 'member_id') THEN
        SELECT m.name INTO word FROM keystead_member m WHERE m.id = (value #>> '{}')::uuid;
      ELSIF name = 'user_id' THEN
        SELECT u.email INTO word FROM keystead_user u WHERE u.id = (value #>> '{}')::bigint;
      END IF;
      RETURN coalesce(to_jsonb(word), value);
    END $$;

    -- Notes a change of a row: arguments are the kind, the column that names the row, and the columns worth telling.
    CREATE FUNCTION keystead_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
      now_ jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
      either jsonb := was || now_;
      told_old jsonb := '{}';
      told_new jsonb := '{}';
      name text;
    BEGIN
      IF coalesce(either->>'workspace_id', either->>'id')::uuid IS DISTINCT FROM keystead_workspace() THEN
        RETURN NULL;  -- the owner at work on all workspaces: a migration, a restore
      END IF;
      FOREACH name IN ARRAY string_to_array(TG_ARGV[2], ',') LOOP
        IF TG_OP = 'UPDATE' AND was->name IS NOT DISTINCT FROM now_->name THEN
          CONTINUE;
        END IF;
        IF was ? name THEN
          told_old := told_old || jsonb_build_object(name, keystead_audit_word(name, was->name));
        END IF;
        IF now_ ? name THEN
          told_new := told_new || jsonb_build_object(name, keystead_audit_word(name, now_->name));
        END IF;
      END LOOP;
      IF TG_OP = 'UPDATE' AND told_new = '{}' THEN
        RETURN NULL;
      END IF;
      INSERT INTO keystead_auditevent (id, workspace_id, number, kind, actor, via, ip, agent, subject_kind, subject_id, subject,
                                       old, new, previous, hash)
      VALUES (gen_random_uuid(), keystead_workspace(), 0, TG_ARGV[0], '', '', '', '', split_part(TG_ARGV[0], '.', 1),
              either->>'id', left(coalesce(keystead_audit_word(TG_ARGV[1], either->TG_ARGV[1]) #>> '{}', ''), 300),
              told_old, told_new, '', '');
      RETURN NULL;
    END $$;
    """,
    """
    DROP FUNCTION keystead_audit_row(); DROP FUNCTION keystead_audit_word(text, jsonb); DROP FUNCTION keystead_audit_broken();
    DROP TRIGGER audit_keep ON keystead_auditevent; DROP TRIGGER audit_seal ON keystead_auditevent;
    DROP FUNCTION keystead_audit_keep(); DROP FUNCTION keystead_audit_seal(); DROP FUNCTION keystead_audit_hash(keystead_auditevent);
    """,
)


def noted(table, event, kind, name, columns, when=""):
    """A trigger that notes this event of the table in the audit log."""
    trigger = f"audit_{kind.replace('.', '_')}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {trigger} AFTER {event} ON {table} FOR EACH ROW {when}"
        f" EXECUTE FUNCTION keystead_audit_row('{kind}', '{name}', '{columns}')",
        f"DROP TRIGGER {trigger} ON {table}",
    )


RIGHTS = "email,role,manager_id,user_id,is_active"
SETTINGS = (
    "name,slug,currency,language,fiscal_start_month,fiscal_named_by,fiscal_pattern,fiscal_week_start,fiscal_week53,rate_policy,"
    "totals_include_hidden,second_step"
)
MEMBER, TOKEN, LETTER_TO, RULE, STAGE = (
    f"keystead_{name}" for name in ("member", "apitoken", "invitation", "entryrule", "stage")
)
NOTED = [
    noted(MEMBER, "INSERT", "member.added", "name", RIGHTS),
    noted(MEMBER, f"UPDATE OF {RIGHTS}", "member.changed", "name", RIGHTS),
    noted(MEMBER, "DELETE", "member.removed", "name", RIGHTS),
    noted(TOKEN, "INSERT", "token.made", "name", "member_id,scopes,expires_at"),
    noted(TOKEN, "UPDATE", "token.used", "name", "member_id,last_used_at",
          "WHEN (OLD.last_used_at IS NULL AND NEW.last_used_at IS NOT NULL)"),
    noted(TOKEN, "UPDATE", "token.revoked", "name", "member_id,revoked_at",
          "WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)"),
    noted(LETTER_TO, "INSERT", "invitation.sent", "member_id", "expires_at"),
    noted(LETTER_TO, "UPDATE", "invitation.accepted", "member_id", "accepted_at",
          "WHEN (OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL)"),
    noted(LETTER_TO, "UPDATE", "invitation.withdrawn", "member_id", "expires_at",
          "WHEN (NEW.expires_at < OLD.expires_at AND NEW.accepted_at IS NULL)"),
    noted(RULE, "INSERT", "rule.made", "domain", "domain,voucher,role"),
    noted(RULE, "UPDATE", "rule.changed", "domain", "domain,voucher,role"),
    noted(RULE, "DELETE", "rule.removed", "domain", "domain,voucher,role"),
    noted(STAGE, "INSERT", "stage.made", "name", "status,probability"),
    noted(STAGE, "UPDATE", "stage.changed", "name", "name,status,probability"),
    noted(STAGE, "DELETE", "stage.removed", "name", "status,probability"),
    noted("keystead_workspace", "UPDATE", "workspace.changed", "name", SETTINGS),
]  # fmt: skip

# A person whom a directory vouches for finds the rules for her domain before she is anybody's member; writing needs theirs open.
RULES = secure_with(
    "keystead_entryrule", "workspace_id = keystead_workspace() OR domain = split_part(keystead_email(), '@', 2)",
    "workspace_id = keystead_workspace()",
)


class Migration(migrations.Migration):

    dependencies = [
        ('keystead', '0007_undo'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('version', models.PositiveIntegerField(db_default=1, editable=False)),
                ('number', models.BigIntegerField(default=0, editable=False)),
                ('kind', models.CharField(max_length=40)),
                ('member_id', models.UUIDField(editable=False, null=True)),
                ('user_id', models.BigIntegerField(editable=False, null=True)),
                ('actor', models.CharField(blank=True, editable=False, max_length=200)),
                ('via', models.CharField(blank=True, editable=False, max_length=20)),
                ('ip', models.CharField(blank=True, editable=False, max_length=45)),
                ('agent', models.CharField(blank=True, editable=False, max_length=200)),
                ('subject_kind', models.CharField(blank=True, max_length=20)),
                ('subject_id', models.CharField(blank=True, max_length=40)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('old', models.JSONField(default=dict)),
                ('new', models.JSONField(default=dict)),
                ('previous', models.CharField(blank=True, editable=False, max_length=64)),
                ('hash', models.CharField(blank=True, editable=False, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='EntryRule',
            fields=[
                ('id', models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('version', models.PositiveIntegerField(db_default=1, editable=False)),
                ('domain', models.CharField(max_length=200, verbose_name='domain')),
                ('voucher', models.CharField(blank=True, choices=[('', 'any of them'), ('oidc', 'OpenID Connect'), ('saml', 'SAML'), ('ldap', 'LDAP')], default='', max_length=10, verbose_name='vouched for by')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Administrator'), ('manager', 'Manager'), ('account_manager', 'Account manager'), ('contributor', 'Contributor'), ('viewer', 'Viewer'), ('guest', 'Guest')], default='viewer', max_length=20, verbose_name='role')),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apitoken',
            name='touched',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='workspace',
            name='touched',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='workspace',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='workspace',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='workspace',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='apitoken',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read'), ('write', 'Write: accounts, contacts, deals, orders, plans'), ('import', 'Import files'), ('admin', 'Administer: members, rates, stages, settings, audit log')], max_length=10), default=keystead.data.workspace.models.every_scope),
        ),
        migrations.AddField(
            model_name='workspace',
            name='second_step',
            field=models.CharField(blank=True, choices=[('', 'Nobody has to'), ('admins', 'Owners and administrators'), ('everybody', 'Everybody')], default='', max_length=10, verbose_name='a second step at sign-in is required of'),
        ),
        migrations.AddField(
            model_name='workspaceevent',
            name='second_step',
            field=models.CharField(blank=True, choices=[('', 'Nobody has to'), ('admins', 'Owners and administrators'), ('everybody', 'Everybody')], default='', max_length=10, verbose_name='a second step at sign-in is required of'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='touched', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."hint" IS DISTINCT FROM (NEW."hint") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes") OR OLD."token_hash" IS DISTINCT FROM (NEW."token_hash") OR OLD."workspace_id" IS DISTINCT FROM (NEW."workspace_id"))', func='NEW.version := OLD.version + 1; NEW.updated_at := now(); RETURN NEW;', hash='bdc724b77bc87b1ba5fda3117469ea80548aca79', operation='UPDATE', pgid='pgtrigger_touched_2d051', table='keystead_apitoken', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='touched', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."fiscal_named_by" IS DISTINCT FROM (NEW."fiscal_named_by") OR OLD."fiscal_pattern" IS DISTINCT FROM (NEW."fiscal_pattern") OR OLD."fiscal_start_month" IS DISTINCT FROM (NEW."fiscal_start_month") OR OLD."fiscal_week53" IS DISTINCT FROM (NEW."fiscal_week53") OR OLD."fiscal_week_start" IS DISTINCT FROM (NEW."fiscal_week_start") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."rate_policy" IS DISTINCT FROM (NEW."rate_policy") OR OLD."second_step" IS DISTINCT FROM (NEW."second_step") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."totals_include_hidden" IS DISTINCT FROM (NEW."totals_include_hidden"))', func='NEW.version := OLD.version + 1; NEW.updated_at := now(); RETURN NEW;', hash='a60a417bd79c074cb11c283793f6032c850bb1c5', operation='UPDATE', pgid='pgtrigger_touched_ea9a6', table='keystead_workspace', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_workspaceevent" ("created_at", "currency", "fiscal_named_by", "fiscal_pattern", "fiscal_start_month", "fiscal_week53", "fiscal_week_start", "id", "is_demo", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_policy", "second_step", "slug", "totals_include_hidden") SELECT new_values."created_at", new_values."currency", new_values."fiscal_named_by", new_values."fiscal_pattern", new_values."fiscal_start_month", new_values."fiscal_week53", new_values."fiscal_week_start", new_values."id", new_values."is_demo", new_values."language", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rate_policy", new_values."second_step", new_values."slug", new_values."totals_include_hidden" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1db6235f2fb68e080e7a6a8eeaf1957b6654d4cc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_928b0', referencing='REFERENCING NEW TABLE AS new_values ', table='keystead_workspace', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_workspaceevent" ("created_at", "currency", "fiscal_named_by", "fiscal_pattern", "fiscal_start_month", "fiscal_week53", "fiscal_week_start", "id", "is_demo", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_policy", "second_step", "slug", "totals_include_hidden") SELECT new_values."created_at", new_values."currency", new_values."fiscal_named_by", new_values."fiscal_pattern", new_values."fiscal_start_month", new_values."fiscal_week53", new_values."fiscal_week_start", new_values."id", new_values."is_demo", new_values."language", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."rate_policy", new_values."second_step", new_values."slug", new_values."totals_include_hidden" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."fiscal_named_by" IS DISTINCT FROM (new_values."fiscal_named_by") OR old_values."fiscal_pattern" IS DISTINCT FROM (new_values."fiscal_pattern") OR old_values."fiscal_start_month" IS DISTINCT FROM (new_values."fiscal_start_month") OR old_values."fiscal_week53" IS DISTINCT FROM (new_values."fiscal_week53") OR old_values."fiscal_week_start" IS DISTINCT FROM (new_values."fiscal_week_start") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_demo" IS DISTINCT FROM (new_values."is_demo") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."rate_policy" IS DISTINCT FROM (new_values."rate_policy") OR old_values."second_step" IS DISTINCT FROM (new_values."second_step") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."totals_include_hidden" IS DISTINCT FROM (new_values."totals_include_hidden")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d95150882b5a0b121e34b28ed652cb2ae76009a4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_a783b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='keystead_workspace', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workspace',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "keystead_workspaceevent" ("created_at", "currency", "fiscal_named_by", "fiscal_pattern", "fiscal_start_month", "fiscal_week53", "fiscal_week_start", "id", "is_demo", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate_policy", "second_step", "slug", "totals_include_hidden") SELECT old_values."created_at", old_values."currency", old_values."fiscal_named_by", old_values."fiscal_pattern", old_values."fiscal_start_month", old_values."fiscal_week53", old_values."fiscal_week_start", old_values."id", old_values."is_demo", old_values."language", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."rate_policy", old_values."second_step", old_values."slug", old_values."totals_include_hidden" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='de37b848f17477154574cda8dd7dde624c7ced33', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_af733', referencing='REFERENCING OLD TABLE AS old_values ', table='keystead_workspace', when='AFTER')),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='workspace',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddField(
            model_name='entryrule',
            name='workspace',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='keystead.workspace'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['workspace', 'kind', 'number'], name='audit_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='auditevent',
            constraint=models.UniqueConstraint(fields=('workspace', 'number'), name='audit_number_once'),
        ),
        migrations.AddConstraint(
            model_name='entryrule',
            constraint=models.UniqueConstraint(fields=('workspace', 'domain'), name='entry_domain_once'),
        ),
        migrations.AddConstraint(
            model_name='entryrule',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin']), _negated=True), name='entry_gives_no_power'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entryrule',
            trigger=pgtrigger.compiler.Trigger(name='touched', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."domain" IS DISTINCT FROM (NEW."domain") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."voucher" IS DISTINCT FROM (NEW."voucher") OR OLD."workspace_id" IS DISTINCT FROM (NEW."workspace_id"))', func='NEW.version := OLD.version + 1; NEW.updated_at := now(); RETURN NEW;', hash='7d567f83ee85116e5ce50decc86d2ec97f1fec18', operation='UPDATE', pgid='pgtrigger_touched_0612f', table='keystead_entryrule', when='BEFORE')),
        ),
        CACHE,
        ADDRESS,
        LETTERS,
        secure("keystead_auditevent"),
        RULES,
        AUDIT,
        *NOTED,
    ]

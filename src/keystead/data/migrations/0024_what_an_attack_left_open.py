"""Places that nobody asked for, rules of entry from outside, who acts in the audit log, and who is told of many rows."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import keystead.base.ids
from keystead.data.rowsecurity import secure

live = import_module("keystead.data.migrations.0011_live_notices")
EACH = 150  # members in one notice: 39 bytes each, below the 8,000 that PostgreSQL takes

# As for members and workspaces: whoever finds a rule by her address before a workspace is open only reads it.
RULES = migrations.RunSQL(
    "CREATE POLICY delete_inside_only ON keystead_entryrule AS RESTRICTIVE FOR DELETE"
    " USING (workspace_id = keystead_workspace())",
    "DROP POLICY delete_inside_only ON keystead_entryrule",
)

# Who acts is the session's to say, and the session's member must be the session's login; the name is the member's own.
SEAL = """
    CREATE OR REPLACE FUNCTION keystead_audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      who jsonb := coalesce(nullif(current_setting('pghistory.context_metadata', true), '')::jsonb, '{{}}');
      place jsonb := coalesce(nullif(current_setting('keystead.origin', true), '')::jsonb, '{{}}');
      before record;
      {declared}
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('audit ' || NEW.workspace_id, 0));
      {said}
      NEW.created_at := clock_timestamp();
      NEW.updated_at := NEW.created_at;
      SELECT number, hash INTO before FROM keystead_auditevent
        WHERE workspace_id = NEW.workspace_id ORDER BY number DESC LIMIT 1;
      NEW.number := coalesce(before.number, 0) + 1;
      NEW.previous := coalesce(before.hash, '');
      NEW.hash := keystead_audit_hash(NEW);
      RETURN NEW;
    END $$;
"""
BY_THE_SESSION = """
      IF NEW.member_id IS NOT NULL OR NEW.user_id IS NOT NULL OR NEW.actor || NEW.via || NEW.ip || NEW.agent <> '' THEN
        RAISE EXCEPTION 'Who acts in the audit log is told by the session.' USING ERRCODE = 'insufficient_privilege';
      END IF;
      NEW.member_id := nullif(who->>'member', '')::uuid;
      NEW.user_id := keystead_user();
      SELECT m.name, m.user_id INTO acting FROM keystead_member m
        WHERE m.id = NEW.member_id AND m.workspace_id = NEW.workspace_id;
      IF acting.user_id <> NEW.user_id THEN
        RAISE EXCEPTION 'The member who acts is not the login that acts.' USING ERRCODE = 'insufficient_privilege';
      END IF;
      NEW.actor := left(coalesce(acting.name, who->>'name', ''), 200);
      NEW.via := left(coalesce(who->>'via', ''), 20);
      NEW.ip := left(coalesce(place->>'ip', ''), 45);
      NEW.agent := left(coalesce(place->>'agent', ''), 200);
"""
AS_BEFORE = """
      NEW.member_id := coalesce(NEW.member_id, nullif(who->>'member', '')::uuid);
      NEW.user_id := coalesce(NEW.user_id, keystead_user());
      NEW.actor := left(coalesce(nullif(NEW.actor, ''), who->>'name', ''), 200);
      NEW.via := left(coalesce(nullif(NEW.via, ''), who->>'via', ''), 20);
      NEW.ip := left(coalesce(nullif(NEW.ip, ''), place->>'ip', ''), 45);
      NEW.agent := left(coalesce(nullif(NEW.agent, ''), place->>'agent', ''), 200);
"""
ACTORS = migrations.RunSQL(
    SEAL.format(declared="acting record;", said=BY_THE_SESSION), SEAL.format(declared="", said=AS_BEFORE)
)


def people(operation, kind, account, plan, member, joined):
    """Whose the rows are or were: their owners, and the owners and teams of their accounts and of their plans' accounts."""
    account, joined = ("r.id", "") if kind == "account" else (account, joined)
    return f"""
      WITH touched AS (
        SELECT DISTINCT r.workspace_id, {account or "NULL::uuid"} AS account, {plan or "NULL::uuid"} AS plan,
          {member or "NULL::uuid"} AS member
        FROM ({live.ROWS[operation]}) r {joined}
      ),
      plans AS (SELECT DISTINCT p.workspace_id, p.account_id, p.owner_id FROM keystead_plan p JOIN touched t ON t.plan = p.id),
      accounts AS (
        SELECT workspace_id, account FROM touched WHERE account IS NOT NULL UNION SELECT workspace_id, account_id FROM plans
      )
      SELECT DISTINCT workspace_id, NULL::uuid AS who FROM touched
      UNION SELECT workspace_id, member FROM touched
      UNION SELECT workspace_id, owner_id FROM plans
      UNION SELECT a.workspace_id, a.owner_id FROM keystead_account a JOIN accounts ON accounts.account = a.id
      UNION SELECT t.workspace_id, t.member_id FROM keystead_accountteammember t JOIN accounts ON accounts.account = t.account_id
    """


def body(operation, kind, account, plan, member, joined):
    """As in `live_notices`, but "many" says whose they are, in as many notices as that takes."""
    told = f"'w', r.workspace_id, 'k', '{kind}', 'g', {live.PAGE}"
    return f"""
        too_many := (SELECT count(*) FROM (SELECT FROM {live.ONE_SIDE[operation]} LIMIT {live.FEW + 1}) some_rows) > {live.FEW};
        IF NOT too_many THEN
          FOR notice IN
            SELECT json_strip_nulls(json_build_object(
              {told}, 'i', array_agg(DISTINCT r.id),
              'a', {live.keys(account)}, 'p', {live.keys(plan)}, 'o', {live.keys(member)}))::text
            FROM ({live.ROWS[operation]}) r {joined} GROUP BY r.workspace_id
          LOOP
            IF octet_length(notice) < {live.LONGEST} THEN
              PERFORM pg_notify('{live.CHANNEL}', notice);
            ELSE
              too_many := true;
            END IF;
          END LOOP;
        END IF;
        IF too_many THEN
          PERFORM pg_notify('{live.CHANNEL}', json_strip_nulls(json_build_object(
            {told}, 'many', true, 'o', array_agg(r.who) FILTER (WHERE r.who IS NOT NULL)))::text)
          FROM (
            SELECT w.*, row_number() OVER (PARTITION BY w.workspace_id ORDER BY w.who) / {EACH} AS part
            FROM ({people(operation, kind, account, plan, member, joined)}) w
          ) r GROUP BY r.workspace_id, r.part;
        END IF;"""


def teller(table, given):
    def function(each, declared=""):
        tests = (f"IF TG_OP = '{operation.upper()}' THEN {each(operation, *given)}\n" for operation in live.OPERATIONS)
        branches = " ELS".join(tests)
        return (
            f"CREATE OR REPLACE FUNCTION keystead_tell_{table}() RETURNS trigger LANGUAGE plpgsql AS $tell$\n{declared}BEGIN\n"
            f"{branches} END IF;\nRETURN NULL;\nEND $tell$;\n"
        )

    return migrations.RunSQL(function(body, "DECLARE too_many boolean; notice text;\n"), function(live.named_body))


class Migration(migrations.Migration):
    dependencies = [("keystead", "0023_kept_answers")]

    operations = [
        migrations.CreateModel(
            name="UnopenedPlace",
            fields=[
                ("id", models.UUIDField(default=keystead.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+",
                        to="keystead.workspace",
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("workspace", "user"), name="unopened_place_once")]},
        ),
        secure("keystead_unopenedplace"),
        RULES,
        ACTORS,
        *(teller(table, given) for table, given in live.NAMED.items()),
    ]

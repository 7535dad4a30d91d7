"""Whoever changes a fact says so on the channel `keystead_live`: which kind, which keys, never what it says.

One notice for each statement and workspace, however many rows it wrote; a statement of more rows than `FEW` says "many" instead of
naming them. Listeners are the web processes (web/live/hub.py), which pass on to each open page what its reader may hear of.

A notice: {"w": workspace, "k": kind, "i": [keys], "a": [accounts], "p": [plans], "o": [members whose it is or was], "g": page that
wrote it}, or {"w", "k", "g", "many": true}; logins that ended or changed are told as {"k": "login"}.
"""

from django.db import migrations

FEW = 40
LONGEST = 7900  # bytes; PostgreSQL refuses a notice of 8000

CHANNEL = "keystead_live"
OPERATIONS = {"insert": "REFERENCING NEW TABLE AS new_rows", "delete": "REFERENCING OLD TABLE AS old_rows",
              "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"}  # fmt: skip
ROWS = {"insert": "SELECT * FROM new_rows", "delete": "SELECT * FROM old_rows",
        "update": "SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows"}  # fmt: skip
ONE_SIDE = {"insert": "new_rows", "delete": "old_rows", "update": "new_rows"}

# table: (kind, account, plan, member, what must be joined to know them)
NAMED = {
    "account": ("account", "above.id", "", "r.owner_id", "LEFT JOIN LATERAL unnest(r.lineage) above(id) ON true"),
    "accountteammember": ("team", "r.account_id", "", "r.member_id", ""),
    "contact": ("contact", "r.account_id", "", "", ""),
    "deal": ("deal", "r.account_id", "", "r.owner_id", ""),
    "order": ("order", "r.account_id", "", "", ""),
    "plan": ("plan", "r.account_id", "r.id", "r.owner_id", ""),
    "planapproval": ("work", "", "r.plan_id", "", ""),
    "objective": ("work", "", "r.plan_id", "", ""),
    "action": ("work", "", "r.plan_id", "", ""),
    "swotitem": ("work", "", "r.plan_id", "", ""),
    "measure": ("work", "", "o.plan_id", "", "LEFT JOIN keystead_objective o ON o.id = r.objective_id"),
    "measurereading": (
        "work", "", "o.plan_id", "",
        "LEFT JOIN keystead_measure m ON m.id = r.measure_id LEFT JOIN keystead_objective o ON o.id = m.objective_id",
    ),
    "import": ("import", "", "", "r.by_id", ""),
}  # fmt: skip
# What concerns every page of the workspace: told by its kind alone.
WIDE = {"rate": "r.workspace_id", "stage": "r.workspace_id", "product": "r.workspace_id", "member": "r.workspace_id",
        "workspace": "r.id"}  # fmt: skip

PAGE = "nullif(current_setting('keystead.page', true), '')"


def keys(expression):
    """The different keys as an array, null when there are none."""
    return f"array_agg(DISTINCT {expression}) FILTER (WHERE {expression} IS NOT NULL)" if expression else "NULL::uuid[]"


def named_body(operation, kind, account, plan, member, joined):
    many = f"json_strip_nulls(json_build_object('w', r.workspace_id, 'k', '{kind}', 'g', {PAGE}, 'many', true))::text"
    return f"""
        IF (SELECT count(*) FROM (SELECT FROM {ONE_SIDE[operation]} LIMIT {FEW + 1}) some_rows) > {FEW} THEN
          PERFORM pg_notify('{CHANNEL}', {many}) FROM (SELECT DISTINCT workspace_id FROM {ONE_SIDE[operation]}) r;
        ELSE
          PERFORM pg_notify('{CHANNEL}', CASE WHEN octet_length(r.notice) < {LONGEST} THEN r.notice ELSE {many} END)
          FROM (
            SELECT r.workspace_id, json_strip_nulls(json_build_object(
              'w', r.workspace_id, 'k', '{kind}', 'g', {PAGE}, 'i', array_agg(DISTINCT r.id),
              'a', {keys(account)}, 'p', {keys(plan)}, 'o', {keys(member)}))::text AS notice
            FROM ({ROWS[operation]}) r {joined} GROUP BY r.workspace_id
          ) r;
        END IF;"""


def wide_body(operation, kind, workspace):
    notice = f"json_strip_nulls(json_build_object('w', r.workspace_id, 'k', '{kind}', 'g', {PAGE}))::text"
    distinct = f"SELECT DISTINCT {workspace} AS workspace_id FROM {ONE_SIDE[operation]} r"
    return f"PERFORM pg_notify('{CHANNEL}', {notice}) FROM ({distinct}) r;"


def teller(table, body):
    """One function for the table, and a trigger for each operation: a trigger with transition tables has one event only."""
    name = f"keystead_tell_{table}"
    branches = " ELS".join(f"IF TG_OP = '{operation.upper()}' THEN {body(operation)}\n" for operation in OPERATIONS)
    triggers = "".join(
        f"CREATE TRIGGER tell_{operation} AFTER {operation.upper()} ON keystead_{table} {tables}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}();\n"
        for operation, tables in OPERATIONS.items()
    )
    dropped = "".join(f"DROP TRIGGER tell_{operation} ON keystead_{table};" for operation in OPERATIONS)
    return migrations.RunSQL(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $tell$\nBEGIN\n{branches} END IF;\nRETURN NULL;\nEND $tell$;\n"
        f"{triggers}",
        f"{dropped} DROP FUNCTION {name}();",
    )


# A session that ended, a password or a login that changed: who it was is looked up by the listeners, who know their own.
LOGINS = migrations.RunSQL(
    f"""
    CREATE FUNCTION keystead_tell_login() RETURNS trigger LANGUAGE plpgsql AS
      $tell$ BEGIN PERFORM pg_notify('{CHANNEL}', '{{"k": "login"}}'); RETURN NULL; END $tell$;
    CREATE TRIGGER tell_delete AFTER DELETE ON django_session FOR EACH STATEMENT EXECUTE FUNCTION keystead_tell_login();
    CREATE TRIGGER tell_update AFTER UPDATE OF password, is_active ON keystead_user
      FOR EACH STATEMENT EXECUTE FUNCTION keystead_tell_login();
    """,
    """
    DROP TRIGGER tell_delete ON django_session; DROP TRIGGER tell_update ON keystead_user; DROP FUNCTION keystead_tell_login();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("keystead", "0010_saved_views"), ("sessions", "0001_initial")]

    operations = [
        *(teller(table, lambda op, given=given: named_body(op, *given)) for table, given in NAMED.items()),
        *(teller(table, lambda op, table=table, key=key: wide_body(op, table, key)) for table, key in WIDE.items()),
        LOGINS,
    ]

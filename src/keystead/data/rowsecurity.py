"""Migration operations for row-level security.

`keystead_workspace()` and `keystead_user()` read what `base.scope` wrote into the session. A table with `workspace_id` gets one
policy that compares the two; FORCE makes it hold for the table's owner as well.
"""

from django.db import migrations

FUNCTIONS = migrations.RunSQL(
    """
    CREATE OR REPLACE FUNCTION keystead_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT nullif(current_setting('keystead.workspace', true), '')::uuid $$;
    CREATE OR REPLACE FUNCTION keystead_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT nullif(current_setting('keystead.user', true), '')::bigint $$;
    CREATE OR REPLACE FUNCTION keystead_is_worker() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT current_user = current_database() || '_worker' $$;
    """,
    "DROP FUNCTION keystead_workspace(); DROP FUNCTION keystead_user(); DROP FUNCTION keystead_is_worker();",
)


def _secure(table: str, using: str, check: str | None = None) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY workspace_only ON {table} USING ({using}) WITH CHECK ({check or using});"
    )


def _unsecure(table: str) -> str:
    return (
        f"DROP POLICY IF EXISTS workspace_only ON {table};"
        f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;"
    )


def secure(*tables: str) -> migrations.RunSQL:
    """Rows of these tables exist only for a session whose open workspace is theirs."""
    return migrations.RunSQL(
        " ".join(_secure(table, "workspace_id = keystead_workspace()") for table in tables),
        " ".join(_unsecure(table) for table in tables),
    )


def secure_with(table: str, using: str, check: str) -> migrations.RunSQL:
    """The same for a table whose rule is another one, stated as SQL for reading and for writing."""
    return migrations.RunSQL(_secure(table, using, check), _unsecure(table))

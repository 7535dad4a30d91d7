"""SQL that keeps the counts: after each statement, one line for all of its rows."""

from keystead.data.counting.models import COUNTED

_LINE = 'INSERT INTO keystead_countline (workspace_id, "table", change)'


def triggers() -> str:
    return "".join(
        f"""
        CREATE FUNCTION {table}_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          {_LINE} SELECT workspace_id, '{table}', {sign}count(*) FROM changed GROUP BY workspace_id;
          RETURN NULL;
        END $$;
        CREATE TRIGGER count_{event} AFTER {event.upper()} ON {table} REFERENCING {side} TABLE AS changed
          FOR EACH STATEMENT EXECUTE FUNCTION {table}_count_{event}();
        """
        for table in COUNTED
        for event, side, sign in (("insert", "NEW", ""), ("delete", "OLD", "-"))
    )


def no_triggers() -> str:
    return "".join(
        f"DROP TRIGGER count_{event} ON {table}; DROP FUNCTION {table}_count_{event}();"
        for table in COUNTED
        for event in ("insert", "delete")
    )


def fill() -> str:
    """What is there already. The owner meets the policies too, so they are set aside."""
    return "".join(
        f"""
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        {_LINE} SELECT workspace_id, '{table}', count(*) FROM {table} GROUP BY workspace_id;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        """
        for table in COUNTED
    )

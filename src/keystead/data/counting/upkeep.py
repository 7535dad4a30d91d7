"""SQL that keeps the counts: after each statement, one line for all of its rows, or one for each account that has them."""

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


_CHANGES = {
    "insert": ("NEW TABLE AS new_values", "SELECT workspace_id, {0}, 1 AS change FROM new_values"),
    "delete": ("OLD TABLE AS old_values", "SELECT workspace_id, {0}, -1 AS change FROM old_values"),
    # Most updates leave the deals where they are: then nothing is added up.
    "update": (
        "OLD TABLE AS old_values NEW TABLE AS new_values",
        " UNION ALL ".join(
            f"SELECT {side}.workspace_id, {side}.{{0}}, {change} AS change FROM new_values n JOIN old_values o USING (id)"
            " WHERE n.{0} IS DISTINCT FROM o.{0}"
            for side, change in (("n", 1), ("o", -1))
        ),
    ),
}
# Deals by one of their columns: `into` (workspace, name, change) goes what a statement changed, where the column says something.
_DEALS = """
CREATE FUNCTION keystead_deal_by_{what}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO {into} SELECT workspace_id, {name}, sum(change) FROM ({rows}) counted
  WHERE {column} IS NOT NULL GROUP BY workspace_id, {column} HAVING sum(change) <> 0;
  RETURN NULL;
END $$;
CREATE TRIGGER by_{what}_{event} AFTER {upper} ON keystead_deal REFERENCING {tables}
  FOR EACH STATEMENT EXECUTE FUNCTION keystead_deal_by_{what}_{event}();
"""


def _triggers(what: str, *, column: str, name: str, into: str) -> str:
    return "".join(
        _DEALS.format(
            what=what,
            column=column,
            name=name,
            into=into,
            event=event,
            upper=event.upper(),
            tables=tables,
            rows=rows.format(column),
        )
        for event, (tables, rows) in _CHANGES.items()
    )


def triggers_by_account() -> str:
    return _triggers(
        "account", column="account_id", name="account_id", into="keystead_dealcountline (workspace_id, account_id, change)"
    )


def triggers_by_status() -> str:
    return _triggers(
        "status", column="status", name="'keystead_deal:' || status", into='keystead_countline (workspace_id, "table", change)'
    )


def no_triggers_by_account() -> str:
    return _no_triggers("account")


def no_triggers_by_status() -> str:
    return _no_triggers("status")


def _no_triggers(what: str) -> str:
    return "".join(
        f"DROP TRIGGER by_{what}_{event} ON keystead_deal; DROP FUNCTION keystead_deal_by_{what}_{event}();" for event in _CHANGES
    )


def fill_by_account() -> str:
    """The deals that are there already."""
    return """
    ALTER TABLE keystead_deal NO FORCE ROW LEVEL SECURITY;
    INSERT INTO keystead_dealcount (workspace_id, account_id, deals)
    SELECT workspace_id, account_id, count(*) FROM keystead_deal WHERE account_id IS NOT NULL GROUP BY workspace_id, account_id;
    ALTER TABLE keystead_deal FORCE ROW LEVEL SECURITY;
    """


def fill_by_status() -> str:
    """What is there already. The lines have their policy by now, so it is set aside as well; those of an earlier time, when this
    step was taken back, go."""
    return """
    ALTER TABLE keystead_deal NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE keystead_countline NO FORCE ROW LEVEL SECURITY;
    DELETE FROM keystead_countline WHERE starts_with("table", 'keystead_deal:');
    INSERT INTO keystead_countline (workspace_id, "table", change)
    SELECT workspace_id, 'keystead_deal:' || status, count(*) FROM keystead_deal GROUP BY workspace_id, status;
    ALTER TABLE keystead_countline FORCE ROW LEVEL SECURITY;
    ALTER TABLE keystead_deal FORCE ROW LEVEL SECURITY;
    """

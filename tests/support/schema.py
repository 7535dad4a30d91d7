"""What a database is made of, as sentences that two databases can be compared by: whatever the order it was made in."""

from collections.abc import Callable
from typing import Any

OURS = "n.nspname = 'public'"
STATEMENTS = {
    "column": f"""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE {OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'p')""",
    "table": f"""
        SELECT c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND c.relkind IN ('r', 'v', 'S', 'p')""",
    "constraint": f"""
        SELECT conrelid::regclass, conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {OURS} AND contype <> 'n'""",
    "index": f"""
        SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}""",
    "trigger": f"""
        SELECT t.tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND NOT tgisinternal""",
    # A trigger that was replaced leaves its function behind, which nothing calls.
    "function": f"""
        SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {OURS} AND (p.proname NOT LIKE 'pgtrigger%' OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid))""",
    "policy": "SELECT tablename, policyname, permissive, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'",
}  # fmt: skip


def schema(execute: Callable[[Any], Any]) -> set[str]:
    """One sentence for each column, constraint, index, trigger, function and rule. `execute` gives rows, or is a cursor's."""
    found = set()
    for kind, statement in STATEMENTS.items():
        rows = execute(statement)
        found |= {" ".join([kind, *("" if word is None else str(word) for word in row)]) for row in rows}
    return found

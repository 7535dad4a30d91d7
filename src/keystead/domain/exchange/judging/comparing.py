"""Which columns a file decides, and how a staged row and its record are set side by side in SQL."""

from collections.abc import Iterable

from keystead.domain.exchange.tables import Column, Target


def columns_sql(columns: Iterable[Column]) -> str:
    """(name, new, old) of each column as JSON, for a list of VALUES: of the staged row `r` and the record `t`."""
    return ", ".join(f"('{column.name}', to_jsonb({column.value('r.values')}), to_jsonb(t.{column.name}))" for column in columns)


def compared(target: Target, mapped: set[str], kind: str) -> list[Column]:
    """The columns that a file with these fields decides. A stage decides the status and, on a move, the probability."""
    fields = set(mapped)
    if kind == "deals" and "stage" in fields:
        fields |= {"status", "probability"}
    elif kind == "deals" and "status" in fields:
        fields |= {"probability"}
    if kind in ("contacts", "members"):
        fields |= _from_full_name(kind, fields)
    columns = target.mapped(fields)
    if kind in ("deals", "orders") and "currency" not in fields and "amount" in fields:
        columns += target.columns["currency"]
    return [column for column in columns if not column.name.startswith("_")]


def _from_full_name(kind: str, fields: set[str]) -> set[str]:
    if kind == "contacts" and "full_name" in fields:
        return {"first_name", "last_name"}
    if kind == "members" and {"first_name", "last_name"} & fields:
        return {"name"}
    return set()

"""The statements that put rows back: one for each kind and way, however many rows there are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from keystead.domain.undoing.changes import Touched
from keystead.domain.undoing.kinds import Kind

# b: the row before the change, a: as the change left it, t: as it stands now.
_PAIRS = """
    FROM unnest(%(before)s::int[], %(after)s::int[]) AS pair(before_id, after_id)
    JOIN {events} b ON b.pgh_id = pair.before_id JOIN {events} a ON a.pgh_id = pair.after_id
"""


def hold(kind: Kind, ids: Sequence[Any]) -> None:
    """Locks the rows until the transaction ends, in one order for everybody."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {kind.table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(ids)])


def there(kind: Kind, ids: Sequence[Any]) -> set[Any]:
    """Those of the rows that exist."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {kind.table} WHERE id = ANY(%s)", [list(ids)])
        return {row[0] for row in cursor.fetchall()}


def changed_since(kind: Kind, rows: Sequence[Touched]) -> dict[Any, list[str]]:
    """Row -> the columns that the change wrote and that are otherwise now. What it made counts with all of its columns."""
    columns = [column for column in kind.compared if column not in kind.loose]
    made = [row for row in rows if row.before is None]
    updated = [row for row in rows if row.before is not None and row.after is not None]
    return _differing(kind, columns, made, _MADE) | _differing(kind, columns, updated, _PAIRS)


_MADE = "FROM unnest(%(after)s::int[]) AS pair(after_id) JOIN {events} a ON a.pgh_id = pair.after_id"


def _differing(kind: Kind, columns: Sequence[str], rows: Sequence[Touched], source: str) -> dict[Any, list[str]]:
    if not rows or not columns:
        return {}
    written = ' AND b."{0}" IS DISTINCT FROM a."{0}"' if source is _PAIRS else ""
    cases = ", ".join(
        f'CASE WHEN t."{column}" IS DISTINCT FROM a."{column}"{written.format(column)} THEN \'{column}\' END'
        for column in columns
    )
    found = f"array_remove(ARRAY[{cases}], NULL)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.pgh_obj_id, {found} {source.format(events=kind.events)}"
            f" JOIN {kind.table} t ON t.id = a.pgh_obj_id WHERE {found} <> '{{}}'",
            {"before": [row.before for row in rows], "after": [row.after for row in rows]},
        )
        return dict(cursor.fetchall())


def columns_written(kind: Kind, rows: Sequence[Touched]) -> dict[Any, list[str]]:
    """Row -> the columns that the change wrote, of rows that were there before it and after it."""
    updated = [row for row in rows if row.before is not None and row.after is not None]
    if not updated:
        return {}
    cases = ", ".join(f'CASE WHEN b."{name}" IS DISTINCT FROM a."{name}" THEN \'{name}\' END' for name in kind.compared)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.pgh_obj_id, array_remove(ARRAY[{cases}], NULL) {_PAIRS.format(events=kind.events)}",
            {"before": [row.before for row in updated], "after": [row.after for row in updated]},
        )
        return dict(cursor.fetchall())


def update(kind: Kind, rows: Sequence[Touched]) -> None:
    """Gives back the columns that the change wrote; what anybody wrote beside them stays."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} t SET {', '.join(_given_back(column, kind) for column in kind.compared)}"
            f" {_PAIRS.format(events=kind.events)} WHERE t.id = a.pgh_obj_id",
            {"before": [row.before for row in rows], "after": [row.after for row in rows]},
        )


def _given_back(column: str, kind: Kind) -> str:
    unmoved = f' AND t."{column}" IS NOT DISTINCT FROM a."{column}"' if column in kind.loose else ""
    changed = f'b."{column}" IS DISTINCT FROM a."{column}"{unmoved}'
    return f'"{column}" = CASE WHEN {changed} THEN b."{column}" ELSE t."{column}" END'


def give_up_keys(kind: Kind, rows: Sequence[Touched]) -> None:
    """What will go gives its key in the source system to a row that gets it back (a merge that is done again)."""
    made = [row.id for row in rows if row.before is None]
    if made and "external_id" in kind.columns and any("external_id" in found for found in columns_written(kind, rows).values()):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {kind.table} SET external_id = NULL WHERE id = ANY(%s) AND external_id IS NOT NULL", [made])


def insert(kind: Kind, rows: Sequence[Touched]) -> None:
    """Makes deleted rows again, with their ids. Their version goes on: nobody who saw the old row holds a valid one."""
    if not rows:
        return
    values = {f'"{column}"': f'b."{column}"' for column in kind.columns} | dict(kind.derived)
    if kind.has_version:
        values['"version"'] = (
            f"1 + (SELECT count(*) FROM {kind.events} e WHERE e.pgh_obj_id = b.pgh_obj_id AND e.pgh_label <> 'delete')"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {kind.table} ({', '.join(values)}) SELECT {', '.join(values.values())}"
            f" FROM {kind.events} b WHERE b.pgh_id = ANY(%s)",
            [[row.before for row in rows]],
        )


def drop_stage_notes(deals: Sequence[Any], change: UUID) -> None:
    """Takes out the steps that the change noted for these deals: written by triggers, in its transactions, at their moments."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM keystead_dealstagechange c USING keystead_dealevent e
            WHERE e.pgh_context_id = %s AND e.pgh_label = 'update' AND c.deal_id = e.pgh_obj_id AND c.at = e.pgh_created_at
              AND c.to_stage_id IS NOT DISTINCT FROM e.stage_id AND c.status = e.status AND c.deal_id = ANY(%s)
              AND c.from_stage_id IS NOT DISTINCT FROM (
                SELECT p.stage_id FROM keystead_dealevent p WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id
                ORDER BY p.pgh_id DESC LIMIT 1)
            """,
            [change, list(deals)],
        )


def close_ranks(plans: Sequence[Any], restored: Sequence[Any]) -> None:
    """Ranks of objectives stay 1…n: a restored one takes its old place before whoever stands there now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE keystead_objective o SET rank = ranked.n FROM (
              SELECT id, row_number() OVER (PARTITION BY plan_id ORDER BY rank, id <> ALL(%s), created_at, id) AS n
              FROM keystead_objective WHERE plan_id = ANY(%s)
            ) ranked WHERE o.id = ranked.id AND o.rank <> ranked.n
            """,
            [list(restored), list(plans)],
        )


def check_constraints() -> None:
    """Now, rather than when the transaction ends and nobody can say why any more. Raises `IntegrityError`."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

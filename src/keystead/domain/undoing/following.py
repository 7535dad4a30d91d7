"""What follows from rows that came back, as it follows from edits: lineages, links, and what imports may still undo."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from keystead.data.models import Plan
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.plans.linking import relink
from keystead.domain.undoing.changes import Touched
from keystead.domain.undoing.kinds import Kind

Columns = Mapping[Any, Collection[str]]
_DECIDE_LINKS = {"account_id", "start_date", "end_date", "team_key", "includes_descendants"}


def plan_accounts(plans: Collection[Any]) -> set[Any]:
    return set(Plan.objects.filter(pk__in=list(plans)).values_list("account_id", flat=True))


def follow(back: Mapping[str, Columns], left_accounts: Collection[Any]) -> None:
    """`back`: by kind, the rows that came back with their columns. `left_accounts`: where plans stood before they came back."""
    moved = [row for row, columns in back.get("Account", {}).items() if "parent_id" in columns]
    if moved:
        refresh_lineage(moved)
    planned = [row for row, columns in back.get("Plan", {}).items() if _DECIDE_LINKS & set(columns)]
    teams = [row for row, columns in back.get("Member", {}).items() if "team" in columns]
    relink(
        deals=list(back.get("Deal", ())),
        orders=list(back.get("Order", ())),
        accounts={*moved, *left_accounts, *plan_accounts(planned)},
        members=teams,
    )


def hand_back(kind: Kind, rows: Collection[Touched]) -> None:
    """A row that stands again as an import left it counts as unedited for that import: it can still be undone as well.

    A version is the number of a row's events, so the row before the change had as many as came up to it.
    """
    same = " AND ".join(f't."{column}" IS NOT DISTINCT FROM b."{column}"' for column in kind.compared)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET applied_version = t.version
            FROM {kind.events} b JOIN {kind.table} t ON t.id = b.pgh_obj_id
            WHERE b.pgh_id = ANY(%s) AND {same} AND r.target_id = t.id AND r.verdict IN ('create', 'update') AND r.undone = ''
              AND coalesce(r.applied_version, 1) = (
                SELECT count(*) FROM {kind.events} e
                WHERE e.pgh_obj_id = b.pgh_obj_id AND e.pgh_id <= b.pgh_id AND e.pgh_label <> 'delete')
            """,
            [[row.before for row in rows if row.before is not None]],
        )

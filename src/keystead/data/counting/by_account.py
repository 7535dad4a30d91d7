"""How many deals each account has, kept: the accounts with the most stand in an index instead of being counted.

As with the counts of whole tables, a statement adds lines with its differences, so that no writer waits for another. Who reads
adds the lines to the totals, and folds them in when they are many.
"""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from keystead.base.scope import current_workspace
from keystead.data.query_sql import named
from keystead.data.tenancy import ScopedManager, WorkspaceKey

MOST_LINES = 200


class DealCount(models.Model):
    """So many deals an account has by the lines that were folded in. An account without a row has none."""

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey(db_constraint=False)
    account_id = models.UUIDField()
    deals = models.BigIntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "account_id"], name="deal_count_once")]
        indexes = [models.Index(fields=["workspace", "deals"], name="deal_count_by_deals")]


class DealCountLine(models.Model):
    """`change` deals more (or fewer) of an account. Written by triggers alone (data/counting/upkeep.py)."""

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey(db_constraint=False)
    account_id = models.UUIDField()
    change = models.BigIntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "account_id"], include=["change"], name="deal_count_line_by_account")]


# Lines that another one is folding in at this moment are left to her: for all others they stand until both are done.
_FOLD = """
WITH folded AS (
  DELETE FROM keystead_dealcountline WHERE id IN (
    SELECT id FROM keystead_dealcountline WHERE workspace_id = %(workspace)s FOR UPDATE SKIP LOCKED)
  RETURNING account_id, change
)
INSERT INTO keystead_dealcount AS known (workspace_id, account_id, deals)
SELECT %(workspace)s, account_id, sum(change) FROM folded GROUP BY account_id ORDER BY account_id
ON CONFLICT (workspace_id, account_id) DO UPDATE SET deals = known.deals + excluded.deals
"""
_MOST = """
WITH changed AS MATERIALIZED (
  SELECT account_id, sum(change) AS change FROM keystead_dealcountline WHERE workspace_id = %(workspace)s GROUP BY account_id
)
SELECT account_id, n::bigint FROM (
  (SELECT account_id, deals AS n FROM keystead_dealcount k
    WHERE workspace_id = %(workspace)s AND deals BETWEEN 1 AND %(beyond)s
      AND NOT EXISTS (SELECT FROM changed WHERE changed.account_id = k.account_id) {among}
    ORDER BY deals DESC LIMIT %(limit)s)
  UNION ALL
  SELECT account_id, change + coalesce(
    (SELECT deals FROM keystead_dealcount k WHERE k.workspace_id = %(workspace)s AND k.account_id = changed.account_id), 0)
  FROM changed WHERE true {among}
) counted WHERE n BETWEEN 1 AND %(beyond)s ORDER BY n DESC LIMIT %(limit)s
"""
_NO_END = 2**62


def deals_of(account: str = "pk") -> Coalesce:
    """The expression of how many deals the account has."""
    mine = {"account_id": OuterRef(account)}
    lines = DealCountLine.objects.filter(**mine).order_by().values("account_id").annotate(n=Sum("change")).values("n")
    known = Coalesce(Subquery(DealCount.objects.filter(**mine).values("deals")), 0)
    return Coalesce(known + Coalesce(Subquery(lines, output_field=models.BigIntegerField()), 0), 0)


def most_deals(limit: int, *, beyond: int | None = None, among: models.QuerySet | None = None) -> list[tuple[UUID, int]]:
    """The accounts with the most deals (no more than `beyond`; of these accounts alone) and how many, the most first."""
    if DealCountLine.objects.order_by()[: MOST_LINES + 1].count() > MOST_LINES:
        fold()
    values: dict[str, Any] = {"workspace": current_workspace(), "limit": limit, "beyond": _NO_END if beyond is None else beyond}
    within = ""
    if among is not None:
        within = f"AND account_id IN ({named(among.order_by().values('pk'), 'among', values)})"
    with connection.cursor() as cursor:
        cursor.execute(_MOST.format(among=within), values)
        return [(key, int(deals)) for key, deals in cursor.fetchall()]


def fold() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"workspace": current_workspace()})

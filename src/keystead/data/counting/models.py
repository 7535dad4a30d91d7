"""How many rows of a kind a workspace has, kept: to count 2,000,000 deals PostgreSQL reads 2,000,000 entries of an index.

Each statement that inserts or deletes adds one line with the difference, so that no writer waits for another; the count is the
sum of the lines. Who counts and finds many lines makes one of them.
"""

from typing import ClassVar, Self

from django.db import connection, models

from keystead.base.scope import current_workspace
from keystead.data.tenancy import ScopedManager, WorkspaceKey

# Those that grow with the workspace and are listed without a filter.
COUNTED = ("keystead_account", "keystead_contact", "keystead_deal", "keystead_order", "keystead_plan")
MOST_LINES = 200


class CountLine(models.Model):
    """`change` rows more (or fewer) in a table. Written by triggers alone (data/counting/upkeep.py)."""

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey(db_constraint=False)
    table = models.CharField(max_length=40)
    change = models.BigIntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "table"], include=["change"], name="count_line_by_table")]


# Lines that another one is joining at this moment are left to her. The sum stays the same at every instant.
_JOIN = """
WITH joined AS (
  DELETE FROM keystead_countline WHERE id IN (
    SELECT id FROM keystead_countline WHERE workspace_id = %(workspace)s AND "table" = %(table)s FOR UPDATE SKIP LOCKED)
  RETURNING change
)
INSERT INTO keystead_countline (workspace_id, "table", change) SELECT %(workspace)s, %(table)s, sum(change) FROM joined
HAVING count(*) > 0
"""


def count(rows: models.QuerySet) -> int:
    """`rows.count()`, without reading them when they are all rows of the workspace."""
    known = kept_count(rows)
    return rows.count() if known is None else known


def kept_count(rows: models.QuerySet) -> int | None:
    """How many these are, when they are all rows of the workspace and so their number is kept."""
    table = rows.model._meta.db_table
    if table not in COUNTED or not _is_everything(rows):
        return None
    lines = CountLine.objects.filter(table=table).aggregate(rows=models.Sum("change", default=0), lines=models.Count("pk"))
    if lines["lines"] > MOST_LINES:
        with connection.cursor() as cursor:
            cursor.execute(_JOIN, {"workspace": current_workspace(), "table": table})
    return int(lines["rows"])


def _is_everything(rows: models.QuerySet) -> bool:
    query, every = rows.query, rows.model.objects.all().query
    is_plain = not (query.is_sliced or query.distinct or query.combinator or query.annotations)
    return is_plain and query.where == every.where

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
COUNTED_BY = {"keystead_deal": "status"}  # also by each choice of this field, as "table:choice"
MOST_LINES = 200


class CountLine(models.Model):
    """`change` rows more (or fewer) in a table, or of one choice in it. Written by triggers alone (data/counting/upkeep.py)."""

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
    SELECT id FROM keystead_countline
    WHERE workspace_id = %(workspace)s AND (%(table)s::text IS NULL OR "table" = %(table)s) FOR UPDATE SKIP LOCKED)
  RETURNING "table", change
)
INSERT INTO keystead_countline (workspace_id, "table", change)
SELECT %(workspace)s, "table", sum(change) FROM joined GROUP BY "table"
"""


def count(rows: models.QuerySet) -> int:
    """`rows.count()`, without reading them when their number is kept."""
    known = kept_count(rows)
    return rows.count() if known is None else known


def kept_count(rows: models.QuerySet) -> int | None:
    """How many these are, when they are all rows of the workspace, or all of one choice, and so their number is kept."""
    table = _kept_as(rows)
    if table is None:
        return None
    lines = CountLine.objects.filter(table=table).aggregate(rows=models.Sum("change", default=0), lines=models.Count("pk"))
    if lines["lines"] > MOST_LINES:
        join_lines(table)
    return int(lines["rows"])


def join_lines(table: str | None = None) -> None:
    """Makes one line of all of a name; without one, of each name: nobody may ever ask for it."""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, {"workspace": current_workspace(), "table": table})


def _kept_as(rows: models.QuerySet) -> str | None:
    """Under which name their number is kept, if it is."""
    query, every = rows.query, rows.model.objects.all()
    table: str = rows.model._meta.db_table
    if table not in COUNTED or query.is_sliced or query.distinct or query.combinator or query.annotations:
        return None
    if query.where == every.query.where:
        return table
    if table in COUNTED_BY:
        field = COUNTED_BY[table]
        for choice, _name in rows.model._meta.get_field(field).choices:
            if query.where == every.filter(**{field: choice}).query.where:
                return f"{table}:{choice}"
    return None

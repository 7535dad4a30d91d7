"""The usual page of the portfolio, all accounts in an order that is their own: its cost does not grow with their number.

The page's accounts come from an index, their figures by their ids, and the totals from what is kept of the whole.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection

from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio.chain_sql import sees_all, statement
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.portfolio.totals import LINE, order_of
from keystead.domain.grid.asking import Sort

_OWN_ORDERS = {"account", "industry", "country", "segment", "segment_target", "owner"}

_PICKED = """a.id IN (
    SELECT id FROM (
      SELECT a.*, o.name AS owner_name FROM keystead_account a LEFT JOIN keystead_member o ON o.id = a.owner_id
      WHERE a.workspace_id = %(workspace)s
    ) every ORDER BY {order}, name, id LIMIT %(limit)s OFFSET %(offset)s)"""

# Where a rate is missing the whole chain has to tell which: then no row comes back.
_TAIL = """
SELECT NULL,
  (SELECT jsonb_agg(to_jsonb(l) - 'turn' ORDER BY l.turn)::text FROM (
    SELECT {line}, row_number() OVER (ORDER BY {order}, name, id) AS turn FROM figured) l),
  (k.summary->>'accounts')::bigint, NULL, NULL,
  (SELECT (to_jsonb(t) || k.summary)::text FROM (
    SELECT k.won, k.pipeline, k.weighted_pipeline, k.deals, 0 AS hidden, k.unrated,
      k.deals + (k.summary->>'repeated')::bigint AS row_deals) t)
FROM keystead_keptperiod k
WHERE k.workspace_id = %(workspace)s AND k.id = %(kept)s AND k.unrated = 0 AND k.summary->>'unrated_targets' = '0'
"""


def usual_page(query: PortfolioQuery, *, viewer: Member, today: date, limit: int | None, offset: int) -> Any:
    """Groups, rows, lines, foot, missing rates and total as the whole chain would give them; None when it has to be asked."""
    if limit == 0:  # nothing to be put in order
        query = replace(query, order=(Sort("account"),))
    own_order = {sort.column for sort in query.order} <= _OWN_ORDERS
    plain = not (query.is_filtered or query.group or query.foot) and query.covers == "plan"
    if not (own_order and plain and limit is not None and sees_all(viewer)):
        return None
    order = order_of(query)
    steps, parameters = statement(query, viewer=viewer, today=today, page=_PICKED.format(order=order))
    with connection.cursor() as cursor:
        tail = _TAIL.format(line=LINE.format(target="target"), order=order)
        cursor.execute(steps + tail, parameters | {"limit": limit, "offset": offset})
        return cursor.fetchone()

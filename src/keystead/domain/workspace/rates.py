"""Which exchange rates the workspace's money needs and does not have. Rates themselves are written by domain.deals.editing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from keystead.base.scope import current_workspace

# The currencies whose rate into one that is counted in is not known on the earliest day of all: since rates are looked up
# backwards in time only, all others lack nothing. Each currency of deals, and of orders, is one look-up in an index.
_SUSPECTS = """
    WITH RECURSIVE of_deals AS (
      SELECT (SELECT currency FROM keystead_deal WHERE workspace_id = %(workspace)s AND amount IS NOT NULL
        ORDER BY currency LIMIT 1) AS code
      UNION ALL
      SELECT (SELECT currency FROM keystead_deal WHERE workspace_id = %(workspace)s AND amount IS NOT NULL
        AND currency > of_deals.code ORDER BY currency LIMIT 1) FROM of_deals WHERE of_deals.code IS NOT NULL
    ), of_orders AS (
      SELECT (SELECT currency FROM keystead_order WHERE workspace_id = %(workspace)s ORDER BY currency LIMIT 1) AS code
      UNION ALL
      SELECT (SELECT currency FROM keystead_order WHERE workspace_id = %(workspace)s
        AND currency > of_orders.code ORDER BY currency LIMIT 1) FROM of_orders WHERE of_orders.code IS NOT NULL
    ), bases AS (SELECT code FROM of_deals WHERE code IS NOT NULL UNION SELECT code FROM of_orders WHERE code IS NOT NULL
    ), quotes AS (
      SELECT currency AS code FROM keystead_plan WHERE workspace_id = %(workspace)s
      UNION SELECT currency FROM keystead_workspace WHERE id = %(workspace)s
    ), first AS (
      SELECT least(%(today)s, (SELECT min(order_date) FROM keystead_order WHERE workspace_id = %(workspace)s),
        (SELECT min(close_date) FROM keystead_deal WHERE workspace_id = %(workspace)s)) AS day
    )
    SELECT DISTINCT bases.code FROM bases CROSS JOIN quotes CROSS JOIN first
    CROSS JOIN LATERAL keystead_rate_on(bases.code, quotes.code, first.day) found
    WHERE bases.code <> quotes.code AND found.rate IS NULL
"""
# Every pair that a figure converts: a linked deal or order into its plan's currency, and every currency into the workspace's.
# A pair is missing when the rate of its earliest day is.
_MISSING = """
    WITH used AS (
      SELECT d.currency AS base, p.currency AS quote, coalesce(d.close_date, %(today)s) AS day
      FROM keystead_revenuelink l JOIN keystead_deal d ON d.id = l.deal_id JOIN keystead_plan p ON p.id = l.plan_id
      WHERE l.workspace_id = %(workspace)s AND d.currency = ANY(%(suspects)s) AND d.currency <> p.currency
        AND d.amount IS NOT NULL
      UNION ALL
      SELECT o.currency, p.currency, o.order_date
      FROM keystead_revenuelink l JOIN keystead_order o ON o.id = l.order_id JOIN keystead_plan p ON p.id = l.plan_id
      WHERE l.workspace_id = %(workspace)s AND o.currency = ANY(%(suspects)s) AND o.currency <> p.currency
      UNION ALL
      SELECT d.currency, w.currency, coalesce(d.close_date, %(today)s)
      FROM keystead_deal d JOIN keystead_workspace w ON w.id = d.workspace_id
      WHERE d.workspace_id = %(workspace)s AND d.currency = ANY(%(suspects)s) AND d.currency <> w.currency
        AND d.amount IS NOT NULL
    ), pairs AS (SELECT base, quote, min(least(day, %(today)s)) AS day, count(*) AS rows FROM used GROUP BY base, quote)
    SELECT pairs.base, pairs.quote, pairs.day, pairs.rows
    FROM pairs CROSS JOIN LATERAL keystead_rate_on(pairs.base, pairs.quote, pairs.day) found
    WHERE found.rate IS NULL ORDER BY pairs.rows DESC, pairs.base, pairs.quote
"""


@dataclass(frozen=True, slots=True)
class MissingPair:
    """`rows` deals (with an amount) and orders are in `base` and counted in `quote`; a rate is needed from `day` on."""

    base: str
    quote: str
    day: date
    rows: int


def missing_pairs(*, today: date) -> list[MissingPair]:
    """What the open workspace cannot convert, most used first."""
    values: dict[str, Any] = {"workspace": current_workspace(), "today": today}
    with connection.cursor() as cursor:
        cursor.execute(_SUSPECTS, values)
        suspects = [row[0] for row in cursor.fetchall()]
        if not suspects:
            return []
        cursor.execute(_MISSING, values | {"suspects": suspects})
        return [MissingPair(*row) for row in cursor.fetchall()]

"""Which exchange rates the workspace's money needs and does not have. Rates themselves are written by domain.deals.editing."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from keystead.base.scope import current_workspace

# Every pair that a figure converts: a linked deal or order into its plan's currency, and every currency into the workspace's.
# A pair is missing when the rate of its earliest day is: rates are looked up backwards in time only.
_MISSING = """
    WITH used AS (
      SELECT d.currency AS base, p.currency AS quote, coalesce(d.close_date, %(today)s) AS day
      FROM keystead_revenuelink l JOIN keystead_deal d ON d.id = l.deal_id JOIN keystead_plan p ON p.id = l.plan_id
      WHERE l.workspace_id = %(workspace)s AND d.currency <> p.currency
      UNION ALL
      SELECT o.currency, p.currency, o.order_date
      FROM keystead_revenuelink l JOIN keystead_order o ON o.id = l.order_id JOIN keystead_plan p ON p.id = l.plan_id
      WHERE l.workspace_id = %(workspace)s AND o.currency <> p.currency
      UNION ALL
      SELECT d.currency, w.currency, coalesce(d.close_date, %(today)s)
      FROM keystead_deal d JOIN keystead_workspace w ON w.id = d.workspace_id
      WHERE d.workspace_id = %(workspace)s AND d.currency <> w.currency
    ), pairs AS (SELECT base, quote, min(least(day, %(today)s)) AS day, count(*) AS rows FROM used GROUP BY base, quote)
    SELECT pairs.base, pairs.quote, pairs.day, pairs.rows
    FROM pairs CROSS JOIN LATERAL keystead_rate_on(pairs.base, pairs.quote, pairs.day) found
    WHERE found.rate IS NULL ORDER BY pairs.rows DESC, pairs.base, pairs.quote
"""


@dataclass(frozen=True, slots=True)
class MissingPair:
    """`rows` deals and orders are in `base` and counted in `quote`; the earliest needs a rate on or before `day`."""

    base: str
    quote: str
    day: date
    rows: int


def missing_pairs(*, today: date) -> list[MissingPair]:
    """What the open workspace cannot convert, most used first."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"workspace": current_workspace(), "today": today})
        return [MissingPair(*row) for row in cursor.fetchall()]

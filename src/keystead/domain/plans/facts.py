"""The revenue rows of plans, each with its part in the figures or the reason why it has none, converted by the rate policy.

One SQL statement gives every row of any number of plans; `sums` folds it in the database, `rows` lists it. Both read the same
text, so a figure and its explanation cannot disagree. Conversion is amount × rate, unrounded: rounding is for display only.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from keystead.base.money import EXACT
from keystead.base.scope import current_workspace
from keystead.data.deals.models import Deal, Order
from keystead.data.query_sql import seen
from keystead.data.workspace.models import Member

# Rate policies (features N2). "plan": frozen at approval, before that the rate of the plan's first day (or of today, if that is
# earlier). "transaction_date": the row's own day, for a day to come the latest known. "current": the latest known.
# A row of orders whose deal is still open counts in the pipeline through its deal, never twice.
# A rate is looked up once for all rows that need the same one: the first of them asks and hands it to the others. A join with the
# distinct pairs would be left to the planner, who cannot know how many they are: it looked up half a million for 1,300 rows.
# The day comes first: it is what differs, and cheaper to compare than a code.
# Each OFFSET 0 is a fence: links and orders are found one by one in their indexes instead of all being read, and a row's part is
# found once instead of again wherever it is named.
_FACTS = """
WITH plans AS (
  SELECT id AS plan_id, currency AS quote, rate_policy, least(start_date, %(today)s) AS plan_day,
    coalesce(%(source)s::text, revenue_source) AS revenue_source, counts_list_price
  FROM keystead_plan WHERE workspace_id = %(workspace)s AND id = ANY(%(plans)s)
), {more_tables}linked AS (
  SELECT plans.*, l.deal_id, l.order_id, l.via FROM plans CROSS JOIN LATERAL (
    SELECT deal_id, order_id, via FROM {links} WHERE plan_id = plans.plan_id AND workspace_id = %(workspace)s OFFSET 0
  ) l
), rows AS (
  SELECT l.plan_id, l.quote, l.rate_policy, l.plan_day, l.revenue_source,
    d.id, 'deal' AS kind, d.status, d.close_date AS day, l.via, d.product_id,
    product.list_price IS NOT NULL AS by_list_price,
    coalesce(d.amount, product.list_price) AS amount, coalesce(product.list_price_currency, d.currency) AS base,
    coalesce(d.probability, s.probability) AS probability,
    {deal_visible} AS visible
  FROM linked l
  JOIN keystead_deal d ON d.id = l.deal_id
  LEFT JOIN keystead_stage s ON s.id = d.stage_id
  LEFT JOIN LATERAL (
    SELECT list_price, list_price_currency FROM keystead_product
    WHERE id = d.product_id AND list_price IS NOT NULL AND d.amount IS NULL AND l.counts_list_price AND d.status = 'open'
    OFFSET 0
  ) product ON true
  UNION ALL
  SELECT l.plan_id, l.quote, l.rate_policy, l.plan_day, l.revenue_source, o.id, o.kind,
    coalesce(d.status, ''), o.order_date, l.via, coalesce(o.product_id, d.product_id), false, o.amount, o.currency, NULL,
    {order_visible}
  FROM linked l
  CROSS JOIN LATERAL (SELECT * FROM keystead_order WHERE id = l.order_id OFFSET 0) o
  LEFT JOIN keystead_deal d ON d.id = o.deal_id
), parted AS (
  SELECT rows.*,
    CASE
      WHEN kind = 'deal' AND status = 'lost' THEN 'lost'
      WHEN kind = 'deal' AND status = 'won' AND revenue_source <> 'won_deals' THEN 'other_source'
      WHEN kind <> 'deal' AND revenue_source = 'won_deals' THEN 'other_source'
      WHEN kind <> 'deal' AND kind || 's' <> revenue_source AND kind <> revenue_source THEN 'other_source'
      WHEN kind <> 'deal' AND status = 'open' THEN 'deal_still_open'
      WHEN kind = 'scheduled' AND status = 'lost' THEN 'deal_lost'
      WHEN amount IS NULL THEN 'no_amount'
      WHEN NOT visible AND NOT %(include_hidden)s THEN 'no_access'
      ELSE '' END AS reason,
    CASE WHEN kind = 'deal' AND status = 'open' THEN 'pipeline' ELSE 'won' END AS part,
    CASE rate_policy WHEN 'plan' THEN plan_day WHEN 'current' THEN %(today)s ELSE least(day, %(today)s) END AS rate_day
  FROM rows OFFSET 0
), known AS (
  SELECT parted.*,
    CASE WHEN frozen.id IS NULL AND parted.base = parted.quote THEN 1 ELSE frozen.rate END AS known_rate,
    CASE WHEN frozen.id IS NULL AND parted.base = parted.quote THEN parted.rate_day ELSE frozen.rate_date END AS known_date,
    reason = '' AND frozen.id IS NULL AND parted.base <> parted.quote AS lacks
  FROM parted
  LEFT JOIN keystead_planrate frozen
    ON reason = '' AND rate_policy = 'plan' AND frozen.plan_id = parted.plan_id AND frozen.base = parted.base
    AND frozen.quote = parted.quote
  OFFSET 0
), turns AS (
  SELECT *, lacks AND row_number() OVER (PARTITION BY rate_day, base, quote, lacks) = 1 AS asks FROM known
), asked AS (
  SELECT turns.*, found.rate AS own_rate, found.rate_date AS own_date, found.via AS own_via
  FROM turns
  LEFT JOIN LATERAL (
    SELECT * FROM keystead_rate_on(turns.base, turns.quote, turns.rate_day) WHERE asks
    OFFSET 0  -- asked before the function runs, not after
  ) found ON true
), rated AS (
  SELECT asked.*,
    CASE WHEN lacks THEN max(own_rate) OVER alike WHEN reason = '' THEN known_rate END AS rate,
    CASE WHEN lacks THEN max(own_date) OVER alike WHEN reason = '' THEN known_date END AS rate_date,
    max(own_via) OVER alike AS rate_via
  FROM asked WINDOW alike AS (PARTITION BY rate_day, base, quote, lacks)
), facts AS (
  SELECT rated.*, amount * rate AS converted,
    CASE WHEN reason = '' AND rate IS NULL THEN 'missing_rate' ELSE reason END AS left_out
  FROM rated
)
"""

# Of each plan, what its rows in a table like `facts` come to.
SUMS = """
SELECT plan_id,
  coalesce(sum(converted) FILTER (WHERE left_out = '' AND part = 'won'), 0),
  coalesce(sum(converted) FILTER (WHERE left_out = '' AND part = 'pipeline'), 0),
  coalesce(sum(converted * probability * 0.01) FILTER (WHERE left_out = '' AND part = 'pipeline'), 0),
  count(*) FILTER (WHERE NOT visible AND left_out IN ('', 'no_access')),
  count(*) FILTER (WHERE left_out = ''),
  coalesce(jsonb_agg(DISTINCT jsonb_build_object('base', base, 'quote', quote, 'date', rate_day, 'part', part))
    FILTER (WHERE left_out = 'missing_rate'), '[]')
FROM {table} GROUP BY plan_id
"""

_ROWS = """
SELECT id, kind, status, day, via, part, left_out, amount, base, by_list_price, probability, rate, rate_date, rate_via, rate_day,
  converted, visible
FROM facts WHERE plan_id = %(plan)s ORDER BY part DESC, converted DESC NULLS LAST, day, id
"""


@dataclass(frozen=True, slots=True)
class MissingPair:
    """No rate from `base` to `quote` on or before `date`; `part` says which figure lacks the row."""

    base: str
    quote: str
    date: date
    part: str


@dataclass(frozen=True, slots=True)
class Sums:
    """A plan's sums in its currency, unrounded. `hidden`: rows that the viewer may not open, left out or included by policy."""

    won: Decimal
    pipeline: Decimal
    weighted_pipeline: Decimal
    hidden: int
    counted: int
    missing: tuple[MissingPair, ...]


@dataclass(frozen=True, slots=True)
class FactRow:
    """One revenue row of a plan; `left_out` is the reason, or "" when it counts in `part` ("won" or "pipeline")."""

    id: UUID
    kind: str
    status: str
    day: date | None
    via: str
    part: str
    left_out: str
    amount: Decimal | None
    currency: str
    by_list_price: bool
    probability: Decimal | None
    rate: Decimal | None
    rate_date: date | None
    rate_via: str | None
    rate_day: date | None
    converted: Decimal | None
    visible: bool

    def fits(self, *, counts_in: str = "", kind: str = "") -> bool:
        """Whether it counts there ("left_out": in nothing) and is of the kind (deal, order, invoice, scheduled); "" is any."""
        return counts_in in ("", "left_out" if self.left_out else self.part) and kind in ("", self.kind)


NOTHING = Sums(Decimal(0), Decimal(0), Decimal(0), 0, 0, ())


def facts_query(
    tail: str, *, plans: Collection[UUID], viewer: Member | None, include_hidden: bool, today: date, source: str | None = None,
    links: str = "keystead_revenuelink", more_tables: str = "",
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """The statement that ends in `tail`, which reads the table `facts`, and its parameters.

    `links` may name another table of the same shape (defined by `more_tables`) whose rows take the place of the links: that is
    how last year's revenue is computed by the very same rules, beside this year's.
    """
    parameters: dict[str, Any] = {
        "workspace": current_workspace(), "plans": list(plans), "today": today, "include_hidden": include_hidden,
        "source": source,
    }  # fmt: skip
    facts = _FACTS.format(
        deal_visible=seen(viewer, Deal.objects, "d", parameters) if viewer else "true",
        order_visible=seen(viewer, Order.objects, "o", parameters) if viewer else "true",
        links=links,
        more_tables=more_tables,
    )
    return facts + tail, parameters


def sums(
    *, plans: Collection[UUID], viewer: Member | None, include_hidden: bool, today: date, source: str | None = None
) -> Mapping[UUID, Sums]:
    """The sums of these plans, in one query. `viewer=None` sees all (snapshots, jobs that report to nobody).

    `source` asks what the sums would be with another revenue source, before it is chosen.
    """
    statement, parameters = facts_query(
        SUMS.format(table="facts"), plans=plans, viewer=viewer, include_hidden=include_hidden, today=today, source=source
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = {row[0]: sums_of(row[1:]) for row in cursor.fetchall()}
    return {plan: found.get(plan, NOTHING) for plan in plans}


def sums_of(row: Any) -> Sums:
    """What the columns of `SUMS` behind the plan say."""
    missing = json.loads(row[5]) if isinstance(row[5], str) else row[5]
    pairs = sorted(
        {MissingPair(m["base"], m["quote"], date.fromisoformat(m["date"]), m["part"]) for m in missing},
        key=lambda pair: (pair.date, pair.base, pair.part),
    )
    return Sums(row[0], row[1], row[2], row[3], row[4], tuple(pairs))


def summed(found: Iterable[FactRow], quote: str) -> Sums:
    """What `sums` gives for a plan in the currency `quote`, for whoever has all its rows already: exact to the last digit."""
    parts = {"won": Decimal(0), "pipeline": Decimal(0), "weighted": Decimal(0)}
    hidden = counted = 0
    pairs: set[MissingPair] = set()
    for row in found:
        hidden += not row.visible and row.left_out in ("", "no_access")
        counted += not row.left_out
        if row.left_out == "missing_rate":
            assert row.rate_day is not None
            pairs.add(MissingPair(row.currency, quote, row.rate_day, row.part))
        if row.left_out:
            continue
        assert row.converted is not None
        parts[row.part] = EXACT.add(parts[row.part], row.converted)
        if row.part == "pipeline" and row.probability is not None:
            share = EXACT.multiply(row.converted, EXACT.multiply(row.probability, Decimal("0.01")))
            parts["weighted"] = EXACT.add(parts["weighted"], share)
    missing = sorted(pairs, key=lambda pair: (pair.date, pair.base, pair.part))
    return Sums(parts["won"], parts["pipeline"], parts["weighted"], hidden, counted, tuple(missing))


def rows(*, plan: UUID, viewer: Member | None, include_hidden: bool, today: date) -> list[FactRow]:
    """Every row linked to the plan, counted or left out, won first and the largest first."""
    statement, parameters = facts_query(_ROWS, plans=[plan], viewer=viewer, include_hidden=include_hidden, today=today)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | {"plan": plan})
        return [FactRow(*row) for row in cursor.fetchall()]

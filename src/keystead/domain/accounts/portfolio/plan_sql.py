"""The steps of the portfolio's SQL that know of plans: which there are, which accounts they cover, what they aim at."""

PLAN = """plan AS MATERIALIZED (
  SELECT p.id, p.account_id, p.name, p.status, p.includes_descendants, p.target, p.currency, p.start_date,
    p.revenue_source <> 'won_deals' AS counts_otherwise,
    least(p.end_date, %(end)s) - greatest(p.start_date, %(start)s) + 1 AS days_in,
    p.end_date - p.start_date + 1 AS days, least(p.start_date, %(today)s) AS rate_day,
    array_position(ARRAY['approved', 'submitted', 'draft', 'rejected'], p.status::text) AS rank
  FROM keystead_plan p
  WHERE p.workspace_id = %(workspace)s AND p.status <> 'archived' AND {plan_scope}
    AND p.start_date <= %(end)s AND p.end_date >= %(start)s AND {plan_visible}
)"""

# `wide`: the accounts strictly below those that stand for their subtree.
WIDE = """below AS (
  {trees}
  UNION  -- not UNION ALL: a circle of parents must end
  -- OFFSET 0: few start here, so that looking up each one's children beats reading all accounts
  SELECT b.row_id, c.id FROM below b
  CROSS JOIN LATERAL (SELECT id FROM keystead_account WHERE parent_id = b.account_id OFFSET 0) c
), wide AS MATERIALIZED (
  SELECT row_id, account_id FROM below WHERE account_id <> row_id
)"""
OF_PLANS = "SELECT account_id AS row_id, account_id FROM plan WHERE includes_descendants"

# One rate for every distinct pair of `pairs`.
RATES = """rates AS MATERIALIZED (
  SELECT pairs.*, found.rate, found.rate_date, found.via
  FROM pairs LEFT JOIN LATERAL keystead_rate_on(pairs.currency, %(quote)s, pairs.rate_day) found ON true
)"""
TARGET_PAIRS = "SELECT currency, rate_day FROM plan WHERE target IS NOT NULL AND currency <> %(quote)s"

AIM = """aim AS MATERIALIZED (
  -- divided last: rounded once
  SELECT counted.*, CASE WHEN days_in = days THEN whole ELSE whole * days_in / days END AS converted
  FROM (
    SELECT plan.*, rates.rate, rates.rate_date, rates.via,
      target * CASE WHEN currency = %(quote)s THEN 1 ELSE rates.rate END AS whole
    FROM plan LEFT JOIN rates USING (currency, rate_day)
  ) counted
)"""

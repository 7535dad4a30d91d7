"""Where the portfolio's figures per account come from: from the deals themselves, or from lines that are kept of them.

Either source ends in the same two steps, so that what follows cannot tell them apart:

    by_account   the figures of each account (per group key, when deals make the groups)
    lack         for each currency and day without a rate: how many deals are left out

and has a step `rates` on the way, with a rate for every distinct (currency, day) among the plans' targets.
"""

from keystead.domain.accounts.portfolio.columns import UNOPENED
from keystead.domain.accounts.portfolio.plan_sql import RATES, TARGET_PAIRS

RATE_DAY = "CASE WHEN %(rate_policy)s = 'current' THEN %(today)s ELSE least({close_date}, %(today)s) END"

FACTS = (
    """deal AS MATERIALIZED (
  SELECT d.id, d.account_id, d.status, d.close_date, d.amount, d.currency,
    coalesce(d.probability, s.probability) AS probability, {deal_key} AS own_key, {deal_visible} AS visible, """
    + RATE_DAY.format(close_date="d.close_date")
    + """ AS rate_day
  FROM keystead_deal d
  LEFT JOIN keystead_stage s ON s.id = d.stage_id
  {deal_join}
  WHERE d.workspace_id = %(workspace)s AND d.close_date BETWEEN %(start)s AND %(end)s AND d.status IN ('won', 'open')
    AND {deal_scope}
), pairs AS (
  SELECT currency, rate_day FROM deal WHERE amount IS NOT NULL AND (visible OR %(include_hidden)s) AND currency <> %(quote)s
  UNION {target_pairs}
)"""
    + f", {RATES}"
    + """, fact AS MATERIALIZED (
  SELECT deal.*, {fact_key} AS key, rates.rate, rates.rate_date, rates.via,
    CASE WHEN currency = %(quote)s THEN deal.amount ELSE deal.amount * rates.rate END AS converted,
    CASE
      WHEN amount IS NULL THEN 'no_amount'
      WHEN NOT visible AND NOT %(include_hidden)s THEN 'no_access'
      WHEN currency <> %(quote)s AND rates.rate IS NULL THEN 'missing_rate'
      ELSE '' END AS reason
  FROM deal LEFT JOIN rates USING (currency, rate_day)
)"""
)

SUMS = """
    coalesce(sum(converted) FILTER (WHERE reason = '' AND status = 'won'), 0) AS won,
    coalesce(sum(converted) FILTER (WHERE reason = '' AND status = 'open'), 0) AS pipeline,
    coalesce(sum(converted * probability * 0.01) FILTER (WHERE reason = '' AND status = 'open'), 0) AS weighted_pipeline,
    count(*) FILTER (WHERE reason = '') AS deals"""
UNRATED = "count(*) FILTER (WHERE reason = 'missing_rate') AS unrated"

_FROM_DEALS = f"""{FACTS}, by_account AS MATERIALIZED (
  SELECT account_id, key, {SUMS},
    count(*) FILTER (WHERE NOT visible AND reason IN ('', 'no_access')) AS hidden, {UNRATED}
  FROM fact GROUP BY account_id, key
), lack AS (
  SELECT currency, rate_day, count(*) AS deals FROM fact WHERE reason = 'missing_rate' GROUP BY currency, rate_day
)"""

# Nobody keeps figures for a reader from whom something is hidden.
_FROM_KEPT = f"""pairs AS (SELECT DISTINCT * FROM ({TARGET_PAIRS}) of_targets), {RATES}, by_account AS MATERIALIZED (
  SELECT l.account_id, {{line_key}} AS key, {{line_sums}}
  FROM {{lines}} {{line_join}}
  WHERE l.workspace_id = %(workspace)s AND l.period_id = %(kept)s {{line_group}}
  {{estimate}}
), lack AS (
  SELECT currency, {RATE_DAY.format(close_date="close_date")} AS rate_day, sum(deals)::bigint AS deals
  FROM keystead_keptlack WHERE workspace_id = %(workspace)s AND period_id = %(kept)s AND {{lack_scope}} GROUP BY 1, 2
)"""
# Always empty. Rows just written are not in the statistics yet: the planner would take ten thousand lines for one, and look each
# account up among all of them.
_MANY = "UNION ALL SELECT NULL::uuid, '{}'::text[], 0, 0, 0, 0, 0, 0 FROM generate_series(1, 10000) WHERE random() < 0"
_OF_PAGE = """(SELECT DISTINCT account_id FROM cover) c CROSS JOIN LATERAL (
    SELECT * FROM keystead_keptline
    WHERE workspace_id = %(workspace)s AND period_id = %(kept)s AND account_id = c.account_id OFFSET 0) l"""
_KEPT = "l.won, l.pipeline, l.weighted_pipeline, l.deals::bigint, 0::bigint AS hidden, l.unrated::bigint"
_KEPT_SUMMED = """sum(l.won) AS won, sum(l.pipeline) AS pipeline, sum(l.weighted_pipeline) AS weighted_pipeline,
    sum(l.deals) AS deals, 0::bigint AS hidden, sum(l.unrated) AS unrated"""


def told_key(own_key: str, visible: str) -> str:
    """Whose a deal is that the reader may not open is not told: all of them are one group.

    SQL of the deal's parts of a key as an array, from those parts as they are and the condition that she may open it.
    """
    return f"CASE WHEN {visible} THEN {own_key} ELSE array_fill('{UNOPENED}'::text, ARRAY[cardinality({own_key})]) END"


def from_deals(*, key: str, join: str, visible: str, scope: str) -> str:
    """`key` groups deals (`d`, `m` its owner through `join`); `visible` and `scope` are conditions on them."""
    return _FROM_DEALS.format(
        deal_key=key, fact_key=told_key("own_key", "visible"), deal_join=join, deal_visible=visible, deal_scope=scope,
        target_pairs=TARGET_PAIRS,
    )  # fmt: skip


def from_kept(*, key: str, join: str, is_by_owner: bool, is_narrowed: bool, is_of_page: bool) -> str:
    """The same from the lines of the period %(kept)s; `key` and `join` as above, over lines (`d`) instead of deals.

    `is_of_page`: a few accounts are covered, whose lines are looked up one by one.
    """
    return _FROM_KEPT.format(
        lines=_OF_PAGE if is_of_page else "keystead_keptline l",
        estimate="" if is_of_page else _MANY,
        line_key=key.replace("d.", "l."),
        line_sums=_KEPT_SUMMED if is_by_owner else _KEPT,
        line_join=join.replace("d.", "l."),
        line_group="GROUP BY 1, 2" if is_by_owner else "",
        lack_scope="account_id IN (SELECT account_id FROM cover)" if is_narrowed else "true",
    )

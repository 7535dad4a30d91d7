"""The end of the portfolio's SQL: lines, groups and totals of a query in one statement, each as JSON with exact numbers."""

from keystead.domain.accounts.portfolio_columns import COLUMNS, FIGURES, GROUPS, Grouping
from keystead.domain.accounts.portfolio_query import PortfolioQuery
from keystead.domain.accounts.portfolio_summary import MOVING_UP

_ADDED = """coalesce(sum(won), 0) AS won, coalesce(sum(pipeline), 0) AS pipeline,
    coalesce(sum(weighted_pipeline), 0) AS weighted_pipeline, coalesce(sum(deals), 0) AS deals,
    coalesce(sum(hidden), 0) AS hidden, coalesce(sum(unrated), 0) AS unrated"""
_COUNTED = f"""count(*) AS accounts, count(plans) AS with_plan, sum(target) AS target,
    coalesce(sum(unrated_targets), 0) AS unrated_targets, coalesce(sum(deals), 0) AS row_deals,
    count(*) FILTER (WHERE {MOVING_UP}) AS moving_up"""

_KEPT_SUMS = """SELECT won, pipeline, weighted_pipeline, deals, 0 AS hidden, unrated
    FROM keystead_keptperiod k WHERE k.workspace_id = %(workspace)s AND k.id = %(kept)s"""

# A group of accounts adds up its covered accounts once each; a group of deals takes its own deals of every covered account.
_ONCE_BY_ACCOUNT = f"""
  SELECT g.key, {_ADDED} FROM (SELECT DISTINCT f.key, c.account_id FROM figured f JOIN cover c ON c.row_id = f.id) g
  JOIN by_account b USING (account_id) GROUP BY g.key
"""
_ONCE_BY_DEAL = f"SELECT b.key, {_ADDED} FROM {{covered}}by_account b{{using}} GROUP BY b.key"

_GROUPS = """
, counted AS (SELECT key, {counted} FROM figured GROUP BY key),
once AS ({once}),
grouped AS (
  SELECT c.*, coalesce(o.won, 0) AS won, coalesce(o.pipeline, 0) AS pipeline,
    coalesce(o.weighted_pipeline, 0) AS weighted_pipeline, coalesce(o.deals, 0) AS deals, coalesce(o.hidden, 0) AS hidden,
    coalesce(o.unrated, 0) AS unrated
  FROM counted c LEFT JOIN once o USING (key)
), turns AS MATERIALIZED (
  -- what has no name or no deal comes last, whatever the order
  SELECT grouped.*, {label} AS label,
    row_number() OVER (ORDER BY key = '-', key = '=', {order} lower({label}), key) AS turn
  FROM grouped {join}
)
"""
LINE = """id AS account_id, name, industry, country, segment_current, segment_target, is_key, owner_id, owner_name, covers_tree,
    coalesce(plans, 0) AS plans, plan_id, plan_name, plan_status, coalesce(is_prorated, false) AS is_prorated, key AS group,
    {target} AS target, won, pipeline, weighted_pipeline, deals, hidden, unrated,
    coalesce(unrated_targets, 0) AS unrated_targets"""

_ALL = """
, page AS MATERIALIZED (SELECT * FROM figured {turns} ORDER BY {order}, name, id LIMIT %(limit)s OFFSET %(offset)s)
SELECT
  -- (kept figures may be forgotten between two statements)
  (%(kept)s::uuid IS NULL OR EXISTS (SELECT FROM keystead_keptperiod k WHERE k.workspace_id = %(workspace)s AND k.id = %(kept)s)),
  {groups},
  (SELECT jsonb_agg(to_jsonb(l) - 'turn' ORDER BY l.turn)::text FROM (
    SELECT {line}, row_number() OVER () AS turn FROM page figured) l),
  (SELECT count(*) FROM figured),
  {foot},
  {missing},
  (SELECT to_jsonb(t)::text FROM (
    SELECT c.*, o.* FROM (SELECT {counted} FROM whole) c, ({added}) o) t)
"""
# There may be nearly as many groups as accounts: a page needs those that its lines stand in.
_TOLD = """(
  SELECT jsonb_agg(to_jsonb(g) ORDER BY g.turn)::text FROM turns g
  WHERE NOT %(groups_of_page)s OR g.key IN (SELECT key FROM page))"""
_MISSING = """(
  SELECT jsonb_agg(to_jsonb(m) ORDER BY m.base)::text FROM (
    SELECT currency AS base, min(rate_day) AS first, max(rate_day) AS last, count(DISTINCT rate_day) AS days,
      sum(deals)::bigint AS deals, sum(targets)::bigint AS targets
    FROM (
      SELECT currency, rate_day, deals, 0 AS targets FROM lack
      UNION ALL
      SELECT currency, rate_day, 0, 1 FROM aim WHERE target IS NOT NULL AND converted IS NULL
    ) lacking GROUP BY currency) m)"""

# Exact for an even number of values too: percentile_cont would go through floating point.
_AGGREGATES = {
    "avg": "avg({0})",
    "median": "(percentile_disc(0.5) WITHIN GROUP (ORDER BY {0}) + percentile_disc(0.5) WITHIN GROUP (ORDER BY {0} DESC)) / 2.0",
    "min": "min({0})",
    "max": "max({0})",
    "count": "count({0})",
}
_LABELS = {
    "member": "LEFT JOIN keystead_member words ON words.id::text = substr(key, 2)",
    "account": "LEFT JOIN keystead_account words ON words.id::text = substr(key, 2)",
}


def tail(query: PortfolioQuery, *, is_of_kept: bool = False) -> str:
    """What follows the chain of steps; parameters: limit (None for all), offset, groups_of_page.

    `is_of_kept`: the lines cover every account, so that the kept sums are their total.
    """
    grouping = GROUPS.get(query.group)
    order = [f"{COLUMNS[sort.column].order} {'DESC' if sort.is_descending else 'ASC'} NULLS LAST" for sort in query.order]
    covered = ", covered AS MATERIALIZED (SELECT DISTINCT c.account_id FROM whole w JOIN cover c ON c.row_id = w.id)"
    final = _ALL.format(
        groups=_TOLD if grouping else "NULL",
        line=LINE.format(target="figured.target"),
        order=", ".join((["group_turn"] if grouping else []) + order),
        turns="JOIN (SELECT key, turn AS group_turn FROM turns) turns USING (key)" if grouping else "",
        foot=_foot(query),
        missing=_MISSING,
        counted=_COUNTED,
        added=_KEPT_SUMS if is_of_kept else f"SELECT {_ADDED} FROM covered JOIN by_account USING (account_id)",
    )
    return covered + (_groups(grouping, query, is_of_kept=is_of_kept) if grouping else "") + final


def _groups(grouping: Grouping, query: PortfolioQuery, *, is_of_kept: bool) -> str:
    """Groups follow the first sort when it is a figure, else their words (segments their rank)."""
    label = "words.name" if grouping.labels in _LABELS else "substr(key, 2)"
    first = query.order[0]
    if first.column in FIGURES:
        order = f"{COLUMNS[first.column].order} {'DESC' if first.is_descending else 'ASC'} NULLS LAST,"
    elif grouping.labels == "segment":
        order = COLUMNS["segment"].order.replace("segment_current", "substr(key, 2)") + " DESC,"
    else:
        order = ""
    return _GROUPS.format(
        counted=_COUNTED,
        once=_once_by_deal(is_of_kept=is_of_kept) if grouping.is_of_deals else _ONCE_BY_ACCOUNT,
        label=label,
        order=order,
        join=_LABELS.get(grouping.labels, ""),
    )


def _once_by_deal(*, is_of_kept: bool) -> str:
    if is_of_kept:
        return _ONCE_BY_DEAL.format(covered="", using="")
    return _ONCE_BY_DEAL.format(covered="covered JOIN ", using=" USING (account_id)")


def _foot(query: PortfolioQuery) -> str:
    """The aggregates over the lines that the footer was asked for, as one JSON object."""
    pairs = [
        f"'{column}', (SELECT {_AGGREGATES[how].format(f'({COLUMNS[column].order})')} FROM figured)"
        for column, how in query.foot.items()
        if how in _AGGREGATES and column in FIGURES
    ]
    return f"jsonb_build_object({', '.join(pairs)})::text" if pairs else "NULL"

"""The portfolio's SQL: one chain of steps that the page, the totals and the explanations all read, so that they cannot disagree.

    picked    the accounts that the viewer may see and that pass the filters
    plan      their plans that share a day with the period
    cover     which accounts each picked one stands for: itself, or its subtree
    deal      the open and won deals of the period at any covered account, once each
    rates     one rate for every distinct (currency, day) among deals and targets
    aim       each plan's target, its share of the period, converted
    fact      each deal converted, or the reason why it does not count
    by_account   the facts added up per account (and per group key, when deals make the groups)
    whole     one line per picked account
    figured   the lines that are shown: `whole`, or the shares of each account in each group

Amounts are exact until they are shown. A rate that is not there leaves its rows out and is named; it is never 1.
"""

import re
from datetime import date
from typing import Any

from django.db.models import QuerySet

from keystead.base.scope import current_workspace
from keystead.data.deals.models import Deal
from keystead.data.permissions import Reach, reach
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member, RatePolicy
from keystead.domain.accounts.portfolio_columns import GROUPS, Grouping
from keystead.domain.accounts.portfolio_query import PortfolioQuery, picked_accounts

_STEPS = """
WITH RECURSIVE picked AS MATERIALIZED (
  SELECT a.id, a.name, a.industry, a.country, a.segment_current, a.segment_target, a.is_key, a.parent_id,
    a.owner_id, o.name AS owner_name, {account_key} AS key
  FROM keystead_account a
  LEFT JOIN keystead_member o ON o.id = a.owner_id
  {account_join}
  WHERE a.workspace_id = %(workspace)s AND a.id IN ({picked})
), plan AS MATERIALIZED (
  SELECT p.id, p.account_id, p.name, p.status, p.includes_descendants, p.target, p.currency, p.start_date,
    least(p.end_date, %(end)s) - greatest(p.start_date, %(start)s) + 1 AS days_in,
    p.end_date - p.start_date + 1 AS days, least(p.start_date, %(today)s) AS rate_day,
    array_position(ARRAY['approved', 'submitted', 'draft', 'rejected'], p.status::text) AS rank
  FROM keystead_plan p
  WHERE p.workspace_id = %(workspace)s AND p.account_id IN (SELECT id FROM picked) AND p.status <> 'archived'
    AND p.start_date <= %(end)s AND p.end_date >= %(start)s AND {plan_visible}
), below AS (
  {trees}
  UNION  -- not UNION ALL: a circle of parents must end
  SELECT b.row_id, c.id FROM below b JOIN keystead_account c ON c.parent_id = b.account_id
), cover AS MATERIALIZED (
  SELECT id AS row_id, id AS account_id FROM picked UNION SELECT row_id, account_id FROM below
), deal AS MATERIALIZED (
  SELECT d.id, d.account_id, d.status, d.close_date, d.amount, d.currency,
    coalesce(d.probability, s.probability) AS probability, {deal_key} AS key, {deal_visible} AS visible,
    CASE WHEN %(rate_policy)s = 'current' THEN %(today)s ELSE least(d.close_date, %(today)s) END AS rate_day
  FROM keystead_deal d
  LEFT JOIN keystead_stage s ON s.id = d.stage_id
  {deal_join}
  WHERE d.workspace_id = %(workspace)s AND d.close_date BETWEEN %(start)s AND %(end)s AND d.status IN ('won', 'open')
    AND {deal_scope}
), pairs AS (
  SELECT currency, rate_day FROM deal WHERE amount IS NOT NULL AND (visible OR %(include_hidden)s) AND currency <> %(quote)s
  UNION
  SELECT currency, rate_day FROM plan WHERE target IS NOT NULL AND currency <> %(quote)s
), rates AS MATERIALIZED (
  SELECT pairs.*, found.rate, found.rate_date, found.via
  FROM pairs LEFT JOIN LATERAL keystead_rate_on(pairs.currency, %(quote)s, pairs.rate_day) found ON true
), fact AS MATERIALIZED (
  SELECT deal.*, rates.rate, rates.rate_date, rates.via,
    CASE WHEN currency = %(quote)s THEN deal.amount ELSE deal.amount * rates.rate END AS converted,
    CASE
      WHEN amount IS NULL THEN 'no_amount'
      WHEN NOT visible AND NOT %(include_hidden)s THEN 'no_access'
      WHEN currency <> %(quote)s AND rates.rate IS NULL THEN 'missing_rate'
      ELSE '' END AS reason
  FROM deal LEFT JOIN rates USING (currency, rate_day)
), by_account AS MATERIALIZED (
  SELECT account_id, key,
    coalesce(sum(converted) FILTER (WHERE reason = '' AND status = 'won'), 0) AS won,
    coalesce(sum(converted) FILTER (WHERE reason = '' AND status = 'open'), 0) AS pipeline,
    coalesce(sum(converted * probability * 0.01) FILTER (WHERE reason = '' AND status = 'open'), 0) AS weighted_pipeline,
    count(*) FILTER (WHERE reason = '') AS deals,
    count(*) FILTER (WHERE NOT visible AND reason IN ('', 'no_access')) AS hidden,
    count(*) FILTER (WHERE reason = 'missing_rate') AS unrated
  FROM fact GROUP BY account_id, key
), share AS MATERIALIZED (
  SELECT c.row_id, b.key, sum(b.won) AS won, sum(b.pipeline) AS pipeline, sum(b.weighted_pipeline) AS weighted_pipeline,
    sum(b.deals) AS deals, sum(b.hidden) AS hidden, sum(b.unrated) AS unrated
  FROM cover c JOIN by_account b USING (account_id) GROUP BY c.row_id, b.key
), aim AS MATERIALIZED (
  SELECT plan.*, rates.rate, rates.rate_date, rates.via, target * CASE WHEN currency = %(quote)s THEN 1 ELSE rates.rate END
    * CASE WHEN days_in = days THEN 1 ELSE days_in::numeric / days END AS converted
  FROM plan LEFT JOIN rates USING (currency, rate_day)
), planned AS (
  SELECT p.account_id, count(*) AS plans,
    sum(p.converted) AS target,
    bool_or(p.target IS NOT NULL AND p.days_in < p.days) AS is_prorated,
    count(*) FILTER (WHERE p.target IS NOT NULL AND p.converted IS NULL) AS unrated_targets,
    min(p.rank) AS plan_rank,
    (array_agg(p.id ORDER BY p.rank, p.start_date DESC, p.id))[1] AS plan_id,
    (array_agg(p.name ORDER BY p.rank, p.start_date DESC, p.id))[1] AS plan_name,
    (array_agg(p.status ORDER BY p.rank, p.start_date DESC, p.id))[1] AS plan_status
  FROM aim p GROUP BY p.account_id
), whole AS MATERIALIZED (
  SELECT p.*, t.plans, t.target, t.is_prorated, t.unrated_targets, t.plan_rank, t.plan_id, t.plan_name, t.plan_status,
    coalesce(s.won, 0) AS won, coalesce(s.pipeline, 0) AS pipeline, coalesce(s.weighted_pipeline, 0) AS weighted_pipeline,
    coalesce(s.deals, 0) AS deals, coalesce(s.hidden, 0) AS hidden, coalesce(s.unrated, 0) AS unrated,
    wide.row_id IS NOT NULL AS covers_tree
  FROM picked p
  LEFT JOIN planned t ON t.account_id = p.id
  LEFT JOIN (
    SELECT row_id, sum(won) AS won, sum(pipeline) AS pipeline, sum(weighted_pipeline) AS weighted_pipeline, sum(deals) AS deals,
      sum(hidden) AS hidden, sum(unrated) AS unrated
    FROM share GROUP BY row_id
  ) s ON s.row_id = p.id
  LEFT JOIN (SELECT DISTINCT row_id FROM cover WHERE account_id <> row_id) wide ON wide.row_id = p.id
  {below}
), figured AS ({figured})
"""

# Whether an account reaches less than the asked share of its target; without a target nobody can tell.
_BELOW = "WHERE t.target > 0 AND coalesce(s.won, 0) + coalesce(s.pipeline, 0) < %(below)s * t.target"

_TREES = {
    "plan": "SELECT account_id AS row_id, account_id FROM plan WHERE includes_descendants",
    "tree": "SELECT id AS row_id, id AS account_id FROM picked",
    "own": "SELECT id AS row_id, id AS account_id FROM picked WHERE false",
}

# A target belongs to an account, not to whoever owns its deals: in a group of deals there is none.
_SHARES = """
  SELECT w.id, w.name, w.industry, w.country, w.segment_current, w.segment_target, w.is_key, w.owner_id, w.owner_name,
    coalesce(s.key, '-') AS key, w.plans, NULL::numeric AS target, false AS is_prorated, w.unrated_targets, w.plan_rank,
    w.plan_id, w.plan_name, w.plan_status, coalesce(s.won, 0) AS won, coalesce(s.pipeline, 0) AS pipeline,
    coalesce(s.weighted_pipeline, 0) AS weighted_pipeline, coalesce(s.deals, 0) AS deals, coalesce(s.hidden, 0) AS hidden,
    coalesce(s.unrated, 0) AS unrated, w.covers_tree
  FROM whole w LEFT JOIN share s ON s.row_id = w.id AND (s.deals > 0 OR s.hidden > 0 OR s.unrated > 0)
"""
_WHOLE = """
  SELECT id, name, industry, country, segment_current, segment_target, is_key, owner_id, owner_name, key, plans, target,
    is_prorated, unrated_targets, plan_rank, plan_id, plan_name, plan_status, won, pipeline, weighted_pipeline, deals, hidden,
    unrated, covers_tree
  FROM whole
"""

# The highest account above that the viewer may see: a name she may not read cannot head a group.
_TOP = """
  LEFT JOIN LATERAL (
    SELECT t.id FROM unnest(a.lineage) WITH ORDINALITY AS above(id, turn) JOIN keystead_account t ON t.id = above.id
    WHERE {top_visible} ORDER BY above.turn LIMIT 1
  ) top ON true
"""


def statement(query: PortfolioQuery, *, viewer: Member, today: date) -> tuple[str, dict[str, Any]]:
    """The chain of steps for this query, to be followed by a SELECT over them; and its parameters."""
    grouping = GROUPS.get(query.group)
    parameters: dict[str, Any] = {
        "workspace": current_workspace(), "start": query.period.start, "end": query.period.end, "today": today,
        "quote": viewer.workspace.currency, "rate_policy": viewer.workspace.rate_policy, "below": query.below,
        "include_hidden": viewer.workspace.totals_include_hidden,
    }  # fmt: skip
    if viewer.workspace.rate_policy == RatePolicy.PLAN:  # a plan's frozen rates belong to plans; a portfolio spans many
        parameters["rate_policy"] = RatePolicy.TRANSACTION_DATE
    of_account, of_deal = _keys(grouping)
    in_period = {"close_date__gte": query.period.start, "close_date__lte": query.period.end}
    steps = _STEPS.format(
        picked=named(picked_accounts(query, viewer).order_by().values("pk"), "picked", parameters),
        plan_visible=seen(viewer, "plan.read", Plan.objects, "p", parameters),
        deal_visible=seen(viewer, "deal.read", Deal.objects.filter(**in_period), "d", parameters),
        account_key=of_account,
        account_join=_top_join(grouping, viewer, parameters),
        deal_key=of_deal,
        deal_scope=_deal_scope(query, viewer),
        deal_join="LEFT JOIN keystead_member m ON m.id = d.owner_id" if grouping and grouping.is_of_deals else "",
        trees=_TREES[query.covers],
        below=_BELOW if query.below is not None else "",
        figured=_SHARES if grouping and grouping.is_of_deals else _WHOLE,
    )
    return steps, parameters


def _keys(grouping: Grouping | None) -> tuple[str, str]:
    """The group keys of an account and of a deal; the one that does not group is constant."""
    if grouping is None:
        return "'='", "'='"
    key = f"'=' || coalesce({grouping.key}, '')"
    return ("'='", key) if grouping.is_of_deals else (key, "'='")


def _deal_scope(query: PortfolioQuery, viewer: Member) -> str:
    """The deals at covered accounts. When every account is there, every deal with an account is: then the look-up is spared."""
    all_there = reach(viewer, "account.read") is Reach.ALL and not query.is_narrowed
    return "d.account_id IS NOT NULL" if all_there else "d.account_id IN (SELECT account_id FROM cover)"


def _top_join(grouping: Grouping | None, viewer: Member, parameters: dict[str, Any]) -> str:
    if grouping is None or not grouping.key.startswith("top."):
        return ""
    from keystead.data.accounts.models import Account

    return _TOP.format(top_visible=seen(viewer, "account.read", Account.objects, "t", parameters))


def seen(viewer: Member, action: str, rows: Any, alias: str, parameters: dict[str, Any]) -> str:
    """SQL that says whether the viewer may open the row: the permission table's own filter, as a subquery."""
    if reach(viewer, action) is Reach.ALL:
        return "true"
    return (
        f"{alias}.id IN ({named(rows.visible_to(viewer).order_by().values('pk'), f'seen_{alias}{len(parameters)}_', parameters)})"
    )


def named(queryset: QuerySet[Any, Any], prefix: str, parameters: dict[str, Any]) -> str:
    """The queryset's SQL with named parameters, which are added to the others."""
    from django.core.exceptions import EmptyResultSet

    try:
        text, values = queryset.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::uuid WHERE false"
    names = iter(range(len(values)))
    parameters.update({f"{prefix}{number}": value for number, value in enumerate(values)})
    return re.sub(r"%s", lambda _found: f"%({prefix}{next(names)})s", text)

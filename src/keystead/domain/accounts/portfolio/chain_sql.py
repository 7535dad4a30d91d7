"""The portfolio's SQL: one chain of steps that the page, the totals and the explanations all read, so that they cannot disagree.

    picked    the accounts that the viewer may see and that pass the filters; `key`: those parts of a line's key that are theirs
    plan      their plans that share a day with the period
    cover     which accounts each picked one stands for: itself, or its subtree
    by_account   the figures of each account (per the deals' parts of the key, when deals make groups), see source_sql
    aim       each plan's target, its share of the period, converted
    share     the figures of what each line covers
    whole     one line per picked account
    figured   the lines that are shown: `whole`, or the shares of each account in each group; `key` has an entry for each group

Amounts are exact until they are shown. A rate that is not there leaves its rows out and is named; it is never 1.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from keystead.base.scope import current_workspace
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal
from keystead.data.permissions import Reach, reach
from keystead.data.plans.models import Plan
from keystead.data.query_sql import named, seen
from keystead.data.workspace.models import Member, RatePolicy
from keystead.domain.accounts.portfolio.columns import NOTHING_COUNTED, Grouping
from keystead.domain.accounts.portfolio.keeping import Wanted, fresh_period
from keystead.domain.accounts.portfolio.plan_sql import AIM, OF_PLANS, PLAN, WIDE
from keystead.domain.accounts.portfolio.query import PortfolioQuery, picked_accounts
from keystead.domain.accounts.portfolio.source_sql import from_deals, from_kept

_FEW = 2_000  # accounts
_COVER = """
WITH RECURSIVE picked AS MATERIALIZED (
  SELECT a.id, a.name, a.industry, a.country, a.segment_current, a.segment_target, a.is_key, a.parent_id,
    a.owner_id, o.name AS owner_name, {account_key} AS key
  FROM keystead_account a
  LEFT JOIN keystead_member o ON o.id = a.owner_id
  {account_join}
  WHERE a.workspace_id = %(workspace)s AND {picked}{of_accounts}
), {plan}, {wide}, cover AS (
  SELECT id AS row_id, id AS account_id FROM picked UNION ALL SELECT row_id, account_id FROM wide
)"""
_STEPS = """, {source}, tops AS MATERIALIZED ({tops}), share AS (
  SELECT account_id AS row_id, key, won, pipeline, weighted_pipeline, deals, hidden, unrated
  FROM by_account b WHERE NOT EXISTS (SELECT FROM tops WHERE tops.row_id = b.account_id)
  UNION ALL
  {of_trees}
), {aim}, planned AS (
  SELECT p.account_id, count(*) AS plans,
    sum(p.converted) AS target,
    bool_or(p.target IS NOT NULL AND p.days_in < p.days) AS is_prorated,
    count(*) FILTER (WHERE p.target IS NOT NULL AND p.converted IS NULL) AS unrated_targets,
    min(p.rank) AS plan_rank,
    (array_agg(p.id ORDER BY p.rank, p.start_date DESC, p.id))[1] AS plan_id,
    (array_agg(p.name ORDER BY p.rank, p.start_date DESC, p.id))[1] AS plan_name,
    (array_agg(p.status ORDER BY p.rank, p.start_date DESC, p.id))[1] AS plan_status,
    bool_or(p.counts_otherwise) AS counts_otherwise
  FROM aim p GROUP BY p.account_id
), whole AS MATERIALIZED (
  SELECT p.*, t.plans, t.target, t.is_prorated, t.unrated_targets, t.plan_rank, t.plan_id, t.plan_name, t.plan_status,
    t.counts_otherwise,
    coalesce(s.won, 0) AS won, coalesce(s.pipeline, 0) AS pipeline, coalesce(s.weighted_pipeline, 0) AS weighted_pipeline,
    coalesce(s.deals, 0) AS deals, coalesce(s.hidden, 0) AS hidden, coalesce(s.unrated, 0) AS unrated,
    tops.row_id IS NOT NULL AS covers_tree
  FROM picked p
  LEFT JOIN tops ON tops.row_id = p.id
  LEFT JOIN planned t ON t.account_id = p.id
  LEFT JOIN {of_row} s ON s.row_id = p.id
  {below}
), figured AS ({figured})
"""
# What stands for its subtree, and what that comes to: added up, or as it was kept with an answer, whose lines are not of deals.
_TOPS = "SELECT DISTINCT row_id FROM wide"
_OF_TREES = """SELECT c.row_id, b.key, sum(b.won), sum(b.pipeline), sum(b.weighted_pipeline), sum(b.deals)::bigint,
    sum(b.hidden)::bigint, sum(b.unrated)::bigint
  FROM (SELECT row_id, account_id FROM wide UNION ALL SELECT row_id, row_id FROM tops) c JOIN by_account b USING (account_id)
  GROUP BY c.row_id, b.key"""
_KEPT_TOPS = """SELECT account_id AS row_id, won, pipeline, weighted_pipeline, deals, unrated FROM keystead_kepttree
    WHERE workspace_id = %(workspace)s AND answer_id = %(answer)s AND account_id IN (SELECT id FROM picked)"""
_OF_KEPT_TREES = "SELECT row_id, '{}'::text[], won, pipeline, weighted_pipeline, deals, 0::bigint, unrated FROM tops"
# An account's figures when its deals are in several groups: all of them when a filter asks for them, else how many deals.
_COUNTED = """(
    SELECT row_id, 0::numeric AS won, 0::numeric AS pipeline, 0::numeric AS weighted_pipeline, sum(deals)::bigint AS deals,
      0::bigint AS hidden, 0::bigint AS unrated
    FROM share GROUP BY row_id
  )"""
_SUMMED = """(
    SELECT row_id, sum(won) AS won, sum(pipeline) AS pipeline, sum(weighted_pipeline) AS weighted_pipeline,
      sum(deals)::bigint AS deals, sum(hidden)::bigint AS hidden, sum(unrated)::bigint AS unrated
    FROM share GROUP BY row_id
  )"""

# Whether an account reaches less than the asked share of its target; without a target nobody can tell.
_BELOW = "WHERE t.target > 0 AND coalesce(s.won, 0) + coalesce(s.pipeline, 0) < %(below)s * t.target"

_TREES = {
    "plan": OF_PLANS,
    "tree": "SELECT id AS row_id, id AS account_id FROM picked",
    "own": "SELECT id AS row_id, id AS account_id FROM picked WHERE false",
}

# A target belongs to an account, not to whoever owns its deals: in a group of deals there is none.
_SHARES = """
  SELECT w.id, w.name, w.industry, w.country, w.segment_current, w.segment_target, w.is_key, w.owner_id, w.owner_name,
    {key} AS key, w.plans, NULL::numeric AS target, false AS is_prorated, w.unrated_targets, w.plan_rank,
    w.plan_id, w.plan_name, w.plan_status, w.counts_otherwise, coalesce(s.won, 0) AS won, coalesce(s.pipeline, 0) AS pipeline,
    coalesce(s.weighted_pipeline, 0) AS weighted_pipeline, coalesce(s.deals, 0) AS deals, coalesce(s.hidden, 0) AS hidden,
    coalesce(s.unrated, 0) AS unrated, w.covers_tree
  FROM whole w LEFT JOIN share s ON s.row_id = w.id AND (s.deals > 0 OR s.hidden > 0 OR s.unrated > 0)
"""
_PART_OF_DEAL = f"coalesce(s.key[{{}}], '{NOTHING_COUNTED}')"
_WHOLE = """
  SELECT id, name, industry, country, segment_current, segment_target, is_key, owner_id, owner_name, key, plans, target,
    is_prorated, unrated_targets, plan_rank, plan_id, plan_name, plan_status, counts_otherwise,
    won, pipeline, weighted_pipeline, deals, hidden, unrated, covers_tree
  FROM whole
"""

# The highest account above that the viewer may see: a name she may not read cannot head a group.
_TOP = """
  LEFT JOIN LATERAL (
    SELECT t.id FROM unnest(a.lineage) WITH ORDINALITY AS above(id, turn) JOIN keystead_account t ON t.id = above.id
    WHERE {top_visible} ORDER BY above.turn LIMIT 1
  ) top ON true
"""
_TOP_OF_ALL = "LEFT JOIN keystead_account top ON top.id = a.lineage[1]"


def statement(
    query: PortfolioQuery,
    *,
    viewer: Member,
    today: date,
    is_from_deals: bool = False,
    page: str = "",
    kept: UUID | None = None,
    answer: UUID | None = None,
    of_accounts: Sequence[str] = (),
) -> tuple[str, dict[str, Any]]:
    """The chain of steps for this query, to be followed by a SELECT over them; and its parameters.

    `page` is a condition that leaves some of all accounts (`a`), whose plans and figures alone are then looked up. `kept` is a
    kept period that is known to be fresh, `answer` an answer of it that holds what subtrees come to. `of_accounts`: a group, by
    those parts of its key that are the accounts'.

    With `is_from_deals` the step `fact` is there, which explanations list; else kept figures may stand in its place, and
    `parameters["kept"]` names their period (None when they do not).
    """
    is_of_deals = query.is_of_deals
    parameters = _parameters(query, viewer, today, of_accounts) | {"kept": kept, "answer": answer}
    all_there = _are_all_there(query, viewer, of_accounts) and not page
    trees = _TREES["own" if answer else query.covers]
    cover = _cover(query, viewer, parameters, all_there=all_there, page=page, trees=trees)
    of_deal = own_parts(query.groupings, is_of_deals=True)
    deal_join = "LEFT JOIN keystead_member m ON m.id = d.owner_id" if is_of_deals else ""
    if not is_from_deals and sees_all(viewer) and query.accounts is None:
        parameters["kept"] = kept or fresh_period(wanted_of(query, viewer, today), needs_summary=bool(page)).id
        source = from_kept(
            key=of_deal, join=deal_join, is_by_owner=is_of_deals, is_narrowed=not all_there and not page,
            is_of_page=bool(page) or (query.is_narrowed and _are_few(query, viewer)),
        )  # fmt: skip
    else:
        in_period = {"close_date__gte": query.period.start, "close_date__lte": query.period.end}
        visible = seen(viewer, Deal.objects.filter(**in_period), "d", parameters)
        # When every account is there, every deal with an account is: then the look-up is spared.
        scope = "d.account_id IS NOT NULL" if all_there else "d.account_id IN (SELECT account_id FROM cover)"
        source = from_deals(key=of_deal, join=deal_join, visible=visible, scope=scope)
    steps = _STEPS.format(
        aim=AIM,
        source=source,
        tops=_KEPT_TOPS if answer else _TOPS,
        of_trees=_OF_KEPT_TREES if answer else _OF_TREES,
        of_row="share" if not is_of_deals else _COUNTED if query.below is None else _SUMMED,
        below=_BELOW if query.below is not None else "",
        figured=_SHARES.format(key=of_line(query.groupings, "w.key[{}]", _PART_OF_DEAL)) if is_of_deals else _WHOLE,
    )
    return cover + steps, parameters


def covering(query: PortfolioQuery, *, viewer: Member, today: date, of_accounts: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The first steps alone, as far as `cover`, and their parameters; for who reads the deals of the covered accounts himself."""
    parameters = _parameters(query, viewer, today, of_accounts)
    all_there = _are_all_there(query, viewer, of_accounts)
    return _cover(query, viewer, parameters, all_there=all_there, page="", trees=_TREES[query.covers]), parameters


def _parameters(query: PortfolioQuery, viewer: Member, today: date, of_accounts: Sequence[str]) -> dict[str, Any]:
    return {
        "workspace": current_workspace(), "start": query.period.start, "end": query.period.end, "today": today,
        "quote": viewer.workspace.currency, "rate_policy": rate_policy(viewer), "below": query.below,
        "include_hidden": viewer.workspace.totals_include_hidden, "of_accounts": list(of_accounts),
    }  # fmt: skip


def _are_all_there(query: PortfolioQuery, viewer: Member, of_accounts: Sequence[str]) -> bool:
    return sees_all(viewer) and not query.is_narrowed and not of_accounts


def _are_few(query: PortfolioQuery, viewer: Member) -> bool:
    """Whether the lines of those accounts are sooner looked up one by one than found among all that are kept."""
    return picked_accounts(query, viewer).order_by().values("pk")[: _FEW + 1].count() <= _FEW


def _cover(query: PortfolioQuery, viewer: Member, parameters: dict[str, Any], *, all_there: bool, page: str, trees: str) -> str:
    picked = picked_accounts(query, viewer).order_by().values("pk")
    key = own_parts(query.groupings, is_of_deals=False)
    depth = len(parameters["of_accounts"])
    return _COVER.format(
        picked=page
        or ("true" if not query.is_narrowed and sees_all(viewer) else f"a.id IN ({named(picked, 'picked', parameters)})"),
        of_accounts=f" AND ({key})[1:{depth}] = %(of_accounts)s::text[]" if depth else "",
        plan=PLAN.format(
            plan_scope="true" if all_there else "p.account_id IN (SELECT id FROM picked)",
            plan_visible=seen(viewer, Plan.objects, "p", parameters),
        ),
        wide=WIDE.format(trees=trees),
        account_key=key,
        account_join=_top_join(query, viewer, parameters),
    )


def wanted_of(query: PortfolioQuery, viewer: Member, today: date) -> Wanted:
    """What is kept for this query."""
    return Wanted(query.period, viewer.workspace.currency, rate_policy(viewer), today, query.is_of_deals)


def rate_policy(viewer: Member) -> str:
    """transaction_date or current."""
    policy: str = viewer.workspace.rate_policy
    # a plan's frozen rates belong to plans; a portfolio spans many
    return RatePolicy.TRANSACTION_DATE if policy == RatePolicy.PLAN else policy


def sees_all(viewer: Member) -> bool:
    """Whether no account, deal or plan is hidden from her."""
    return all(reach(viewer, f"{noun}.read") is Reach.ALL for noun in ("account", "deal", "plan"))


def own_parts(groupings: Iterable[Grouping], *, is_of_deals: bool) -> str:
    """Those parts of a line's key that are the account's, or those that are the deal's: an array, empty when there is none."""
    parts = [f"'=' || coalesce({each.key}, '')" for each in groupings if each.is_of_deals == is_of_deals]
    return f"ARRAY[{', '.join(parts)}]::text[]"


def of_line(groupings: tuple[Grouping, ...], of_account: str, of_deal: str) -> str:
    """A line's key put together again; the patterns take the number of a part among the account's, among the deal's."""
    places = {False: 0, True: 0}
    parts = []
    for each in groupings:
        places[each.is_of_deals] += 1
        parts.append((of_deal if each.is_of_deals else of_account).format(places[each.is_of_deals]))
    return f"ARRAY[{', '.join(parts)}]::text[]"


def _top_join(query: PortfolioQuery, viewer: Member, parameters: dict[str, Any]) -> str:
    if not any(grouping.key.startswith("top.") for grouping in query.groupings):
        return ""
    if reach(viewer, "account.read") is Reach.ALL:
        return _TOP_OF_ALL
    return _TOP.format(top_visible=seen(viewer, Account.objects, "t", parameters))

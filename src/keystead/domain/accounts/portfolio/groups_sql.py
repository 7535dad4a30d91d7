"""The steps of the portfolio's SQL that make groups of its lines, and groups within groups: `turns1`, `turns2` and `told`.

A group's key is the beginning of its lines' keys. It adds up each deal once: a group of accounts the deals of every account that
its lines cover, a group of deals its own deals of them.
"""

from collections.abc import Sequence

from keystead.domain.accounts.portfolio.chain_sql import of_line
from keystead.domain.accounts.portfolio.columns import COLUMNS, FIGURES, NOTHING_COUNTED, UNOPENED, Grouping
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.portfolio.summary import MOVING_UP

ADDED = """coalesce(sum(won), 0) AS won, coalesce(sum(pipeline), 0) AS pipeline,
    coalesce(sum(weighted_pipeline), 0) AS weighted_pipeline, coalesce(sum(deals), 0) AS deals,
    coalesce(sum(hidden), 0) AS hidden, coalesce(sum(unrated), 0) AS unrated"""
COUNTED = f"""count(*) AS accounts, count(plans) AS with_plan, sum(target) AS target,
    coalesce(sum(unrated_targets), 0) AS unrated_targets, coalesce(sum(deals), 0) AS row_deals,
    count(*) FILTER (WHERE {MOVING_UP}) AS moving_up"""

# An account may stand in several groups within one: there it counts once.
_EACH_ONCE = """(
    SELECT key[1:{depth}] AS key, id, segment_current, segment_target, max(plans) AS plans, sum(target) AS target,
      max(unrated_targets) AS unrated_targets, sum(deals) AS deals
    FROM figured GROUP BY key[1:{depth}], id, segment_current, segment_target
  ) each"""

_DEPTH = """
, counted{depth} AS (SELECT key[1:{depth}] AS key, {counted} FROM {lines} GROUP BY 1),
once{depth} AS (SELECT {key} AS key, {added} FROM {covered} GROUP BY 1),
turns{depth} AS MATERIALIZED (
  -- what has no name, may not be opened or has no deal comes last, whatever the order
  SELECT c.*, row_number() OVER (
    ORDER BY outer_turn, key[{depth}] = '{nothing}', key[{depth}] = '{unopened}', key[{depth}] = '=',
      {order} lower(label), key) AS turn
  FROM (
    SELECT c.*, coalesce(o.won, 0) AS won, coalesce(o.pipeline, 0) AS pipeline,
      coalesce(o.weighted_pipeline, 0) AS weighted_pipeline, coalesce(o.deals, 0) AS deals, coalesce(o.hidden, 0) AS hidden,
      coalesce(o.unrated, 0) AS unrated, {label} AS label, {outer} AS outer_turn
    FROM counted{depth} c LEFT JOIN once{depth} o USING (key) {join}
  ) c
)"""
_TOLD = ", told AS (SELECT turns1.*, turn AS place, 0 AS inner_place FROM turns1{more})"
_TOLD_INNER = " UNION ALL SELECT turns2.*, outer_turn AS place, turn AS inner_place FROM turns2"

_LABELS = {
    "member": "LEFT JOIN keystead_member words ON words.id::text = substr(c.key[{depth}], 2)",
    "account": "LEFT JOIN keystead_account words ON words.id::text = substr(c.key[{depth}], 2)",
}


def groups(query: PortfolioQuery, *, is_of_kept: bool) -> str:
    """`told`: every group, with its `label`, its `turn` among those of its depth, and what it adds up; `place` and
    `inner_place` put them in order, each before those within it.

    `is_of_kept`: the lines cover every account.
    """
    depths = range(1, len(query.groupings) + 1)
    steps = "".join(_depth(query, depth, is_of_kept=is_of_kept) for depth in depths)
    return steps + _TOLD.format(more=_TOLD_INNER if len(depths) > 1 else "")


def _depth(query: PortfolioQuery, depth: int, *, is_of_kept: bool) -> str:
    groupings = query.groupings
    here, last = groupings[:depth], groupings[depth - 1]
    of_deals = any(each.is_of_deals for each in here)
    label = "words.name" if last.labels in _LABELS else f"substr(c.key[{depth}], 2)"
    above = "JOIN turns1 above ON above.key = c.key[1:1] " if depth > 1 else ""
    return _DEPTH.format(
        depth=depth,
        counted=COUNTED,
        nothing=NOTHING_COUNTED,
        unopened=UNOPENED,
        # groups of accounts alone count whole accounts, with their targets, even where groups of deals stand within them
        lines=_EACH_ONCE.format(depth=depth) if of_deals and depth < len(groupings) else "figured" if of_deals else "whole",
        added=ADDED,
        key=of_line(here, "g.key[{}]", "b.key[{}]"),
        covered=_covered(here, is_of_kept=is_of_kept),
        label=label,
        outer="above.turn" if above else "0::bigint",
        order=_order(query, last, depth),
        join=above + _LABELS.get(last.labels, "").format(depth=depth),
    )


def _covered(here: Sequence[Grouping], *, is_of_kept: bool) -> str:
    """Each covered account once (`b`), once for each of the accounts' parts of a key (`g`)."""
    of_accounts = sum(not each.is_of_deals for each in here)
    if of_accounts:
        keys = f"SELECT DISTINCT w.key[1:{of_accounts}] AS key, c.account_id FROM whole w JOIN cover c ON c.row_id = w.id"
        return f"({keys}) g JOIN by_account b USING (account_id)"
    return "by_account b" if is_of_kept else "covered JOIN by_account b USING (account_id)"


def _order(query: PortfolioQuery, grouping: Grouping, depth: int) -> str:
    """Groups follow the first sort when it is a figure, else their words (segments their rank)."""
    first = query.order[0]
    if first.column in FIGURES:
        return f"{COLUMNS[first.column].order} {'DESC' if first.is_descending else 'ASC'} NULLS LAST,"
    if grouping.labels == "segment":
        return COLUMNS["segment"].order.replace("segment_current", f"substr(key[{depth}], 2)") + " DESC,"
    return ""

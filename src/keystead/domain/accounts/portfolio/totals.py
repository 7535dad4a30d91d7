"""The end of the portfolio's SQL: lines, groups and totals of a query in one statement, each as JSON with exact numbers."""

from keystead.domain.accounts.portfolio.columns import COLUMNS, FIGURES
from keystead.domain.accounts.portfolio.groups_sql import ADDED, COUNTED, groups
from keystead.domain.accounts.portfolio.query import PortfolioQuery

_KEPT_SUMS = """SELECT won, pipeline, weighted_pipeline, deals, 0 AS hidden, unrated
    FROM keystead_keptperiod k WHERE k.workspace_id = %(workspace)s AND k.id = %(kept)s"""

LINE = """id AS account_id, name, industry, country, segment_current, segment_target, is_key, owner_id, owner_name, covers_tree,
    coalesce(plans, 0) AS plans, plan_id, plan_name, plan_status, coalesce(is_prorated, false) AS is_prorated,
    coalesce(counts_otherwise, false) AS counts_otherwise, key AS group,
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
  {total}::text
"""
_TOTAL = "(SELECT to_jsonb(t) FROM (SELECT c.*, o.* FROM (SELECT {counted} FROM whole) c, ({added}) o) t)"
# There may be nearly as many groups as accounts: a page needs those that its lines stand in.
_TOLD = """(
  SELECT jsonb_agg(to_jsonb(g) ORDER BY g.place, g.inner_place)::text FROM told g
  WHERE NOT %(groups_of_page)s OR g.key IN (SELECT key FROM page UNION SELECT key[1:1] FROM page))"""
_MISSING = """(
  SELECT jsonb_agg(to_jsonb(m) ORDER BY m.base) FROM (
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
# The same, to be kept: the accounts in their order, 16 bytes each, and the groups with the places where their lines begin.
_KEEP = """
, placed AS MATERIALIZED (
  SELECT figured.id, figured.key, row_number() OVER (ORDER BY {order}, name, id) AS place FROM figured {turns}
){groups}{trees}
INSERT INTO keystead_keptanswer (id, workspace_id, period_id, question, lines, places, foot, missing, total)
SELECT %(answer)s, %(workspace)s, %(kept)s, %(question)s, (SELECT count(*) FROM placed),
  (SELECT coalesce(string_agg(uuid_send(id), ''::bytea ORDER BY place), ''::bytea) FROM placed), {foot}, {missing}, {total}
"""
_KEEP_GROUPS = """, spans AS (
  SELECT key[1:depth] AS key, min(place) - 1 AS first, count(*) AS lines FROM placed, generate_series(1, {depths}) AS depth
  GROUP BY 1
), grouped AS (
  INSERT INTO keystead_keptgroup (workspace_id, answer_id, depth, first, lines, path, told)
  SELECT %(workspace)s, %(answer)s, cardinality(t.key), s.first, s.lines, to_jsonb(t.key)::text, to_jsonb(t)
  FROM told t JOIN spans s USING (key)
)"""

# What a line stands for that covers a subtree: added up once, not for each page.
_KEEP_TREES = """, trees AS (
  INSERT INTO keystead_kepttree (workspace_id, answer_id, account_id, won, pipeline, weighted_pipeline, deals, unrated)
  SELECT %(workspace)s, %(answer)s, id, won, pipeline, weighted_pipeline, deals, unrated FROM whole WHERE covers_tree
)"""


def tail(query: PortfolioQuery, *, is_of_kept: bool = False) -> str:
    """What follows the chain of steps; parameters: limit (None for all), offset, groups_of_page.

    `is_of_kept`: the lines cover every account, so that the kept sums are their total.
    """
    parts = _parts(query, is_of_kept=is_of_kept)
    parts |= {name: f"{parts[name]}::text" for name in ("foot", "missing")}
    return _before(query, is_of_kept=is_of_kept) + _ALL.format(
        groups=_TOLD if query.groupings else "NULL", line=LINE.format(target="figured.target"), **parts
    )


def keeping(query: PortfolioQuery, *, is_of_kept: bool = False) -> str:
    """The same as a statement that keeps all of it as the answer `answer` to `question`."""
    groups_kept = _KEEP_GROUPS.format(depths=len(query.groupings)) if query.groupings else ""
    trees_kept = "" if query.is_of_deals else _KEEP_TREES
    return _before(query, is_of_kept=is_of_kept) + _KEEP.format(
        groups=groups_kept, trees=trees_kept, **_parts(query, is_of_kept=is_of_kept)
    )


def _before(query: PortfolioQuery, *, is_of_kept: bool) -> str:
    covered = ", covered AS MATERIALIZED (SELECT DISTINCT c.account_id FROM whole w JOIN cover c ON c.row_id = w.id)"
    return covered + (groups(query, is_of_kept=is_of_kept) if query.groupings else "")


def _parts(query: PortfolioQuery, *, is_of_kept: bool) -> dict[str, str]:
    depth = len(query.groupings)
    return {
        "order": ", ".join((["group_turn"] if depth else []) + [order_of(query)]),
        "turns": f"JOIN (SELECT key, turn AS group_turn FROM turns{depth}) turns USING (key)" if depth else "",
        "foot": _foot(query),
        "missing": _MISSING,
        "total": _TOTAL.format(
            counted=COUNTED,
            added=_KEPT_SUMS if is_of_kept else f"SELECT {ADDED} FROM covered JOIN by_account USING (account_id)",
        ),
    }


def order_of(query: PortfolioQuery) -> str:
    """SQL of the order of lines over `figured`; what has no value comes last either way."""
    return ", ".join(f"{COLUMNS[sort.column].order} {'DESC' if sort.is_descending else 'ASC'} NULLS LAST" for sort in query.order)


def _foot(query: PortfolioQuery) -> str:
    """The aggregates over the lines that the footer was asked for, as one JSON object."""
    pairs = [
        f"'{column}', (SELECT {_AGGREGATES[how].format(f'({COLUMNS[column].order})')} FROM figured)"
        for column, how in query.foot.items()
        if how in _AGGREGATES and column in FIGURES
    ]
    return f"jsonb_build_object({', '.join(pairs)})" if pairs else "NULL::jsonb"

"""Revenue streams: a plan's figures by product line, and what the same accounts brought a year before.

One statement by the rules of `facts` for both years; the lines add up to the plan's figures exactly, revenue without a product
included. A row of orders that names no product takes its deal's. The product line is the top of the product's tree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection

from keystead.base.money import EXACT
from keystead.base.periods import InvalidPeriod, Period
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.plans.facts import NOTHING, SUMS, facts_query, sums_of
from keystead.domain.plans.kpis import PlanFigures, figures_of

# The plan's links, and the rows that would have been linked had it covered the earlier period, in the shape of the link table.
# The accounts are found from parent to child: no index under row-level security serves a search in lineages. Whose team a deal
# counts for is asked of the plans of one team alone.
_BOTH_YEARS = """
covered AS (
  WITH RECURSIVE tree AS (
    SELECT id AS plan_id, account_id, includes_descendants FROM keystead_plan
    WHERE workspace_id = %(workspace)s AND id = ANY(%(plans)s)
    UNION
    SELECT tree.plan_id, a.id, true FROM tree JOIN keystead_account a ON a.parent_id = tree.account_id
    WHERE tree.includes_descendants
  )
  SELECT plan_id, account_id FROM tree
), both_years AS (
  SELECT plan_id, workspace_id, deal_id, order_id, via FROM keystead_revenuelink
  UNION ALL
  SELECT p.id, p.workspace_id, r.deal_id, r.order_id, 'earlier'
  FROM keystead_plan p
  JOIN covered a ON a.plan_id = p.id
  CROSS JOIN LATERAL (
    SELECT d.id AS deal_id, NULL::uuid AS order_id FROM keystead_deal d
    WHERE d.account_id = a.account_id AND d.close_date BETWEEN %(earlier_start)s AND %(earlier_end)s AND d.status = 'won'
      AND (p.team_key = '' OR p.team_key = coalesce(
        nullif(d.team_key, ''), (SELECT m.team FROM keystead_member m WHERE m.id = d.owner_id), ''
      ))
    UNION ALL
    SELECT NULL, o.id FROM keystead_order o
    WHERE o.account_id = a.account_id AND o.order_date BETWEEN %(earlier_start)s AND %(earlier_end)s
      AND (p.team_key = '' OR p.team_key = o.team_key)
  ) r
  WHERE p.workspace_id = %(workspace)s AND p.id = ANY(%(plans)s)
), """

# The plan's sums, again with each line: the rows are read and converted once for both.
_SUMS_AND_LINES = f"""
, now AS (
  SELECT * FROM facts WHERE via <> 'earlier'
), summed(plan, won, pipeline, weighted, hidden, counted, missing) AS (
  {SUMS.format(table="now")}
), lines AS (
  SELECT CASE WHEN via = 'earlier' THEN 'earlier' ELSE part END AS part, converted, probability, product_id AS product
  FROM facts WHERE left_out = ''
), tops AS (
  WITH RECURSIVE climb AS (
    SELECT id AS product, id, parent_id, 0 AS height FROM keystead_product
    WHERE workspace_id = %(workspace)s AND id IN (SELECT product FROM lines)
    UNION ALL
    SELECT c.product, p.id, p.parent_id, c.height + 1
    FROM climb c JOIN keystead_product p ON p.id = c.parent_id WHERE c.height < 50
  )
  SELECT DISTINCT ON (product) product, id AS line FROM climb ORDER BY product, height DESC
), by_line(line, name, earlier, won, pipeline, weighted) AS (
  SELECT tops.line, coalesce(top.name, ''),
    coalesce(sum(converted) FILTER (WHERE part = 'earlier'), 0), coalesce(sum(converted) FILTER (WHERE part = 'won'), 0),
    coalesce(sum(converted) FILTER (WHERE part = 'pipeline'), 0),
    coalesce(sum(converted * probability * 0.01) FILTER (WHERE part = 'pipeline'), 0)
  FROM lines LEFT JOIN tops USING (product) LEFT JOIN keystead_product top ON top.id = tops.line
  GROUP BY tops.line, top.name
)
SELECT summed.*, by_line.* FROM (VALUES (true)) once(once) LEFT JOIN summed ON once LEFT JOIN by_line ON once
"""


@dataclass(frozen=True, slots=True)
class Stream:
    """One product line in the plan's currency, unrounded. `line` is None for revenue without a product; `name` then is empty."""

    line: UUID | None
    name: str
    last_year: Decimal
    won: Decimal
    pipeline: Decimal
    weighted_pipeline: Decimal

    @property
    def forecast(self) -> Decimal:
        return EXACT.add(self.won, self.pipeline)


@dataclass(frozen=True, slots=True)
class Streams:
    """`total` equals the plan's KPI block in won, pipeline and forecast. `earlier` is the period of `last_year`."""

    lines: tuple[Stream, ...]
    total: Stream
    earlier: Period


def earlier_period(plan: Plan, viewer: Member) -> Period:
    """The fiscal year before when the plan covers a fiscal year, else the same days a year earlier."""
    period = Period(plan.start_date, plan.end_date)
    calendar = fiscal_calendar(viewer.workspace)
    try:
        year = calendar.year_of(period.start)
        if year == period:
            return calendar.previous(year)
    except InvalidPeriod:
        pass
    after = period.end + timedelta(days=1)  # the end is found from the day after it, so that 28 February may become 29
    return Period(_year_before(period.start), _year_before(after) - timedelta(days=1))


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def figures_and_streams(*, plan: Plan, viewer: Member, at: datetime, today: date) -> tuple[PlanFigures, Streams]:
    """The figures of a plan that the viewer may see (as `kpis.figures`), and its product lines: the largest forecast first,
    revenue without a product last."""
    earlier = earlier_period(plan, viewer)
    statement, parameters = facts_query(
        _SUMS_AND_LINES,
        plans=[plan.pk],
        viewer=viewer,
        include_hidden=viewer.workspace.totals_include_hidden,
        today=today,
        links="both_years",
        more_tables=_BOTH_YEARS,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | {"earlier_start": earlier.start, "earlier_end": earlier.end})
        found = list(cursor.fetchall())
    is_linked, has_lines = found[0][0] is not None, found[0][8] is not None
    block = figures_of(plan, sums_of(found[0][1:7]) if is_linked else NOTHING, at=at)
    lines = [Stream(*row[7:]) for row in found] if has_lines else []
    lines.sort(key=lambda stream: (stream.line is None, -stream.forecast, -stream.last_year, stream.name, str(stream.line)))
    return block, Streams(tuple(lines), together(lines), earlier)


def together(lines: Iterable[Stream]) -> Stream:
    """The sum of these lines, as a line without a name."""
    sums = [Decimal(0)] * 4
    for stream in lines:
        parts = (stream.last_year, stream.won, stream.pipeline, stream.weighted_pipeline)
        sums = [EXACT.add(so_far, part) for so_far, part in zip(sums, parts, strict=True)]
    return Stream(None, "", *sums)

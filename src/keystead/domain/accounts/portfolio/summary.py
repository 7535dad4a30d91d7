"""What accounts and plans add to the grand total of a period, for a reader who sees everything: kept beside the kept sums."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from keystead.domain.accounts.portfolio.columns import COLUMNS
from keystead.domain.accounts.portfolio.plan_sql import AIM, OF_PLANS, PLAN, RATES, TARGET_PAIRS, WIDE

MOVING_UP = f"{COLUMNS['segment_target'].order} > {COLUMNS['segment'].order}"

# `repeated`: how often deals stand in a line beyond their own account's.
_SUMMARY = f"""
WITH RECURSIVE {PLAN.format(plan_scope="true", plan_visible="true")},
{WIDE.format(trees=OF_PLANS)}, pairs AS (SELECT DISTINCT * FROM ({TARGET_PAIRS}) of_targets), {RATES}, {AIM}
UPDATE keystead_keptperiod SET summary = (
  SELECT to_jsonb(s) FROM (
    SELECT counted.*, aims.*, (
      SELECT coalesce(sum(l.deals), 0) FROM wide CROSS JOIN LATERAL (
        SELECT deals FROM keystead_keptline
        WHERE workspace_id = %(workspace)s AND period_id = %(period)s AND account_id = wide.account_id OFFSET 0) l
    ) AS repeated
    FROM (
      SELECT count(*) AS accounts, count(*) FILTER (WHERE {MOVING_UP}) AS moving_up
      FROM keystead_account WHERE workspace_id = %(workspace)s
    ) counted, (
      SELECT count(DISTINCT account_id) AS with_plan, sum(converted) AS target,
        count(*) FILTER (WHERE target IS NOT NULL AND converted IS NULL) AS unrated_targets
      FROM aim
    ) aims
  ) s
) WHERE workspace_id = %(workspace)s AND id = %(period)s
"""


def keep_summary(parameters: Mapping[str, Any]) -> None:
    """Computes the summary of `parameters["period"]` and writes it there; the caller holds the lock of kept figures."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, parameters)

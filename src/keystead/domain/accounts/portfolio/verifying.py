"""Whether the kept figures are what the deals say: asked by the doctor and every night. They always should be."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from keystead.base.scope import current_workspace
from keystead.domain.accounts.portfolio.keeping import forget, forget_answers, kept_periods, lock_kept, mend
from keystead.domain.accounts.portfolio.source_sql import FACTS, SUMS, UNRATED

_COMPARED = f"""
WITH {
    FACTS.format(
        deal_key="CASE WHEN %(by_owner)s THEN d.owner_id END",
        fact_key="own_key",
        deal_join="",
        deal_visible="true",
        deal_scope="d.account_id IS NOT NULL",
        target_pairs="SELECT NULL::text, NULL::date WHERE false",
    )
}, right_lines AS (
  SELECT account_id, key AS owner_id, {SUMS}, {UNRATED} FROM fact WHERE reason IN ('', 'missing_rate') GROUP BY account_id, key
), kept_lines AS (
  SELECT account_id, owner_id, won, pipeline, weighted_pipeline, deals::bigint, unrated::bigint FROM keystead_keptline
  WHERE workspace_id = %(workspace)s AND period_id = %(period)s
), right_lacks AS (
  SELECT account_id, currency, close_date, count(*) FROM fact WHERE reason = 'missing_rate' GROUP BY 1, 2, 3
), kept_lacks AS (
  SELECT account_id, currency::text, close_date, deals::bigint FROM keystead_keptlack
  WHERE workspace_id = %(workspace)s AND period_id = %(period)s
), right_sums AS (
  SELECT coalesce(sum(won), 0), coalesce(sum(pipeline), 0), coalesce(sum(weighted_pipeline), 0), coalesce(sum(deals), 0),
    coalesce(sum(unrated), 0) FROM right_lines
), kept_sums AS (
  SELECT won, pipeline, weighted_pipeline, deals::numeric, unrated::numeric FROM keystead_keptperiod
  WHERE workspace_id = %(workspace)s AND id = %(period)s
)
-- what was marked meanwhile is not wrong
SELECT CASE WHEN EXISTS (SELECT FROM keystead_keptmark m WHERE m.workspace_id = %(workspace)s) THEN 0 ELSE {
    " + ".join(
        f"(SELECT count(*) FROM (SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other}) d)"
        for noun in ("lines", "lacks", "sums")
        for one, other in ((f"right_{noun}", f"kept_{noun}"), (f"kept_{noun}", f"right_{noun}"))
    )
} END
"""


def wrong_periods() -> list[UUID]:
    """The kept periods of the open workspace that differ from the deals once everything marked is mended."""
    with transaction.atomic():
        lock_kept()
        mend()
        return [period["period"] for period in kept_periods() if _differences(period)]


def repair() -> int:
    """Forgets the kept figures when any of them is wrong, and kept lists in any case; returns how many periods were wrong."""
    wrong = wrong_periods()
    with transaction.atomic():
        lock_kept()
        forget_answers()
    if wrong:
        forget()
    return len(wrong)


def _differences(period: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED, period | {"workspace": current_workspace()})
        return int(cursor.fetchone()[0])

"""Which deals and orders count in which plans: by account or account below, team, and date inside the period.

Links are derived, never entered: `relink` makes them what the rule says, in one statement however many rows there are, and
running it twice changes nothing. Every verb that changes a deal, an order, an account's place, a member's team or a plan calls
it. A row that counts in no plan keeps the reason.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from keystead.base.scope import current_workspace
from keystead.base.turns import LINKS, be_alone


@dataclass(frozen=True, slots=True)
class _Source:
    """Where revenue rows stand and which of their columns decide."""

    table: str
    link: str
    date: str
    team: str


_SOURCES = (
    _Source("keystead_deal", "deal_id", "close_date", "coalesce(nullif(r.team_key, ''), m.team, '')"),
    _Source("keystead_order", "order_id", "order_date", "r.team_key"),
)

# Rows in scope, and beside each the plans that cover its account (whether or not date and team fit): found once, used for links
# that go, links that come (or are of another kind), and the reasons of rows without any.
_RELINK = """
    WITH rows AS MATERIALIZED (
      SELECT r.id, r.account_id, r.{date} AS day, {team} AS team, r.unlinked_reason
      FROM {table} r {owner} WHERE r.workspace_id = %(workspace)s AND {within}
    ), cover AS MATERIALIZED (
      SELECT rows.id, p.id AS plan_id,
        CASE WHEN p.account_id = rows.account_id THEN 'account' ELSE 'descendant' END AS via,
        coalesce(rows.day BETWEEN p.start_date AND p.end_date, false) AS in_period,
        p.team_key = '' OR p.team_key = rows.team AS same_team
      FROM rows
      JOIN keystead_account a ON a.id = rows.account_id
      CROSS JOIN LATERAL unnest(a.lineage) AS above(account_id)
      JOIN keystead_plan p ON p.workspace_id = %(workspace)s AND p.account_id = above.account_id
        AND (p.account_id = a.id OR p.includes_descendants)
    ), fitting AS (SELECT id, plan_id, via FROM cover WHERE in_period AND same_team
    ), dropped AS (
      DELETE FROM keystead_revenuelink l USING rows
      WHERE l.{link} = rows.id AND NOT EXISTS (SELECT FROM fitting f WHERE f.id = l.{link} AND f.plan_id = l.plan_id)
      RETURNING 1
    ), added AS (
      INSERT INTO keystead_revenuelink AS l (workspace_id, plan_id, {link}, via)
      SELECT %(workspace)s, f.plan_id, f.id, f.via FROM fitting f
      WHERE NOT EXISTS (
        SELECT FROM keystead_revenuelink l WHERE l.{link} = f.id AND l.plan_id = f.plan_id AND l.via = f.via)
      ON CONFLICT (plan_id, {link}) DO UPDATE SET via = excluded.via WHERE l.via <> excluded.via
      RETURNING 1
    ), why AS (
      SELECT rows.id, CASE
        WHEN bool_or(cover.in_period AND cover.same_team) THEN ''
        WHEN rows.account_id IS NULL THEN 'no_account'
        WHEN rows.day IS NULL THEN 'no_date'
        WHEN count(cover.plan_id) = 0 THEN 'no_plan'
        WHEN NOT bool_or(cover.in_period) THEN 'date_outside'
        ELSE 'team_key' END AS new, rows.unlinked_reason AS old
      FROM rows LEFT JOIN cover USING (id) GROUP BY rows.id, rows.account_id, rows.day, rows.unlinked_reason
    ), said AS (
      UPDATE {table} r SET unlinked_reason = why.new FROM why WHERE r.id = why.id AND why.new <> why.old RETURNING 1
    )
    SELECT (SELECT count(*) FROM dropped) + (SELECT count(*) FROM added) + (SELECT count(*) FROM said)
"""


def _run(source: _Source, within: str, parameters: dict[str, Any]) -> int:
    owner = "LEFT JOIN keystead_member m ON m.id = r.owner_id" if source.table == "keystead_deal" else ""
    names = {"table": source.table, "link": source.link, "date": source.date, "team": source.team, "owner": owner}
    with connection.cursor() as cursor:
        cursor.execute(_RELINK.format(within=within, **names), parameters)
        return int(cursor.fetchone()[0])


def link_everything_again() -> int:
    """Looks at the links of all revenue of the open workspace once more, alone; how many links and reasons it put right: none."""
    with transaction.atomic():
        be_alone(LINKS, patience=600)
        return relink(everything=True)


def relink(
    *,
    deals: Collection[UUID] | None = None,
    orders: Collection[UUID] | None = None,
    accounts: Collection[UUID] | None = None,
    members: Collection[UUID] | None = None,
    everything: bool = False,
) -> int:
    """Makes the links of these deals and orders, or of all revenue at these accounts and below, or of these owners, right.

    Whoever calls it holds `LINKS` since before she wrote (base/turns.py), joined in for revenue and alone for what decides on it.
    Returns how many links and reasons changed (0 on a second run). History is not written for links: they follow from facts.
    """
    workspace = current_workspace()
    changed = 0
    scopes: list[tuple[str, str, Collection[UUID] | None, tuple[_Source, ...]]] = [
        ("r.id = ANY(%(ids)s)", "deals", deals, _SOURCES[:1]),
        ("r.id = ANY(%(ids)s)", "orders", orders, _SOURCES[1:]),
        (
            "r.account_id IN (SELECT id FROM keystead_account WHERE lineage && %(ids)s::uuid[])",
            "accounts", accounts, _SOURCES,
        ),
        ("r.owner_id = ANY(%(ids)s) AND r.team_key = ''", "members", members, _SOURCES[:1]),
        ("true", "everything", [] if everything else None, _SOURCES),
    ]  # fmt: skip
    for within, what, ids, sources in scopes:
        if ids is None or (not ids and what != "everything"):
            continue
        for source in sources:
            changed += _run(source, within, {"workspace": workspace, "ids": list(ids)})
    return changed

"""Kept figures of the portfolio: made when they are first asked for, mended where a trigger has marked them, forgotten when old.

A reader calls `fresh_period`. It mends what is marked under a lock of the workspace, from the deals and by the same SQL as the
portfolio without kept figures; so a line is either what that SQL says, or marked. More in docs/explanation/portfolio.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from keystead.base.ids import uuid7
from keystead.base.periods import Period
from keystead.base.scope import current_workspace
from keystead.base.turns import KEPT_FIGURES, take_turns
from keystead.domain.accounts.portfolio.source_sql import FACTS, SUMS, UNRATED
from keystead.domain.accounts.portfolio.summary import keep_summary

MOST_PERIODS = 24  # of a workspace; the oldest goes when one more is made
MOST_MENDED = 1_000  # accounts; when more are marked, it is quicker to begin anew

# The rates known on one day are those known on another when none is dated in between.
_FIND = """
SELECT k.id, k.summary::text, EXISTS (SELECT FROM keystead_keptmark m WHERE m.workspace_id = %(workspace)s) AS is_marked
FROM keystead_keptperiod k
WHERE k.workspace_id = %(workspace)s AND k.start_date = %(start)s AND k.end_date = %(end)s AND k.currency = %(quote)s
  AND k.rate_policy = %(rate_policy)s AND k.by_owner = %(by_owner)s
  AND (k.rated_on = %(today)s OR NOT EXISTS (
    SELECT FROM keystead_rate r WHERE r.workspace_id = %(workspace)s
      AND r.date > least(k.rated_on, %(today)s) AND r.date <= greatest(k.rated_on, %(today)s)))
ORDER BY k.kept_at DESC LIMIT 1
"""
_LINES = f"""
WITH {
    FACTS.format(
        deal_key="{owner}",
        fact_key="own_key",
        deal_join="",
        deal_visible="true",
        deal_scope="{scope}",
        target_pairs="SELECT NULL::text, NULL::date WHERE false",
    )
}, kept AS (
  INSERT INTO keystead_keptline
    (workspace_id, period_id, account_id, owner_id, won, pipeline, weighted_pipeline, deals, unrated)
  SELECT %(workspace)s, %(period)s, account_id, key, {SUMS}, {UNRATED}
  FROM fact WHERE reason IN ('', 'missing_rate') GROUP BY account_id, key
  RETURNING won, pipeline, weighted_pipeline, deals, unrated
), lack AS (
  INSERT INTO keystead_keptlack (workspace_id, period_id, account_id, currency, close_date, deals)
  SELECT %(workspace)s, %(period)s, account_id, currency, close_date, count(*)
  FROM fact WHERE reason = 'missing_rate' GROUP BY account_id, currency, close_date
)
SELECT coalesce(sum(won), 0), coalesce(sum(pipeline), 0), coalesce(sum(weighted_pipeline), 0), coalesce(sum(deals), 0),
  coalesce(sum(unrated), 0) FROM kept
"""
_FORGET_LINES = """
WITH lack AS (
  DELETE FROM keystead_keptlack WHERE workspace_id = %(workspace)s AND period_id = %(period)s AND account_id = ANY(%(accounts)s)
), gone AS (
  DELETE FROM keystead_keptline WHERE workspace_id = %(workspace)s AND period_id = %(period)s AND account_id = ANY(%(accounts)s)
  RETURNING won, pipeline, weighted_pipeline, deals, unrated
)
SELECT coalesce(sum(won), 0), coalesce(sum(pipeline), 0), coalesce(sum(weighted_pipeline), 0), coalesce(sum(deals), 0),
  coalesce(sum(unrated), 0) FROM gone
"""
_MEND_SUMS = """
UPDATE keystead_keptperiod SET won = won + %s, pipeline = pipeline + %s, weighted_pipeline = weighted_pipeline + %s,
  deals = deals + %s, unrated = unrated + %s
WHERE workspace_id = %s AND id = %s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: those of these days, in this currency, by this policy, as far as rates are known `today`."""

    period: Period
    currency: str
    rate_policy: str
    today: date
    is_by_owner: bool

    def parameters(self) -> dict[str, Any]:
        return {
            "workspace": current_workspace(), "start": self.period.start, "end": self.period.end, "quote": self.currency,
            "rate_policy": self.rate_policy, "today": self.today, "by_owner": self.is_by_owner, "include_hidden": False,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept period; `summary` is JSON, None when nobody has asked for it yet."""

    id: UUID
    summary: str | None


def fresh_period(wanted: Wanted, *, needs_summary: bool = False) -> Kept:
    """The kept period, with nothing in it that was out of date when this was called."""
    kept, is_marked = _find(wanted)
    if kept and not is_marked and (kept.summary or not needs_summary):
        return kept
    with transaction.atomic():
        lock_kept()
        mend()
        kept, _ = _find(wanted)
        if kept is None:
            _make(wanted)
            kept, _ = _find(wanted)
        assert kept is not None
        if needs_summary and not kept.summary:
            keep_summary(wanted.parameters() | {"period": kept.id})
            kept, _ = _find(wanted)
            assert kept is not None
    return kept


def mend() -> None:
    """Recomputes what is marked, in every kept period; the caller holds the lock.

    A mark is read before, and deleted after, what it names is recomputed: what is committed in between leaves a mark of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, account_id, is_of_summary FROM keystead_keptmark WHERE workspace_id = %s", [current_workspace()]
        )
        marks = cursor.fetchall()
    if not marks:
        return
    accounts = {account for _, account, is_of_summary in marks if not is_of_summary}
    if len(accounts) > MOST_MENDED or None in accounts:
        _forget_periods()
    else:
        for period in kept_periods() if accounts else ():
            _mend(period, sorted(accounts))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE keystead_keptperiod SET summary = NULL WHERE workspace_id = %s AND summary IS NOT NULL", [current_workspace()]
        )
        cursor.execute("DELETE FROM keystead_keptmark WHERE id = ANY(%s)", [[mark for mark, *_ in marks]])
    forget_answers()


def forget_answers(which: Sequence[UUID] | None = None) -> None:
    """Forgets these answers, or all of the workspace and all evidence with them; the caller holds the lock."""
    _delete("keptgroup", "answer_id", which)
    _delete("kepttree", "answer_id", which)
    _delete("keptanswer", "id", which)
    if which is None:
        _delete("keptevidence", "id", None)


def forget_evidence(which: Sequence[UUID]) -> None:
    """The caller holds the lock."""
    _delete("keptevidence", "id", which)


def forget() -> None:
    """Forgets every kept figure of the open workspace and its marks; the next reader makes them anew."""
    with transaction.atomic():
        lock_kept()
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM keystead_keptmark WHERE workspace_id = %s", [current_workspace()])
            marks = [row[0] for row in cursor.fetchall()]
        _forget_periods()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM keystead_keptmark WHERE id = ANY(%s)", [marks])


def lock_kept() -> None:
    """One at a time writes kept figures of the workspace, until its transaction ends."""
    take_turns(KEPT_FIGURES)


def _find(wanted: Wanted) -> tuple[Kept | None, bool]:
    """The kept period, and whether anything of the workspace is marked."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, wanted.parameters())
        found = cursor.fetchone()
    return (Kept(found[0], found[1]), found[2]) if found else (None, True)


def kept_periods() -> list[dict[str, Any]]:
    """The kept periods of the workspace, each as the parameters of its statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, start_date, end_date, currency, rate_policy, rated_on, by_owner FROM keystead_keptperiod"
            " WHERE workspace_id = %s ORDER BY id",
            [current_workspace()],
        )
        rows = cursor.fetchall()
    names = ("period", "start", "end", "quote", "rate_policy", "today", "by_owner")
    return [
        dict(zip(names, row, strict=True)) | {"workspace": current_workspace(), "include_hidden": False, "accounts": None}
        for row in rows
    ]


def _make(wanted: Wanted) -> UUID:
    _make_room()
    parameters = wanted.parameters() | {"period": uuid7()}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keystead_keptperiod (id, workspace_id, start_date, end_date, currency, rate_policy, by_owner, rated_on,"
            " won, pipeline, weighted_pipeline, deals, unrated)"
            " VALUES (%(period)s, %(workspace)s, %(start)s, %(end)s, %(quote)s, %(rate_policy)s, %(by_owner)s, %(today)s,"
            " 0, 0, 0, 0, 0)",
            parameters,
        )
    _add_sums(parameters, _fill(parameters, "d.account_id IS NOT NULL"))
    return UUID(str(parameters["period"]))


def _mend(period: Mapping[str, Any], accounts: Sequence[UUID]) -> None:
    parameters = {**period, "accounts": list(accounts)}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_LINES, parameters)
        gone = cursor.fetchone()
    made = _fill(parameters, "d.account_id = ANY(%(accounts)s)")
    _add_sums(period, [new - old for new, old in zip(made, gone, strict=True)])


def _fill(parameters: Mapping[str, Any], scope: str) -> Sequence[Any]:
    """Writes the lines of the deals in `scope`; returns their sums."""
    owner = "d.owner_id" if parameters["by_owner"] else "NULL::uuid"
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(owner=owner, scope=scope), parameters)
        sums: Sequence[Any] = cursor.fetchone()
    return sums


def _add_sums(period: Mapping[str, Any], sums: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MEND_SUMS, [*sums, current_workspace(), period["period"]])


def _make_room() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM keystead_keptperiod WHERE workspace_id = %s ORDER BY kept_at DESC, id OFFSET %s",
            [current_workspace(), MOST_PERIODS - 1],
        )
        old = [row[0] for row in cursor.fetchall()]
    if old:
        _forget_periods(old)


def _forget_periods(which: list[UUID] | None = None) -> None:
    workspace = current_workspace()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM keystead_keptanswer WHERE workspace_id = %s AND (%s::uuid[] IS NULL OR period_id = ANY(%s::uuid[]))",
            [workspace, which, which],
        )
        forget_answers([row[0] for row in cursor.fetchall()])
    _delete("keptevidence", "period_id", which)
    _delete("keptlack", "period_id", which)
    _delete("keptline", "period_id", which)
    _delete("keptperiod", "id", which)


def _delete(table: str, column: str, which: Sequence[UUID] | None) -> None:
    """The rows of these keys, or all of the workspace."""
    if which is not None and not which:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM keystead_{table} WHERE workspace_id = %(workspace)s"
            f" AND (%(which)s::uuid[] IS NULL OR {column} = ANY(%(which)s::uuid[]))",
            {"workspace": current_workspace(), "which": None if which is None else list(which)},
        )

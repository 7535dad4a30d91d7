"""What each staged row would do: matched by its key, compared column by column with what is there, and judged.

All in SQL over the staged rows, however many there are; judging again gives the same verdicts for the same database,
so the commit judges once more before it writes.
"""

from typing import Any

from django.db import connection

from keystead.data.many_rows import expect_many_rows
from keystead.data.models import Import, Member
from keystead.data.permissions import Reach, reach
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.judging.adopting import adopt
from keystead.domain.exchange.judging.comparing import columns_sql, compared
from keystead.domain.exchange.judging.making import mark_needed
from keystead.domain.exchange.judging.matching import lead_to_kept, match_rows, tell_merged
from keystead.domain.exchange.judging.parents import refuse_below_rejected, refuse_circles, resolve_parents
from keystead.domain.exchange.judging.refusing import (
    problem_sql,
    refuse_by_mode,
    refuse_new_beyond_reach,
    refuse_owners,
    refuse_taken,
    refuse_unreached,
)
from keystead.domain.exchange.keys import Keys
from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.tables import TARGETS, Target


def judge(*, job: Import, viewer: Member, match: Keys, mapped: set[str]) -> dict[str, int]:
    """Gives every staged row its verdict, target and changes; returns the counts.

    Rows that already have a problem from reading keep it. `to_make` tells what the commit will create beside the rows.
    Raises `CannotRead` (not_allowed) for somebody who has lost the right to import such files since she uploaded this one.
    """
    target = TARGETS[job.kind]
    if Reach.NONE in (reach(viewer, target.create), reach(viewer, target.edit)):
        raise CannotRead("not_allowed")
    expect_many_rows()
    with connection.cursor() as cursor:
        _forget_earlier(cursor, job)
        _refuse_duplicates(cursor, job)
        match_rows(cursor, job, target, match, viewer)
        lead_to_kept(cursor, job, target)
        job.offers = {**job.offers, **adopt(cursor, job, target, match, mapped, viewer)}
        if target.parent and target.parent in mapped:
            resolve_parents(cursor, job, target, viewer)
        refuse_unreached(cursor, job, target, viewer)
        tell_merged(cursor, job, target)
        _compare(cursor, job, target, mapped)
        refuse_by_mode(cursor, job)
        refuse_new_beyond_reach(cursor, job, target, viewer)
        if job.kind == "members":
            refuse_owners(cursor, job, viewer)
        refuse_taken(cursor, job, target, mapped)
        if target.parent and target.parent in mapped:
            refuse_circles(cursor, job, target, viewer)
            while refuse_below_rejected(cursor, job, target, viewer):
                refuse_circles(cursor, job, target, viewer)  # of those that stay where they stand
        mark_needed(job)
        return _counts(cursor, job)


def _forget_earlier(cursor: Any, job: Import) -> None:
    """Problems that an earlier judgement found are taken off again; what reading found stays (it has no "judged" mark).

    Such a row may have meant a record that it means no more, and would come in with its id: it gets one of its own.
    """
    cursor.execute(
        """
        UPDATE keystead_importrow r SET verdict = CASE WHEN kept.problems IS NULL THEN '' ELSE 'error' END,
          problems = kept.problems, before = NULL, after = NULL, target_id = gen_random_uuid()
        FROM (SELECT i.id, (SELECT jsonb_agg(p) FROM jsonb_array_elements(i.problems) p WHERE NOT p ? 'judged') AS problems
              FROM keystead_importrow i WHERE i.job_id = %(job)s AND i.problems @> '[{"judged": true}]') kept
        WHERE r.id = kept.id
        """,
        {"job": job.pk},
    )


def _refuse_duplicates(cursor: Any, job: Import) -> None:
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {problem_sql("duplicate_row", "jsonb_build_object('first', same.first)")}
        FROM (SELECT id, row, min(row) OVER (PARTITION BY key) AS first FROM keystead_importrow
              WHERE job_id = %(job)s AND key <> '' AND verdict <> 'error') same
        WHERE r.id = same.id AND same.row > same.first
        """,
        {"job": job.pk},
    )


def _compare(cursor: Any, job: Import, target: Target, mapped: set[str]) -> None:
    """Changed columns of the rows that are there, as they were and as they become; no change makes the row unchanged."""
    columns = compared(target, mapped, job.kind)
    if not columns:
        return
    differs = " OR ".join(f"{column.value('r.values')} IS DISTINCT FROM t.{column.name}" for column in columns) or "false"
    guard = "(v.name <> 'probability' OR v.new IS DISTINCT FROM v.old AND %(probability)s" + _STAGE_MOVED + ")"
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET before = found.before, after = found.after,
          verdict = CASE WHEN found.after IS NULL THEN 'unchanged' ELSE 'update' END
        FROM (
          SELECT r.id, r.verdict, r.before AS was_before, r.after AS was_after, changed.before, changed.after
          FROM keystead_importrow r JOIN {target.table} t ON t.id = r.target_id
          -- Told apart column by column only where any differs at all: in a file that comes again, hardly one row does.
          CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(v.name, v.old) AS before, jsonb_object_agg(v.name, v.new) AS after
            FROM (VALUES {columns_sql(columns)}) AS v(name, new, old)
            WHERE ({differs}) AND v.new IS DISTINCT FROM v.old AND {guard}
          ) changed
          WHERE r.job_id = %(job)s AND r.verdict IN ('update', 'unchanged') AND r.problems IS NULL
        ) found WHERE r.id = found.id AND (
          found.verdict <> CASE WHEN found.after IS NULL THEN 'unchanged' ELSE 'update' END
          OR found.before IS DISTINCT FROM found.was_before OR found.after IS DISTINCT FROM found.was_after)
        """,
        {"job": job.pk, "probability": job.kind != "deals" or "probability" in mapped or "stage" not in mapped},
    )


# A stage brings its probability only when the deal moves to it: one that a person has set since is kept.
_STAGE_MOVED = " OR (NOT %(probability)s AND r.values ->> 'stage_id' IS DISTINCT FROM (to_jsonb(t) ->> 'stage_id'))"


def _counts(cursor: Any, job: Import) -> dict[str, int]:
    cursor.execute("SELECT verdict, count(*) FROM keystead_importrow WHERE job_id = %s GROUP BY verdict", [job.pk])
    found = dict(cursor.fetchall())
    return {verdict: found.get(verdict, 0) for verdict in ("create", "update", "unchanged", "error")}


def label_of(kind: str, column: str) -> str:
    """What a changed column is called, for people."""
    name = column.removesuffix("_id") if column not in fields_of(kind) else column
    name = {"list_price_currency": "currency", "external": "external_id"}.get(name, name)
    spec = fields_of(kind).get(name)
    return str(spec.label) if spec else column

"""Rows that are right in themselves and still may not come in: by the mode, by rights, by a key that is taken."""

from typing import Any

from keystead.data.models import Import, Member
from keystead.data.permissions import Reach, editable, people, reach
from keystead.data.workspace.models import Role
from keystead.domain.exchange.tables import Target


def problem_sql(code: str, params: str = "'{}'::jsonb", column: str = "NULL::text") -> str:
    """SQL that adds a problem to a row."""
    return f"coalesce(r.problems, '[]') || {said_sql(code, params, column)}, verdict = 'error'"


def said_sql(code: str, params: str = "'{}'::jsonb", column: str = "NULL::text") -> str:
    """A list of one thing that is said of a row by the judgement, as SQL."""
    return f"jsonb_build_array(jsonb_build_object('code', '{code}', 'params', {params}, 'column', {column}, 'judged', true))"


def _escape(sql: str) -> str:
    return sql.replace("%", "%%")


def refuse_by_mode(cursor: Any, job: Import) -> None:
    """Only new records, or only changes of known ones, when that was asked (the option `mode`)."""
    mode = job.options.get("mode") or "both"
    refused = {"create": ("update", "mode_create_only"), "update": ("create", "mode_update_only")}.get(mode)
    if refused is None:
        return
    verdict, code = refused
    cursor.execute(
        f"UPDATE keystead_importrow r SET problems = {problem_sql(code)} WHERE r.job_id = %s AND r.verdict = %s",
        [job.pk, verdict],
    )


def refuse_unreached(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """Whoever does not reach every record may change those within reach. Before anything is compared: what a record that she may
    not change holds is neither kept with her file nor told by finding her guess "unchanged"."""
    if reach(viewer, target.edit) is Reach.ALL:
        return
    model: Any = target.model
    statement, values = editable(model.objects.all(), viewer, target.edit).order_by().values("pk").query.sql_with_params()
    cursor.execute(
        f"UPDATE keystead_importrow r SET problems = {_escape(said_sql('not_allowed'))}, verdict = 'error',"
        " before = NULL, after = NULL"
        f" WHERE r.job_id = %s AND r.verdict IN ('update', 'unchanged') AND r.target_id NOT IN ({statement})",
        [job.pk, *values],
    )


def refuse_new_beyond_reach(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """Whoever does not reach every record may create only at accounts within reach, and move records only to such: what she saw
    when the file was read may be another's when it is written. An account that is made for her row is hers."""
    if reach(viewer, target.create) is not Reach.ALL and job.kind in ("contacts", "deals", "orders"):
        from keystead.data.models import Account

        statement, values = Account.objects.visible_to(viewer).order_by().values("pk").query.sql_with_params()
        mine = "false"
        parameters: list[Any] = []
        if job.kind == "deals":
            mine = "(r.values ->> 'owner_id')::uuid = ANY(%s) OR NOT r.values ? 'owner_id'"
            parameters = [people(viewer, reach(viewer, target.create))]
        cursor.execute(
            f"UPDATE keystead_importrow r SET problems = {_escape(problem_sql('not_allowed'))}"
            f" WHERE r.job_id = %s AND (r.verdict = 'create' OR r.verdict = 'update' AND r.after ? 'account_id')"
            f" AND (r.values ->> 'account_id' IS NOT NULL AND (r.values ->> 'account_id')::uuid NOT IN ({statement})"
            "     AND r.values ->> 'account_id' <> ALL(%s)"
            f"   OR r.verdict = 'create' AND r.values ->> 'account_id' IS NULL AND NOT ({mine}))",
            [job.pk, *values, [item["id"] for item in job.offers.get("make", {}).get("accounts", ())], *parameters],
        )


def refuse_owners(cursor: Any, job: Import, viewer: Member) -> None:
    """Only owners make and unmake owners or change their address, and one who can log in is left."""
    touches = "r.verdict IN ('create', 'update') AND coalesce(r.after ->> 'role', r.values ->> 'role') = 'owner'"
    if viewer.role == Role.OWNER:
        touches = """
            r.after ->> 'role' <> 'owner' AND NOT EXISTS (
              SELECT FROM keystead_member m WHERE m.workspace_id = r.workspace_id AND m.role = 'owner' AND m.is_active
                AND m.user_id IS NOT NULL AND NOT EXISTS (
                  SELECT FROM keystead_importrow other WHERE other.job_id = r.job_id AND other.verdict = 'update'
                    AND other.target_id = m.id AND other.after ->> 'role' <> 'owner'))"""
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {problem_sql("not_allowed")} WHERE r.job_id = %(job)s AND (
          {touches}
          OR r.verdict = 'update' AND EXISTS (
            SELECT FROM keystead_member m WHERE m.id = r.target_id AND (
              m.role = 'owner' AND r.after ?| array['role', 'email'] AND NOT %(owns)s
              OR m.user_id IS NOT NULL AND r.after ? 'email')))
        """,
        {"job": job.pk, "owns": viewer.role == Role.OWNER},
    )


def refuse_taken(cursor: Any, job: Import, target: Target, mapped: set[str]) -> None:
    """A unique value that another record has already (an external id, an address, the day of a pair of currencies), where rows
    are matched by something else."""
    unique = {}  # what a row says -> whether a record says the same
    if "external_id" in mapped:
        same = "lower(t.external_id) = lower({0}) AND t.external_id = {0}"  # lower: by the index
        unique["r.values ->> 'external_id'"] = same.format("r.values ->> 'external_id'")
    if "email" in mapped and job.kind == "members":
        unique["lower(r.values ->> 'email')"] = "lower(t.email) = lower(r.values ->> 'email')"
    if job.kind == "rates":
        unique["concat_ws(' ', r.values ->> 'base', r.values ->> 'quote', r.values ->> 'date')"] = (
            "t.base = r.values ->> 'base' AND t.quote = r.values ->> 'quote' AND t.date = (r.values ->> 'date')::date"
        )
    for said, same in unique.items():
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET problems = {problem_sql("taken")}
            WHERE r.job_id = %(job)s AND r.verdict IN ('create', 'update') AND {said} IS NOT NULL AND (
              EXISTS (SELECT FROM {target.table} t WHERE t.workspace_id = %(workspace)s AND t.id <> r.target_id AND {same}))
            """,
            {"job": job.pk, "workspace": job.workspace_id},
        )
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET problems = {problem_sql("duplicate_row", "jsonb_build_object('first', same.first)")}
            FROM (SELECT r.id, r.row, min(r.row) OVER (PARTITION BY {said}) AS first FROM keystead_importrow r
                  WHERE r.job_id = %(job)s AND r.verdict IN ('create', 'update') AND {said} IS NOT NULL) same
            WHERE r.id = same.id AND same.row > same.first
            """,
            {"job": job.pk},
        )

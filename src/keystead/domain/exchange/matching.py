"""Which record each staged row means: found by its key."""

from typing import Any
from uuid import UUID

from keystead.base.words import fold
from keystead.data.models import Account, Import, Member
from keystead.domain.accounts.merged_keys import KEYS
from keystead.domain.exchange.fields import SPARE
from keystead.domain.exchange.refusing import problem_sql, said_sql
from keystead.domain.exchange.tables import Target

# What the value of a match field is on a record that is there.
_STORED = {"account": "account_id", "currency": "currency"}
MERGED = "merged_into"  # said of a row, and no reason to reject it


def match_rows(cursor: Any, job: Import, target: Target, match: tuple[str, ...], viewer: Member, spare: tuple[str, ...]) -> None:
    """Finds the record of each key. By external id in SQL; other keys are folded here and joined as a table.

    An external id is unique in the workspace, so it is known whoever may see its record; a name is one of those that the viewer
    sees, else a file of guesses would tell her the names of the others.
    """
    parameters = {"job": job.pk, "workspace": job.workspace_id}
    cursor.execute("DROP TABLE IF EXISTS keystead_known")
    if match == ("external_id",):
        cursor.execute(
            "CREATE TEMP TABLE keystead_known ON COMMIT DROP AS"
            f" SELECT external_id::text AS key, id, 1 AS found FROM {target.table}"
            " WHERE workspace_id = %(workspace)s AND external_id IS NOT NULL",
            parameters,
        )
        if spare and _has_spare_keys(cursor, job):
            copy_known(cursor, keys_of(target, spare, viewer), SPARE)
    else:
        cursor.execute("CREATE TEMP TABLE keystead_known (key text, id uuid, found int) ON COMMIT DROP")
        copy_known(cursor, keys_of(target, match, viewer))
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {problem_sql("several_match")}
        FROM keystead_known k WHERE r.job_id = %(job)s AND r.key = k.key AND r.key <> '' AND k.found > 1 AND r.verdict <> 'error'
        """,
        parameters,
    )
    # A row that is judged as before is not written again: the commit judges once more, and usually nothing happened meanwhile.
    cursor.execute(
        """
        UPDATE keystead_importrow r SET before = NULL, after = NULL,
          verdict = CASE WHEN found.known IS NULL THEN 'create' ELSE 'update' END,
          -- What was to change a record that is no longer found by its key is a new one: not with the id of that record.
          target_id = coalesce(found.known, CASE found.verdict WHEN '' THEN r.target_id ELSE gen_random_uuid() END)
        FROM (
          SELECT i.id, i.target_id, i.verdict, k.id AS known FROM keystead_importrow i
          LEFT JOIN keystead_known k ON k.key = i.key AND i.key <> '' AND k.found = 1
          WHERE i.job_id = %(job)s AND i.verdict <> 'error'
        ) found
        WHERE r.id = found.id AND (
          found.known IS NULL AND found.verdict <> 'create'
          OR found.known IS NOT NULL AND (found.verdict NOT IN ('update', 'unchanged') OR found.known <> found.target_id))
        """,
        parameters,
    )


def lead_to_kept(cursor: Any, job: Import, target: Target) -> None:
    """A row of a record that was merged into another is led to that one and changes nothing: two rows must not write one record
    in turns. A key that a record has itself means that record."""
    keys = KEYS.get(target.model)
    if keys is None:
        return
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET target_id = k.record_id, verdict = 'unchanged', before = NULL, after = NULL,
          problems = {said_sql(MERGED)}
        FROM {keys._meta.db_table} k
        WHERE r.job_id = %(job)s AND k.workspace_id = %(workspace)s AND r.values ->> 'external_id' = k.key
          AND (r.verdict = 'create' OR r.verdict IN ('update', 'unchanged') AND r.target_id = k.record_id)
          AND NOT EXISTS (SELECT FROM {target.table} t WHERE t.workspace_id = %(workspace)s AND t.external_id = k.key)
        """,
        {"job": job.pk, "workspace": job.workspace_id},
    )


def tell_merged(cursor: Any, job: Import, target: Target) -> None:
    """Names the kept record, once those rows are rejected whose records are beyond reach."""
    if target.model not in KEYS:
        return
    person = "coalesce(nullif(trim(concat(t.first_name, ' ', t.last_name)), ''), t.email)"
    name = "t.name" if target.model is Account else person
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {said_sql(MERGED, f"jsonb_build_object('name', {name})")}
        FROM {target.table} t
        WHERE r.job_id = %(job)s AND r.verdict = 'unchanged' AND r.problems IS NOT NULL AND t.id = r.target_id
        """,
        {"job": job.pk},
    )


def _has_spare_keys(cursor: Any, job: Import) -> bool:
    cursor.execute("SELECT 1 FROM keystead_importrow WHERE job_id = %s AND starts_with(key, %s) LIMIT 1", [job.pk, SPARE])
    return cursor.fetchone() is not None


def copy_known(cursor: Any, known: dict[str, tuple[UUID, int]], mark: str = "") -> None:
    """Puts what `keys_of` found into the table keystead_known (key, id, found)."""
    with cursor.copy("COPY keystead_known (key, id, found) FROM STDIN") as copy:
        for key, (pk, found) in known.items():
            copy.write_row((mark + key, pk, found))


def keys_of(target: Target, match: tuple[str, ...], viewer: Member) -> dict[str, tuple[UUID, int]]:
    """{key: (id, how many have it)} of the records that the viewer sees, folded as the keys of rows are."""
    columns = [_STORED.get(name, name) for name in match if name != "full_name"]
    if "full_name" in match:
        columns = ["first_name", "last_name", *columns]
    known: dict[str, tuple[UUID, int]] = {}
    model: Any = target.model
    for pk, *stored in model.objects.visible_to(viewer).values_list("pk", *columns):
        values = [f"{stored[0]} {stored[1]}".strip(), *stored[2:]] if "full_name" in match else stored
        parts = [
            str(value or "") if name == "external_id" else fold(str("" if value is None else value))
            for name, value in zip(match, values, strict=True)
        ]
        if any(parts):
            key = "\x1f".join(parts)
            known[key] = (pk, known[key][1] + 1 if key in known else 1)
    return known

"""Which record each staged row means: found by its keys."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from keystead.data.models import Account, Import, Member
from keystead.domain.accounts.merged_keys import KEYS
from keystead.domain.exchange.judging.refusing import problem_sql, said_sql
from keystead.domain.exchange.keys import EXTERNAL, FOUND_BY, FURTHER, SPARE, Key, Keys, joined_key
from keystead.domain.exchange.tables import Target

MERGED = "merged_into"  # said of a row, and no reason to reject it


def match_rows(cursor: Any, job: Import, target: Target, keys: Keys, viewer: Member) -> None:
    """Finds the record of each row by its keys. External ids are looked up in SQL; others are folded here and joined as a table.

    An external id is unique in the workspace, so it is known whoever may see its record; any other key is one of those that the
    viewer sees, else a file of guesses would tell her the others.
    """
    parameters = {"job": job.pk, "workspace": job.workspace_id}
    cursor.execute("DROP TABLE IF EXISTS keystead_known")
    cursor.execute("CREATE TEMP TABLE keystead_known (key text, id uuid, found int) ON COMMIT DROP")
    for place, key in enumerate(keys):
        if not place or _is_asked(cursor, job, place):
            _know(cursor, job, target, key, SPARE * place, viewer)
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {problem_sql("several_match")}
        FROM keystead_known k WHERE r.job_id = %(job)s AND r.key = k.key AND r.key <> '' AND k.found > 1 AND r.verdict <> 'error'
        """,
        parameters,
    )
    # A row that is judged as before is not written again: the commit judges once more, and usually nothing happened meanwhile.
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET before = NULL, after = NULL, values = r.values - '{FOUND_BY}',
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
    for place in range(1, len(keys)):
        _match_further(cursor, target, keys[place], place, parameters)
    if len(keys) > 1:
        _refuse_same_record(cursor, job)


def _is_asked(cursor: Any, job: Import, place: int) -> bool:
    """Whether any row has this key."""
    cursor.execute(
        f"SELECT 1 FROM keystead_importrow WHERE job_id = %s AND (starts_with(key, %s) OR values -> '{FURTHER}' ? %s) LIMIT 1",
        [job.pk, SPARE * place, str(place)],
    )
    return cursor.fetchone() is not None


def _know(cursor: Any, job: Import, target: Target, key: Key, mark: str, viewer: Member) -> None:
    if key == EXTERNAL:
        cursor.execute(
            f"INSERT INTO keystead_known SELECT %s || external_id, id, 1 FROM {target.table}"
            " WHERE workspace_id = %s AND external_id IS NOT NULL",
            [mark, job.workspace_id],
        )
    else:
        copy_known(cursor, keys_of(target, key, viewer), mark)


def _match_further(cursor: Any, target: Target, key: Key, place: int, parameters: dict[str, Any]) -> None:
    """Rows that nobody was found for yet, by the key of this place. A record with another external id is another one."""
    asked = parameters | {"mark": SPARE * place, "place": str(place), "by": Jsonb(list(key))}
    known = f"r.job_id = %(job)s AND r.verdict = 'create' AND k.key = %(mark)s || (r.values -> '{FURTHER}' ->> %(place)s)"
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {problem_sql("several_match")} FROM keystead_known k
        WHERE {known} AND k.found > 1
        """,
        asked,
    )
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET verdict = 'update', target_id = k.id,
          values = r.values || jsonb_build_object('{FOUND_BY}', %(by)s)
        FROM keystead_known k JOIN {target.table} t ON t.id = k.id
        WHERE {known} AND k.found = 1
          AND (t.external_id IS NULL OR coalesce(r.values ->> 'external_id', t.external_id) = t.external_id)
        """,
        asked,
    )


def _refuse_same_record(cursor: Any, job: Import) -> None:
    """Two rows that mean one record by different keys: the later one is refused, as they would write it in turns."""
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {problem_sql("duplicate_row", "jsonb_build_object('first', same.first)")}
        FROM (SELECT id, row, min(row) OVER (PARTITION BY target_id) AS first FROM keystead_importrow
              WHERE job_id = %(job)s AND verdict IN ('update', 'unchanged')) same
        WHERE r.id = same.id AND same.row > same.first
        """,
        {"job": job.pk},
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


def copy_known(cursor: Any, known: dict[str, tuple[UUID, int]], mark: str = "") -> None:
    """Puts what `keys_of` found into the table keystead_known (key, id, found)."""
    with cursor.copy("COPY keystead_known (key, id, found) FROM STDIN") as copy:
        for key, (pk, found) in known.items():
            copy.write_row((mark + key, pk, found))


def keys_of(target: Target, key: Key, viewer: Member) -> dict[str, tuple[UUID, int]]:
    """{key: (id, how many have it)} of the records that the viewer sees, folded as the keys of rows are."""
    columns: list[str] = []
    for name in key:
        columns += ("first_name", "last_name") if name == "full_name" else (target.columns[name][0].name,)
    known: dict[str, tuple[UUID, int]] = {}
    model: Any = target.model
    for pk, *stored in model.objects.visible_to(viewer).values_list("pk", *columns):
        left = iter(stored)
        text = joined_key(key, [f"{next(left)} {next(left)}".strip() if name == "full_name" else next(left) for name in key])
        if text:
            known[text] = (pk, known[text][1] + 1 if text in known else 1)
    return known

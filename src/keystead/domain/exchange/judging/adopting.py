"""Rows with an external id that nobody has yet, and records without one that seem to be the same: typed in here by hand, say,
before the source system was connected. Whether they are one is the person's to say (the option `adopt`), for the whole file; each
pair is told with how much of the row the record says as well."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from keystead.data.models import Import, Member
from keystead.domain.exchange.judging.comparing import columns_sql, compared
from keystead.domain.exchange.judging.matching import copy_known, keys_of
from keystead.domain.exchange.keys import EXTERNAL, FOUND_BY, Key, Keys, is_mapped, key_text, usual_keys
from keystead.domain.exchange.tables import Target

CALLED = "_called"  # the staged value by which such a row is compared: its text of each adopting key, {place: text}
SHOWN = 50
# Deals and orders of one name are often two: more has to agree than their name.
_STRICT: dict[str, Key] = {"deals": ("account", "name", "amount", "currency"), "orders": ("account", "number")}
_NEVER = {"rates"}


def adopting_keys(kind: str, mapped: set[str], keys: Keys) -> Keys:
    """By what else than its external id a row and a record without one are the same, asked one after the other; () where that is
    not asked."""
    if EXTERNAL not in keys or kind in _NEVER:
        return ()
    if kind in _STRICT:
        return (_STRICT[kind],) if is_mapped(kind, _STRICT[kind], mapped) else ()
    return keys[keys.index(EXTERNAL) + 1 :] or usual_keys(kind, mapped)[1:]


def called(kind: str, keys: Keys, values: Mapping[str, Any]) -> dict[str, str]:
    """What a row with an external id says of the adopting keys, {place: text}; {} for others, and for a deal or order that leaves
    any of it out."""
    if not keys or not key_text(EXTERNAL, values):
        return {}
    if kind in _STRICT and not all(key_text((name,), values) for name in keys[0]):
        return {}
    return {str(place): text for place, key in enumerate(keys) if (text := key_text(key, values))}


def adopt(cursor: Any, job: Import, target: Target, keys: Keys, mapped: set[str], viewer: Member) -> dict[str, Any]:
    """{"adoptable": how many new rows are like exactly one record that has no external id, and like no other row of the file,
    "alike": [{row, id, likeness}] of the least alike of them}. With the option they change that record, which takes the id
    over, instead of making another."""
    asked = adopting_keys(job.kind, mapped, keys)
    model: Any = target.model
    if not asked or not model.objects.filter(external_id=None).exists():
        return {"adoptable": 0, "alike": []}
    cursor.execute("DROP TABLE IF EXISTS keystead_pairs")
    cursor.execute("CREATE TEMP TABLE keystead_pairs (id bigint, known uuid, by jsonb) ON COMMIT DROP")
    for place, key in enumerate(asked):
        _pair(cursor, job, target, key, place, viewer)
    pairs = _least_alike(cursor, job, target, mapped)
    if job.options.get("adopt"):
        cursor.execute(
            "UPDATE keystead_importrow r SET target_id = p.known, verdict = 'update',"
            f" values = r.values || jsonb_build_object('{FOUND_BY}', p.by) FROM keystead_pairs p WHERE r.id = p.id"
        )
    cursor.execute("SELECT count(*) FROM keystead_pairs")
    return {"adoptable": int(cursor.fetchone()[0]), "alike": pairs}


def _pair(cursor: Any, job: Import, target: Target, key: Key, place: int, viewer: Member) -> None:
    """Notes the new rows and the records that agree in this key, neither of which has a pair yet."""
    cursor.execute("DROP TABLE IF EXISTS keystead_known")
    cursor.execute("CREATE TEMP TABLE keystead_known (key text, id uuid, found int) ON COMMIT DROP")
    copy_known(cursor, keys_of(target, key, viewer))
    cursor.execute(
        f"""
        INSERT INTO keystead_pairs SELECT r.id, k.id, %(by)s FROM (
          SELECT id, said.key, count(*) OVER (PARTITION BY said.key) AS rows
          FROM keystead_importrow, LATERAL (SELECT values -> '{CALLED}' ->> %(place)s AS key) said
          WHERE job_id = %(job)s AND verdict = 'create' AND said.key IS NOT NULL
        ) r JOIN keystead_known k ON k.key = r.key AND k.found = 1 AND r.rows = 1
        JOIN {target.table} t ON t.id = k.id AND t.external_id IS NULL
        WHERE NOT EXISTS (SELECT FROM keystead_importrow o WHERE o.job_id = %(job)s AND o.target_id = k.id)
          AND NOT EXISTS (SELECT FROM keystead_pairs p WHERE p.id = r.id)
          AND NOT EXISTS (SELECT FROM keystead_pairs p WHERE p.known = k.id)
        """,
        {"job": job.pk, "place": str(place), "by": Jsonb(list(key))},
    )


def _least_alike(cursor: Any, job: Import, target: Target, mapped: set[str]) -> list[dict[str, Any]]:
    """Rows and records with the share of the row's filled cells that say the same, the least alike first."""
    columns = [column for column in compared(target, mapped, job.kind) if column.name != "external_id"]
    cursor.execute(
        f"""
        SELECT r.row, p.known, coalesce((
          SELECT avg(CASE WHEN lower(v.new #>> '{{}}') = lower(v.old #>> '{{}}') THEN 1 ELSE 0 END)
          FROM (VALUES {columns_sql(columns)}) AS v(name, new, old) WHERE coalesce(v.new #>> '{{}}', '') <> ''
        ), 1)::float
        FROM keystead_pairs p JOIN keystead_importrow r ON r.id = p.id JOIN {target.table} t ON t.id = p.known
        ORDER BY 3, 1 LIMIT {SHOWN}
        """
    )
    return [{"row": row, "id": str(pk), "likeness": round(likeness, 4)} for row, pk, likeness in cursor.fetchall()]

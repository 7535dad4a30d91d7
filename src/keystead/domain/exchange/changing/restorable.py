"""Which records can become again what they were before an import: what must hold of records that somebody types in holds of them.

What they were may not fit any more, although nobody has edited them: the account that they belonged to is deleted, another record
has their key by now (or another rate its day), they would stand below themselves, or nobody would be an owner any more. Such
records are kept as they are.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import ForeignKey

from keystead.data.models import Import, Member, Rate, Stage
from keystead.data.workspace.models import Role
from keystead.domain.exchange.judging.comparing import compared
from keystead.domain.exchange.tables import Target

_STEP = ("stage_id", "status")
# What is restored (r) over what stands (t), for these records.
_RESTORED = """
    FROM {table} t JOIN keystead_importrow r ON r.target_id = t.id
    WHERE r.job_id = %(job)s AND r.verdict = 'update' AND t.id = ANY(%(ids)s)
"""


def restorable(job: Import, target: Target, ids: Collection[UUID]) -> tuple[set[UUID], dict[UUID, str]]:
    """Those of the records whose former values break no rule, and of the others the code of the one that they would break. The
    caller holds the turn of what stands below one another."""
    left, why = set(ids), dict[UUID, str]()

    def keep(code: str, found: set[UUID]) -> None:
        left.difference_update(found)
        why.update(dict.fromkeys(found, code))

    columns = {column.name for column in compared(target, set(job.mapping.values()), job.kind)}
    for code, rule in _rules(target, columns):
        keep(code, _found(job, target, left, rule))
    if job.kind == "members" and "role" in columns:
        keep("no_owner_left", _last_owners(job, target, left))
    above = f"{target.parent}_id"
    while above in columns and left and (circle := _in_a_circle(job, target, left, above)):
        keep("below_itself", circle)
    return left, why


def _rules(target: Target, columns: Collection[str]) -> list[tuple[str, str]]:
    """Codes and conditions, each true of a record that it keeps from going back."""
    rules = []
    model: Any = target.model
    for field in model._meta.concrete_fields:
        former = f"r.before ->> '{field.column}'"
        if field.column in columns and isinstance(field, ForeignKey):
            of: Any = field.related_model
            there = f"EXISTS (SELECT FROM {of._meta.db_table} o WHERE o.id = ({former})::uuid)"
            rules.append(("reference_gone", f"{former} IS NOT NULL AND NOT {there}"))
        if field.column in columns and (field.column == "external_id" or (field.column, model) == ("email", Member)):
            same = f"lower(o.{field.column}) = lower({former}) AND ('{field.column}' = 'email' OR o.{field.column} = {former})"
            rules.append(("taken", _of_another(target, same)))
    if set(_STEP) <= set(columns):
        stage, status = map(_again, _STEP)
        other = f"EXISTS (SELECT FROM {Stage._meta.db_table} o WHERE o.id::text = {stage} AND o.status <> {status})"
        rules.append(("stage_changed", other))
    if model is Rate:
        base, quote, day = map(_again, ("base", "quote", "date"))
        rules.append(("taken", _of_another(target, f"o.base = {base} AND o.quote = {quote} AND o.date = ({day})::date")))
    return rules


def _of_another(target: Target, same: str) -> str:
    """SQL for whether another record (`o`) has the same."""
    return f"EXISTS (SELECT FROM {target.table} o WHERE o.workspace_id = t.workspace_id AND o.id <> t.id AND {same})"


def _again(column: str) -> str:
    """SQL for the text of what stands there once the record is restored."""
    return f"CASE WHEN r.before ? '{column}' THEN r.before ->> '{column}' ELSE t.{column}::text END"


def _found(job: Import, target: Target, ids: Collection[UUID], rule: str) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id {_RESTORED.format(table=target.table)} AND ({rule})", {"job": job.pk, "ids": list(ids)})
        return {row[0] for row in cursor.fetchall()}


def _last_owners(job: Import, target: Target, ids: Collection[UUID]) -> set[UUID]:
    """Those who would be owners no more, where no owner who can log in would be left."""
    unmade = _found(job, target, ids, "t.role = 'owner' AND r.before ->> 'role' <> 'owner'")
    made = _found(job, target, ids, "r.before ->> 'role' = 'owner'")
    entering = Member.objects.filter(is_active=True, user__isnull=False)
    owners = set(entering.filter(role=Role.OWNER).values_list("pk", flat=True))
    owners |= set(entering.filter(pk__in=made).values_list("pk", flat=True))
    return set() if owners - unmade else unmade


def _in_a_circle(job: Import, target: Target, ids: Collection[UUID], above: str) -> set[UUID]:
    """Those that would stand below themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE back AS (
              SELECT t.id, (r.before ->> '{above}')::uuid AS above {_RESTORED.format(table=target.table)} AND r.before ? '{above}'
            ), up AS (
              SELECT id AS start, above FROM back WHERE above IS NOT NULL
              UNION
              SELECT up.start, CASE WHEN back.id IS NULL THEN t.{above} ELSE back.above END
              FROM up JOIN {target.table} t ON t.id = up.above LEFT JOIN back ON back.id = t.id
              WHERE up.above <> up.start
            ) SELECT DISTINCT start FROM up WHERE start = above
            """,
            {"job": job.pk, "ids": list(ids)},
        )
        return {row[0] for row in cursor.fetchall()}

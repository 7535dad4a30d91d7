"""An import taken back: what it created is deleted, what it changed becomes as it was, except where somebody has edited since.

One transaction. A created record that others use by now (a deal at an account of the import) is kept and listed
like an edited one, and so is a record that cannot become what it was (restorable.py). Each kept row says why.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from keystead.data.many_rows import expect_many_rows
from keystead.data.models import DealStageChange, Import, ImportRow, RevenueLink, Stage
from keystead.domain.exchange.changing.links import follow, hold_links
from keystead.domain.exchange.changing.restorable import restorable
from keystead.domain.exchange.judging.comparing import compared
from keystead.domain.exchange.tables import MODELS, TARGETS, Target
from keystead.domain.undoing.kinds import KINDS, Kind

# Rows that follow from others by rule or trigger: they never keep a record from being deleted.
_DERIVED = (RevenueLink, DealStageChange)


def undo(*, job: Import) -> dict[str, int]:
    """Takes a committed import back. Returns {"undone": rows, "kept": rows}; each staged row says which it was."""
    target = TARGETS[job.kind]
    with transaction.atomic():
        expect_many_rows()
        hold_links(job.kind)
        restored, why = _restore(job, target)
        _hand_back(job, target, restored)
        created = _unedited(job, target, "create")
        in_use = _in_use(target.model, created)
        gone = created - in_use
        _delete(target.model, gone)
        _note(job, target, gone | restored, why | dict.fromkeys(in_use, "used_since"))
        _unmake(job)
        follow(job.kind, restored)
    counts = ImportRow.objects.filter(job=job).exclude(undone="")
    return {state: counts.filter(undone=state).count() for state in ("undone", "kept")}


def _note(job: Import, target: Target, done: Collection[UUID], why: Mapping[UUID, str]) -> None:
    """Notes at each row whether it was taken back, and of one that was kept why: what `why` says, else that somebody has edited
    or deleted its record since."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET undone = found.undone, problems = CASE found.undone WHEN 'kept' THEN
              jsonb_build_array(jsonb_build_object('code', found.code, 'params', '{{}}'::jsonb, 'column', NULL)) END
            FROM (
              SELECT i.id, CASE WHEN i.target_id = ANY(%(done)s) THEN 'undone' ELSE 'kept' END AS undone,
                coalesce(w.code, CASE WHEN t.id IS NULL THEN 'gone_since' ELSE 'edited_since' END) AS code
              FROM keystead_importrow i LEFT JOIN {target.table} t ON t.id = i.target_id
              LEFT JOIN unnest(%(kept)s::uuid[], %(codes)s::text[]) w(id, code) ON w.id = i.target_id
              WHERE i.job_id = %(job)s AND i.verdict IN ('create', 'update')
            ) found WHERE r.id = found.id
            """,
            {"job": job.pk, "done": list(done), "kept": list(why), "codes": list(why.values())},
        )


def _unedited(job: Import, target: Target, verdict: str) -> set[UUID]:
    """The rows of that verdict which nobody has changed since the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id FROM {target.table} t JOIN keystead_importrow r ON r.target_id = t.id"
            " WHERE r.job_id = %s AND r.verdict = %s AND coalesce(r.applied_version, 1) = t.version FOR UPDATE OF t",
            [job.pk, verdict],
        )
        return {row[0] for row in cursor.fetchall()}


def _restore(job: Import, target: Target) -> tuple[set[UUID], dict[UUID, str]]:
    """The records that are now what they were, and why those are not that nobody has edited."""
    ids, why = restorable(job, target, _unedited(job, target, "update"))
    columns = compared(target, set(job.mapping.values()), job.kind)
    sets = ", ".join(
        f"{column.name} = CASE WHEN r.before ? '{column.name}' THEN (r.before ->> '{column.name}')::{column.sql_type}"
        f" ELSE t.{column.name} END"
        for column in columns
    )
    if ids and sets:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {target.table} t SET {sets} FROM keystead_importrow r"
                " WHERE r.job_id = %s AND r.verdict = 'update' AND t.id = r.target_id AND t.id = ANY(%s)",
                [job.pk, list(ids)],
            )
    return ids, why


def _hand_back(job: Import, target: Target, restored: Collection[UUID]) -> None:
    """An earlier import's row that is now as that import left it counts as unedited again: imports can be undone one by one.

    The commit moved a row's version by one, so the one before it is what the earlier import noted (1 for a row it made).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE keystead_importrow earlier SET applied_version = t.version
            FROM keystead_importrow r JOIN {target.table} t ON t.id = r.target_id
            WHERE r.job_id = %s AND r.verdict = 'update' AND r.target_id = ANY(%s) AND earlier.target_id = r.target_id
              AND earlier.job_id <> r.job_id AND earlier.verdict IN ('create', 'update') AND earlier.undone = ''
              AND coalesce(earlier.applied_version, 1) = r.applied_version - 1
            """,
            [job.pk, list(restored)],
        )


def _relations(model: Any) -> list[models.ManyToOneRel]:
    """Every key that points to the records, those without a way back (related_name "+") as well; not the ones of history."""
    found = model._meta.get_fields(include_hidden=True)
    keys = [each for each in found if isinstance(each, models.ManyToOneRel) and each.field.concrete]
    return [each for each in keys if not str(each.related_model._meta.model_name).endswith("event")]


def _follows(relation: models.ManyToOneRel) -> bool:
    """Rows that go with their record: what is derived, and what is only remembered of it (that two are not the same)."""
    return relation.related_model in _DERIVED or (relation.hidden and relation.on_delete is models.CASCADE)


def _in_use(model: Any, ids: Collection[UUID]) -> set[UUID]:
    """Those of the records that anything outside the set refers to; what a kept one stands on is kept as well."""
    candidates, kept = set(ids), set()
    while candidates:
        used: set[UUID] = set()
        for relation in _relations(model):
            other = relation.related_model
            if _follows(relation):
                continue
            name = relation.field.attname
            rows = other._base_manager.filter(**{f"{name}__in": candidates})
            if other is model:
                rows = rows.exclude(pk__in=candidates)
            used |= set(rows.values_list(name, flat=True))
        if not used:
            break
        kept |= used
        candidates -= used
    return kept


def _delete(model: Any, ids: Collection[UUID]) -> None:
    """Deletes records that nothing uses, with the rows that were derived from them."""
    if not ids:
        return
    for relation in _relations(model):
        if _follows(relation):
            relation.related_model._base_manager.filter(**{f"{relation.field.attname}__in": ids})._raw_delete("default")
    with connection.cursor() as cursor:
        if any(isinstance(field, models.ForeignKey) and field.related_model is model for field in model._meta.fields):
            own = next(field.attname for field in model._meta.fields if field.related_model is model)
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET {own} = NULL WHERE id = ANY(%s) AND {own} = ANY(%s)", [list(ids)] * 2
            )
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = ANY(%s)", [list(ids)])


def _unmake(job: Import) -> None:
    """Deletes what the commit made beside the rows, unless it is used or is another than it was made."""
    for kind, texts in reversed(job.offers.get("made", {}).items()):
        model: Any = Stage if kind == "stages" else MODELS[kind]
        ids = _as_made(KINDS[model.__name__], texts)
        _delete(model, ids - _in_use(model, ids))


def _as_made(kind: Kind, ids: Collection[str]) -> set[UUID]:
    """Those of the records that are as they were made: also where a later import, or a change that was undone, has been."""
    same = " AND ".join(f't."{column}" IS NOT DISTINCT FROM e."{column}"' for column in kind.compared)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id FROM {kind.table} t JOIN {kind.events} e ON e.pgh_obj_id = t.id AND e.pgh_label = 'insert'"
            f" WHERE t.id = ANY(%s::uuid[]) AND {same} FOR UPDATE OF t",
            [list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}

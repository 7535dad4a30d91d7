"""What has come and what has gone since the preview.

What was to be made beside the rows may be there by now: another file that names the same was written first. At the preview nobody
had the name, so the staged rows carry the id of a record to come. Judged again at the commit, they are led to the one that has
come meanwhile, if the importer sees it (as at the preview). Where two have come, or a stage of another status than the file says,
the rows are refused as they would have been then; and so are those that name what was deleted, or merged with another.
"""

from typing import Any

from django.db import connection

from keystead.base.words import fold
from keystead.data.models import Import, Member, Stage
from keystead.domain.exchange.judging.making import fields_to
from keystead.domain.exchange.recognising.names import UNKNOWN_CODES, load_names
from keystead.domain.exchange.tables import MODELS, TARGETS


def lead_to_made(job: Import, viewer: Member) -> None:
    """Leads the staged rows to records that have come since, and leaves in `job.offers["make"]` what is still to be made."""
    make: dict[str, list[dict[str, Any]]] = {}
    for kind, wanted in job.offers.get("make", {}).items():
        if not wanted:
            continue
        there = _stages() if kind == "stages" else load_names(kind, viewer).by_text
        come = {item["id"]: there[fold(item["name"])] for item in wanted if fold(item["name"]) in there}
        found = {made: pk for made, pk in come.items() if pk is not None}
        for field in fields_to(job, kind) if come else ():
            _lead(job, field, found)
            _refuse_twofold(job, field, [made for made, pk in come.items() if pk is None])
        make[kind] = [item for item in wanted if item["id"] not in come]
    job.offers = {**job.offers, "make": make}


def refuse_gone(job: Import) -> None:
    """Refuses the staged rows that name a record which is there no more. What stands above is found anew at each judgement."""
    for kind, code in UNKNOWN_CODES.items():
        model: Any = MODELS.get(kind, Stage)
        made = [item["id"] for item in job.offers.get("make", {}).get(kind, ())]
        for field in fields_to(job, kind):
            if field != TARGETS[job.kind].parent:
                _refuse_gone(job, field, code, model._meta.db_table, made)


def _refuse_gone(job: Import, field: str, code: str, table: str, made: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET {_refused(code, f"jsonb_build_object('value', r.values ->> '{field}')")}
            WHERE r.job_id = %(job)s AND r.values ->> '{field}_id' IS NOT NULL AND r.values ->> '{field}_id' <> ALL(%(made)s)
              AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = (r.values ->> '{field}_id')::uuid)
            """,
            {"job": job.pk, "made": made, "header": _header(job, field)},
        )


def _stages() -> dict[str, Any]:
    return {fold(stage.name): stage.pk for stage in Stage.objects.all()}


def _lead(job: Import, field: str, found: dict[str, Any]) -> None:
    """A stage brings its status unless the file has its own, and its probability likewise."""
    mapped = set(job.mapping.values())
    brought = ["status", "probability"] if field == "stage" else []
    more = "".join(f" || jsonb_build_object('{name}', s.{name}::text)" for name in brought if name not in mapped)
    parameters: dict[str, Any] = {"made": list(found), "there": list(found.values()), "job": job.pk}
    with connection.cursor() as cursor:
        if field == "stage" and "status" in mapped:
            said = "jsonb_build_object('stage', s.name, 'value', r.values ->> 'status')"
            cursor.execute(
                f"""
                UPDATE keystead_importrow r SET {_refused("stage_contradicts_status", said)}
                FROM unnest(%(made)s::text[], %(there)s::uuid[]) led(made, there) JOIN keystead_stage s ON s.id = led.there
                WHERE r.job_id = %(job)s AND r.values ->> 'stage_id' = led.made AND r.values ->> 'status' <> s.status
                """,
                {**parameters, "header": _header(job, "status")},
            )
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET values = r.values || jsonb_build_object('{field}_id', led.there){more}
            FROM unnest(%(made)s::text[], %(there)s::uuid[]) led(made, there)
            {"JOIN keystead_stage s ON s.id = led.there" if more else ""}
            WHERE r.job_id = %(job)s AND r.values ->> '{field}_id' = led.made
            """,
            parameters,
        )


def _refuse_twofold(job: Import, field: str, made: list[str]) -> None:
    if not made:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r
            SET {_refused("ambiguous_reference", f"jsonb_build_object('value', r.values ->> '{field}')")}
            WHERE r.job_id = %(job)s AND r.values ->> '{field}_id' = ANY(%(made)s)
            """,
            {"made": made, "job": job.pk, "header": _header(job, field)},
        )


def _refused(code: str, params: str) -> str:
    """SQL that adds a problem as reading does: no later judgement takes it back."""
    said = f"jsonb_build_object('code', '{code}', 'params', {params}, 'column', %(header)s::text)"
    return f"problems = coalesce(r.problems, '[]') || jsonb_build_array({said}), verdict = 'error'"


def _header(job: Import, field: str) -> str:
    return str(next(header for header, name in job.mapping.items() if name == field))

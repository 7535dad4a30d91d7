"""What was to be made beside the rows, and is there by now: another file that names the same was written first.

At the preview nobody had the name, so the staged rows carry the id of a record to come. Judged again at the commit, they are led
to the one that has come meanwhile, if the importer sees it (as at the preview).
"""

from typing import Any

from django.db import connection

from keystead.base.words import fold
from keystead.data.models import Import, Member, Stage
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.resolving import load_names


def lead_to_made(job: Import, viewer: Member) -> None:
    """Leads the staged rows to records that have come since, and leaves in `job.offers["make"]` what is still to be made."""
    make: dict[str, list[dict[str, Any]]] = {}
    for kind, wanted in job.offers.get("make", {}).items():
        there = _stages() if kind == "stages" else {key: pk for key, pk in load_names(kind, viewer).by_text.items() if pk}
        found = {item["id"]: there[fold(item["name"])] for item in wanted if fold(item["name"]) in there} if wanted else {}
        for field in _fields_to(job, kind) if found else ():
            _lead(job, field, found)
        make[kind] = [item for item in wanted if item["id"] not in found]
    job.offers = {**job.offers, "make": make}


def _stages() -> dict[str, Any]:
    return {fold(stage.name): stage.pk for stage in Stage.objects.all()}


def _fields_to(job: Import, kind: str) -> list[str]:
    return [name for name in set(job.mapping.values()) if fields_of(job.kind)[name].to == kind]


def _lead(job: Import, field: str, found: dict[str, Any]) -> None:
    """A stage brings its status, and its probability unless the file has its own."""
    more = ""
    if field == "stage":
        more = " || jsonb_build_object('status', s.status)"
        if "probability" not in job.mapping.values():
            more += " || jsonb_build_object('probability', s.probability::text)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET values = r.values || jsonb_build_object('{field}_id', led.there){more}
            FROM unnest(%(made)s::text[], %(there)s::uuid[]) led(made, there)
            {"JOIN keystead_stage s ON s.id = led.there" if more else ""}
            WHERE r.job_id = %(job)s AND r.values ->> '{field}_id' = led.made
            """,
            {"made": list(found), "there": list(found.values()), "job": job.pk},
        )

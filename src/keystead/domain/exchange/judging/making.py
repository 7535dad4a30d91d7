"""What is made beside the rows of a file: the accounts, products, people and stages that they name and nobody has.

Reading collects them in `job.offers["make"]`, by kind, with the ids that the staged rows carry already. What is made of them is
only what a row names that is written; a row may be rejected at one judgement and not at the next, so the others are kept as well.
"""

from typing import Any

from django.db import connection

from keystead.data.models import Import
from keystead.domain.exchange.fields import fields_of


def to_make(job: Import) -> dict[str, list[dict[str, Any]]]:
    """By kind what the commit makes, as the last judgement found it."""
    found = {kind: [item for item in items if item.get("is_needed", True)] for kind, items in job.offers.get("make", {}).items()}
    return {kind: items for kind, items in found.items() if items}


def mark_needed(job: Import) -> None:
    """Notes of each whether a row that will be written names it."""
    make = {}
    for kind, items in job.offers.get("make", {}).items():
        named = _named(job, kind, [item["id"] for item in items]) if items else set()
        make[kind] = [item | {"is_needed": item["id"] in named} for item in items]
    job.offers = {**job.offers, "make": make}


def fields_to(job: Import, kind: str) -> list[str]:
    """The fields of the file that name records of the kind."""
    return [name for name in set(job.mapping.values()) if fields_of(job.kind)[name].to == kind]


def _named(job: Import, kind: str, made: list[str]) -> set[str]:
    found: set[str] = set()
    with connection.cursor() as cursor:
        for field in fields_to(job, kind):
            cursor.execute(
                f"SELECT DISTINCT values ->> '{field}_id' FROM keystead_importrow"
                f" WHERE job_id = %s AND verdict IN ('create', 'update') AND values ->> '{field}_id' = ANY(%s)",
                [job.pk, made],
            )
            found |= {row[0] for row in cursor.fetchall()}
    return found

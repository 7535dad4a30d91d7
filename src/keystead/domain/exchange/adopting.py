"""Rows with an external id that nobody has yet, and records without one that are called the same: typed in here by hand, say,
before the source system was connected. Whether they are one is the person's to say (the option `adopt`), for the whole file."""

from typing import Any

from keystead.data.models import Import, Member
from keystead.domain.exchange.fields import spare_match
from keystead.domain.exchange.matching import copy_known, keys_of
from keystead.domain.exchange.tables import Target

# Of these there are few enough, and they are called by what they are. Deals and orders of one name are often two.
ADOPTABLE = ("accounts", "contacts", "products", "members")
CALLED = "_called"  # the staged value by which such a row is compared: its spare key


def adopt(cursor: Any, job: Import, target: Target, match: tuple[str, ...], mapped: set[str], viewer: Member) -> int:
    """How many new rows are called like exactly one record that has no external id, and like no other row of the file. With the
    option they change that record, which takes the id over, instead of making another."""
    spare = spare_match(job.kind, mapped, match)
    if job.kind not in ADOPTABLE or not spare:
        return 0
    model: Any = target.model
    if not model.objects.filter(external_id=None).exists():
        return 0
    cursor.execute("DROP TABLE IF EXISTS keystead_known")
    cursor.execute("CREATE TEMP TABLE keystead_known (key text, id uuid, found int) ON COMMIT DROP")
    copy_known(cursor, keys_of(target, spare, viewer))
    found = f"""
        SELECT r.id, k.id AS known FROM (
          SELECT id, values ->> '{CALLED}' AS key, count(*) OVER (PARTITION BY values ->> '{CALLED}') AS rows
          FROM keystead_importrow WHERE job_id = %(job)s AND verdict = 'create' AND values ? '{CALLED}'
        ) r JOIN keystead_known k ON k.key = r.key AND k.found = 1 AND r.rows = 1
        JOIN {target.table} t ON t.id = k.id AND t.external_id IS NULL
        WHERE NOT EXISTS (SELECT FROM keystead_importrow o WHERE o.job_id = %(job)s AND o.target_id = k.id)"""
    if job.options.get("adopt"):
        cursor.execute(
            f"UPDATE keystead_importrow r SET target_id = f.known, verdict = 'update' FROM ({found}) f WHERE r.id = f.id",
            {"job": job.pk},
        )
        return int(cursor.rowcount)
    cursor.execute(f"SELECT count(*) FROM ({found}) f", {"job": job.pk})
    return int(cursor.fetchone()[0])

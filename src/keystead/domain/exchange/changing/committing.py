"""What was previewed, done: in one transaction, in a handful of statements however many rows there are.

A crash at any moment leaves either everything or nothing. History, versions and stage changes are written by the tables' own
triggers; lineages and links follow once at the end.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from keystead.base.turns import STAGES, take_turns
from keystead.data.many_rows import expect_many_rows
from keystead.data.models import Account, Import, Member, Product, Stage
from keystead.data.permissions import Reach, reach
from keystead.domain.exchange.changing.links import follow, hold_links
from keystead.domain.exchange.changing.made_meanwhile import lead_to_made, refuse_gone
from keystead.domain.exchange.judging.comparing import compared
from keystead.domain.exchange.judging.diffing import judge
from keystead.domain.exchange.judging.making import to_make
from keystead.domain.exchange.keys import Keys
from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.recognising.names import TO_MAKE
from keystead.domain.exchange.tables import TARGETS, Target


def commit(*, job: Import, viewer: Member, told: Callable[[int], None]) -> dict[str, int]:
    """Writes the staged rows that are right; judged once more against the database as it is now. Returns the counts.

    Records made beside the rows (accounts, stages, product lines, people) are noted in job.offers["made"] for undo.
    """
    target = TARGETS[job.kind]
    mapped = set(job.mapping.values())
    if "keys" not in job.format:  # staged by a release that found records in another way
        raise CannotRead("staged_before")
    match: Keys = tuple(map(tuple, job.format["keys"]))
    with transaction.atomic():
        expect_many_rows()
        if job.offers.get("make", {}).get("stages"):
            take_turns(STAGES)
        hold_links(job.kind, moves=target.parent in mapped)
        _lock(job, target)
        refuse_gone(job)
        lead_to_made(job, viewer)
        counts = judge(job=job, viewer=viewer, match=match, mapped=mapped)
        told(25)
        made = _make_missing(job, viewer)
        parameters = {
            "job": job.pk, "workspace": job.workspace_id,
            "currency": job.options.get("currency") or viewer.workspace.currency,
            "own_default": None if reach(viewer, target.create) is Reach.ALL else viewer.pk,
        }  # fmt: skip
        with connection.cursor() as cursor:
            _insert(cursor, target, mapped, job.kind, parameters)
            told(60)
            _update(cursor, target, mapped, job.kind, parameters)
            _note_versions(cursor, target, parameters)
            touched = _touched(cursor, parameters)
        told(75)
        follow(job.kind, touched, makes_accounts="accounts" in made)
        told(85)
        job.offers = {**job.offers, "made": made}
    return counts


def _lock(job: Import, target: Target) -> None:
    """Rows that will be compared and changed are held from the comparison on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {target.table} t JOIN keystead_importrow r ON r.target_id = t.id WHERE r.job_id = %s FOR UPDATE OF t",
            [job.pk],
        )


def _make_missing(job: Import, viewer: Member) -> dict[str, list[str]]:
    """Creates the records that rows name and nobody had, with the ids that the staged rows already carry."""
    made: dict[str, list[str]] = {}
    for kind, wanted in to_make(job).items():
        records: list[Any] = []
        place = _behind_the_last_stage() if kind == "stages" else 0
        for item in wanted:
            if kind == "accounts":
                owner = None if reach(viewer, "account.create") is Reach.ALL else viewer
                records.append(Account(id=item["id"], name=item["name"][:300], lineage=[item["id"]], owner=owner))
            elif kind == "products":
                records.append(Product(id=item["id"], name=item["name"][:300]))
            elif kind == "members":
                records.append(Member(id=item["id"], name=item["name"][:200]))
            else:
                stage = {name: item[name] for name in ("id", "name", "status", "probability")}
                records.append(Stage(**stage, position=place + len(records)))
        _require_right(kind, viewer)
        type(records[0]).objects.bulk_create(records, batch_size=1_000)
        made[kind] = [str(record.pk) for record in records]
    return made


def _behind_the_last_stage() -> int:
    """Its place by now, not as it was at the preview."""
    last = Stage.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _require_right(kind: str, viewer: Member) -> None:
    if reach(viewer, TO_MAKE[kind]) is Reach.NONE:
        raise CannotRead("not_allowed")


def _insert(cursor: Any, target: Target, mapped: set[str], kind: str, parameters: dict[str, Any]) -> None:
    given = {column.name for column in compared(target, mapped, kind)}
    columns = target.every()
    values = []
    for column in columns:
        if column.name in given and column.fallback and column.name in ("name", "currency", "number", "role"):
            values.append(f"coalesce(nullif({column.value('r.values')}, ''), {column.fallback})")
        elif column.name in given and column.name == "owner_id":
            values.append(f"coalesce({column.value('r.values')}, {column.fallback})")
        elif column.name in given:
            values.append(column.value("r.values"))
        else:
            values.append(column.default)
    names = ", ".join(column.name for column in columns)
    cursor.execute(
        f"INSERT INTO {target.table} (id, workspace_id, {names}) SELECT r.target_id, %(workspace)s, {', '.join(values)}"
        " FROM keystead_importrow r WHERE r.job_id = %(job)s AND r.verdict = 'create' ORDER BY r.row",
        parameters,
    )


def _update(cursor: Any, target: Target, mapped: set[str], kind: str, parameters: dict[str, Any]) -> None:
    columns = compared(target, mapped, kind)
    sets = ", ".join(
        f"{column.name} = CASE WHEN r.after ? '{column.name}' THEN (r.after ->> '{column.name}')::{column.sql_type}"
        f" ELSE t.{column.name} END"
        for column in columns
    )
    if sets:
        cursor.execute(
            f"UPDATE {target.table} t SET {sets} FROM keystead_importrow r"
            " WHERE r.job_id = %(job)s AND r.verdict = 'update' AND t.id = r.target_id",
            parameters,
        )


def _note_versions(cursor: Any, target: Target, parameters: dict[str, Any]) -> None:
    """The version that each changed row has now: a later one means that somebody has edited it since. New rows have version 1."""
    cursor.execute(
        f"UPDATE keystead_importrow r SET applied_version = t.version FROM {target.table} t"
        " WHERE r.job_id = %(job)s AND r.verdict = 'update' AND t.id = r.target_id",
        parameters,
    )


def _touched(cursor: Any, parameters: dict[str, Any]) -> list[Any]:
    cursor.execute(
        "SELECT target_id FROM keystead_importrow WHERE job_id = %(job)s AND verdict IN ('create', 'update')", parameters
    )
    return [row[0] for row in cursor.fetchall()]

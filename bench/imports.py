"""How fast 100,000 deals come in: the first run, the same file again, and undo.

    python -m bench.imports [--rows 100000] [--slowest]

In a throwaway workspace with 1,000 accounts and 50 plans, beside the large one, through the worker's login, as the jobs do it;
taken away afterwards. The commit holds history, stages, links and the record for undo.
"""

import argparse
import csv
import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import psycopg

from bench.cpu import spent
from bench.place import databases
from bench.setting import set_up
from bench.table import Cell, draw

if TYPE_CHECKING:
    from keystead.data.models import Import, Member, Workspace

SEED = 8_800
ACCOUNTS, PRODUCTS, PEOPLE = 1_000, 20, 30
STAGES = ("Qualify", "Propose", "Negotiate", "Won", "Lost")


HEADS = ("phase", "seconds", "processor s", "rows/s", "created", "updated", "unchanged", "rejected")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--slowest", action="store_true", help="print the slowest statements of each phase")
    options = parser.parse_args(arguments)
    with databases(1) as urls:
        os.environ |= {"DATABASE_URL": urls[1], "KEYSTEAD_DB_ROLE": "worker"}
        set_up()
        print(draw(HEADS, measure(urls[1], options.rows, slowest=options.slowest)))


def measure(url: str, rows: int, *, slowest: bool = False) -> list[list[Cell]]:
    from keystead.base.scope import open_scope

    workspace, owner = _throwaway()
    try:
        with open_scope(workspace_id=workspace.pk, user_id=owner.user_id, actor={"member": str(owner.pk), "via": "import"}):
            _fill(owner)
            return _phases(owner, rows, slowest=slowest)
    finally:
        _take_away(workspace, url)


def _throwaway() -> "tuple[Workspace, Member]":
    from keystead.domain.workspace.founding import found_workspace

    slug = f"bench-{int(time.time())}"
    return found_workspace(
        name="Bench", slug=slug, currency="EUR", owner_email=f"{slug}@bench.example", owner_name="Bench Owner",
        password="only to bench",
    )  # fmt: skip


def _fill(owner: "Member") -> None:
    from keystead.data.models import Account, Member, Plan, Product
    from keystead.domain.accounts.tree import refresh_lineage

    made = Account.objects.bulk_create([Account(name=f"Account {n:04}", external_id=f"A-{n:04}") for n in range(ACCOUNTS)])
    refresh_lineage()
    Product.objects.bulk_create([Product(name=f"Product {n:02}") for n in range(PRODUCTS)])
    Member.objects.bulk_create([Member(name=f"Person {n:02}", role="account_manager") for n in range(PEOPLE)])
    year = {"start_date": date(2024, 1, 1), "end_date": date(2024, 12, 31)}
    Plan.objects.bulk_create([Plan(account=account, name="Plan", currency="EUR", owner=owner, **year) for account in made[::20]])


def _file(rows: int, *, dearer: int = 0) -> bytes:
    random = Random(SEED)
    first = date(2023, 1, 1)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Opportunity ID", "Name", "Account", "Product", "Owner", "Stage", "Amount", "Created", "Close date"])
    for number in range(rows):
        opened = first + timedelta(days=random.randrange(1_000))
        closed = opened + timedelta(days=random.randrange(5, 200))
        amount = f"{random.randrange(500, 90_000) + dearer:,}".replace(",", ".") + f",{random.randrange(100):02}"
        writer.writerow([
            f"D-{number:07}", f"Deal {number}", f"Account {random.randrange(ACCOUNTS):04}",
            f"Product {random.randrange(PRODUCTS):02}",
            f"Person {random.randrange(PEOPLE):02}", random.choice(STAGES), amount, f"{opened:%d/%m/%Y}", f"{closed:%d/%m/%Y}",
        ])  # fmt: skip
    return text.getvalue().encode("cp1252")


def _phases(owner: "Member", rows: int, *, slowest: bool) -> list[list[Cell]]:
    from keystead.domain.exchange import imports, telling, working

    phases: list[list[Cell]] = []

    def timed(name: str, job: "Import", step: Callable[..., None]) -> None:
        took, processor = _timed(step, job, name if slowest else "")
        job.refresh_from_db()
        if job.state == "failed":
            raise SystemExit(f"{name}: {telling.failure_sentence(job)}")
        counts = [job.counts.get(verdict, 0) for verdict in ("create", "update", "unchanged", "error")]
        phases.append([name, took, processor, round(rows / took), *counts])

    def committed(name: str, content: bytes) -> "Import":
        job = _received(owner, content)
        timed(f"{name}: read and compare", job, working.read_now)
        with _no_worker():
            imports.request_commit(job=job, viewer=owner)
        timed(f"{name}: commit", job, working.commit_now)
        return job

    def undone(name: str, job: "Import") -> None:
        with _no_worker():
            imports.request_undo(job=job, viewer=owner)
        timed(f"{name}: undo", job, working.undo_now)

    content = _file(rows)
    first = committed("first run", content)
    committed("second run", content)
    undone("every amount changed", committed("every amount changed", _file(rows, dearer=1)))
    undone("first run", first)
    return phases


def _timed(step: Callable[..., None], job: "Import", told: str) -> tuple[float, float]:
    """Seconds by the clock, and of the processor: this process and its database session together."""
    from django.db import connection, reset_queries

    reset_queries()
    connection.force_debug_cursor = bool(told)
    connection.ensure_connection()
    busy = [os.getpid(), connection.connection.info.backend_pid]
    begun, before = time.perf_counter(), spent(busy)
    step(job_id=job.pk)
    took, processor = time.perf_counter() - begun, (spent(busy) - before) / 1000
    if told:
        print(f"-- {told}: {len(connection.queries_log)} statements")
        for query in sorted(connection.queries_log, key=lambda query: -float(query["time"]))[:8]:
            print(f"   {float(query['time']):7.2f} s  {' '.join(query['sql'].split())[:200]}")
    return took, processor


def _received(owner: "Member", content: bytes) -> "Import":
    from keystead.base.clock import now
    from keystead.domain.exchange import imports

    with _no_worker():
        return imports.receive(
            viewer=owner, kind="deals", filename="deals.csv", content=io.BytesIO(content), options={}, at=now()
        )


@contextmanager
def _no_worker() -> Iterator[None]:
    """What is asked for inside is done by this process, not by a worker that happens to run on the same database."""
    from django.db import connection, transaction

    from keystead.base.scope import current_workspace

    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'workspace_id' = %s", [str(current_workspace())])


def _take_away(workspace: "Workspace", url: str) -> None:
    """As the database's owner: the limited logins may not delete what is written into the audit log."""
    from django.db import connection

    from keystead.base.scope import open_scope
    from keystead.data.models import Import

    with open_scope(workspace_id=workspace.pk):
        for job in Import.objects.all():
            job.file.delete(save=False)
    connection.close()
    with psycopg.connect(url) as owner:
        owner.execute("SELECT set_config('keystead.workspace', %s, false)", [str(workspace.pk)])
        owner.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'workspace_id' = %s", [str(workspace.pk)])
        owned = owner.execute(
            "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE column_name = 'workspace_id' AND table_name LIKE 'keystead_%' AND table_type = 'BASE TABLE'"
        ).fetchall()
        owner.execute("SET session_replication_role = replica")  # no trigger, no key is asked: the whole workspace goes
        for (table,) in owned:
            owner.execute(f'DELETE FROM "{table}" WHERE workspace_id = %s', [workspace.pk])
        owner.execute("DELETE FROM keystead_workspace WHERE id = %s", [workspace.pk])


if __name__ == "__main__":
    main()

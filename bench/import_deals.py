"""How fast 100,000 deals come in: the first run, the same file again, and undo.

    KEYSTEAD_DB_ROLE=owner DATABASE_URL=postgresql://… python bench/import_deals.py [--rows 100000] [--keep]

Makes a throwaway workspace with 1,000 accounts in the database of DATABASE_URL, imports a seeded file as the jobs would, prints
one table, and takes the workspace away again. Aim (docs/reference/import.md): 8,800 rows a second for the commit.
"""

import argparse
import csv
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keystead.config.settings")

import django

django.setup()

from django.db import connection, reset_queries, transaction

from keystead.base.clock import now
from keystead.base.scope import current_workspace, open_scope
from keystead.data.models import Account, Import, Member, Product, Workspace
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.exchange import imports
from keystead.domain.workspace.founding import found_workspace

SEED = 8_800
ACCOUNTS, PRODUCTS, PEOPLE = 1_000, 20, 30
STAGES = ("Qualify", "Propose", "Negotiate", "Won", "Lost")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true", help="leave the workspace in the database")
    parser.add_argument("--slowest", action="store_true", help="print the slowest statements of each phase")
    options = parser.parse_args()
    workspace, owner = _throwaway()
    try:
        with open_scope(workspace_id=workspace.pk, user_id=owner.user_id, actor={"member": str(owner.pk), "via": "command"}):
            _fill()
            content = _file(options.rows)
            _print_table(options.rows, len(content), _phases(owner, content, slowest=options.slowest))
    finally:
        if not options.keep:
            _take_away(workspace)


def _throwaway() -> tuple[Workspace, Member]:
    slug = f"bench-{int(time.time())}"
    return found_workspace(
        name="Bench",
        slug=slug,
        currency="EUR",
        owner_email=f"{slug}@bench.example",
        owner_name="Bench Owner",
        password="only to bench",
    )


def _fill() -> None:
    Account.objects.bulk_create([Account(name=f"Account {n:04}", external_id=f"A-{n:04}") for n in range(ACCOUNTS)])
    refresh_lineage()
    Product.objects.bulk_create([Product(name=f"Product {n:02}") for n in range(PRODUCTS)])
    Member.objects.bulk_create([Member(name=f"Person {n:02}", role="account_manager") for n in range(PEOPLE)])


def _file(rows: int) -> bytes:
    random = Random(SEED)
    first = date(2023, 1, 1)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Opportunity ID", "Name", "Account", "Product", "Owner", "Stage", "Amount", "Created", "Close date"])
    for number in range(rows):
        opened = first + timedelta(days=random.randrange(1_000))
        closed = opened + timedelta(days=random.randrange(5, 200))
        amount = f"{random.randrange(500, 90_000):,}".replace(",", ".") + f",{random.randrange(100):02}"
        writer.writerow([
            f"D-{number:07}", f"Deal {number}", f"Account {random.randrange(ACCOUNTS):04}",
            f"Product {random.randrange(PRODUCTS):02}",
            f"Person {random.randrange(PEOPLE):02}", random.choice(STAGES), amount, f"{opened:%d/%m/%Y}", f"{closed:%d/%m/%Y}",
        ])  # fmt: skip
    return text.getvalue().encode("cp1252")


def _phases(owner: Member, content: bytes, *, slowest: bool) -> list[tuple[str, float, dict[str, int]]]:
    phases = []

    def timed(name: str, job: Import, step: Callable[..., None]) -> None:
        reset_queries()
        connection.force_debug_cursor = slowest
        begun = time.perf_counter()
        step(job_id=job.pk)
        took = time.perf_counter() - begun
        job.refresh_from_db()
        if job.state == "failed":
            raise SystemExit(f"{name}: {imports.failure_sentence(job)}")
        phases.append((name, took, job.counts))
        if slowest:
            _print_slowest(name)

    first = _received(owner, content)
    timed("read and compare", first, imports.read_now)
    with _no_worker():
        imports.request_commit(job=first, viewer=owner)
    timed("commit", first, imports.commit_now)
    again = _received(owner, content)
    timed("second run: read and compare", again, imports.read_now)
    with _no_worker():
        imports.request_commit(job=again, viewer=owner)
    timed("second run: commit", again, imports.commit_now)
    with _no_worker():
        imports.request_undo(job=first, viewer=owner)
    timed("undo", first, imports.undo_now)
    return phases


def _received(owner: Member, content: bytes) -> Import:
    with _no_worker():
        return imports.receive(
            viewer=owner, kind="deals", filename="deals.csv", content=io.BytesIO(content), options={}, at=now()
        )


@contextmanager
def _no_worker() -> Iterator[None]:
    """What is asked for inside is done by this process, not by a worker that happens to run on the same database."""
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'workspace_id' = %s", [str(current_workspace())])


def _print_slowest(name: str) -> None:
    print(f"-- {name}: {len(connection.queries_log)} statements")
    for query in sorted(connection.queries_log, key=lambda query: -float(query["time"]))[:8]:
        print(f"   {float(query['time']):7.2f} s  {' '.join(query['sql'].split())[:200]}")


def _print_table(rows: int, size: int, phases: list[tuple[str, float, dict[str, int]]]) -> None:
    print(f"\n{rows:,} deals, {size / 1e6:.1f} MB\n")
    print(f"{'phase':<30} {'seconds':>8} {'rows/s':>9}   create  update  unchanged  error")
    for name, took, counts in phases:
        shown = "  ".join(f"{counts.get(verdict, 0):>6}" for verdict in ("create", "update", "unchanged", "error"))
        print(f"{name:<30} {took:>8.2f} {rows / took:>9,.0f}   {shown}")


def _take_away(workspace: Workspace) -> None:
    tables = [table for table in connection.introspection.table_names() if table.startswith("keystead_")]
    with open_scope(workspace_id=workspace.pk), transaction.atomic(), connection.cursor() as cursor:
        for job in Import.objects.all():
            job.file.delete(save=False)
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'workspace_id' = %s", [str(workspace.pk)])
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id'")
        owned = {row[0] for row in cursor.fetchall()} & set(tables)
        # What is deleted writes its own history, so the histories go last.
        for table in sorted(owned, key=lambda table: table.endswith("event")):
            cursor.execute(f"DELETE FROM {table} WHERE workspace_id = %s", [workspace.pk])
        cursor.execute("DELETE FROM keystead_workspace WHERE id = %s", [workspace.pk])


if __name__ == "__main__":
    main()

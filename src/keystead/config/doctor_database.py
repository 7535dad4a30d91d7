"""The doctor's looks at the database, the queue, mail and storage."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import mailers
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from keystead.base.clock import now as moment
from keystead.base.roles import role_names
from keystead.base.scope import open_scope
from keystead.config.database import unsafe_rights, worker_url
from keystead.config.doctor import Finding, Look
from keystead.config.place import current_place, holder, is_held
from keystead.data.workspace.models import User
from keystead.domain.accounts.portfolio.verifying import wrong_periods
from keystead.domain.workspace.audit import breaks
from keystead.domain.workspace.membership import memberships

OLDEST_SERVER = 150000
LATE_AFTER = 300  # seconds that a job may wait before we call it late
APART = 60  # seconds between two clocks that are a fault
SILENT_AFTER = 60  # seconds without a heartbeat before we call a worker gone


def looks() -> list[Look]:
    return [server, clock, migrations, roles, row_security, audit_log, kept_figures, worker, queue, mail, storage]


def _rows(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _rows_as_worker(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The queue as the worker sees it: to an owner who may not pass the policies it would seem empty."""
    name = str(connection.settings_dict["NAME"])
    address = urlsplit(os.environ.get("DATABASE_URL") or settings.DATABASE_URL)._replace(path=f"/{quote(name)}").geturl()
    with psycopg.connect(worker_url(address), connect_timeout=10) as worker:
        return list(worker.execute(statement, values).fetchall())


def server() -> Iterator[Finding]:
    connection.ensure_connection()
    version = connection.cursor().connection.info.server_version
    if version < OLDEST_SERVER:
        yield Finding("database", f"This is PostgreSQL {version // 10000}.", "Use PostgreSQL 15 or newer.")
    else:
        yield Finding("database")


def clock() -> Iterator[Finding]:
    """Dates decide about figures and sessions: the two clocks must agree, and must not have gone back."""
    ((apart, newest),) = _rows(
        "SELECT extract(epoch FROM clock_timestamp() - %s), (SELECT max(applied) FROM django_migrations)", [moment()]
    )
    if abs(apart) > APART:
        wrong = f"The database's clock and this machine's are {abs(apart):,.0f} seconds apart."
        yield Finding("clock", wrong, "Set both by a time server (NTP).")
    elif newest is not None and newest > moment() + timedelta(seconds=APART):
        wrong = (
            f"This machine's clock is behind: the database was brought up to date on {newest:%Y-%m-%d}, which is still to come."
        )
        yield Finding("clock", wrong, "Set it by a time server (NTP).")
    else:
        yield Finding("clock")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    pending = [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    yield Finding(
        "migrations",
        f"{len(pending)} pending, the first is {pending[0]}" if pending else None,
        "bin/keystead migrate" if pending else None,
    )


def roles() -> Iterator[Finding]:
    names = role_names(str(connection.settings_dict["NAME"]))
    present = {name for (name,) in _rows("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(names)])}
    missing = [name for name in names if name not in present]
    if missing:
        yield Finding("database logins", f"missing: {', '.join(missing)}", "bin/keystead migrate")
        return
    with connection.cursor() as cursor:
        unsafe = unsafe_rights(cursor, names)
    yield Finding(
        "database logins",
        "; ".join(unsafe) or None,
        "Let an administrator run ALTER ROLE … NOSUPERUSER NOBYPASSRLS NOCREATEROLE." if unsafe else None,
    )


def row_security() -> Iterator[Finding]:
    """Every table with a workspace_id must be closed by row-level security, for its owner too, and have a policy."""
    open_tables = _rows(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
           AND a.attname = 'workspace_id' AND NOT a.attisdropped
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
         ORDER BY c.relname
        """
    )
    names = ", ".join(name for (name,) in open_tables)
    yield Finding(
        "row-level security",
        f"open to every workspace: {names}" if names else None,
        "bin/keystead migrate; when they stay open, report it: a migration is missing." if names else None,
    )


def workspaces() -> dict[str, UUID]:
    """Every workspace with a member who can log in, by its address: nobody may list workspaces, but each person sees her own."""
    found: dict[str, UUID] = {}
    for user_id in User.objects.order_by("pk").values_list("pk", flat=True):
        found |= {member.workspace.slug: member.workspace_id for member in memberships(user_id=user_id)}
    return found


def audit_log() -> Iterator[Finding]:
    """The chain of every workspace's audit log that this login can see: nothing changed, left out or put in between."""
    wrong = []
    for slug, pk in workspaces().items():
        with open_scope(workspace_id=pk, actor={"via": "command"}):
            wrong += [f"{slug} at entry {found.number} ({found.problem})" for found in breaks()[:1]]
    yield Finding(
        "audit log",
        f"does not hold together in: {', '.join(wrong)}" if wrong else None,
        "Somebody with the database owner's rights has changed it. bin/keystead audit-verify lists every place;"
        " compare with a backup from before."
        if wrong
        else None,
    )


def kept_figures() -> Iterator[Finding]:
    """The portfolio's kept figures against the deals, in every workspace that this login can see."""
    wrong = []
    for slug, pk in workspaces().items():
        with open_scope(workspace_id=pk, actor={"via": "command"}):
            if wrong_periods():
                wrong.append(slug)
    yield Finding(
        "portfolio figures",
        f"not what the deals say in: {', '.join(wrong)}" if wrong else None,
        "They are made anew at night; at once by: bin/keystead kept-figures" if wrong else None,
    )


def worker() -> Iterator[Finding]:
    place = current_place()
    is_running = holder(place).get("what") == "bin/run" and is_held(place)
    ((alive,),) = _rows_as_worker(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)", [SILENT_AFTER]
    )
    if alive:
        yield Finding("worker")
    elif is_running:
        yield Finding("worker", "No worker takes jobs.", f"Look at {place.logs / 'worker.log'} and start bin/run again.")
    else:
        yield Finding("worker", note="Not running.")


def queue() -> Iterator[Finding]:
    ((late,),) = _rows_as_worker(
        """
        SELECT count(*) FROM procrastinate_jobs j WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
           AND coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events e WHERE e.job_id = j.id))
               < now() - make_interval(secs => %s)
        """,
        [LATE_AFTER],
    )
    yield Finding(
        "queue",
        f"{late} jobs have been waiting for more than {LATE_AFTER // 60} minutes." if late else None,
        "Start more workers (bin/keystead worker), or look at the worker's log." if late else None,
    )


def mail() -> Iterator[Finding]:
    backend = settings.MAILERS["default"]["BACKEND"]
    if "smtp" not in backend:
        yield Finding(
            "mail", note="EMAIL_URL is not set to a mail server: invitations are printed in logs/web.log instead of sent."
        )
        return
    try:
        sender = mailers.create_connection("default")
        sender.open()
        sender.close()
    except OSError as error:
        yield Finding("mail", f"The mail server does not answer: {error}", "Check EMAIL_URL.")
    else:
        yield Finding("mail")


def storage() -> Iterator[Finding]:
    name = default_storage.save(".doctor", ContentFile(b"ok"))
    with default_storage.open(name) as file:
        is_same = file.read() == b"ok"
    default_storage.delete(name)
    wrong = None if is_same else "A stored file came back changed."
    yield Finding("file storage", wrong, "Check STORAGE_URL and its disk." if wrong else None)

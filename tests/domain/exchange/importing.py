"""Importing in tests: a file from text or bytes, read and committed at once, and the facts of a workspace before and after."""

import io
from typing import Any

from django.db import connection

from keystead.base.clock import now
from keystead.data.models import Import, Member
from keystead.domain.exchange import imports, telling, working

# What an import leaves behind on purpose, and what any change leaves: neither belongs to the facts. Counts and kept figures are
# brought up to date from such lines and marks; that they come out right is tested where they are kept.
_TRACES = (
    "keystead_import", "keystead_importrow", "keystead_savedmapping", "keystead_findterm", "keystead_findword",
    "keystead_countline", "keystead_dealcountline", "keystead_dealcount", "keystead_keptmark",
)  # fmt: skip


def read(viewer: Member, kind: str, content: str | bytes, *, name: str = "file.csv", **options: Any) -> Import:
    """The import of this file, received and read as its job would read it."""
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    job = imports.receive(viewer=viewer, kind=kind, filename=name, content=stream, options=options, at=now())
    return again(job)


def again(job: Import) -> Import:
    working.read_now(job_id=job.pk)
    job.refresh_from_db()
    return job


def commit(viewer: Member, job: Import) -> Import:
    imports.request_commit(job=job, viewer=viewer)
    working.commit_now(job_id=job.pk)
    job.refresh_from_db()
    return job


def undo(viewer: Member, job: Import) -> Import:
    imports.request_undo(job=job, viewer=viewer)
    working.undo_now(job_id=job.pk)
    job.refresh_from_db()
    return job


def bring_in(viewer: Member, kind: str, content: str | bytes, **options: Any) -> Import:
    """Read and committed."""
    return commit(viewer, read(viewer, kind, content, **options))


def counts(job: Import) -> tuple[int, int, int, int]:
    """(created, updated, unchanged, rejected)"""
    return tuple(job.counts[name] for name in ("create", "update", "unchanged", "error"))  # type: ignore[return-value]


def problems(job: Import) -> list[tuple[int, str | None, str]]:
    """[(row, column, code)] as shown."""
    return [(one["row"], one["column"], one["code"]) for one in telling.job_view(job)["problems"]]


def facts() -> dict[str, list[Any]]:
    """Every row of every table of the open workspace, without the traces of importing and of time."""
    dump: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id'")
        tables = sorted(row[0] for row in cursor.fetchall() if row[0].startswith("keystead_") and not row[0].endswith("event"))
        for table in tables:
            if table not in _TRACES:
                # A stage that a deal passed through notes the moment; its going and coming back are noted as well.
                cursor.execute(f"SELECT to_jsonb(t) - 'updated_at' - 'version' FROM {table} t ORDER BY 1")
                dump[table] = [row[0] for row in cursor.fetchall()]
    return dump

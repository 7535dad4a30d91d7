"""The one door to the job queue: work is put in by its task's name, inside the caller's transaction, with ids only."""

from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app

from keystead.base.scope import current_workspace


def enqueue(task: str, *, lock: str | None = None, **ids: Any) -> int:
    """Defers a task of `keystead.jobs` by its full name; it runs once the transaction has committed.

    The open workspace goes along: the job opens it again, and row-level security on the queue compares it. With `lock`, jobs
    that name the same lock run one after another. Returns the job's id.
    """
    job = app.configure_task(task, lock=lock, allow_unknown=True)
    return job.defer(workspace_id=str(current_workspace()), **ids)


def enqueue_letter(task: str, **words: Any) -> int:
    """Defers a task of `keystead.jobs.letters` for a login, which belongs to no workspace. Returns the job's id.

    The policy on the queue lets such a job in only while this transaction says so; afterwards only the worker sees it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keystead.letters', 'on', true)")
        job: int = app.configure_task(task, allow_unknown=True).defer(**words)
        cursor.execute("SELECT set_config('keystead.letters', '', true)")
    return job

"""The one door to the job queue: work is put in by its task's name, inside the caller's transaction, with ids only."""

from typing import Any

from procrastinate.contrib.django import app

from keystead.base.scope import current_workspace


def enqueue(task: str, *, lock: str | None = None, **ids: Any) -> int:
    """Defers a task of `keystead.jobs` by its full name; it runs once the transaction has committed.

    The open workspace goes along: the job opens it again, and row-level security on the queue compares it. With `lock`, jobs
    that name the same lock run one after another. Returns the job's id.
    """
    job = app.configure_task(task, lock=lock, allow_unknown=True)
    return job.defer(workspace_id=str(current_workspace()), **ids)

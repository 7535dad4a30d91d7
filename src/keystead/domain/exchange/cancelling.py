"""A commit or an undo that somebody wants no more: its transaction is rolled back, in the middle of a statement if need be."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.db import Error, OperationalError, connection

from keystead.base.scope import open_scope
from keystead.data.models import Import

logger = logging.getLogger(__name__)

LOOK = 0.3  # seconds between two looks whether somebody has asked


class Cancelled(Exception):
    """The step was rolled back, because somebody asked for it."""

    code = "cancelled"


@contextmanager
def cancellable(job: Import) -> Iterator[None]:
    """Inside, what runs in the database is broken off soon after `cancel_asked` is set. Raises `Cancelled` then.

    A thread looks at the row on a connection of its own and tells the server to stop what ours is doing.
    """
    connection.ensure_connection()
    asked, done = Event(), Event()
    watcher = Thread(target=_watch, args=(job, connection.connection, asked, done), name=f"cancel {job.pk}", daemon=True)
    watcher.start()
    try:
        yield
    except OperationalError as error:
        if asked.is_set() and getattr(error.__cause__, "sqlstate", "") == "57014":
            raise Cancelled from error
        raise
    finally:
        done.set()
        watcher.join()


def _watch(job: Import, working: Any, asked: Event, done: Event) -> None:
    try:
        with open_scope(workspace_id=job.workspace_id):
            while not done.wait(LOOK):
                if asked.is_set() or Import.objects.filter(pk=job.pk, cancel_asked=True).exists():
                    asked.set()
                    working.cancel_safe(timeout=5)  # again at each look: between two statements there is nothing to break off
    except Error:
        # The step itself meets whatever is wrong with the database; without us it merely goes on to its end.
        logger.warning("An import could not be watched for being cancelled: %s", job.pk, exc_info=True)
    finally:
        connection.close()


def hold_unless_cancelled(job: Import) -> None:
    """The last act before the end of a step: whoever asks later is told that it is done. Raises `Cancelled`."""
    if Import.objects.select_for_update().filter(pk=job.pk).values_list("cancel_asked", flat=True).get():
        raise Cancelled


def is_being_worked_at(job: Import) -> bool:
    """Whether a worker holds this import (`jobs.exchange.only_one`); until the transaction ends none can begin when not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [str(job.pk)])
        return not cursor.fetchone()[0]


def roll_back(job: Import) -> None:
    """The import as it was before the step that was cancelled, and the sentence for it."""
    job.state = "committed" if job.state == "undoing" else "previewed"
    job.progress, job.cancel_asked = 100, False
    job.failure = {"code": Cancelled.code, "params": {}}
    job.save(update_fields=["state", "progress", "failure", "cancel_asked"])

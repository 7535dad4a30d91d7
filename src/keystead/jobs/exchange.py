"""The three steps of an import that run in the background: read, commit, undo.

A step that is cut off (a killed worker, a database that went away) is run again from its beginning: the domain's steps allow it.
One that cannot go on ends the import with a sentence, so that nobody waits for it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.exchange.models import Import
from keystead.data.workspace.models import Member
from keystead.domain.exchange import working
from keystead.domain.find.kept_duplicates import ask_after_import

logger = logging.getLogger(__name__)

ATTEMPTS = 5
PASSING = (OperationalError, InterfaceError)  # the database was away, or two transactions met: the same step may work in a moment
RETRY = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2, retry_exceptions=PASSING)

type Step = Callable[..., None]


@app.task(name="keystead.jobs.exchange.read", pass_context=True, retry=RETRY)
def read(context: JobContext, *, workspace_id: str, job_id: str, member_id: str) -> None:
    """Reads the file and says what it would change."""
    _run(working.read_now, context, workspace_id, job_id, member_id)


@app.task(name="keystead.jobs.exchange.commit", pass_context=True, retry=RETRY)
def commit(context: JobContext, *, workspace_id: str, job_id: str, member_id: str) -> None:
    """Writes what was previewed."""
    _run(_commit, context, workspace_id, job_id, member_id)


@app.task(name="keystead.jobs.exchange.undo", pass_context=True, retry=RETRY)
def undo(context: JobContext, *, workspace_id: str, job_id: str, member_id: str) -> None:
    """Takes a commit back."""
    _run(_undo, context, workspace_id, job_id, member_id)


def _commit(*, job_id: str) -> None:
    working.commit_now(job_id=job_id)
    _compare(job_id)


def _undo(*, job_id: str) -> None:
    working.undo_now(job_id=job_id)
    _compare(job_id)


def _compare(job_id: str) -> None:
    """Likely duplicates are looked for among what has just been written. An import that is lost to this is met at night."""
    kind = Import.objects.filter(pk=job_id, state__in=("committed", "undone")).values_list("kind", flat=True).first()
    if kind:
        ask_after_import(kind, at=clock.now())


def _run(step: Step, context: JobContext, workspace_id: str, job_id: str, member_id: str) -> None:
    with _acting(workspace_id, job_id, member_id), only_one(job_id):
        if context.job.attempts >= ATTEMPTS:  # it took its worker with it each time
            working.give_up(job_id=job_id, error="too many attempts")
            return
        try:
            step(job_id=job_id)
        except PASSING:
            if context.job.attempts + 1 >= ATTEMPTS:
                _give_up(job_id, "the database was not reachable")
            raise
        except Exception as error:
            if not Import.objects.filter(pk=job_id).exists():
                return  # thrown away while it was being read
            logger.exception("An import ended in an error that nobody foresaw: %s", job_id)
            _give_up(job_id, type(error).__name__)


def _give_up(job_id: str, error: str) -> None:
    with suppress(*PASSING):
        working.give_up(job_id=job_id, error=error)


@contextmanager
def _acting(workspace_id: str, job_id: str, member_id: str) -> Iterator[None]:
    """Inside, the workspace is open and history notes who imports, by which file."""
    actor = {"member": member_id, "name": "", "via": "import", "request": job_id}
    workspace = UUID(workspace_id)
    with open_scope(workspace_id=workspace, actor=actor):
        name = Member.objects.filter(pk=member_id).values_list("name", flat=True).first()
        with open_scope(workspace_id=workspace, actor=actor | {"name": name or ""}):
            yield


@contextmanager
def only_one(job_id: str) -> Iterator[None]:
    """Waits until no other worker is at this import: one that was taken for dead may still be finishing a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [job_id])
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [job_id])

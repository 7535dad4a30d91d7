"""The queue looks after itself: work of a worker that died is taken up again, old finished work is forgotten."""

import asyncio
import logging
from typing import Any
from uuid import UUID

from procrastinate import JobContext
from procrastinate.contrib.django import app

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.counting import by_account
from keystead.data.counting.models import join_lines
from keystead.data.workspace.models import Workspace
from keystead.domain.accounts.portfolio.verifying import repair
from keystead.domain.accounts.tree import find_lineages_again
from keystead.domain.exchange.purging import purge_imports
from keystead.domain.find.forgetting import forget_words
from keystead.domain.plans.linking import link_everything_again
from keystead.domain.workspace.forgetting import forget_answers

logger = logging.getLogger(__name__)

BEAT = 5.0  # seconds between two signs of life of a worker
SILENCE = 20.0  # seconds without one after which a worker is taken for dead
LOOK = 5.0  # seconds between two looks for dead workers
ATTEMPTS = 10  # of one job; what has ended its worker that often is not tried again
KEPT_HOURS = 14 * 24  # failed jobs stay that long, for whoever looks for the cause

# One statement, and rows that another worker is just taking up are skipped: no job is taken up twice.
_TAKE_UP = """
    WITH stalled AS (
      SELECT j.id, j.attempts FROM procrastinate_jobs j
      WHERE j.status = 'doing' AND NOT EXISTS (
        SELECT FROM procrastinate_workers w
        WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => %(silence)s))
      FOR UPDATE OF j SKIP LOCKED
    ), again AS (
      SELECT id, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM stalled WHERE attempts < %(attempts)s
    ), given_up AS (
      SELECT id, procrastinate_finish_job_v1(id, 'failed', false) FROM stalled WHERE attempts >= %(attempts)s
    )
    SELECT (SELECT count(*) FROM again) + (SELECT count(*) FROM given_up) AS found
"""


async def take_up(connector: Any) -> int:
    """Puts the jobs of dead workers back into the queue, where the next free worker finds them. Returns how many."""
    answer = await connector.execute_query_one_async(_TAKE_UP, silence=SILENCE, attempts=ATTEMPTS)
    return int(answer["found"])


async def look_after(connector: Any) -> None:
    """Runs beside every worker as long as it works; a job goes on about half a minute after its worker was killed.

    Not a job itself: it must not wait behind the work that it is to free.
    """
    while True:
        try:
            if found := await take_up(connector):
                logger.warning("%s job(s) of a worker that died are taken up again", found)
        except Exception:  # (the database may be away for a moment; the next look finds it back)
            logger.warning("The queue could not be looked after", exc_info=True)
        await asyncio.sleep(LOOK)


@app.periodic(cron="43 2 * * *", periodic_id="forget")
@app.task(name="keystead.jobs.upkeep.forget_everywhere")
def forget_everywhere(timestamp: int) -> int:
    """Each night (UTC) a job for each workspace; returns how many were given."""
    del timestamp
    asked = [
        forget.configure(lock=f"upkeep.forget {workspace_id}").defer(workspace_id=str(workspace_id))
        for workspace_id in Workspace.objects.values_list("pk", flat=True)
    ]
    return len(asked)


@app.task(name="keystead.jobs.upkeep.forget")
def forget(*, workspace_id: str) -> None:
    """Forgets what the workspace has no use for any more: the rows of old imports, answers kept for repeated requests,
    words that no name holds any more; lines of counts that nobody asked for are joined.

    Then looks whether lineages are what the accounts' parents say, kept figures what the deals say, and every link of revenue
    to a plan what the rule says.
    """
    at = clock.now()
    with open_scope(workspace_id=UUID(workspace_id), actor={"via": "job"}):
        purge_imports(at=at)
        forget_answers(at=at)
        forget_words()
        join_lines()
        by_account.fold()
        if wrong := find_lineages_again():
            logger.error("%s lineage(s) of accounts in workspace %s were wrong and are put right", wrong, workspace_id)
        if wrong := repair():
            logger.error("Kept figures of %s period(s) in workspace %s were wrong and are made anew", wrong, workspace_id)
        if wrong := link_everything_again():
            logger.error("%s link(s) of revenue to plans in workspace %s were wrong and are put right", wrong, workspace_id)


# No queueing_lock anywhere: under row-level security PostgreSQL does not tell the details that Procrastinate needs to see that a
# job waits already, and the worker would end instead.
@app.periodic(cron="17 3 * * *")
@app.task(name="keystead.jobs.upkeep.forget_old", pass_context=True)
async def forget_old(context: JobContext, timestamp: int) -> None:
    """Deletes jobs that ended two weeks ago, whatever their end was."""
    del timestamp
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )

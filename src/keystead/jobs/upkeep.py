"""The queue looks after itself: work of a worker that died is taken up again, old finished work is forgotten."""

from procrastinate import JobContext, jobs
from procrastinate.contrib.django import app

BEAT = 5.0  # seconds between two signs of life of a worker
SILENCE = 20.0  # seconds without one after which a worker is taken for dead
KEPT_HOURS = 14 * 24  # failed jobs stay that long, for whoever looks for the cause
ATTEMPTS = 10  # of one job; what has ended its worker that often is not tried again


@app.periodic(cron="* * * * * */10", periodic_id="stalled")
@app.task(name="keystead.jobs.upkeep.take_up", pass_context=True, queueing_lock="upkeep.take_up", priority=100)
async def take_up(context: JobContext, timestamp: int) -> int:
    """Puts the jobs of dead workers back into the queue, where the next free worker finds them. Returns how many.

    With this and the beat above, a job goes on at most about half a minute after its worker was killed.
    """
    del timestamp
    manager = context.app.job_manager
    stalled = [job for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE) if job.id != context.job.id]
    for job in stalled:
        if job.attempts < ATTEMPTS:
            await manager.retry_job(job)
        else:
            await manager.finish_job(job, status=jobs.Status.FAILED, delete_job=False)
    await manager.prune_stalled_workers(seconds_since_heartbeat=SILENCE)
    return len(stalled)


@app.periodic(cron="17 3 * * *", periodic_id="old")
@app.task(name="keystead.jobs.upkeep.forget_old", pass_context=True, queueing_lock="upkeep.forget_old")
async def forget_old(context: JobContext, timestamp: int) -> None:
    """Deletes jobs that ended two weeks ago, whatever their end was."""
    del timestamp
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )

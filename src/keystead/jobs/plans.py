"""Daily snapshots of every running plan."""

from uuid import UUID

from procrastinate.contrib.django import app

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.workspace.models import Workspace
from keystead.domain.plans.snapshots import snapshot_plans


@app.periodic(cron="50 23 * * *", periodic_id="snapshots")
@app.task(name="keystead.jobs.plans.snapshot_everywhere", lock="plans.snapshot_everywhere")
def snapshot_everywhere(timestamp: int) -> int:
    """Late in the day (UTC), a job for each workspace, which only the worker's login finds; returns how many were given.

    A second job for a workspace waits for the first (`lock`) and finds nothing left to change. A queueing lock would say so
    earlier, but the queue cannot tell it from a fault: the policies hide the other job's row, and with it the reason.
    """
    del timestamp
    asked = [ask_for_snapshot(workspace_id) for workspace_id in Workspace.objects.values_list("pk", flat=True)]
    return len(asked)


def ask_for_snapshot(workspace_id: UUID) -> int:
    """Gives the queue the job of one workspace; returns the job's number."""
    job: int = snapshot.configure(lock=f"plans.snapshot {workspace_id}").defer(workspace_id=str(workspace_id))
    return job


@app.task(name="keystead.jobs.plans.snapshot")
def snapshot(*, workspace_id: str) -> int:
    """Keeps the figures of the workspace's running plans; again on the same day, it replaces them. Returns how many."""
    with open_scope(workspace_id=UUID(workspace_id), actor={"via": "job"}):
        return snapshot_plans(at=clock.now(), today=clock.today())

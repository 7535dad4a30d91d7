"""Daily snapshots of every running plan."""

from uuid import UUID

from procrastinate.contrib.django import app

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.workspace.models import Workspace
from keystead.domain.plans.snapshots import snapshot_plans


@app.periodic(cron="50 23 * * *")
@app.task(name="plans.snapshot_every_workspace", queueing_lock="plans.snapshot_every_workspace")
def snapshot_every_workspace(timestamp: int) -> None:
    """Late in the day (UTC), one job for each workspace; a workspace whose job is still waiting gets no second one."""
    del timestamp
    for workspace_id in Workspace.objects.values_list("pk", flat=True):
        defer_snapshot(workspace_id)


def defer_snapshot(workspace_id: UUID) -> None:
    lock = f"plans.snapshot {workspace_id}"
    snapshot_workspace.configure(lock=lock).defer(workspace_id=str(workspace_id))


@app.task(name="plans.snapshot_workspace")
def snapshot_workspace(workspace_id: str) -> int:
    """Keeps the figures of the workspace's running plans; again on the same day, it replaces them."""
    with open_scope(workspace_id=UUID(workspace_id), actor={"via": "job"}):
        return snapshot_plans(at=clock.now(), today=clock.today())

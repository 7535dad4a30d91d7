"""Comparing all records of a large workspace: at night, after an import, and when somebody asks."""

from uuid import UUID

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.workspace.models import Workspace
from keystead.domain.find.duplicates import KINDS
from keystead.domain.find.kept_duplicates import compare_all

RETRY = RetryStrategy(max_attempts=3, exponential_wait=5, retry_exceptions=(OperationalError, InterfaceError))


@app.periodic(cron="11 1 * * *", periodic_id="compare")
@app.task(name="keystead.jobs.find.compare_everywhere")
def compare_everywhere(timestamp: int) -> int:
    """Each night (UTC) two jobs for each workspace, which of few records only forget; returns how many were given."""
    del timestamp
    asked = [
        compare.configure(lock=f"find.compare {workspace_id} {kind}").defer(workspace_id=str(workspace_id), kind=kind)
        for workspace_id in Workspace.objects.values_list("pk", flat=True)
        for kind in KINDS
    ]
    return len(asked)


@app.task(name="keystead.jobs.find.compare", retry=RETRY)
def compare(*, workspace_id: str, kind: str) -> int:
    """Compares the workspace's accounts, or contacts, and keeps the pairs; returns how many."""
    with open_scope(workspace_id=UUID(workspace_id), actor={"via": "job"}):
        return compare_all(kind, at=clock.now())

"""When the worker compares all records: after an import, and at night."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from keystead.base.clock import now
from keystead.data.models import Account
from keystead.domain.exchange import imports
from keystead.domain.find import kept_duplicates
from keystead.domain.find.kept_duplicates import find_duplicates
from keystead.jobs import exchange, find
from tests.domain.exchange.importing import read
from tests.support.world import World


def waiting(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'keystead.jobs.find.compare' AND args ->> 'kind' = %s",
            [kind],
        )
        return int(cursor.fetchone()[0])


def test_an_import_that_was_written_or_taken_back_has_its_kind_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_duplicates, "FEW", 0)
    with world.inside():
        job = read(world.olga, "accounts", "Account\nAurelia\nAurelia Inc\n")
        imports.request_commit(job=job, viewer=world.olga)
    context: Any = SimpleNamespace(job=SimpleNamespace(attempts=0))
    given = {"workspace_id": str(world.northwind.pk), "job_id": str(job.pk), "member_id": str(world.olga.pk)}
    exchange.commit.func(context, **given)
    with world.inside():
        assert (waiting("account"), waiting("contact")) == (1, 0)
    assert find.compare.func(workspace_id=str(world.northwind.pk), kind="account") == 1
    with world.inside():
        imports.request_undo(job=job, viewer=world.olga)
    exchange.undo.func(context, **given)
    with world.inside():
        assert Account.objects.count() == 0
        assert find_duplicates("account", viewer=world.olga, at=now()).pairs == []


def test_every_night_both_kinds_of_each_workspace_are_looked_at(world: World) -> None:
    with world.inside():  # (as in test_forgetting.py)
        assert find.compare_everywhere.func(timestamp=0) == 2
        assert (waiting("account"), waiting("contact")) == (1, 1)
    assert find.compare.func(workspace_id=str(world.northwind.pk), kind="contact") == 0

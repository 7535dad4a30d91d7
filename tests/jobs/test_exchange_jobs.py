"""Imports in the background: by a real worker, through its death, and past errors that nobody foresaw."""

import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection

from keystead.data.models import Account, Import
from keystead.domain.exchange import imports, telling, working
from keystead.jobs import exchange
from tests.domain.exchange.importing import read
from tests.jobs.conftest import let_time_pass, until
from tests.support.world import World, build_world

ROWS = 10_000
LONGEST = 300.0  # seconds for one step of a real worker: a busy machine is no fault
MANY = "Account,Sector\n" + "".join(f"Company {number},Food\n" for number in range(ROWS))


def received(world: World, text: str) -> Import:
    import io

    from keystead.base.clock import now

    with world.inside():
        return imports.receive(
            viewer=world.olga, kind="accounts", filename="accounts.csv", content=io.BytesIO(text.encode()), options={}, at=now()
        )


def state(world: World, job: Import) -> tuple[str, int]:
    with world.inside():
        found = Import.objects.get(pk=job.pk)
    return found.state, found.progress


def run(step: Any, world: World, job: Import, *, attempts: int = 0) -> None:
    """The task as a worker runs it: no workspace is open."""
    context = SimpleNamespace(job=SimpleNamespace(attempts=attempts))
    step.func(context, workspace_id=str(world.northwind.pk), job_id=str(job.pk), member_id=str(world.olga.pk))


@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_commits_and_undoes(worker: Callable[..., Any], tmp_path: Path) -> None:
    world = build_world()
    job = received(world, "Account,Sector\nAurelia,Food\nBrasilux,Energy\n")
    for wanted, ask in (("previewed", None), ("committed", imports.request_commit), ("undone", imports.request_undo)):
        if ask is not None:
            with world.inside():
                ask(job=job, viewer=world.olga)
        with worker("--until-empty") as process:
            assert process.wait(LONGEST) == 0, (tmp_path / "worker.log").read_text()
        assert state(world, job)[0] == wanted
        with world.inside():
            assert Account.objects.count() == (2 if wanted == "committed" else 0)
            history = list(Account.pgh_event_model.objects.values_list("pgh_context__via", "pgh_context__name"))  # type: ignore[attr-defined]
            assert set(history) <= {("import", "Olga Owner")}
    with world.inside():
        assert Account.pgh_event_model.objects.count() == 4  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_another_worker_finishes_what_a_killed_one_has_begun(worker: Callable[..., Any], tmp_path: Path) -> None:
    world = build_world()
    job = received(world, MANY)
    log = tmp_path / "worker.log"

    def told() -> str:
        return f"{state(world, job)}\n{log.read_text()}"

    with worker() as first:
        until(lambda: state(world, job)[0] == "reading" and state(world, job)[1] > 1, seconds=LONGEST, told=told)
        first.send_signal(signal.SIGKILL)
    let_time_pass()
    with worker() as second:
        until(lambda: state(world, job)[0] == "previewed", seconds=LONGEST, told=told)
        with world.inside():
            assert Import.objects.get(pk=job.pk).counts["create"] == ROWS
            imports.request_commit(job=job, viewer=world.olga)
        until(lambda: state(world, job)[0] == "committing" and state(world, job)[1] > 1, seconds=LONGEST, told=told)
        second.send_signal(signal.SIGKILL)
    with world.inside():
        assert Account.objects.count() == 0
    let_time_pass()
    with worker() as third:
        until(lambda: state(world, job)[0] == "committed", seconds=LONGEST, told=told)
        with world.inside():
            assert Account.objects.count() == ROWS
            imports.request_undo(job=job, viewer=world.olga)
        until(lambda: state(world, job) == ("undoing", 1), seconds=LONGEST, told=told)
        third.send_signal(signal.SIGKILL)
    with world.inside():
        assert Account.objects.count() == ROWS
    let_time_pass()
    with worker():
        until(lambda: state(world, job)[0] == "undone", seconds=LONGEST, told=told)
    with world.inside():
        assert Account.objects.count() == 0


def test_an_error_that_nobody_foresaw_ends_the_import_with_a_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Account\nAurelia\n")
        imports.request_commit(job=job, viewer=world.olga)

    def broken(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(working, "commit_now", broken)
    run(exchange.commit, world, job)
    with world.inside():
        job.refresh_from_db()
        assert job.state == "failed"
        assert "could not be finished" in telling.failure_sentence(job)


def test_a_database_that_is_away_for_a_moment_is_tried_again_and_not_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Account\nAurelia\n")
        imports.request_commit(job=job, viewer=world.olga)

    def away(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(working, "commit_now", away)
    with pytest.raises(OperationalError):
        run(exchange.commit, world, job)
    assert state(world, job)[0] == "committing"
    with pytest.raises(OperationalError):
        run(exchange.commit, world, job, attempts=exchange.ATTEMPTS - 1)
    assert state(world, job)[0] == "failed"


def test_a_step_that_ends_its_worker_each_time_is_given_up(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Account\nAurelia\n")
        imports.request_commit(job=job, viewer=world.olga)
    run(exchange.commit, world, job, attempts=exchange.ATTEMPTS)
    assert state(world, job)[0] == "failed"
    with world.inside():
        assert not Account.objects.exists()


def test_a_job_whose_import_is_gone_ends_quietly(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Account\nAurelia\n")
        gone = Import(pk=job.pk, kind="accounts")
        imports.discard(job=job, viewer=world.olga)
    for step in (exchange.read, exchange.commit, exchange.undo):
        run(step, world, gone)
    with world.inside():
        assert not Import.objects.exists()


def test_only_one_worker_is_at_an_import(world: World) -> None:
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        before = cursor.fetchone()
        with exchange.only_one("an import"):
            cursor.execute(asked)
            assert cursor.fetchone() == (before[0] + 1,)
        cursor.execute(asked)
        assert cursor.fetchone() == before

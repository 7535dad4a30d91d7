"""A commit or an undo that is cancelled while it runs: rolled back in the middle of a statement, told so, and possible again."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection

from keystead.data.models import Account, Import
from keystead.domain.exchange import cancelling, imports, telling, working
from keystead.domain.exchange.cancelling import cancellable
from keystead.domain.exchange.imports import WrongState
from keystead.jobs import exchange
from tests.api.conftest import Caller, token_of
from tests.domain.exchange.importing import commit, problems, read
from tests.jobs.test_exchange_jobs import run, state
from tests.support.world import World, build_world

FILE = "Account,Sector\nAurelia,Food\nBrasilux,Energy\n"


def slowly(step: Callable[..., Any], began: Callable[[], None]) -> Callable[..., Any]:
    """The step with a statement at its end that takes half a minute."""

    def slow(**given: Any) -> Any:
        answer = step(**given)
        began()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")
        return answer

    return slow


class Other:
    """Somebody who cancels from another connection as soon as the step is in its long statement."""

    def __init__(self, world: World, job: Import) -> None:
        self.world, self.job, self.answers = world, job, []  # type: ignore[var-annotated]
        self.token = token_of(world.olga)
        self.thread = Thread(target=self._cancel)

    def _cancel(self) -> None:
        self.answers.append(Caller(self.token).post(f"/imports/{self.job.pk}/cancel", None))
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_broken_off_rolled_back_and_can_be_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    with world.inside():
        job = read(world.olga, "accounts", FILE)
        imports.request_commit(job=job, viewer=world.olga)
    other = Other(world, job)
    with monkeypatch.context() as patch:
        patch.setattr(working, "commit", slowly(working.commit, other.thread.start))
        run(exchange.commit, world, job)
    other.thread.join()
    assert [answer.status_code for answer in other.answers] == [202]
    assert state(world, job) == ("previewed", 100)
    with world.inside():
        assert not Account.objects.exists()
        job.refresh_from_db()
        assert telling.failure_sentence(job) == "It was cancelled before it was done. Nothing was changed."
        assert problems(job) == [(None, None, "cancelled")]
        commit(world.olga, job)
        assert (Account.objects.count(), job.failure) == (2, None)


@pytest.mark.django_db(transaction=True)
def test_an_import_that_waits_for_another_one_can_be_cancelled() -> None:
    world = build_world()
    with world.inside():
        job = read(world.olga, "accounts", FILE)
        imports.request_commit(job=job, viewer=world.olga)
    other, another_one = Other(world, job), connection.copy()
    try:
        with another_one.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('imports ' || %s, 0))", [str(world.northwind.pk)])
        other.thread.start()
        run(exchange.commit, world, job)
    finally:
        another_one.close()
        other.thread.join()
    assert [answer.status_code for answer in other.answers] == [202]
    assert state(world, job) == ("previewed", 100)
    with world.inside():
        assert commit(world.olga, job).state == "committed"


@pytest.mark.django_db(transaction=True)
def test_an_undo_is_broken_off_and_everything_stays_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    with world.inside():
        job = commit(world.olga, read(world.olga, "accounts", FILE))
        imports.request_undo(job=job, viewer=world.olga)
    other = Other(world, job)
    with monkeypatch.context() as patch:
        patch.setattr(working, "undo", slowly(working.undo, other.thread.start))
        run(exchange.undo, world, job)
    other.thread.join()
    assert state(world, job)[0] == "committed"
    with world.inside():
        assert Account.objects.count() == 2
        job.refresh_from_db()
        imports.request_undo(job=job, viewer=world.olga)
        working.undo_now(job_id=job.pk)
        assert not Account.objects.exists()


def test_a_step_that_no_worker_has_begun_is_taken_back_at_once(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", FILE)
        imports.request_commit(job=job, viewer=world.olga)
        assert imports.request_cancel(job=job, viewer=world.olga).state == "previewed"
        working.commit_now(job_id=job.pk)  # the queued job comes late and finds nothing to do
        assert state(world, job) == ("previewed", 100)
        assert not Account.objects.exists()


class Moments:
    """A step that is looked at once and is then done."""

    def __init__(self) -> None:
        self.looks = iter([False, True])

    def wait(self, _seconds: float) -> bool:
        return next(self.looks)

    def cancel_safe(self, *, timeout: float) -> None:
        raise AssertionError("nobody has asked for it")


@pytest.mark.parametrize("is_away", [False, True])
def test_a_watcher_whom_nobody_asks_or_whose_database_is_away_leaves_the_step_alone(
    world: World, is_away: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if is_away:
        monkeypatch.setattr(Import.objects, "filter", Mock(side_effect=OperationalError("the server has gone")))
    job, asked, step = Import(workspace_id=world.northwind.pk), Event(), Moments()
    watcher = Thread(target=cancelling._watch, args=(job, step, asked, step))  # on a connection of its own, as always
    watcher.start()
    watcher.join()
    assert (asked.is_set(), "could not be watched" in caplog.text) == (False, is_away)


def test_a_failure_that_nobody_asked_for_is_told_as_it_is(world: World) -> None:
    with pytest.raises(OperationalError, match="gone"), cancellable(Import(workspace_id=world.northwind.pk)):
        raise OperationalError("the server has gone")


def test_what_is_done_is_not_cancelled(world: World) -> None:
    with world.inside():
        job = commit(world.olga, read(world.olga, "accounts", FILE))
        with pytest.raises(WrongState):
            imports.request_cancel(job=job, viewer=world.olga)
    answer = Caller(token_of(world.olga)).post(f"/imports/{job.pk}/cancel", None)
    assert (answer.status_code, answer.data["code"]) == (409, "wrong_state")


def test_whoever_asks_before_the_last_moment_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside():
        job = read(world.olga, "accounts", FILE)
        imports.request_commit(job=job, viewer=world.olga)
        Import.objects.filter(pk=job.pk).update(cancel_asked=True)
        working.commit_now(job_id=job.pk)
        job.refresh_from_db()
        assert (job.state, job.cancel_asked) == ("previewed", False)
        assert not Account.objects.exists()

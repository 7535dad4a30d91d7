"""Two imports of one workspace that are confirmed at the same moment are written one after the other."""

import io
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import IntegrityError, connection

from keystead.base.clock import now
from keystead.data.models import Account, Deal, Import, Member, Product, SavedMapping, Stage
from keystead.domain.accounts.editing import delete_account
from keystead.domain.accounts.merging import merge_accounts
from keystead.domain.deals.editing import delete_product
from keystead.domain.exchange import imports, working
from keystead.domain.exchange.changing import committing
from keystead.domain.exchange.recognising.learning import forget
from keystead.domain.undoing.restoring import check_constraints
from keystead.domain.workspace.stages import delete_stage
from tests.domain.exchange.importing import bring_in, counts, problems, read
from tests.support.races import before_each_question
from tests.support.world import World, account, build_world

MEETS_WITHIN = 1.0  # seconds in which the other would have come as far, were it not waiting for its turn

DEALS = "Id,Name,Account,Amount,Currency,Close date\n"


def at_once(world: World, jobs: list[Import], monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int, int]]:
    """Commits both, each in a process of its own as far as the database can tell; each waits for the other once it has judged."""
    both, judge = Barrier(2), committing.judge

    def judged(**asked: Any) -> dict[str, int]:
        found = judge(**asked)
        with suppress(BrokenBarrierError):
            both.wait(MEETS_WITHIN)
        return found

    def commit(job: Import) -> None:
        try:
            with world.inside(world.olga):
                working.commit_now(job_id=job.pk)
        finally:
            connection.close()

    monkeypatch.setattr(committing, "judge", judged)
    with world.inside(world.olga):
        for job in jobs:
            imports.request_commit(job=job, viewer=world.olga)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(commit, jobs))
    with world.inside(world.olga):
        for job in jobs:
            job.refresh_from_db()
    assert [job.state for job in jobs] == ["committed", "committed"], [job.failure for job in jobs]
    return sorted(counts(job) for job in jobs)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_makes_its_records_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    with world.inside(world.olga):
        account("Aurelia Foods")
        content = DEALS + "D-1,Cold rooms,Aurelia Foods,10,EUR,2026-03-01\nD-2,Freezers,Aurelia Foods,20,EUR,2026-03-02\n"
        jobs = [read(world.olga, "deals", content) for _ in range(2)]
    assert at_once(world, jobs, monkeypatch) == [(0, 0, 2, 0), (2, 0, 0, 0)]
    with world.inside():
        assert sorted(Deal.objects.values_list("external_id", flat=True)) == ["D-1", "D-2"]


@pytest.mark.django_db(transaction=True)
def test_two_files_that_would_hand_their_id_to_one_record_do_not_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was typed in here after both were previewed, so that neither holds it yet."""
    world = build_world()
    with world.inside(world.olga):
        jobs = [read(world.olga, "products", f"Id,Name\nP-{number},Cold rooms\n", adopt=True) for number in (1, 2)]
        Product.objects.create(name="Cold rooms")
    assert at_once(world, jobs, monkeypatch) == [(0, 1, 0, 0), (1, 0, 0, 0)]
    with world.inside():
        assert sorted(Product.objects.values_list("external_id", flat=True)) == ["P-1", "P-2"]


def test_two_files_that_both_make_what_is_missing_make_it_once(world: World) -> None:
    """Both were previewed while nobody had the names; one is confirmed after the other."""
    head = "Id,Name,Account,Owner,Product,Stage,Amount,Currency,Close date\n"
    options = {"unknown": {"account": "create", "owner": "create", "product": "create"}}
    with world.inside(world.olga):
        jobs = [
            read(world.olga, "deals", f"{head}D-{n},Deal {n},NewCo,Pat New,Cooling,Haggling,10,EUR,2026-03-01\n", **options)
            for n in (1, 2)
        ]
        assert [{kind for kind, made in job.offers["make"].items() if made} for job in jobs] == [
            {"accounts", "members", "products", "stages"}
        ] * 2
        for job in jobs:
            imports.request_commit(job=job, viewer=world.olga)
            working.commit_now(job_id=job.pk)
            job.refresh_from_db()
        assert [(job.state, counts(job)) for job in jobs] == [("committed", (1, 0, 0, 0))] * 2
        one, two = Deal.objects.order_by("external_id")
        for name in ("account_id", "owner_id", "product_id", "stage_id", "status", "probability"):
            assert getattr(one, name) == getattr(two, name) is not None, name
        assert jobs[1].offers["made"] == {}


def test_a_parent_that_two_files_name_is_made_once(world: World) -> None:
    with world.inside(world.olga):
        jobs = [read(world.olga, "accounts", f"Id,Name,Parent account\nA-{n},Branch {n},Head office\n") for n in (1, 2)]
        for job in jobs:
            imports.request_commit(job=job, viewer=world.olga)
            working.commit_now(job_id=job.pk)
        assert Account.objects.filter(name="Head office").count() == 1
        assert len(set(Account.objects.filter(name__startswith="Branch").values_list("parent", flat=True))) == 1


def test_an_import_that_waits_for_another_keeps_no_worker_from_its_work(world: World) -> None:
    with world.inside(world.olga):
        jobs = [read(world.olga, "accounts", f"Id,Name\nA-{number},Branch {number}\n") for number in (1, 2)]
        for job in jobs:
            imports.request_commit(job=job, viewer=world.olga)
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT lock FROM procrastinate_jobs WHERE task_name LIKE '%%exchange.commit'")
            assert [lock for (lock,) in cursor.fetchall()] == [f"imports {world.olga.workspace_id}"]


def _staged(world: World, content: str, **options: Any) -> Import:
    return read(world.olga, "deals", content, **options)


def _committed(world: World, job: Import) -> Import:
    imports.request_commit(job=job, viewer=world.olga)
    working.commit_now(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "committed", job.failure
    return job


def test_a_stage_that_came_meanwhile_with_another_status_than_the_file_says_refuses_the_row(world: World) -> None:
    head, row = "Id,Name,Stage,Status,Amount,Currency,Close date\n", "D-1,Cold rooms,Pilot,open,10,EUR,2026-03-01\n"
    with world.inside(world.olga):
        job = _staged(world, head + row)
        Stage.objects.create(name="Pilot", status="won", probability=100, position=90)
        assert counts(_committed(world, job)) == (0, 0, 0, 1)
        assert problems(job) == [(2, "Status", "stage_contradicts_status")]


def test_a_name_that_two_records_have_got_meanwhile_refuses_the_row(world: World) -> None:
    content = DEALS + "D-1,Cold rooms,NewCo,10,EUR,2026-03-01\n"
    with world.inside(world.olga):
        job = _staged(world, content, unknown={"account": "create"})
        account("NewCo")
        account("NewCo")
        assert counts(_committed(world, job)) == (0, 0, 0, 1)
        assert problems(job) == [(2, "Account", "ambiguous_reference")]
        assert Account.objects.filter(name="NewCo").count() == 2


DELETED: dict[str, Callable[[Member], object]] = {
    "Account": lambda who: delete_account(account=Account.objects.get(name="Bolt"), viewer=who),
    "Product": lambda who: delete_product(product=Product.objects.get(), viewer=who),
    "Stage": lambda who: delete_stage(stage=Stage.objects.get(name="Pilot"), viewer=who),
}


@pytest.mark.parametrize("what", DELETED)
def test_a_row_whose_account_product_or_stage_was_deleted_after_the_preview_is_refused_alone(world: World, what: str) -> None:
    rows = "D-1,Cold rooms,Bolt,Doors,Pilot\nD-2,Freezers,Aurelia Foods,,Proposal\nD-3,Ramps,NewCo,,Trial\n"
    with world.inside(world.olga):
        for name in ("Aurelia Foods", "Bolt"):
            account(name)
        Product.objects.create(name="Doors")
        Stage.objects.create(name="Pilot", position=90)
        job = _staged(world, "Id,Name,Account,Product,Stage\n" + rows, unknown={"account": "create"})
        DELETED[what](world.olga)
        assert counts(_committed(world, job)) == (2, 0, 0, 1)
        assert problems(job) == [(2, what, f"unknown_{what.lower()}")]
        check_constraints()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", DELETED)
def test_so_is_one_whose_own_is_deleted_after_the_last_judgement(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    judge, deleted = committing.judge, []

    def judged(**asked: Any) -> dict[str, int]:
        found = judge(**asked)
        if not deleted:
            deleted.append(what)
            with ThreadPoolExecutor(1) as thread:
                thread.submit(_aside, world, model.objects.get(name=name).pk, what).result()
        return found

    def _aside(world: World, pk: Any, what: str) -> None:
        with world.inside(world.olga), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [pk])
        connection.close()

    model, name = {"Account": (Account, "Bolt"), "Product": (Product, "Doors"), "Stage": (Stage, "Pilot")}[what]
    monkeypatch.setattr(committing, "judge", judged)
    with world.inside(world.olga):
        for each in ("Aurelia Foods", "Bolt"):
            account(each)
        Product.objects.create(name="Doors")
        Stage.objects.create(name="Pilot", position=90)
        rows = "D-1,Cold rooms,Bolt,Doors,Pilot\nD-2,Freezers,Aurelia Foods,,Proposal\n"
        job = _staged(world, "Id,Name,Account,Product,Stage\n" + rows)
        assert counts(_committed(world, job)) == (1, 0, 0, 1)
        assert problems(job) == [(2, what, f"unknown_{what.lower()}")]


@pytest.mark.django_db(transaction=True)
def test_a_key_that_somebody_takes_after_the_last_judgement_costs_its_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    judge, taken = committing.judge, []

    def judged(**asked: Any) -> dict[str, int]:
        found = judge(**asked)
        if not taken:
            taken.append(True)
            with ThreadPoolExecutor(1) as thread:
                thread.submit(_take).result()
        return found

    def _take() -> None:
        with world.inside(world.olga):
            account("Somebody's", external_id="A-1")
        connection.close()

    monkeypatch.setattr(committing, "judge", judged)
    with world.inside(world.olga):
        job = read(world.olga, "accounts", "Account ID,Name\nA-1,Aurelia\nA-2,Bolt\n", match=["name"])
        assert counts(_committed(world, job)) == (1, 0, 0, 1)
        assert problems(job) == [(2, None, "taken")]


def test_a_row_whose_account_was_merged_with_another_after_the_preview_is_refused_alone(world: World) -> None:
    with world.inside(world.olga):
        kept, lost = account("Aurelia Foods"), account("Aurelia")
        job = _staged(world, "Id,Name,Account\nD-1,Cold rooms,Aurelia\nD-2,Freezers,Aurelia Foods\n")
        merge_accounts(keep=kept, lose=lost, viewer=world.olga)
        assert counts(_committed(world, job)) == (1, 0, 0, 1)
        assert problems(job) == [(2, "Account", "unknown_account")]
        check_constraints()


def states(world: World, step: Any, make: Callable[[], Import], other: Callable[[Import], Any]) -> list[Any]:
    """(state, options, rows, failure) of an import, None when it is gone, after somebody came before each question of a step."""

    def act(job: Import) -> None:
        with world.inside(), suppress(IntegrityError):  # thrown away while its rows arrived
            step(job_id=job.pk)

    def state(job: Import) -> Any:
        with world.inside():
            found = Import.objects.filter(pk=job.pk).first()
            return found and (found.state, found.options, found.rows.count(), found.failure)

    return [state(job) for job in before_each_question(make, act, other)]


def received(world: World) -> Import:
    content = io.BytesIO(b"Account\nAurelia\n")
    with world.inside(world.olga):
        return imports.receive(viewer=world.olga, kind="accounts", filename="a.csv", content=content, options={}, at=now())


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_thrown_away_while_it_is_read_stays_away() -> None:
    world = build_world()

    def discard(job: Import) -> None:
        with world.inside(world.olga):
            imports.discard(job=job, viewer=world.olga)

    found = states(world, working.read_now, lambda: received(world), discard)
    assert found[0] is None
    # While it is judged, whoever throws it away waits until that is done.
    assert [one for one in found if one not in (None, ("previewed", {}, 1, None))] == []


@pytest.mark.django_db(transaction=True)
def test_options_that_are_chosen_when_the_reading_begins_are_refused_or_read() -> None:
    world = build_world()
    refused = []

    def choose(job: Import) -> None:
        refused.append(True)
        with world.inside(world.olga), suppress(imports.WrongState):
            imports.change_options(job=job, viewer=world.olga, options={"mode": "create"})
            refused[-1] = False

    found = states(world, working.read_now, lambda: received(world), choose)
    taken = [one[1] == {"mode": "create"} for one in found]
    assert taken[0]
    assert not taken[-1]
    # Once the reading is done it can be told otherwise, and is read once more.
    assert all(is_taken or is_refused for is_taken, is_refused in zip(taken, refused, strict=False))


@pytest.mark.django_db(transaction=True)
def test_what_is_learnt_of_a_file_may_be_forgotten_at_any_moment_of_a_commit() -> None:
    world = build_world()
    names = itertools.count()

    def make() -> Import:
        with world.inside(world.olga):
            bring_in(world.olga, "accounts", f"Account\nBrasilux {next(names)}\n")
            job = read(world.olga, "accounts", f"Account\nAurelia {next(names)}\n")
            imports.request_commit(job=job, viewer=world.olga)
            return job

    def forgotten(_job: Import) -> None:
        with world.inside(world.olga):
            forget(viewer=world.olga, key=SavedMapping.objects.get().pk)

    assert {one[0] for one in states(world, working.commit_now, make, forgotten)} == {"committed"}

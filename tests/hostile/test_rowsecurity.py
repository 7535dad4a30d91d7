"""The last wall, met with raw SQL as the app logs in: what is left open by an error, a forged job or another table."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from procrastinate import JobContext

from keystead.base.queue import enqueue
from keystead.base.scope import NoWorkspaceOpen, open_scope
from keystead.data.models import Account, Import
from keystead.jobs import exchange, plans
from tests.support.world import World, account, build_world


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def settings_now() -> tuple[Any, ...]:
    return sql(
        "SELECT nullif(current_setting('keystead.workspace', true), ''), nullif(current_setting('keystead.user', true), '')"
    )[0]


@pytest.mark.django_db(transaction=True)
def test_requests_of_two_workspaces_on_one_connection_leave_nothing_open(django_db_serialized_rollback: None) -> None:
    world = build_world()
    with world.inside():
        account("Aurelia Foods", owner=world.alice)
    alice, charlie = Client(), Client()
    for client, member in ((alice, world.alice), (charlie, world.charlie)):
        assert member.user is not None
        client.force_login(member.user)
    for _turn in range(3):
        assert b"Aurelia Foods" in alice.get("/w/northwind/accounts/").content
        assert settings_now() == (None, None)
        assert b"Aurelia Foods" not in charlie.get("/w/contoso/accounts/").content
        assert sql("SELECT name FROM keystead_account") == []


@pytest.mark.django_db(transaction=True)
def test_an_error_in_the_middle_leaves_nothing_open(django_db_serialized_rollback: None) -> None:
    world = build_world()
    with world.inside():
        account("Aurelia Foods")
    with pytest.raises(DatabaseError), world.inside():
        sql("SELECT 1/0")
    assert settings_now() == (None, None)
    with pytest.raises(DatabaseError), world.inside(), transaction.atomic():
        sql("SELECT 1/0")
    assert settings_now() == (None, None)
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic(), world.inside():
        sql("SELECT 1/0")
    assert settings_now() == (None, None)
    with world.inside(world.charlie):
        with pytest.raises(DatabaseError), transaction.atomic(), world.inside(world.olga):
            sql("SELECT 1/0")
        assert settings_now()[0] == str(world.contoso.pk)
        assert Account.objects.count() == 0
    with pytest.raises(NoWorkspaceOpen):
        Account.objects.count()
    assert sql("SELECT name FROM keystead_account") == []


def test_the_app_does_not_read_or_write_jobs_of_another_workspace(world: World) -> None:
    with world.inside():
        enqueue("keystead.jobs.exchange.read", lock="x", job_id=str(uuid.uuid4()), member_id=str(world.olga.pk))
        assert len(sql("SELECT id FROM procrastinate_jobs")) == 1
    for who in (None, world.charlie):
        with open_scope(workspace_id=who.workspace_id if who else None):
            for table in ("jobs", "events", "workers", "periodic_defers"):
                assert sql(f"SELECT * FROM procrastinate_{table}") == []
            assert sql("UPDATE procrastinate_jobs SET status = 'cancelled' RETURNING id") == []
            assert sql("DELETE FROM procrastinate_jobs RETURNING id") == []
    forged = f'{{"workspace_id": "{world.northwind.pk}"}}'
    with world.inside(world.charlie), pytest.raises(DatabaseError), transaction.atomic():
        sql("INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'x', %s)", forged)


class _Job:
    attempts = 0


class _Context:
    job = _Job()


@pytest.mark.parametrize("step", [exchange.read, exchange.commit, exchange.undo])
def test_a_job_with_the_import_of_another_workspace_does_nothing(world: World, step: Any) -> None:
    states = {exchange.read: "received", exchange.commit: "committing", exchange.undo: "undoing"}
    with world.inside():
        job = Import.objects.create(kind="accounts", filename="x.csv", by=world.olga, state=states[step])
    context: JobContext = _Context()  # type: ignore[assignment]
    step.func(context, workspace_id=str(world.contoso.pk), job_id=str(job.pk), member_id=str(world.olga.pk))
    with world.inside():
        job.refresh_from_db()
        assert (job.state, job.failure) == (states[step], None)
    assert plans.snapshot.func(workspace_id=str(world.contoso.pk)) == 0


def test_no_row_is_moved_into_or_made_in_another_workspace(world: World) -> None:
    with world.inside(world.charlie):
        mine = account("Contoso's own")
        attempts = [
            ("UPDATE keystead_account SET workspace_id = %s", [world.northwind.pk]),
            ("INSERT INTO keystead_account (id, workspace_id, name) VALUES (gen_random_uuid(), %s, 'x')", [world.northwind.pk]),
            ("UPDATE keystead_member SET workspace_id = %s", [world.northwind.pk]),
            ("UPDATE keystead_workspace SET id = %s", [uuid.uuid4()]),
        ]  # fmt: skip
        for statement, values in attempts:
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                sql(statement, *values)
        assert sql("SELECT slug FROM keystead_workspace") == [("contoso",)]
        assert mine.workspace_id == world.contoso.pk


def test_a_person_finds_her_own_memberships_and_changes_none_from_outside(world: World) -> None:
    with open_scope(workspace_id=None, user_id=world.alice.user_id):
        assert sql("SELECT name FROM keystead_member") == [("Alice Alvarez",)]
        assert sql("SELECT slug FROM keystead_workspace") == [("northwind",)]
        for statement in (
            "UPDATE keystead_workspace SET totals_include_hidden = true",
            "UPDATE keystead_member SET role = 'owner'",
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                sql(statement)


def test_the_app_is_neither_owner_nor_worker(world: World) -> None:
    for role in ("postgres", sql("SELECT current_database() || '_worker'")[0][0]):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(f'SET ROLE "{role}"')
    for statement in (
        "ALTER TABLE keystead_account DISABLE ROW LEVEL SECURITY", "DROP POLICY workspace_only ON keystead_account",
        "CREATE FUNCTION public.keystead_is_worker() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE TABLE public.mine (x int)", "COPY keystead_account TO PROGRAM 'cat'",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(statement)


def test_no_function_of_the_product_runs_with_the_rights_of_another(world: World) -> None:
    assert sql("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
    views = sql("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace")
    assert views == []

"""The limited logins: their addresses, their grants, and the refusal when they could pass row-level security."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors

from keystead.base.roles import role_names
from keystead.config.database import (
    UnsafeRole,
    database_name,
    ensure_roles,
    refuse_unsafe,
    unsafe_rights,
    url_for,
    worker_url,
)
from tests.support.company_server import administrator_of

OWNER = "postgresql://boss:s%40cret@db.acme.example:5433/key%20accounts?sslmode=require"


def test_each_role_has_its_login_on_the_same_server() -> None:
    app = urlsplit(url_for("app", OWNER))
    assert (app.hostname, app.port, app.path, app.query) == ("db.acme.example", 5433, "/key%20accounts", "sslmode=require")
    assert app.username == "key%20accounts_app"
    assert urlsplit(worker_url(OWNER)).username == "key%20accounts_worker"
    assert database_name(OWNER) == "key accounts"
    assert url_for("owner", OWNER) == OWNER


def test_passwords_follow_from_the_secret_key_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSTEAD_SECRET_KEY", "one")
    app, worker = urlsplit(url_for("app", OWNER)).password, urlsplit(worker_url(OWNER)).password
    monkeypatch.setenv("KEYSTEAD_SECRET_KEY", "another")
    assert len({app, worker, urlsplit(url_for("app", OWNER)).password, "s@cret"}) == 4


def test_an_unknown_role_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"one of owner, app, worker, not 'boss'"):
        url_for("boss", OWNER)


@contextmanager
def new_database(name: str) -> Iterator[str]:
    """The owner's address of a new database of its own, dropped with its logins afterwards."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(administrator_of(server), autocommit=True) as administrator:
        administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for role in role_names(name):
            administrator.execute(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
def fresh() -> Iterator[str]:
    with new_database(f"keystead_roles_{os.getpid()}") as url:
        yield url


def test_the_logins_work_on_old_and_new_tables_and_change_nothing_else(fresh: str) -> None:
    with psycopg.connect(fresh, autocommit=True) as owner:
        owner.execute("CREATE TABLE account (id int GENERATED ALWAYS AS IDENTITY, name text)")
        names = ensure_roles(owner)
        owner.execute("CREATE TABLE deal (id int GENERATED ALWAYS AS IDENTITY, name text)")
        assert ensure_roles(owner) == names
    for address, name in ((url_for("app", fresh), names.app), (worker_url(fresh), names.worker)):
        with psycopg.connect(address, autocommit=True) as login:
            assert login.execute("SELECT current_user").fetchone() == (name,)
            assert login.execute("SHOW jit").fetchone() == ("off",)
            for table in ("account", "deal"):
                login.execute(f"INSERT INTO {table} (name) VALUES ('Sonron')")
                login.execute(f"DELETE FROM {table}")
            for forbidden in ("CREATE TABLE own (id int)", "DROP TABLE deal", "TRUNCATE deal", "CREATE ROLE mallory"):
                with pytest.raises(errors.InsufficientPrivilege):
                    login.execute(forbidden)


@pytest.mark.parametrize("length", [30, 56, 57, 63])
def test_the_worker_is_known_by_its_name_however_long_its_database_s_is(length: int) -> None:
    name = f"k{os.getpid()}_".ljust(length, "x")
    functions = import_module("keystead.data.migrations.0009_import_cancel_and_purge").IS_WORKER
    with new_database(name) as url:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(functions)
            ensure_roles(owner)
        for address, expected in ((worker_url(url), True), (url_for("app", url), False)):
            with psycopg.connect(address) as login:
                assert login.execute("SELECT keystead_is_worker()").fetchone() == (expected,)


def _as_administrator(address: str, statement: str) -> None:
    with psycopg.connect(administrator_of(address), autocommit=True) as administrator:
        administrator.execute(statement)


def test_a_login_that_could_pass_row_level_security_is_refused(fresh: str) -> None:
    with psycopg.connect(fresh, autocommit=True) as owner:
        names = ensure_roles(owner)
        owner.execute("CREATE TABLE account (workspace_id int); ALTER TABLE account ENABLE ROW LEVEL SECURITY")
        _as_administrator(fresh, f"ALTER ROLE {names.app} BYPASSRLS")
        _as_administrator(fresh, f"ALTER TABLE account OWNER TO {names.worker}")
        with owner.cursor() as cursor:
            assert unsafe_rights(cursor, names) == [
                f"{names.app} may bypass row-level security",
                f"{names.worker} owns protected tables",
            ]
            with pytest.raises(UnsafeRole, match="Row-level security would not hold"):
                refuse_unsafe(cursor, names)
        with pytest.raises(UnsafeRole, match=names.app):
            ensure_roles(owner)


def test_an_administrator_s_login_is_seen_as_unsafe(fresh: str) -> None:
    with psycopg.connect(fresh, autocommit=True) as owner:
        names = ensure_roles(owner)
        _as_administrator(fresh, f"ALTER ROLE {names.worker} SUPERUSER")
        with owner.cursor() as cursor:
            assert f"{names.worker} is a superuser" in unsafe_rights(cursor, names)


def test_two_starters_that_migrate_at_once_take_turns_and_both_succeed(fresh: str) -> None:
    environment = {**os.environ, "DATABASE_URL": fresh, "KEYSTEAD_DB_ROLE": "owner"}
    command = [sys.executable, "-m", "keystead", "migrate", "--skip-checks", "--verbosity", "1"]
    starters = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    ends = [starter.communicate(timeout=120) for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0], ends
    assert sum("No migrations to apply" in output for output, _ in ends) == 1
    with psycopg.connect(url_for("app", fresh)) as app:
        row = app.execute("SELECT count(*) FROM django_migrations WHERE app = 'keystead'").fetchone()
    assert row is not None
    assert row[0] >= 2

"""While the database is away or a disk is full: a 503 with a sentence in the reader's language, on pages and in the API."""

import errno
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from keystead.base import trouble
from keystead.base.trouble import Trouble, trouble_of
from keystead.data.models import Account
from tests.api.conftest import Caller, token_of
from tests.support.world import World, build_world

LANGUAGES = pytest.mark.parametrize("language", ["en", "pt-br", "es"])


@pytest.fixture
def nowhere(transactional_db: None) -> Iterator[Callable[[], None]]:
    """Calling it takes the database away: its socket is somewhere else from then on."""
    before = connection.settings_dict["HOST"]

    def take_away() -> None:
        connection.close()
        connection.settings_dict["HOST"] = "/nowhere"

    yield take_away
    connection.settings_dict["HOST"] = before


def _said(trouble: Trouble, language: str) -> str:
    with translation.override(language):
        return str(trouble.sentence)


@LANGUAGES
def test_a_page_says_in_her_language_that_the_database_is_away_and_works_again_by_itself(
    language: str, nowhere: Callable[[], None]
) -> None:
    world, client = build_world(), Client(raise_request_exception=False, headers={"accept-language": language})
    client.force_login(world.alice.user)  # type: ignore[arg-type]
    before = connection.settings_dict["HOST"]
    nowhere()
    page = client.get("/w/northwind/accounts/")
    assert page.status_code == 503
    assert (page.headers["Retry-After"], page.headers["Content-Language"]) == ("5", language)
    assert escape(_said(Trouble.AWAY, language)) in page.text
    assert '<a href="" class="btn btn-primary' in page.text, "it can be tried again where one is"
    connection.settings_dict["HOST"] = before
    assert client.get("/w/northwind/accounts/").status_code == 200


@LANGUAGES
def test_the_api_tells_the_same_as_a_problem(language: str, nowhere: Callable[[], None]) -> None:
    caller = Caller(token_of(build_world().alice))
    nowhere()
    answer = caller.get("/accounts", **{"Accept-Language": language})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert (answer.data["code"], answer.data["detail"]) == ("database_away", _said(Trouble.AWAY, language))


def test_a_full_disk_refuses_a_form_with_its_sentence_and_writes_nothing(world: World) -> None:
    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "keystead_account"'):
            raise _raised(psycopg.errors.DiskFull)
        return execute(sql, *rest)

    caller = Caller(token_of(world.alice))
    client = Client(raise_request_exception=False)
    client.force_login(world.alice.user)  # type: ignore[arg-type]
    with connection.execute_wrapper(full):
        answer = caller.post("/accounts", {"name": "Aurelia"})
        page = client.post("/w/northwind/accounts/new/", {"name": "Aurelia"})
        part = client.post("/w/northwind/accounts/new/", {"name": "Aurelia"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data["code"]) == (503, "disk_full")
    assert page.status_code == part.status_code == 503
    assert escape(str(Trouble.DISK.sentence)) in page.text
    assert str(Trouble.DISK.sentence) in part.headers["HX-Trigger"]
    with world.inside():
        assert not Account.objects.filter(name="Aurelia").exists()


def _raised(kind: type[Exception]) -> OperationalError:
    error = OperationalError("as Django raises it")
    error.__cause__ = kind()
    return error


def test_each_error_is_told_by_what_it_means() -> None:
    assert trouble_of(_raised(psycopg.errors.DeadlockDetected)) is Trouble.BUSY
    assert trouble_of(_raised(psycopg.errors.AdminShutdown)) is Trouble.AWAY
    assert trouble_of(_raised(psycopg.errors.CannotConnectNow)) is Trouble.AWAY
    assert trouble_of(_raised(psycopg.OperationalError)) is Trouble.AWAY
    assert trouble_of(InterfaceError("the connection is closed")) is Trouble.AWAY
    assert trouble_of(OSError(errno.ENOSPC, "No space left on device")) is Trouble.DISK
    assert trouble_of(OSError(errno.EACCES, "Permission denied")) is None
    assert trouble_of(_raised(psycopg.errors.InvalidPassword)) is None
    assert trouble_of(ValueError()) is None


def test_a_database_that_has_stopped_for_lack_of_room_is_told_as_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "LEAST_ROOM", 1 << 62)
    assert trouble_of(_raised(psycopg.OperationalError)) is Trouble.DISK

    def gone(_: Any) -> Any:
        raise FileNotFoundError

    monkeypatch.setattr(trouble.shutil, "disk_usage", gone)
    assert trouble_of(_raised(psycopg.OperationalError)) is Trouble.AWAY

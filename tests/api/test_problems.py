"""Whatever goes wrong is a problem in JSON, in the client's language, and never the server's fault."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from keystead.base import clock
from keystead.data.models import Deal
from keystead.data.tenancy import ScopedQuerySet
from keystead.domain.workspace.tokens import create_token, revoke_token
from tests.api.conftest import Caller, Callers, callers_of
from tests.support.races import deleted_while_a_deal_is_saved
from tests.support.world import World, account, build_world

Faults = Callable[[Any], list[tuple[str, str]]]


def problem(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    assert response.data["status"] == response.status_code
    assert set(response.data) >= {"type", "title", "status", "detail", "instance", "code", "errors"}
    return response.status_code, response.data["code"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic b2xnYQ==",
        "Bearer ks_00000000000000000000000000000000_x",
        "Bearer ks_é",
        "Bearer ks_\x00",
    ],
)
def test_without_a_valid_token_nothing_is_shown(callers: Callers, authorization: str) -> None:
    response = callers.nobody.get("/accounts", Authorization=authorization)
    assert problem(response) == (401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Keystead"'
    assert response.data["instance"] == "/api/v1/accounts"


def test_a_token_ends_when_it_is_revoked_or_expires(world: World) -> None:
    now = clock.now()
    with world.inside(world.alice):
        revoked = create_token(viewer=world.alice, name="old", at=now)
        revoke_token(viewer=world.alice, token=revoked.token, at=now)
        brief = create_token(viewer=world.alice, name="brief", at=now, expires_at=now + timedelta(hours=1))
    assert Caller(revoked.text).get("/me").status_code == 401
    assert Caller(brief.text).get("/me").status_code == 200
    with clock.frozen(now + timedelta(hours=1)):
        assert Caller(brief.text).get("/me").status_code == 401


def test_a_session_of_the_browser_opens_nothing_here(world: World) -> None:
    client = Client()
    client.force_login(world.alice.user)
    assert client.get("/api/v1/accounts").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nothing", (404, "not_found")),
        ("GET", "/api/", (404, "not_found")),
        ("POST", "/api/v2/accounts", (404, "not_found")),
        ("GET", "/accounts/", (404, "not_found")),
        ("GET", "/accounts/42", (404, "not_found")),
        ("GET", "/accounts/%00", (404, "not_found")),
        ("GET", "/accounts/%ff", (404, "not_found")),
        ("GET", "/accounts/00000000-0000-0000-0000-000000000000", (404, "not_found")),
        ("GET", "/plans/x/kpis", (404, "not_found")),
        ("DELETE", "/accounts", (405, "method_not_allowed")),
        ("PUT", "/accounts/00000000-0000-0000-0000-000000000000", (405, "method_not_allowed")),
        ("POST", "/stages", (405, "method_not_allowed")),
        ("TRACE", "/accounts", (405, "method_not_allowed")),
    ],
)
def test_addresses_and_methods_that_are_not_there(callers: Callers, method: str, path: str, expected: tuple[int, str]) -> None:
    assert problem(callers.olga.call(method, path)) == expected


def test_a_method_that_is_not_there_names_those_that_are(callers: Callers) -> None:
    assert sorted(callers.olga.call("PUT", "/accounts").headers["Allow"].split(", ")) == ["GET", "POST"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "bad_json")),
        (b"{", (400, "bad_json")),
        (b"{'name': 'x'}", (400, "bad_json")),
        (b'{"name": NaN}', (400, "bad_json")),
        (b'{"name": "a", "name": "b"}', (400, "bad_json")),
        (b'{"name": "\xff"}', (400, "bad_json")),
        (b"[" * 100_000, (400, "bad_json")),
        (b'{"employees": 1' + b"0" * 5000 + b"}", (400, "bad_json")),
        (b'{"employees": 1e99999999999999999999}', (400, "bad_json")),
        (b"[]", (422, "invalid")),
        (b"null", (422, "invalid")),
        (b'"name"', (422, "invalid")),
        (b" " * (1024 * 1024 + 1), (413, "too_large")),
    ],
)
def test_bodies_that_cannot_be_read(callers: Callers, body: bytes, expected: tuple[int, str]) -> None:
    assert problem(callers.olga.post("/accounts", body)) == expected


@pytest.mark.parametrize(
    "kind", ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"]
)
def test_another_content_type_is_not_taken(callers: Callers, kind: str) -> None:
    response = callers.olga.client.generic(
        "POST", "/api/v1/accounts", b'{"name": "x"}', kind, headers={"Authorization": f"Bearer {callers.olga.token}"}
    )
    response.data = response.json()  # type: ignore[attr-defined]
    assert problem(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b'{"name": "a\\u0000b"}', [("/name", "invalid_text")]),
        (b'{"name": "\\ud800"}', [("/name", "invalid_text")]),
        (b'{"name": "x", "parent": {"name": "a\\u0000"}}', [("/parent/name", "invalid_text")]),
        (b'{"name": "x", "parent": {"name": ""}}', [("/parent/name", "required")]),
        (b'{"name": "x", "parent": {"id": 7}}', [("/parent/id", "not_an_id")]),
        (b'{"name": "x", "parent": 7}', [("/parent", "reference_malformed")]),
        (b'{"name": 7}', [("/name", "not_text")]),
        (b'{"name": "  "}', [("/name", "blank")]),
        (b'{"name": null}', [("/name", "required")]),
        (b'{"name": "x", "employees": 2147483648}', [("/employees", "out_of_range")]),
        (b'{"name": "x", "employees": -1}', [("/employees", "out_of_range")]),
        (b'{"name": "x", "employees": 1.5}', [("/employees", "not_a_whole_number")]),
        (b'{"name": "x", "employees": 1e999999999}', [("/employees", "out_of_range")]),
        (b'{"name": "x", "employees": true}', [("/employees", "not_a_number")]),
        (b'{"name": "x", "a/b~c\\u0000": 1}', [("/a~1b~0c\x00", "unknown_field")]),
    ],
)
def test_values_that_cannot_be_stored(callers: Callers, faults: Faults, body: bytes, codes: list[tuple[str, str]]) -> None:
    assert faults(callers.olga.post("/accounts", body)) == codes


def test_a_number_with_a_whole_value_is_whole(callers: Callers) -> None:
    assert callers.olga.made("/accounts", {"name": "Aurelia Foods", "employees": 12.0})["employees"] == 12


@pytest.mark.parametrize(
    "path", ["/me", "/accounts/00000000-0000-0000-0000-000000000000", "/plans/00000000-0000-0000-0000-000000000000/kpis"]
)
def test_unknown_parameters_are_wishes_that_are_not_granted(callers: Callers, faults: Faults, path: str) -> None:
    assert faults(callers.olga.get(f"{path}?as_of=2026-01-01")) == [("?as_of", "unknown_parameter")]


def test_a_thousand_parameters_are_too_many(callers: Callers) -> None:
    assert problem(callers.olga.get("/accounts?" + "&".join(f"a{n}=1" for n in range(3000)))) == (400, "unreadable")


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Not found"), ("pt-BR", None), ("es", None), ("xx, en;q=0.5", "Not found")]
)
def test_problems_speak_the_clients_language(callers: Callers, language: str, title: str | None) -> None:
    response = callers.olga.get("/accounts/1", **{"Accept-Language": language})
    assert response.headers["Content-Language"] == {"pt-BR": "pt-br", "es": "es"}.get(language, "en")
    assert {"Authorization", "Accept-Language"} <= {name.strip() for name in response.headers["Vary"].split(",")}
    assert title is None or response.data["title"] == title


def test_a_mistake_of_ours_is_a_problem_too_and_says_nothing_of_the_inside(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(ScopedQuerySet, "visible_to", broken)
    response = callers.olga.get("/accounts")
    assert problem(response) == (500, "internal")
    assert b"hunter2" not in response.content


def test_history_says_that_it_was_the_api_and_who(callers: Callers, world: World) -> None:
    from django.db import connection

    callers.alice.made("/accounts", {"name": "Aurelia Foods"})
    with world.inside(), connection.cursor() as cursor:
        cursor.execute("SELECT pgh_context->>'via', pgh_context->>'name', pgh_context->>'member' FROM keystead_accountevent")
        assert cursor.fetchall() == [("api", "Alice Alvarez", str(world.alice.pk))]


@pytest.mark.django_db(transaction=True)
def test_what_is_deleted_while_it_is_written_of_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    with world.inside():
        aurelia = account("Aurelia Foods")
    deleted_while_a_deal_is_saved(aurelia, world, monkeypatch)
    sent = {"name": "Cold rooms", "account": {"id": str(aurelia.pk)}, "status": "open"}
    response = callers_of(world).olga.post("/deals", sent)
    assert problem(response) == (409, "missing")
    assert "was deleted at this very moment" in response.data["detail"]
    with world.inside():
        assert not Deal.objects.exists()

"""A client of the API for each of the named people."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.models import Member
from keystead.domain.workspace.tokens import create_token
from tests.support.world import World


@dataclass
class Caller:
    """Speaks JSON with one member's token (with none: anonymous). Addresses are written from /api/v1 on."""

    token: str | None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = dict(headers)
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        address = path if path.startswith("/api/") else f"/api/v1{path}"
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/json" if body is not None else ""
        response = self.client.generic(method, address, content, kind, headers=sent)
        response.data = json.loads(response.content) if response.content else None  # type: ignore[attr-defined]
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    def made(self, path: str, body: Any) -> Any:
        """What POST made; fails with the problem when it did not."""
        response = self.post(path, body)
        assert response.status_code == 201, response.content.decode()
        return response.data


@dataclass
class Callers:
    olga: Caller
    mona: Caller
    alice: Caller
    bob: Caller
    vera: Caller
    gus: Caller
    charlie: Caller
    nobody: Caller


def token_of(member: Member) -> str:
    with open_scope(workspace_id=member.workspace_id):
        return create_token(viewer=member, name="test", at=clock.now()).text


def callers_of(world: World) -> Callers:
    people = ("olga", "mona", "alice", "bob", "vera", "gus", "charlie")
    return Callers(**{name: Caller(token_of(getattr(world, name))) for name in people}, nobody=Caller(None))


# Uploaded files of tests stay in memory.
IN_MEMORY = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


@pytest.fixture
def callers(world: World) -> Callers:
    return callers_of(world)


def served(environ: Any, start_response: Any) -> list[bytes]:
    """The WSGI application inside a test's transaction: it must not close the connection around a request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        response = get_wsgi_application()(environ, start_response)
        content = list(response)
        response.close()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return content


@pytest.fixture
def faults() -> Callable[[Any], list[tuple[str, str]]]:
    """(pointer, code) of every error in a refusal."""

    def listed(response: Any) -> list[tuple[str, str]]:
        assert response.status_code == 422, response.content.decode()
        assert response.headers["Content-Type"] == "application/problem+json"
        return [(error["pointer"], error["code"]) for error in response.data["errors"]]

    return listed

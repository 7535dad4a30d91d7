"""A bearer token is one member in one workspace: it opens that workspace for the whole of the request."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.permissions import only_reads
from keystead.data.workspace.models import Member
from keystead.domain.workspace.second_step import require_second_step
from keystead.domain.workspace.tokens import authenticate


class Token(HttpBearer):
    """Authorization: Bearer ks_…; the member is put on the request as `auth`."""

    def authenticate(self, request: HttpRequest, token: str) -> Member | None:
        member = authenticate(token.strip(), clock.now())
        if member is not None:
            require_second_step(member)
            if request.method in ("GET", "HEAD"):
                only_reads(member)
        return member


def inside_workspace(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view runs, and its answer is made, with the token's workspace open; history says who it was and that it was the API."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member: Member = request.auth  # type: ignore[attr-defined]
        actor = {"member": str(member.pk), "name": member.name, "via": "api", "request": str(uuid.uuid4())}
        with open_scope(workspace_id=member.workspace_id, user_id=member.user_id, actor=actor):
            return view(request, *args, **kwargs)

    return opened

"""Which workspace is open: the one gate through which tenant rows are read and written.

Two locks on one door. In Python, `current_workspace()` raises when none is open, and the scoped manager of every tenant model
calls it. In PostgreSQL, row-level security compares each row with the session setting that `open_scope` puts there, so that a
forgotten filter, or raw SQL, still sees nothing.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

from keystead.base.origin import current_origin


class NoWorkspaceOpen(RuntimeError):
    """Tenant rows were asked for outside `open_scope`: always a mistake in the program, never a user's."""

    code = "no_workspace_open"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the database session is told: the open workspace, the signed-in user, and who acts by which way (for history)."""

    workspace_id: UUID | None
    user_id: int | None
    actor: dict[str, str]
    page: str = ""  # the open page that asked: what it wrote itself is no news to it


_NOTHING = Scope(None, None, {})
_scope: ContextVar[Scope] = ContextVar("keystead_scope", default=_NOTHING)

_SETTINGS = (
    "SELECT set_config('keystead.workspace', %s, false), set_config('keystead.user', %s, false),"
    " set_config('pghistory.context_id', %s, false), set_config('pghistory.context_metadata', %s, false),"
    " set_config('keystead.origin', %s, false), set_config('keystead.page', %s, false)"
)


def current_workspace() -> UUID:
    """The id of the open workspace; raises `NoWorkspaceOpen` when there is none."""
    workspace_id = _scope.get().workspace_id
    if workspace_id is None:
        raise NoWorkspaceOpen("No workspace is open: wrap this code in open_scope(workspace_id=…).")
    return workspace_id


def current_scope() -> Scope:
    return _scope.get()


# What a session was last told, on Django's own connection: (the session, the settings).
_TOLD = "_keystead_told"


def _tell(scope: Scope) -> None:
    """Writes the scope into the database session; a no-op while no connection is open (see `_on_connect`).

    A session that was told exactly this is not told again; unless in a transaction, whose end may take settings back.
    """
    if connection.connection is None:
        return
    settings = _settings(scope)
    if connection.autocommit and _is_told(settings):
        return
    setattr(connection, _TOLD, None)
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS, settings)
    if connection.autocommit:
        setattr(connection, _TOLD, (connection.connection, settings))


def _is_told(settings: list[str]) -> bool:
    session, told = getattr(connection, _TOLD, None) or (None, None)
    return session is connection.connection and told == settings


def _settings(scope: Scope) -> list[str]:
    return [
        str(scope.workspace_id or ""),
        str(scope.user_id or ""),
        scope.actor.get("request", ""),
        json.dumps(scope.actor) if scope.actor else "",
        current_origin().as_text(),
        scope.page,
    ]


def _on_connect(**_: Any) -> None:
    # A connection that was lost and made again must not come back without its workspace, nor with another one's.
    if _scope.get() is not _NOTHING:
        _tell(_scope.get())


connection_created.connect(_on_connect, dispatch_uid="keystead.scope")


def _is_broken() -> bool:
    """Whether the transaction can only be rolled back, which takes back the settings made in it too; or the server is gone."""
    broken = (TransactionStatus.INERROR, TransactionStatus.UNKNOWN)
    return connection.needs_rollback or connection.connection.info.transaction_status in broken


@contextmanager
def open_scope(
    *, workspace_id: UUID | None, user_id: int | None = None, actor: dict[str, str] | None = None, page: str = ""
) -> Iterator[None]:
    """Opens a workspace for the code inside; scopes nest, and the outer one is restored on the way out.

    `actor` is kept with every history row written inside: {"member": id, "via": "web|api|import|job|command", "request": uuid}.
    """
    scope = Scope(workspace_id, user_id, actor or {}, page)
    token = _scope.set(scope)
    try:
        _tell(scope)
        yield
    finally:
        _scope.reset(token)
        if connection.connection is not None and not _is_broken():
            _tell(_scope.get())
        elif connection.connection is not None:
            # The transaction is broken: the settings cannot be written now, so the session must not be used again with ours.
            connection.run_on_commit = []
            if not connection.in_atomic_block:
                connection.close()

"""Asking the permission table, with an exception that a surface can turn into a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Model

from keystead.data.permissions import TABLE, missing_scope, reaches, scope_of
from keystead.data.workspace.models import Member, Scope
from keystead.domain.writing import Gone


class NotAllowed(Exception):
    """The viewer sees the object but may not do this to it: 403 with its reason (an unseen object is 404 before this)."""

    code = "not_allowed"

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class MissingScope(NotAllowed):
    """The member may, but her token is not for this: `scope` is what it lacks."""

    code = "missing_scope"

    def __init__(self, action: str, scope: str) -> None:
        super().__init__(action)
        self.scope = scope


def may(viewer: Member, action: str, obj: Model | None = None) -> bool:
    return reaches(viewer, action, obj)


def useful_scopes(viewer: Member) -> set[Scope]:
    """What a token of hers can be for: with any other scope it could do no more, but end itself."""
    return {scope_of(action) for action in TABLE if action != "token.own" and may(viewer, action)}


def writable(viewer: Member) -> set[str]:
    """The nouns ("deal", "view") of which the viewer may write any: what the scope for writing is worth to her."""
    return {action.partition(".")[0] for action in TABLE if scope_of(action) is Scope.WRITE and may(viewer, action)}


def require(viewer: Member, action: str, obj: Model | None = None) -> None:
    """Raises `NotAllowed` unless the permission table lets the viewer do this; `MissingScope` when her token is not for it;
    `Gone` when somebody else has just deleted the object, which nobody reaches any more."""
    scope = missing_scope(viewer, action)
    if scope is not None:
        raise MissingScope(action, scope)
    if not reaches(viewer, action, obj):
        if obj is not None and not obj._state.adding and reaches(viewer, action) and not _is_there(obj):
            raise Gone(obj)
        raise NotAllowed(action)


def _is_there(obj: Model) -> bool:
    return bool(type(obj)._base_manager.filter(pk=obj.pk).exists())


def require_scope_for_import(viewer: Member, action: str) -> None:
    """A token for imports writes what a file brings without being one for writing; any other scope it needs as everywhere."""
    scope = missing_scope(viewer, action)
    if scope not in (None, Scope.WRITE):
        raise MissingScope(action, scope)


def require_for_import(viewer: Member, action: str) -> None:
    """The member's own right to write what a file brings, and her token's."""
    require_scope_for_import(viewer, action)
    with importing(viewer):
        require(viewer, action)


@contextmanager
def importing(viewer: Member) -> Iterator[None]:
    """Inside, her rights are asked without the bounds of her token: `require_scope_for_import` was asked before."""
    scopes = getattr(viewer, "token_scopes", None)
    viewer.token_scopes = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        viewer.token_scopes = scopes  # type: ignore[attr-defined]

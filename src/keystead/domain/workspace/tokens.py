"""API tokens: one member's key in one workspace."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.scope import current_workspace, open_scope
from keystead.data.workspace.models import ApiToken, Member, Scope, every_scope
from keystead.domain.workspace.permissions import require
from keystead.domain.workspace.secrets import digest, new_key, workspace_of
from keystead.domain.workspace.token_lookup import token_of
from keystead.domain.writing import Invalid, write

PREFIX = "ks_"
_HINT_LENGTH = 4
_USE_IS_NOTED_EVERY = timedelta(minutes=5)


class NewToken(NamedTuple):
    """`text` is the token itself: it is shown this once and cannot be found again."""

    token: ApiToken
    text: str


def create_token(
    *, viewer: Member, name: str, at: datetime, expires_at: datetime | None = None, scopes: Collection[str] | None = None
) -> NewToken:
    """A new token for the viewer herself, in her workspace, for these scopes (absent: for all that she may do) and for reading.

    Raises `Invalid` (name, expires_at: in_the_past, scopes: unknown_scope).
    """
    require(viewer, "token.own")
    chosen = set(every_scope() if scopes is None else scopes) | {Scope.READ.value}
    if not chosen <= set(every_scope()):
        raise Invalid.one("scopes", "unknown_scope", _("There is no such scope."))
    if expires_at is not None and expires_at <= at:
        raise Invalid.one("expires_at", "in_the_past", _("The expiry lies in the past."))
    key = new_key(workspace_id=current_workspace(), prefix=PREFIX)
    fields = {
        "name": name.strip(), "expires_at": expires_at, "token_hash": key.digest, "hint": key.text[-_HINT_LENGTH:],
        "scopes": [scope for scope in every_scope() if scope in chosen],
    }  # fmt: skip
    return NewToken(write(ApiToken(member=viewer), fields), key.text)


def revoke_token(*, viewer: Member, token: ApiToken, at: datetime) -> ApiToken:
    """Ends a token at once. Again: nothing more happens."""
    require(viewer, "token.own", token)
    return token if token.revoked_at else write(token, {"revoked_at": at})


def revoke_all(*, member: Member, at: datetime) -> int:
    """Ends every token of a member; part of her leaving, so it asks for no right of its own."""
    return int(ApiToken.objects.filter(member=member, revoked_at=None).update(revoked_at=at))


def authenticate(token: str, at: datetime) -> Member | None:
    """The member whose token this is, her workspace and login with her; None when it opens nothing (any more).

    Opens the workspace that the token names and looks its hash up in there: it works outside any workspace, and a token finds
    nothing in another one. Notes the use, at most every five minutes.
    """
    workspace_id = workspace_of(token, prefix=PREFIX)
    if workspace_id is None:
        return None
    with open_scope(workspace_id=workspace_id):
        found = token_of(digest(token))
        if found is None or (found.expires_at and found.expires_at <= at) or not _may_enter(found.member):
            return None
        member: Member = found.member
        if found.last_used_at is None or found.last_used_at <= at - _USE_IS_NOTED_EVERY:
            _note_use(found, member, at)
        member.token_scopes = frozenset(found.scopes)  # type: ignore[attr-defined]
        return member


def _note_use(token: ApiToken, member: Member, at: datetime) -> None:
    actor = {"member": str(member.pk), "name": member.name, "via": "api"}
    with open_scope(workspace_id=token.workspace_id, user_id=member.user_id, actor=actor), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def _may_enter(member: Member) -> bool:
    return member.user is None or member.user.is_active

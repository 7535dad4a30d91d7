"""Inviting a member to a login of her own, and accepting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.scope import current_workspace, open_scope
from keystead.data.workspace.models import Invitation, Member, User
from keystead.domain.workspace.permissions import require
from keystead.domain.workspace.secrets import digest, new_key, workspace_of
from keystead.domain.writing import FieldError, Invalid

VALID_FOR = timedelta(days=7)


class CannotAccept(Exception):
    """The invitation opens nothing. `code`: unknown, expired, used, member_left, other_login, sign_in_first, already_member."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NewInvitation(NamedTuple):
    """`text` is the token for the letter; it is not kept."""

    invitation: Invitation
    text: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What the invited person is shown, readable outside the workspace. `login` is the one with her address, if there is one."""

    workspace_name: str
    language: str
    name: str
    email: str
    invited_by: str
    expires_at: datetime
    login: User | None


@dataclass(frozen=True, slots=True)
class NewLogin:
    """What an invited person without a login says about herself."""

    name: str
    language: str
    password: str


def invite(*, member: Member, viewer: Member, at: datetime) -> NewInvitation:
    """A letter's token for a member without a login; earlier ones stop working. Sends nothing: the surface mails it.

    Raises `NotAllowed`, `Invalid` (email: required; member: has_login, inactive).
    """
    require(viewer, "member.edit", member)
    if member.role == "owner":
        require(viewer, "workspace.own")
    if not member.email:
        raise Invalid.one("email", "required", _("An invitation needs an e-mail address."))
    if member.user_id is not None:
        raise Invalid.one("", "has_login", _("%(name)s can already log in.") % {"name": member.name})
    if not member.is_active:
        raise Invalid.one("", "inactive", _("%(name)s is inactive.") % {"name": member.name})
    key = new_key(workspace_id=current_workspace())
    with transaction.atomic():
        withdraw(member=member, at=at)
        invitation = Invitation.objects.create(member=member, invited_by=viewer, token_hash=key.digest, expires_at=at + VALID_FOR)
    return NewInvitation(invitation, key.text)


def withdraw(*, member: Member, at: datetime) -> int:
    """Ends the member's open invitations; part of other verbs, so it asks for no right of its own."""
    return int(Invitation.objects.filter(member=member, accepted_at=None, expires_at__gt=at).update(expires_at=at))


def read_invitation(*, token: str, at: datetime) -> OpenInvitation:
    """What an open invitation says. Raises `CannotAccept`."""
    with open_scope(workspace_id=_workspace(token)):
        invitation = _find(token, at)
        member = invitation.member
        return OpenInvitation(
            workspace_name=member.workspace.name, language=member.workspace.language, name=member.name,
            email=member.email or "", invited_by=invitation.invited_by.name if invitation.invited_by else "",
            expires_at=invitation.expires_at, login=_login(member),
        )  # fmt: skip


def accept(*, token: str, at: datetime, user: User | None = None, login: NewLogin | None = None) -> Member:
    """Gives the invited member her login: the one she is signed in with (`user`), or a new one. Works once.

    The login must have the invited address: only the letter's receiver can have opened it. Raises `CannotAccept`, `Invalid`.
    """
    workspace_id = _workspace(token)
    actor = {"via": "web", "name": "invitation"}
    with open_scope(workspace_id=workspace_id, user_id=user.pk if user else None, actor=actor), transaction.atomic():
        invitation = _find(token, at, lock=True)
        member: Member = invitation.member
        member.user = _own_login(member, user) if user else _make_login(member, login)
        if Member.objects.filter(user=member.user).exists():
            raise CannotAccept("already_member")
        invitation.accepted_at = at
        invitation.save(update_fields=["accepted_at"])
        member.name = (login.name.strip() if login else "") or member.name
        member.save(update_fields=["user", "name"])
    return member


def _workspace(token: str) -> UUID:
    workspace_id = workspace_of(token)
    if workspace_id is None:
        raise CannotAccept("unknown")
    return workspace_id


def _find(token: str, at: datetime, *, lock: bool = False) -> Invitation:
    rows = Invitation.objects.select_related("member__workspace", "invited_by")
    if lock:
        rows = rows.select_for_update(of=("self", "member"))
    invitation: Invitation | None = rows.filter(token_hash=digest(token)).first()
    if invitation is None:
        raise CannotAccept("unknown")
    if invitation.accepted_at or invitation.member.user_id:
        raise CannotAccept("used")
    if invitation.expires_at <= at:
        raise CannotAccept("expired")
    if not invitation.member.is_active:
        raise CannotAccept("member_left")
    return invitation


def _login(member: Member) -> User | None:
    return User.objects.filter(email=(member.email or "").lower()).first()


def _own_login(member: Member, user: User) -> User:
    if user.email.lower() != (member.email or "").lower():
        raise CannotAccept("other_login")
    return user


def _make_login(member: Member, login: NewLogin | None) -> User:
    if login is None or _login(member) is not None:
        raise CannotAccept("sign_in_first")
    assert member.email is not None
    candidate = User(email=member.email, name=login.name)
    try:
        validate_password(login.password, candidate)
    except ValidationError as error:
        raise Invalid([FieldError("password", e.code or "invalid", " ".join(e.messages)) for e in error.error_list]) from error
    try:
        with transaction.atomic():
            return User.objects.create_user(
                member.email, login.password, name=login.name.strip() or member.name, language=login.language
            )
    except IntegrityError as error:  # somebody made a login with this address a moment ago
        raise CannotAccept("sign_in_first") from error

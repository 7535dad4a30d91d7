"""What happens at the door goes into the audit log of every workspace of the person it happens to."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from keystead.data.workspace.models import User
from keystead.domain.workspace.audit import record_for
from keystead.web.workspace.origin import after_answer
from keystead.web.workspace.seen import SEEN

_METHODS_KEY = "account_authentication_methods"  # where allauth keeps how a session was signed in


def connect() -> None:
    """Called once, when the pages are loaded."""
    user_logged_in.connect(_signed_in, dispatch_uid="keystead.audit.in")
    user_logged_out.connect(_signed_out, dispatch_uid="keystead.audit.out")
    user_login_failed.connect(_failed, dispatch_uid="keystead.audit.failed")
    for signal, kind in (
        (password_changed, "password.changed"), (password_set, "password.changed"), (password_reset, "password.reset"),
    ):  # fmt: skip
        signal.connect(_of_the_user(kind), weak=False, dispatch_uid=f"keystead.audit.{kind}.{id(signal)}")
    for signal, kind in (
        (authenticator_added, "step.added"), (authenticator_removed, "step.removed"), (authenticator_reset, "step.renewed"),
        (authenticator_used, "step.used"), (authentication_failed, "step.failed"),
    ):  # fmt: skip
        signal.connect(_of_the_step(kind), weak=False, dispatch_uid=f"keystead.audit.{kind}")


def note(user: User, kind: str, **words: Any) -> None:
    record_for(user=user, kind=kind, **words)


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    if not request.META.get("REMOTE_ADDR"):  # not from a client: a program has made the session
        request.session[SEEN] = 2**40
        return
    methods = request.session.get(_METHODS_KEY, [])
    how = [each.get("provider") or each.get("type") or each.get("method", "") for each in methods]
    backend = "ldap" if request.session.get("_auth_user_backend", "").endswith("DirectoryBackend") else ""
    note(user, "signed_in", new={"by": " + ".join(filter(None, [*how, backend])) or "invitation"})


def _signed_out(user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        note(user, "signed_out")


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Noted once the answer has left: otherwise its time would tell whether there is such a login."""
    email = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    if request is None or not email:
        return
    after_answer(request, lambda: _note_failure(email))


def _note_failure(email: str) -> None:
    user = User.objects.filter(email=email).first()
    if user is not None:
        note(user, "sign_in_failed")


def _of_the_user(kind: str) -> Any:
    def receive(user: User, **_: Any) -> None:
        note(user, kind)

    return receive


def _of_the_step(kind: str) -> Any:
    def receive(user: User, authenticator: Authenticator, **_: Any) -> None:
        note(user, kind, new={"step": authenticator.type})

    return receive

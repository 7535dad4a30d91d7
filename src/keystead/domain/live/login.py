"""Whether a browser's session still opens a door: asked when it begins to listen, and again while it does."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from keystead.data.workspace.models import User


@dataclass(frozen=True, slots=True)
class Login:
    """A signed-in browser. `proof` changes with the password: a session from before is worth nothing then."""

    session: str
    user_id: int
    proof: str


def login_of(session_key: str) -> Login | None:
    """The login behind a session's key; None when it is not signed in, has run out, or its password was changed."""
    if not session_key:
        return None
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user_id, proof = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    if not user_id or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(proof, user.get_session_auth_hash()):
        return None
    return Login(session_key, user.pk, proof)


def ended(logins: Iterable[Login]) -> set[Login]:
    """Those that do not hold any more, in two queries however many they are."""
    asked = set(logins)
    sessions = Session.objects.filter(session_key__in=[each.session for each in asked], expire_date__gt=timezone.now())
    living = set(sessions.values_list("session_key", flat=True))
    users = User.objects.filter(pk__in={each.user_id for each in asked}, is_active=True)
    proofs = {user.pk: user.get_session_auth_hash() for user in users}
    return {each for each in asked if each.session not in living or proofs.get(each.user_id) != each.proof}

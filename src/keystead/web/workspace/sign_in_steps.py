"""The second step at sign-in: how allauth's authenticators behave here, and who must have one."""

import base64
import hashlib
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.models import Member
from keystead.domain.workspace.membership import memberships
from keystead.domain.workspace.second_step import STEPS, has_second_step, is_required


class StepAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or it was used already. Codes change every 30 seconds."),
        "cannot_delete_authenticator": _("Your workspace asks for a second step. Add another one before you remove this one."),
        "unverified_email": _("This e-mail address has not been confirmed."),
    }

    def encrypt(self, text: str) -> str:
        """What is kept is worth nothing without the secret key, which is not in the database."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user, type__in=STEPS).exclude(pk=authenticator.pk)
        return others.exists() or not any(is_required(member) for member in memberships(user_id=authenticator.user_id))

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - the interface is allauth's
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Keystead"}


def _box() -> Fernet:
    key = hashlib.sha256(b"keystead second step " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def must_set_up(request: HttpRequest, member: Member) -> bool:
    """Whether the workspace asks this member for a second step that she does not have yet."""
    return is_required(member) and not has_second_step(request.user)  # type: ignore[arg-type]

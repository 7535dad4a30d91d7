"""Signing in with the password of the company's directory, on the usual form."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils.translation import get_language

from keystead.base.clock import now
from keystead.data.workspace.entry import Voucher
from keystead.data.workspace.models import User
from keystead.domain.workspace.directory import DirectoryAway, sign_in
from keystead.domain.workspace.entering import NoPlace, Vouched, enter

logger = logging.getLogger(__name__)


class DirectoryBackend(BaseBackend):
    """Asked after the local password did not fit; does nothing while no directory is configured."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:  # noqa: ARG002 - Django's interface
        email, password = credentials.get("email") or "", credentials.get("password") or ""
        if not settings.LDAP["url"]:
            return None
        try:
            person = sign_in(settings=settings.LDAP, email=email, password=password)
            if person is None:
                return None
            user = enter(vouched=Vouched(person.email, person.name, Voucher.LDAP, get_language() or ""), at=now())
        except DirectoryAway as error:
            logger.error("The directory could not be asked: %s", error)
            return None
        except NoPlace:
            return None
        return user if user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

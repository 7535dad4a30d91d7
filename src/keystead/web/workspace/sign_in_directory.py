"""Signing in with the password of the company's directory, on the usual form."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keystead.base.clock import now
from keystead.data.workspace.entry import Voucher
from keystead.data.workspace.models import User
from keystead.domain.workspace.binding import AnotherPerson
from keystead.domain.workspace.directory import DirectoryAway, sign_in
from keystead.domain.workspace.entering import NoPlace, Vouched, enter

logger = logging.getLogger(__name__)

ANOTHER_PERSON = _(
    "This address belonged to somebody else at your company's sign-in. An administrator here can release it for you."
)


class DirectoryBackend(BaseBackend):
    """Asked after the local password did not fit; does nothing while no directory is configured."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        email, password = credentials.get("email") or "", credentials.get("password") or ""
        if not settings.LDAP["url"]:
            return None
        try:
            person = sign_in(settings=settings.LDAP, email=email, password=password)
            if person is None:
                return None
            language = get_language() or ""
            vouched = Vouched(person.email, person.name, Voucher.LDAP, language, provider=Voucher.LDAP, subject=person.key)
            user = enter(vouched=vouched, at=now())
        except DirectoryAway as error:
            logger.error("The directory could not be asked: %s", error)
            return None
        except NoPlace:
            return None
        except AnotherPerson:
            if request is not None:
                messages.error(request, ANOTHER_PERSON)
            return None
        return user if user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

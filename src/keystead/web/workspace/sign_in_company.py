"""Signing in by OpenID Connect or SAML: whom the answer stands for, and where that person may go."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from keystead.base.clock import now
from keystead.data.workspace.entry import Voucher
from keystead.data.workspace.models import User
from keystead.domain.workspace.binding import AnotherPerson
from keystead.domain.workspace.entering import NoPlace, Vouched, enter

_VOUCHERS = {"openid_connect": Voucher.OIDC, "saml": Voucher.SAML}


class CompanyAdapter(DefaultSocialAccountAdapter):
    """The address must be one that the directory vouches for. A login that it leads to once is found by its key afterwards,
    and by no other key (domain/workspace/binding.py)."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(redirect("home"))
        known = sociallogin.user if sociallogin.is_existing and isinstance(sociallogin.user, User) else None
        email = _vouched_address(sociallogin)
        if not email:
            if known is None:
                raise ImmediateHttpResponse(_refused(request, "unverified"))
            return
        voucher = _VOUCHERS.get(sociallogin.provider.id, Voucher.ANY)
        name, language = _name(sociallogin), get_language() or ""
        vouched = Vouched(email, name, voucher, language, provider=sociallogin.account.provider, subject=_subject(sociallogin))
        try:
            sociallogin.user = enter(vouched=vouched, at=now(), user=known)
        except NoPlace as error:
            raise ImmediateHttpResponse(_refused(request, "no_place")) from error
        except AnotherPerson as error:
            raise ImmediateHttpResponse(_refused(request, "another_person")) from error

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - allauth's interface
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        whole = data.get("name") or f"{data.get('first_name') or ''} {data.get('last_name') or ''}"
        user.name = " ".join(str(whole).split())[:200]
        return user


def _vouched_address(sociallogin: SocialLogin) -> str:
    """Some providers send `email_verified` as a word: "false" is a word as well, and vouches for nothing."""
    vouched = (each.email for each in sociallogin.email_addresses if str(each.verified).lower() == "true" and each.email)
    return next(vouched, "")


def _subject(sociallogin: SocialLogin) -> str:
    """The provider's lasting key of the person: OpenID Connect's `sub` is one, a SAML NameID only in the formats made for it."""
    return sociallogin.account.uid if getattr(sociallogin, "is_lasting", True) else ""


def _name(sociallogin: SocialLogin) -> str:
    return getattr(sociallogin.user, "name", "") if isinstance(sociallogin.user, User) else ""


def _refused(request: HttpRequest, reason: str) -> Any:
    return render(request, "socialaccount/refused.html", {"reason": reason}, status=403)


def provider_name(provider: str) -> str:
    """What people call the sign-in whose keys are kept under this name."""
    return str({"company": settings.OIDC["name"], "saml": settings.SAML["name"]}.get(provider, provider.upper()))


def buttons() -> list[dict[str, Any]]:
    """What the sign-in page offers beside the password: (name, address to post to)."""
    offered = []
    if settings.OIDC["url"]:
        offered.append({"name": settings.OIDC["name"], "url": reverse("openid_connect_login", args=["company"])})
    if settings.SAML["entity_id"]:
        offered.append({"name": settings.SAML["name"], "url": reverse("saml_login", args=["company"])})
    return offered

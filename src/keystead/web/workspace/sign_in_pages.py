"""Signing in, and what a person sees of it afterwards: her second steps and the places where she is signed in."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from keystead.data.workspace.models import User
from keystead.domain.workspace.membership import memberships
from keystead.domain.workspace.second_step import has_second_step, is_required
from keystead.web.workspace import sign_in_company
from keystead.web.workspace.devices import device
from keystead.web.workspace.sign_in_events import note


class SignInView(LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"company_buttons": sign_in_company.buttons()}


login = never_cache(SignInView.as_view())


@require_GET
@login_required
@never_cache
def safety(request: HttpRequest) -> HttpResponse:
    """One page for all of it; it belongs to the login, not to a workspace, so it also opens while a workspace is still closed."""
    user = _user(request)
    mine = memberships(user_id=user.pk)
    waiting = [member.workspace.name for member in mine if is_required(member)] if not has_second_step(user) else []
    last = request.session.get("workspace")
    slugs = [member.workspace.slug for member in mine]
    context = {
        **_steps(user),
        "sessions": _sessions(request, user),
        "waiting": waiting,
        "back": last if last in slugs else next(iter(slugs), ""),
        "is_bare_address": request.get_host().partition(":")[0].replace(".", "").isdigit(),
        "has_password": user.has_usable_password(),
    }
    return render(request, "mfa/index.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _steps(user: User) -> dict[str, Any]:
    found = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = next((each.wrap() for each in found if each.type == Authenticator.Type.RECOVERY_CODES), None)
    return {
        "app": next((each for each in found if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each.wrap() for each in found if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.get_unused_codes()) if codes else None,
    }


def _sessions(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """The newest first, this one on top; each with what its browser calls itself in words."""
    listed = [
        {"session": each, "device": device(each.user_agent), "is_this": each.session_key == request.session.session_key}
        for each in UserSession.objects.purge_and_list(user)
    ]
    return sorted(listed, key=lambda one: (not one["is_this"], -one["session"].last_seen_at.timestamp()))


@require_POST
@login_required
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(UserSession, pk=pk, user=_user(request))
    if found.session_key == request.session.session_key:
        return redirect("account_logout")
    _end(request, found)
    messages.success(request, _("That session is over."))
    return redirect("mfa_index")


@require_POST
@login_required
def other_sessions_end(request: HttpRequest) -> HttpResponse:
    others = UserSession.objects.filter(user=_user(request)).exclude(session_key=request.session.session_key)
    ended = list(others)
    for each in ended:
        _end(request, each)
    text = ngettext("%(n)s other session is over.", "%(n)s other sessions are over.", len(ended)) % {"n": len(ended)}
    messages.success(request, text)
    return redirect("mfa_index")


def _end(request: HttpRequest, found: UserSession) -> None:
    about = {"device": str(device(found.user_agent)), "ip": found.ip}
    found.end()
    note(_user(request), "session.ended", old=about)


@require_GET
@login_not_required
def cancelled(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"reason": "cancelled"})


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"reason": "failed"}, status=502)


@require_GET
@login_not_required
def no_place(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"reason": "no_place"}, status=403)

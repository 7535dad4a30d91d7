"""What a person decides about herself, and her API tokens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from keystead.base.clock import now
from keystead.data.workspace.models import ApiToken
from keystead.domain.workspace.profile import change_profile
from keystead.domain.workspace.second_step import has_second_step
from keystead.domain.workspace.tokens import NewToken, create_token, revoke_token
from keystead.web.middleware import THEME_COOKIE
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.forms import ProfileForm, TokenForm
from keystead.web.workspace.leaving import confirm_first
from keystead.web.workspace.scopes import scope_words
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs
from keystead.web.workspace.writing import attempt, status_of

_ONE_YEAR = timedelta(days=365)


def my_settings(request: WorkspaceRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, initial=_profile(request))
    if form.is_valid() and attempt(form, lambda: change_profile(user=user, fields=form.cleaned_data)) is not None:
        with override(user.language):
            messages.success(request, _("Saved."))
        return _with_theme(redirect("my_settings", slug=request.workspace.slug), user.theme)
    return _page(request, form=form)


def _with_theme(response: HttpResponse, theme: str) -> HttpResponse:
    """The page script reads and writes the same cookie; without one, the page follows the device."""
    if theme:
        response.set_cookie(THEME_COOKIE, theme, max_age=_ONE_YEAR, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


def _profile(request: WorkspaceRequest) -> dict[str, str]:
    user = request.user
    return {
        "name": user.name, "language": user.language or request.LANGUAGE_CODE, "time_zone": user.time_zone,
        "theme": request.COOKIES.get(THEME_COOKIE) or "system",
    }  # fmt: skip


def _page(
    request: WorkspaceRequest,
    *,
    form: ProfileForm | None = None,
    token_form: TokenForm | None = None,
    new: NewToken | None = None,
) -> HttpResponse:
    profile = form or ProfileForm(initial=_profile(request))
    tokens = ApiToken.objects.visible_to(request.viewer).filter(revoked_at=None).order_by("-created_at")
    context: dict[str, Any] = {
        "form": profile,
        "token_form": token_form or TokenForm(viewer=request.viewer),
        "tokens": [(token, scope_words(token.scopes)) for token in tokens],
        "new_token": new,
        "now": now(),
        "has_second_step": has_second_step(request.user),
        "tabs": settings_tabs(request, "my_settings"),
        "crumbs": settings_crumbs(
            request, {"label": _("My settings"), "url": reverse("my_settings", args=[request.workspace.slug])}
        ),
    }
    return render(request, "workspace/me.html", context, status=max(status_of(profile), status_of(token_form or profile)))


@never_cache
@require_POST
@sensitive_variables("new")
def my_tokens(request: WorkspaceRequest) -> HttpResponse:
    """Answers with the page itself, not with a redirect: the token exists nowhere but in this answer."""
    confirm_first(request)
    form = TokenForm(request.POST, viewer=request.viewer)
    new = None
    if form.is_valid():
        at, days = now(), form.cleaned_data["days"]
        expires_at = at + timedelta(days=days) if days else None
        name, scopes = form.cleaned_data["name"], form.cleaned_data.get("scopes", [])
        new = attempt(form, lambda: create_token(viewer=request.viewer, name=name, at=at, expires_at=expires_at, scopes=scopes))
    return _page(request, token_form=None if new else form, new=new)


@require_POST
def token_revocation(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(ApiToken.objects.visible_to(request.viewer), pk=pk)
    revoke_token(viewer=request.viewer, token=found, at=now())
    messages.success(request, _("The token %(name)s opens nothing any more.") % {"name": found.name})
    return redirect("my_settings", slug=request.workspace.slug)

"""Opens the language and the workspace of a request, and closes them again whatever happens."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_supported_language_variant

from keystead.base.scope import open_scope
from keystead.domain.workspace.membership import NoSuchWorkspace, membership

Respond = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Language: the member's choice, else the cookie's, else the browser's. Time zone: the member's."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or getattr(user, "language", "")
        try:
            language = get_supported_language_variant(chosen) if chosen else translation.get_language_from_request(request)
        except LookupError:
            language = translation.get_language_from_request(request)
        with translation.override(language), timezone.override(getattr(user, "time_zone", None) or "UTC"):
            request.LANGUAGE_CODE = language
            response = self.respond(request)
            response.headers.setdefault("Content-Language", language)
            return response


class ScopeMiddleware:
    """A URL under /w/<slug>/ opens that workspace for its member; for anybody else the page does not exist.

    Views get `request.viewer` (the Member) and `request.workspace` instead of the slug.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = request.workspace = None  # type: ignore[attr-defined]
        user_id = request.user.pk if request.user.is_authenticated else None
        with open_scope(workspace_id=None, user_id=user_id):
            return self.respond(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        slug = kwargs.pop("slug", None)
        if slug is None:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            workspace, member = membership(user_id=request.user.pk, slug=slug)
        except NoSuchWorkspace as error:
            raise Http404 from error
        request.workspace, request.viewer = workspace, member  # type: ignore[attr-defined]
        actor = {"member": str(member.pk), "name": member.name, "via": "web", "request": str(uuid.uuid4())}
        with open_scope(workspace_id=workspace.pk, user_id=request.user.pk, actor=actor):
            response: HttpResponse = view(request, *args, **kwargs)
            # A template that is rendered after the view has returned would find the workspace closed.
            if hasattr(response, "render") and callable(response.render):
                response = response.render()
            return response

"""Opens the language and the workspace of a request, and closes them again whatever happens."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_supported_language_variant

from keystead.base.scope import open_scope
from keystead.data.permissions import only_reads
from keystead.domain.plans.approval import PlanArchived
from keystead.domain.workspace.membership import NoSuchWorkspace, membership_in, memberships, note_opened
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.writing import is_of_deleted
from keystead.web.changes.offering import offer_undo
from keystead.web.find.opened import note_page
from keystead.web.requests import wants_fragment
from keystead.web.workspace.leaving import ConfirmFirst, note_export, take_up, to_confirming, to_setting_up
from keystead.web.workspace.refusals import LAST_WORKSPACE, archived, deleted_now, gone, not_allowed, not_here
from keystead.web.workspace.sign_in_steps import must_set_up

Respond = Callable[[HttpRequest], HttpResponse]
THEME_COOKIE = "keystead_theme"
PAGE_HEADER = "Keystead-Page"  # which open page sends the request, by a key that it made for itself


class LanguageMiddleware:
    """Language: the member's choice, else the cookie's, else the browser's. Time zone and colours: the member's."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        chosen = getattr(user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        try:
            language = get_supported_language_variant(chosen) if chosen else translation.get_language_from_request(request)
        except LookupError:
            language = translation.get_language_from_request(request)
        if theme := getattr(user, "theme", ""):
            request.COOKIES.setdefault(THEME_COOKIE, theme)  # a browser that has not been told yet
        with translation.override(language), timezone.override(getattr(user, "time_zone", None) or "UTC"):
            request.LANGUAGE_CODE = language
            response = self.respond(request)
            response.headers.setdefault("Content-Language", language)
            return response


class ScopeMiddleware:
    """A URL under /w/<slug>/ opens that workspace for its member; for anybody else the page does not exist.

    Views get `request.viewer` (the Member) and `request.workspace` instead of the slug. A verb's `NotAllowed` becomes a 403 that
    says why.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = request.workspace = request.memberships = None  # type: ignore[attr-defined]
        user_id = request.user.pk if request.user.is_authenticated else None
        with open_scope(workspace_id=None, user_id=user_id):
            return self.respond(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        slug = kwargs.pop("slug", None)
        if slug is None:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        request.memberships = memberships(user_id=request.user.pk)  # type: ignore[attr-defined]
        try:
            member = membership_in(request.memberships, slug)  # type: ignore[attr-defined]
        except NoSuchWorkspace as error:
            raise Http404 from error
        workspace = member.workspace
        request.workspace, request.viewer = workspace, member  # type: ignore[attr-defined]
        if must_set_up(request, member):
            return to_setting_up(request)
        actor = {"member": str(member.pk), "name": member.name, "via": "web", "request": str(uuid.uuid4())}
        page = request.headers.get(PAGE_HEADER, "")[:36]
        with open_scope(workspace_id=workspace.pk, user_id=request.user.pk, actor=actor, page=page):
            take_up(request)
            if request.method in ("GET", "HEAD"):
                only_reads(member)
            _note_way(request, slug)
            response = _answer(request, view, args, kwargs)
            note_export(request, response)
            note_page(request, response)
            patch_vary_headers(response, ["HX-Request"])
            return response


def _note_way(request: HttpRequest, slug: str) -> None:
    """The workspace that she uses is the one that she is led to next time; by using it she has made it hers."""
    if request.session.get(LAST_WORKSPACE) != slug:
        request.session[LAST_WORKSPACE] = slug
        note_opened(user=request.user)  # type: ignore[arg-type]


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here; a part of a page makes the browser load the whole one, which then leads there.

    Back from a form that was sent is the page on which it stands: there the browser puts in again what was typed.
    """
    if wants_fragment(request):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else _page_before(request))


def _page_before(request: HttpRequest) -> str:
    """The path of our page that sent the request; "/" when the browser does not say, or names another's."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    found = urlsplit(before)
    path = urlunsplit(("", "", found.path, found.query, ""))
    return path if url_has_allowed_host_and_scheme(path, None) else "/"


def _answer(request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse:
    """What the view says, and what its refusals mean to whoever looks at a page."""
    try:
        response: HttpResponse = view(request, *args, **kwargs)
        # A template that is rendered after the view has returned would find the workspace closed.
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
        response = offer_undo(request, response)
    except NotAllowed as refusal:
        return not_allowed(request, refusal)
    except PlanArchived as refusal:
        return archived(request, refusal)
    except Http404:
        return not_here(request)
    except ObjectDoesNotExist as error:  # what was found is deleted by now
        return gone(request, error)
    except IntegrityError as error:
        if not is_of_deleted(error):
            raise
        return deleted_now(request)
    except ConfirmFirst:
        return to_confirming(request)
    return _takes_forms_only(request, response) if response.status_code == 405 else response


def _takes_forms_only(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Somebody asks for the address of a form: by the address bar, or a language chosen on the page of its errors."""
    page = not_here(request, status=405)
    page.headers["Allow"] = response.headers["Allow"]
    return page

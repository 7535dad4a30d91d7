"""What is answered when Django itself refuses a request: under /api/ a problem, elsewhere the page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from keystead.api.wire.problems import Problem, answer, not_found
from keystead.web.workspace.refusals import refused_in_own_frame


def _answer(request: HttpRequest, problem: Callable[[], Problem], page: Callable[..., Any], exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return answer(request, problem())
    shown: HttpResponse = page(request, exception)
    return shown


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A host that is not ours, a form with too many fields, an address that cannot be."""
    unread = _("The request cannot be read.")
    return _answer(request, lambda: Problem(400, "bad_request", unread), defaults.bad_request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    denied = _("You may not do this.")
    return _answer(request, lambda: Problem(403, "not_allowed", denied), _framed(403, defaults.permission_denied), exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, not_found, _framed(404, defaults.page_not_found), exception)


def _framed(status: int, alone: Callable[..., Any]) -> Callable[..., Any]:
    """Inside the frame where there is one for whoever asks; else the page alone, which needs no database."""

    def page(request: HttpRequest, exception: Exception) -> Any:
        return refused_in_own_frame(request, status) or alone(request, exception)

    return page

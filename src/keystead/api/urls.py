"""Everything under /api/: version 1, its description and its documentation; any other address is a problem, never a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from keystead.api.docs import docs
from keystead.api.root import api
from keystead.api.wire.problems import Problem, answer, meaning, not_found

View = Callable[..., HttpResponse]


def guarded(view: View) -> View:
    """Nothing leaves as HTML: not the wrong method, not an exception from before or after the view."""

    @wraps(view)
    def safe(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - this is the last hand before Django's HTML pages
            response = answer(request, meaning(error))
        if isinstance(response, HttpResponseNotAllowed):
            response = answer(request, _method_not_allowed(response.headers["Allow"]))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        return response

    return safe


def _method_not_allowed(allowed: str) -> Problem:
    detail = _("Here you can use: %(methods)s.") % {"methods": allowed}
    return Problem(405, "method_not_allowed", detail, headers={"Allow": allowed})


@csrf_exempt
def nothing_here(request: HttpRequest, **_: Any) -> HttpResponse:
    return answer(request, not_found())


def _guarded_routes() -> tuple[list[URLPattern | URLResolver], str, str]:
    routes, application, namespace = api.urls
    for route in routes:
        if isinstance(route, URLPattern):
            route.callback = guarded(route.callback)
    return routes, application, namespace


urlpatterns = [
    path("v1/", _guarded_routes()),
    path("docs", docs, name="api-docs"),
    re_path(r"", guarded(nothing_here)),
]

"""What is answered when a request cannot be finished: under /api/ a problem, elsewhere a page or a toast; never a traceback."""

import json
import logging
import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.defaults import server_error

from keystead.api.wire.problems import answer, meaning
from keystead.base.trouble import Trouble, trouble_of
from keystead.web.requests import wants_fragment

logger = logging.getLogger(__name__)


def handler500(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception; what is nobody's mistake and passes is a 503 with its sentence."""
    error = sys.exception()
    with translation.override(_language(request)):
        if request.path.startswith("/api/") and isinstance(error, Exception):
            return answer(request, meaning(error))
        trouble = trouble_of(error)
        if trouble is None:
            return server_error(request)
        logger.warning("Not answered: %s", trouble, exc_info=error)
        return _unavailable(request, trouble)


def _language(request: HttpRequest) -> str:
    """That of the request where it was found before the failure; else what the browser says, for its member cannot be asked."""
    found = getattr(request, "LANGUAGE_CODE", None)
    if found:
        return str(found)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    try:
        return translation.get_supported_language_variant(chosen or "")
    except LookupError:
        return translation.get_language_from_request(request)


def _unavailable(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    headers = {
        "Retry-After": str(trouble.seconds),
        "Content-Language": translation.get_language() or "en",
        "Cache-Control": "no-store",
    }
    if wants_fragment(request):
        toast = {"toast": {"text": str(trouble.sentence), "level": "error"}}
        return HttpResponse(status=503, headers={**headers, "HX-Trigger": json.dumps(toast)})
    # Without the request: what the shell shows of it stands in the database.
    page = render_to_string("503.html", {"sentence": trouble.sentence, "seconds": trouble.seconds})
    return HttpResponse(page, status=503, headers=headers)

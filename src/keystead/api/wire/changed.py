"""Every write names its change, so that it can be taken back: POST /changes/{id}/undo."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from keystead.domain.undoing.changes import current_change, written

HEADER = "Keystead-Change"


def naming_its_change(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An answer to a write tells the id by which it can be undone; one that wrote nothing, or has no way back, tells none."""

    @wraps(view)
    def named(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        return response if request.method == "GET" else name_change(response)

    return named


def name_change(response: HttpResponse) -> HttpResponse:
    change = current_change()
    if response.status_code < 400 and change is not None and not response.has_header(HEADER):
        told = written(change)
        if told is not None and told.is_undoable:
            response.headers[HEADER] = str(change)
    return response

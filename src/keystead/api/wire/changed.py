"""Every write names its change, so that it can be taken back: POST /changes/{id}/undo."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from keystead.domain.undoing.changes import current_change, has_written, written

HEADER = "Keystead-Change"


def naming_its_change(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An answer to a write tells the id by which it can be undone; one that wrote nothing, or has no way back, tells none."""

    @wraps(view)
    def named(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        return response if request.method == "GET" else name_change(response)

    return named


def name_change(response: HttpResponse, model: Any = None) -> HttpResponse:
    """`model`: the one whose record was written, when it was one record and no decision; it spares looking everywhere."""
    change = current_change()
    if response.status_code >= 400 or change is None or response.has_header(HEADER):
        return response
    if _is_undoable(change, model):
        response.headers[HEADER] = str(change)
    return response


def _is_undoable(change: UUID, model: Any) -> bool:
    if model is not None and has_written(change, model):
        return True
    told = written(change)
    return told is not None and told.is_undoable

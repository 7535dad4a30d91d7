"""After every change that can be taken back, the toast has an Undo: attached here, so that no page can forget it.

A redirect carries it in its message, a part of a page in `HX-Trigger`, and every answer in the header `Keystead-Change`.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from keystead.data.changes.models import UndoneChange
from keystead.domain.undoing.changes import current_change, written
from keystead.domain.undoing.offering import may_undo
from keystead.web.requests import wants_fragment

HEADER = "Keystead-Change"
_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def offer_undo(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Called with the workspace still open, after the view. Nothing is offered for what wrote nothing or has no way back."""
    change = current_change()
    if request.method in _SAFE or response.status_code >= 400 or change is None or response.has_header(HEADER):
        return response
    told = written(change)
    if told is None:
        return response
    response.headers[HEADER] = str(change)
    if may_undo(told, request.viewer, is_fresh=True):  # type: ignore[attr-defined]
        offer(request, response, undo_url(request, change))
    return response


def offer(request: HttpRequest, response: HttpResponse, url: str, text: str = "") -> None:
    """Puts the button into the toast that the view has made, or makes one."""
    if wants_fragment(request) and response.status_code < 300:
        _into_trigger(response, url, text)
        return
    if text or _last_message(request) is None:
        messages.success(request, text or _("Saved."))
    last = _last_message(request)
    assert last is not None
    last.extra_tags = url


def _last_message(request: HttpRequest) -> Message | None:
    """What the view has just said; Django gives no public way to a message before it is shown."""
    storage: Any = messages.get_messages(request)
    return next((each for each in reversed(storage._queued_messages) if each.level == messages.SUCCESS), None)


def _into_trigger(response: HttpResponse, url: str, text: str) -> None:
    given = response.headers.get("HX-Trigger", "")
    events = json.loads(given) if given.startswith("{") else {name.strip(): None for name in given.split(",") if name.strip()}
    toast = events.get("toast") or {"text": text or _("Saved."), "level": "success"}
    if toast.get("level") != "error":
        events["toast"] = toast | {"undo_url": url}
        response.headers["HX-Trigger"] = json.dumps(events)


def offer_last(request: HttpRequest, changes: Sequence[Any], shown: Sequence[dict[str, Any]]) -> None:
    """In a history, latest first: gives `undo_url` to the last change when it can be taken back by whoever reads it."""
    change = changes[0].change if changes else None
    told = written(change) if change is not None else None
    if told is None or UndoneChange.objects.filter(undid=told.change).exists():
        return
    if may_undo(told, request.viewer):  # type: ignore[attr-defined]
        shown[0]["undo_url"] = undo_url(request, told.change)


def undo_url(request: HttpRequest, change: UUID | str, *, is_redo: bool = False) -> str:
    """The address that takes the change back. Its end tells the toast which word to write; the view does not read it."""
    url = reverse("changes:undo", args=[request.workspace.slug, change])  # type: ignore[attr-defined]
    return f"{url}?redo" if is_redo else url

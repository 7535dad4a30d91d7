"""/changes/{id}/undo: every write names its change in the header Keystead-Change, and can be taken back by it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from keystead.api.wire import openapi
from keystead.api.wire.bodies import respond
from keystead.api.wire.changed import HEADER
from keystead.api.wire.problems import Fault, Problem, not_found
from keystead.api.wire.routes import refuse_parameters, viewer_of
from keystead.base import clock
from keystead.domain.undoing.refusals import CannotUndo, NoSuchChange
from keystead.domain.undoing.sentences import sentences
from keystead.domain.undoing.undo import undo

router = Router()


openapi.COMPONENTS["Undone"] = {
    "type": "object",
    "required": ["change", "undid", "records", "is_redo"],
    "properties": {
        "change": {"type": "string", "format": "uuid", "description": "The undoing itself: undo it to do the change again."},
        "undid": {"type": "string", "format": "uuid"},
        "records": {"type": "integer", "description": "How many records were put back, made again or deleted."},
        "is_redo": {"type": "boolean", "description": "Whether what was undone had been an undoing."},
    },
}
_DESCRIBED: dict[str, Any] = {
    "operation_id": "undo_change",
    "summary": "Take back what one request wrote",
    "description": "Whole or not at all: 409 says what has changed since, by whom and when. It needs the same rights as writing.",
    "response": {200: None},
    "openapi_extra": {
        "responses": openapi.responses(200, openapi.ref("Undone"), (400, 401, 403, 404, 409, 422)),
    },
    "tags": ["changes"],
}  # fmt: skip


@router.post("/changes/{key}/undo", **_DESCRIBED)
def undo_change(request: HttpRequest, key: UUID) -> HttpResponse:
    refuse_parameters(request)
    try:
        undone = undo(change=key, viewer=viewer_of(request), at=clock.now())
    except NoSuchChange as error:
        raise not_found() from error
    except CannotUndo as refusal:
        raise _conflict(refusal) from refusal
    body = {"change": undone.change, "undid": undone.undid, "records": undone.rows, "is_redo": undone.is_redo}
    return respond(body, headers={HEADER: str(undone.change)})


def _conflict(refusal: CannotUndo) -> Problem:
    told = sentences(refusal)
    if not refusal.obstacles:
        return Problem(409, refusal.code, told[0])
    faults = [Fault("", each.code, text) for each, text in zip(refusal.obstacles, told, strict=True)]
    return Problem(409, refusal.code, told[0] if len(told) == 1 else _("Several things are in the way; see errors."), faults)

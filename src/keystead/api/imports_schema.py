"""What OpenAPI says about /imports."""

from typing import Any

from keystead.api.wire import openapi
from keystead.api.wire.fields import Choice, Filled, Schema, Text
from keystead.api.wire.numbers import Whole
from keystead.api.wire.people import member
from keystead.api.wire.resource import Resource, record_fields
from keystead.data.exchange.models import Import, ImportKind, ImportState

_COUNTS: Schema = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("create", "update", "unchanged", "error")},
}
_FREE: Schema = {"type": "object", "additionalProperties": True}
_TEXT: Schema = {"type": "string"}

IMPORTS = Resource(
    path="imports", name="ImportLine", about="An import, as it stands in the list.", model=Import, order="-created_at",
    fields=(
        *record_fields(external_id=False),
        Choice(name="kind", words=ImportKind.values, writable=False),
        Choice(name="state", words=ImportState.values, writable=False),
        Text(name="filename", writable=False),
        Whole(name="progress", writable=False),
        Filled(name="counts", reads=("counts",), shape=_COUNTS),
        member("by", writable=False),
    ),
)  # fmt: skip
openapi.add_components(IMPORTS)

openapi.COMPONENTS["Import"] = {
    "type": "object",
    "description": "Further members tell what was detected and what must be decided.",
    "required": [
        "id", "kind", "filename", "state", "progress", "counts", "mapping", "problems", "problems_total",
        "created_at", "updated_at",
    ],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"type": "string", "enum": ImportKind.values},
        "filename": _TEXT,
        "state": {"type": "string", "enum": ImportState.values},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "counts": _COUNTS,
        "mapping": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "problems": {
            "type": "array",
            "items": {
                "type": "object", "required": ["row", "column", "code", "message"],
                "properties": {
                    "row": {"type": ["integer", "null"]}, "column": {"type": ["string", "null"]}, "code": _TEXT, "message": _TEXT,
                },
            },
        },
        "problems_total": {"type": "integer"},
        "created_at": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time"},
    },
}  # fmt: skip

_AGAIN = openapi.header("Idempotency-Key", "A key of your own: a repeat with the same key and file gets the same answer.")
_FORM: Schema = {
    "type": "object",
    "required": ["file", "kind"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV or XLSX."},
        "kind": {"type": "string", "enum": ImportKind.values},
        "options": {
            "type": "string", "contentMediaType": "application/json",
            "description": "A JSON object: mapping, values, match, mode, locale, date_format, sheet and more; see the reference.",
        },
    },
}  # fmt: skip
_OPTIONS: Schema = {"type": "object", "required": ["options"], "additionalProperties": False, "properties": {"options": _FREE}}


def _described(operation: str, summary: str, status: int, problems: tuple[int, ...], **extra: Any) -> dict[str, Any]:
    schema = None if status == 204 else openapi.ref("Import")
    return {
        "operation_id": operation, "summary": summary, "response": {status: None}, "tags": ["imports"],
        "openapi_extra": {"responses": openapi.responses(status, schema, (400, 401, 404, 422, *problems)), **extra},
    }  # fmt: skip


DESCRIBED: dict[str, dict[str, Any]] = {
    "create": _described(
        "create_import", "Upload a file to be imported", 201, (403, 409, 413, 415), parameters=[_AGAIN],
        requestBody={"required": True, "content": {"multipart/form-data": {"schema": _FORM}}},
    ),
    "get": _described(
        "get_import", "Read one import: its state, its preview, its problems", 200, (),
        parameters=[openapi.header("If-None-Match", "The ETag of what you have: unchanged answers 304.")],
    ),
    "change": _described(
        "change_import", "Read the file again with other options", 200, (403, 409, 413, 415),
        requestBody={"required": True, "content": {"application/json": {"schema": _OPTIONS}}},
    ),
    "delete": _described("discard_import", "Throw away an import that has changed nothing", 204, (403, 409)),
    "commit": _described("commit_import", "Have a previewed import written", 202, (403, 409), parameters=[_AGAIN]),
    "undo": _described("undo_import", "Have a committed import taken back", 202, (403, 409), parameters=[_AGAIN]),
    "cancel": _described(
        "cancel_import", "Have a running commit or undo rolled back; GET tells when it is", 202, (403, 409), parameters=[_AGAIN]
    ),
    "errors": _described("import_errors", "The rejected rows, to be mended and imported again", 200, ()),
}  # fmt: skip
DESCRIBED["get"]["openapi_extra"]["responses"][304] = {"description": "You have it already (If-None-Match)"}
DESCRIBED["errors"]["openapi_extra"]["responses"][200] = {
    "description": "A CSV file in UTF-8", "content": {"text/csv": {"schema": {"type": "string"}}},
}  # fmt: skip

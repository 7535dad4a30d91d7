"""The description of the API: OpenAPI 3.1 from the same fields that read, write, filter and order."""

from collections.abc import Iterable
from typing import Any

from keystead.api.wire.fields import Field, Schema
from keystead.api.wire.pages import MOST, USUAL
from keystead.api.wire.resource import Resource

COMPONENTS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `code` is stable; the texts are for people, in the language of Accept-Language.",
        "required": ["type", "title", "status", "detail", "instance", "code", "errors"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "code": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
            "conflicts": {
                "type": "array",
                "description": "With 412: the fields that have changed since the version in If-Match.",
                "items": {"$ref": "#/components/schemas/Conflict"},
            },
        },
    },
    "Conflict": {
        "type": "object",
        "required": ["field", "base", "theirs", "by", "at"],
        "properties": {
            "field": {"type": "string"},
            "base": {"description": "As you saw it."},
            "theirs": {"description": "As it is now."},
            "mine": {"description": "As you sent it; not there when you did not."},
            "by": {"type": ["string", "null"], "description": "Who changed it last."},
            "at": {"type": ["string", "null"], "format": "date-time"},
        },
    },
    "Fault": {
        "type": "object",
        "required": ["pointer", "code", "message"],
        "properties": {
            "pointer": {"type": "string", "description": "/amount/currency is a place in the body, ?status a query parameter."},
            "code": {"type": "string"},
            "message": {"type": "string"},
        },
    },
    "Money": {
        "type": "object",
        "required": ["amount", "currency"],
        "properties": {"amount": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, "currency": {"type": "string"}},
        "examples": [{"amount": "1234.50", "currency": "EUR"}],
    },
    "MoneyWritten": {
        "type": "object",
        "description": "The amount as text in plain digits, or as a whole number; never as a JSON number with a fraction.",
        "required": ["amount", "currency"],
        "additionalProperties": False,
        "properties": {
            "amount": {
                "anyOf": [
                    {"type": "string", "pattern": r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$"},
                    {"type": "integer", "minimum": -9_999_999_999_999_999, "maximum": 9_999_999_999_999_999},
                ]
            },
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
    },
    "Reference": {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}},
    },
}  # fmt: skip

_STATUS = {
    200: "Done", 201: "Created", 202: "Begun; GET tells when it is done", 204: "Deleted",
    304: "You have it already (If-None-Match)", 400: "Not readable as JSON",
    401: "No valid token", 403: "Your role does not let you", 404: "Not there, or not visible to you",
    409: "Conflicts with the present state", 412: "Changed meanwhile (If-Match)",
    413: "Too large", 415: "Not JSON", 422: "Not valid; see errors",
}  # fmt: skip
_EVERYWHERE = (401, 404, 422)
_WRITING = (400, 403, 409, 413, 415)


NAMED_CHANGE: Schema = {
    "Keystead-Change": {
        "description": "The id of this change: POST /changes/{id}/undo takes it back.",
        "schema": {"type": "string", "format": "uuid"},
    }
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def responses(ok: int, schema: Schema | None, problems: Iterable[int]) -> dict[int, Any]:
    found: dict[int, Any] = {ok: {"description": _STATUS[ok]}}
    if schema is not None:
        found[ok]["content"] = {"application/json": {"schema": schema}}
    for status in problems:
        found[status] = {"description": _STATUS[status], "content": {"application/problem+json": {"schema": ref("Problem")}}}
    return found


def header(name: str, about: str) -> Schema:
    return {"name": name, "in": "header", "required": False, "description": about, "schema": {"type": "string"}}


def add_components(resource: Resource) -> None:
    """<Name>, <Name>New, <Name>Change, <Name>Page."""
    name = resource.name
    COMPONENTS[name] = _object(resource.fields, resource.about)
    COMPONENTS[f"{name}Page"] = {
        "type": "object",
        "required": ["items", "next", "total"],
        "properties": {
            "items": {"type": "array", "items": ref(name)},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page; null on the last one."},
            "total": {"type": "integer", "description": "How many match, as counted on the first page."},
        },
    }
    writable = [field for field in resource.by_name.values() if field.writable]
    if resource.create:
        COMPONENTS[f"{name}New"] = _body(writable, new=True)
    if resource.change:
        COMPONENTS[f"{name}Change"] = _body(writable, new=False)


def _object(fields: Iterable[Field], about: str) -> Schema:
    properties = {field.name: _described(field, field.schema()) for field in fields}
    return {"type": "object", "description": about, "required": list(properties), "properties": properties}


def _body(fields: Iterable[Field], *, new: bool) -> Schema:
    listed = list(fields)
    body: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: _described(field, field.schema_in()) for field in listed},
    }
    required = [field.name for field in listed if field.required]
    return body | {"required": required} if new and required else body


def _described(field: Field, schema: Schema) -> Schema:
    return schema | {"description": field.about} if field.about else schema


def _query(resource: Resource) -> list[Schema]:
    fixed: list[tuple[str, Schema, str]] = [
        ("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "How many rows a page holds."),
        ("cursor", {"type": "string"}, "From `next` of the page before, with the same filters and order."),
        (
            "order", {"type": "string", "default": resource.order},
            f"Fields, the first one first, a minus for downwards: {', '.join(['id', *resource.orders])}.",
        ),
    ]  # fmt: skip
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": schema, "description": about} for name, schema, about in fixed
    ]
    for found in resource.filters.values():
        parameter: Schema = {"name": found.name, "in": "query", "required": False, "schema": found.schema}
        if found.many:
            parameter["description"] = "Several values, separated by commas; one that holds a comma in double quotes."
        parameters.append(parameter)
    return parameters


def describe(resource: Resource, what: str) -> dict[str, Any]:
    """The arguments of a router's decorator for one of the five routes."""
    name, single = resource.name, resource.single
    body: Schema = {
        "required": True,
        "content": {"application/json": {"schema": ref(f"{name}{'New' if what == 'create' else 'Change'}")}},
    }
    if_match = header("If-Match", "The ETag of what you saw: a stale one is refused with 412.")
    extra: dict[str, Any]
    if what == "list":
        extra = {"parameters": _query(resource), "responses": responses(200, ref(f"{name}Page"), (400, *_EVERYWHERE))}
    elif what == "get":
        extra = {
            "parameters": [header("If-None-Match", "The ETag of what you have: unchanged answers 304.")],
            "responses": responses(200, ref(name), (400, *_EVERYWHERE)) | {304: {"description": _STATUS[304]}},
        }
    elif what == "create":
        again = header(
            "Idempotency-Key", "A key of your own: a repeat with the same key and body gets the same answer, once made."
        )
        extra = {"parameters": [again], "requestBody": body, "responses": responses(201, ref(name), (*_EVERYWHERE, *_WRITING))}
    elif what == "change":
        extra = {
            "parameters": [if_match],
            "requestBody": body,
            "responses": responses(200, ref(name), (*_EVERYWHERE, *_WRITING, 412)),
        }
    else:
        extra = {"parameters": [if_match], "responses": responses(204, None, (400, *_EVERYWHERE, 403, 409, 412))}
    if what in {"create", "change", "delete"}:
        extra["responses"][next(iter(extra["responses"]))]["headers"] = NAMED_CHANGE
    return {
        "operation_id": f"{what}_{resource.path if what == 'list' else single}".replace("-", "_"),
        "summary": _summary(resource, what),
        "response": {next(iter(extra["responses"])): None},
        "openapi_extra": extra,
        "tags": [resource.under.path if resource.under else resource.path],
    }


def _summary(resource: Resource, what: str) -> str:
    many, single = resource.path.replace("_", " "), resource.single.replace("_", " ")
    return {
        "list": f"List {many}", "get": f"Read one {single}", "create": f"Make one {single}", "change": f"Change one {single}",
        "delete": f"Delete one {single}",
    }[what]  # fmt: skip


def reading(operation: str, summary: str, component: str, *, tag: str, problems: Iterable[int] = ()) -> dict[str, Any]:
    """The arguments of a router's decorator for a GET of its own kind."""
    extra = {"responses": responses(200, ref(component), (400, *_EVERYWHERE, *problems))}
    return {"operation_id": operation, "summary": summary, "response": {200: None}, "openapi_extra": extra, "tags": [tag]}

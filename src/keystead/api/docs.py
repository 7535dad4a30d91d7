"""/api/docs: the description of the API as a page that reads well without any script."""

from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines

from keystead.api.root import api

Shown = dict[str, Any]
_METHODS = ("get", "post", "patch", "delete")


def docs(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_template().render({"groups": _groups(), "url": "/api/v1/openapi.json"}, request))


@cache
def _template() -> Any:
    return engines["django"].from_string(Path(__file__).with_name("docs.html").read_text())


@cache
def _groups() -> list[Shown]:
    """The operations under their nouns, with everything a reader needs to send them."""
    schema = api.get_openapi_schema()
    components = schema["components"]["schemas"]
    groups: dict[str, list[Shown]] = {}
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                groups.setdefault(operation["tags"][0], []).append(_operation(method, path, operation, components))
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _operation(method: str, path: str, operation: Shown, components: Shown) -> Shown:
    answers = [(status, answer) for status, answer in operation["responses"].items() if int(status) < 300]
    status, answer = answers[0]
    given = operation["parameters"]
    body, shown = _schema(operation.get("requestBody", {})), _schema(answer)
    return {
        "id": operation["operationId"], "method": method.upper(), "path": path, "summary": operation["summary"],
        "parameters": [_row(one["name"], one["schema"], one.get("description", ""), required=one["required"]) for one in given],
        "body": _rows(body, components), "status": status, "answer": _rows(shown, components), "answer_name": _word(shown),
        "problems": [code for code in operation["responses"] if int(code) >= 400],
    }  # fmt: skip


def _schema(described: Shown) -> Shown:
    """The schema of a body or an answer, whatever its one content type."""
    contents: list[Shown] = list(described.get("content", {}).values())
    return contents[0].get("schema", {}) if contents else {}


def _row(name: str, schema: Shown, about: str, *, required: bool = False) -> Shown:
    return {"name": name, "type": _word(schema), "about": about or schema.get("description", ""), "required": required}


def _rows(schema: Shown, components: Shown) -> list[Shown]:
    if not schema:
        return []
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    required = schema.get("required", [])
    return [_row(name, one, "", required=name in required) for name, one in schema.get("properties", {}).items()]


def _word(schema: Shown) -> str:
    """A schema in a few words: "text or null", "Money", "draft, submitted or approved"."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_word(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_word(schema.get('items', {}))}]"
    if schema.get("type") == "object" and schema.get("properties"):
        return "{" + ", ".join(schema["properties"]) + "}"
    kinds = schema.get("type", "")
    word = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{word} ({schema['format']})" if "format" in schema else word

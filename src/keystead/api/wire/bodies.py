"""Reading and writing JSON: exact numbers, no surprises, and never an exception that the client cannot read."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keystead.api.wire.problems import Problem, refused_one
from keystead.base.numbers import whole

LARGEST_BODY = 1024 * 1024
JSON_TYPES = {"application/json", "application/merge-patch+json"}


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body. Raises `Problem`: 413, 415, 400 (not JSON), 422 (JSON, but not an object)."""
    _check_size(request)
    if request.content_type not in JSON_TYPES and (request.content_type or request.body):
        raise Problem(415, "unsupported_media_type", _("Send JSON: Content-Type: application/json."))
    body = _parse(request.body)
    if not isinstance(body, dict):
        raise refused_one("", "not_an_object", _("The body must be a JSON object."))
    return body


def _check_size(request: HttpRequest) -> None:
    length = whole(request.META.get("CONTENT_LENGTH") or "0")
    if length is None or length > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise Problem(
            413, "too_large", _("The body is larger than the %(limit)s kB that are accepted.") % {"limit": LARGEST_BODY // 1024}
        )


def _parse(body: bytes) -> Any:
    try:
        # Decimal keeps a number as it was written; a float would round it before we could say so.
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_not_json, object_pairs_hook=_no_twins)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Problem(400, "bad_json", _("The body is not valid JSON (RFC 8259, UTF-8).")) from error


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def as_text(value: object) -> str:
    """What JSON has no type for, as text: exact numbers, days, moments, ids, translations that are still lazy."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return moment(value) if isinstance(value, datetime) else str(value)


def moment(value: datetime) -> str:
    """RFC 3339 in UTC: 2026-06-15T12:00:00.123456Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def dump(value: Any) -> str:
    return json.dumps(value, default=as_text, ensure_ascii=False, separators=(",", ":"))


def respond(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(dump(value), status=status, content_type="application/json", headers=headers)

"""/find: records by a few letters, as the find box finds them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from keystead.api.wire import openapi
from keystead.api.wire.bodies import respond
from keystead.api.wire.fields import Schema
from keystead.api.wire.problems import Fault, refused
from keystead.api.wire.routes import viewer_of
from keystead.api.wire.texts import clean_text
from keystead.base.numbers import whole
from keystead.domain.find.finding import Hit, find
from keystead.domain.find.kinds import MODELS
from keystead.domain.find.ranking import Tier

router = Router()
_MOST, _USUAL, _LONGEST = 50, 10, 200

_PARAMETERS: dict[str, tuple[Schema, str]] = {
    "q": (
        {"type": "string", "maxLength": _LONGEST},
        "Beginnings of words in any order, initials, or a number in the source. Case, accents and small slips do not count.",
    ),
    "kind": ({"type": "string", "enum": list(MODELS)}, "This kind alone."),
    "limit": ({"type": "integer", "minimum": 1, "maximum": _MOST, "default": _USUAL}, "The most records of each kind."),
}
_READING = openapi.reading("find", "Find records", "Found", tag="find")
_READING["openapi_extra"]["parameters"] = [
    {"name": name, "in": "query", "required": name == "q", "schema": schema, "description": about}
    for name, (schema, about) in _PARAMETERS.items()
]


@router.get("/find", **_READING)
def get_found(request: HttpRequest) -> HttpResponse:
    params = _parameters(request)
    kinds = (params["kind"],) if "kind" in params else tuple(MODELS)
    hits = find(viewer=viewer_of(request), text=params["q"], kinds=kinds, limit=int(params.get("limit", _USUAL)))
    return respond({"items": [_item(hit) for hit in hits], "total": len(hits)})


def _parameters(request: HttpRequest) -> dict[str, str]:
    """Raises `Problem` naming every parameter that is unknown, repeated, missing or not what it should be."""
    faults: list[Fault] = []
    params: dict[str, str] = {}
    for name, values in request.GET.lists():
        if name not in _PARAMETERS:
            faults.append(Fault(f"?{name[:100]}", "unknown_parameter", _("There is no such parameter here.")))
        elif len(values) > 1:
            faults.append(Fault(f"?{name}", "repeated", _("This parameter may be given once.")))
        else:
            params[name] = clean_text(values[0], f"?{name}")
    if "q" not in request.GET:
        faults.append(Fault("?q", "required", _("This is needed.")))
    elif len(params.get("q", "")) > _LONGEST:
        faults.append(Fault("?q", "too_long", _("At most %(most)s characters are expected here.") % {"most": _LONGEST}))
    if params.get("kind", "account") not in MODELS:
        faults.append(
            Fault("?kind", "unknown_choice", _("One of these is expected: %(choices)s.") % {"choices": ", ".join(MODELS)})
        )
    if not 1 <= (whole(params.get("limit", "1")) or 0) <= _MOST:
        faults.append(Fault("?limit", "out_of_range", _("A whole number from 1 to %(most)s is expected here.") % {"most": _MOST}))
    if faults:
        raise refused(faults)
    return params


def _item(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "id": str(hit.key),
        "name": hit.name,
        "about": list(hit.about),
        "fit": hit.tier.name.lower(),
        "marks": [list(place) for place in hit.marks],
    }


_TEXT: Schema = {"type": "string"}
_PLACE: Schema = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
_ITEM: Schema = {
    "kind": {"type": "string", "enum": list(MODELS)},
    "id": {"type": "string", "format": "uuid"},
    "name": _TEXT,
    "about": {"type": "array", "items": _TEXT, "description": "Account, stage, owner and the like, for people to read."},
    "fit": {"type": "string", "enum": [tier.name.lower() for tier in Tier], "description": "How the name fits, best first."},
    "marks": {"type": "array", "items": _PLACE, "description": "[start, end] of each part of the name that was typed."},
}
openapi.COMPONENTS["Found"] = {
    "type": "object",
    "required": ["items", "total"],
    "properties": {
        "items": {"type": "array", "items": {"type": "object", "required": list(_ITEM), "properties": _ITEM}},
        "total": {"type": "integer"},
    },
}

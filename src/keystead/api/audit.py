"""/audit: the log, for owners and administrators; /audit/proof: whether its chain holds."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from keystead.api.wire import openapi
from keystead.api.wire.bodies import respond
from keystead.api.wire.days import Moment
from keystead.api.wire.fields import Choice, Filled, Key, Text
from keystead.api.wire.numbers import Whole
from keystead.api.wire.resource import Resource
from keystead.api.wire.routes import list_page, refuse_parameters, viewer_of
from keystead.data.workspace.audit import AuditEvent
from keystead.domain.workspace.audit import KINDS, breaks, head
from keystead.domain.workspace.permissions import require

router = Router()


_VALUES = {"type": "object", "additionalProperties": True}  # field name -> value


def _text(name: str, about: str = "") -> Text:
    return Text(name=name, writable=False, about=about)


_TEXTS: Sequence[tuple[str, str]] = (
    ("actor", "Who did it; empty when nobody was signed in."), ("via", "web, api, import, command, or who vouched at the door."),
    ("ip", "As far as the trusted proxies vouch for it."), ("agent", "What the browser or program calls itself."),
    ("subject_kind", ""), ("subject_id", ""), ("subject", "What it was done to, by its name at that time."),
    ("previous", "The hash of the entry before."), ("hash", "Seals this entry together with the one before it."),
)  # fmt: skip
AUDIT = Resource(
    path="audit", name="AuditEntry", one="audit_entry", model=AuditEvent, order="-number",
    about="An entry of the audit log. Entries are added and never change.",
    fields=(
        Key(name="id"),
        Whole(name="number", writable=False, about="Counts from 1 without a gap."),
        Moment(name="at", column="created_at"),
        Choice(name="kind", words=list(KINDS), writable=False),
        *(_text(name, about) for name, about in _TEXTS),
        Filled(name="old", reads=("old",), shape=_VALUES),
        Filled(name="new", reads=("new",), shape=_VALUES),
    ),
)  # fmt: skip
openapi.add_components(AUDIT)
_LISTED: Any = openapi.describe(AUDIT, "list")
_LISTED["openapi_extra"]["responses"] |= openapi.responses(403, None, (403,))

openapi.COMPONENTS["AuditProof"] = {
    "type": "object", "required": ["holds", "number", "hash", "breaks"],
    "properties": {
        "holds": {"type": "boolean"}, "number": {"type": "integer"}, "hash": {"type": "string"},
        "breaks": {
            "type": "array",
            "items": {
                "type": "object", "required": ["number", "problem"],
                "properties": {"number": {"type": "integer"}, "problem": {"enum": ["gap", "changed", "unchained"]}},
            },
        },
    },
}  # fmt: skip


@router.get("/audit", **_LISTED)
def listed(request: HttpRequest) -> HttpResponse:
    require(viewer_of(request), "audit.read")
    return list_page(AUDIT, request)


_PROOF: Any = openapi.reading("audit_proof", "Compute the chain anew", "AuditProof", tag="audit", problems=(403,))


@router.get("/audit/proof", **_PROOF)
def proof(request: HttpRequest) -> HttpResponse:
    refuse_parameters(request)
    require(viewer_of(request), "audit.read")
    found = breaks()
    number, seal = head()
    shown = [{"number": each.number, "problem": each.problem} for each in found[:100]]
    return respond({"holds": not found, "number": number, "hash": seal, "breaks": shown})

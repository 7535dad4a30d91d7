"""What a stale write met: for each field that has changed since the version seen, its value then, now, and as it was sent."""

import json
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.utils.translation import gettext as _

from keystead.api.wire.bodies import dump, moment, read_object
from keystead.api.wire.fields import Field
from keystead.api.wire.problems import Fault, Problem
from keystead.api.wire.resource import Resource
from keystead.api.wire.versions import versions_named
from keystead.data.workspace.models import Member
from keystead.domain.undoing.since import Later, Since, since


def with_conflicts(stale: Problem, resource: Resource, request: HttpRequest, record: Any, viewer: Member) -> Problem:
    """The 412 with `conflicts`: [{field, base, theirs, mine (when it was sent), by, at}]; those of both are `errors`."""
    seen = max((version for version in versions_named(request) if version < record.version), default=0)
    told = since(record, seen)
    conflicts = _conflicts(told, resource, request, record, viewer) if told.base is not None else []
    message = _("It was changed by somebody else meanwhile.")
    faults = [Fault(f"/{each['field']}", "changed_meanwhile", message) for each in conflicts if "mine" in each]
    return Problem(
        stale.status, stale.code, stale.detail, faults, stale.headers, **stale.members, conflicts=json.loads(dump(conflicts))
    )


def _conflicts(told: Since, resource: Resource, request: HttpRequest, record: Any, viewer: Member) -> list[dict[str, Any]]:
    body = _sent(request)
    base, theirs = resource.shown([_row(resource, each) for each in (told.base, record)], viewer)
    changed = [field for field in resource.fields if field.writable and base[field.name] != theirs[field.name]]
    return [_conflict(field, base, theirs, body, _later(field, told.later)) for field in changed]


def _conflict(
    field: Field, base: dict[str, Any], theirs: dict[str, Any], body: dict[str, Any], later: Later | None
) -> dict[str, Any]:
    name = field.name
    told = {"by": later.by or None, "at": moment(later.at)} if later else {"by": None, "at": None}
    mine = {"mine": body[name]} if name in body else {}
    return {"field": name, "base": base[name], "theirs": theirs[name], **mine, **told}


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        return read_object(request)
    except Problem:  # a DELETE has no body, and one that cannot be read has no fields
        return {}


def _row(resource: Resource, record: Any) -> list[Any]:
    return [_value(record, column) for column in resource.columns]


def _value(record: Any, path: str) -> Any:
    """A column of the record or of one that it refers to; nothing where that is gone."""
    try:
        for name in path.split("__"):
            record = getattr(record, name, None)
    except ObjectDoesNotExist:
        return None
    return getattr(record, "pk", record)


def _later(field: Field, later: dict[str, Later]) -> Later | None:
    names = [name for column in field.targets for name in (column, f"{column}_id")]
    return next((later[name] for name in names if name in later), None)

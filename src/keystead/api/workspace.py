"""/members and /rates of the workspace, and /me: who the token is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from keystead.api.wire import openapi
from keystead.api.wire.bodies import respond
from keystead.api.wire.days import Day
from keystead.api.wire.fields import Choice, Schema, Text, Truth
from keystead.api.wire.money import CurrencyField
from keystead.api.wire.numbers import Number
from keystead.api.wire.people import member
from keystead.api.wire.resource import Resource, Write, record_fields
from keystead.api.wire.routes import publish, refuse_parameters, viewer_of
from keystead.data.workspace.models import Member, Rate, Role
from keystead.domain.deals import editing
from keystead.domain.workspace.members import change_member, create_member, deactivate_member, reactivate_member

router = Router()


def _change_member(found: Member, write: Write) -> Member:
    """`is_active` goes through its own verbs; the rest through `change_member`."""
    values = dict(write.fields)
    active = values.pop("is_active", None)
    seen = write.seen
    if values or active is None:
        found = change_member(member=found, viewer=write.viewer, at=write.at, fields=values, seen_version=seen)
        seen = None
    if active is True and not found.is_active:
        return reactivate_member(member=found, viewer=write.viewer, seen_version=seen)
    if active is False and found.is_active:
        return deactivate_member(member=found, viewer=write.viewer, at=write.at, seen_version=seen)
    return found


def _create_member(write: Write) -> Member:
    values = dict(write.fields)
    active = values.pop("is_active", True)
    made = create_member(viewer=write.viewer, at=write.at, fields=values)
    return made if active else deactivate_member(member=made, viewer=write.viewer, at=write.at)


MEMBERS = Resource(
    path="members", name="Member", about="A person in the workspace; without a login until invited.", model=Member, order="name",
    fields=(
        *record_fields(),
        Text(name="name", required=True, longest=200),
        Text(name="email", nullable=True, longest=254),
        Choice(name="role", words=Role.values),
        member("manager"),
        Text(name="region", longest=100),
        Text(name="team", longest=100),
        Truth(name="is_active"),
    ),
    create=_create_member,
    change=_change_member,
    delete=lambda found, write: deactivate_member(member=found, viewer=write.viewer, at=write.at, seen_version=write.seen),
)  # fmt: skip

RATES = Resource(
    path="rates", name="Rate", about="On `date`, 1 `base` is `rate` `quote`.", model=Rate, order="-date",
    fields=(
        *record_fields(),
        CurrencyField(name="base", required=True),
        CurrencyField(name="quote", required=True),
        Day(name="date", required=True),
        Number(name="rate", required=True, digits=24, places=12, above_zero=True),
        Text(name="source", longest=100),
    ),
    create=lambda write: editing.save_rate(viewer=write.viewer, fields=write.fields),
    change=lambda rate, write: editing.save_rate(viewer=write.viewer, fields=write.fields, rate=rate, seen=write.seen),
    delete=lambda rate, write: editing.delete_rate(rate=rate, viewer=write.viewer, seen=write.seen),
)  # fmt: skip

for resource in (MEMBERS, RATES):
    publish(router, resource)

_TEXT: Schema = {"type": "string"}
openapi.COMPONENTS["Me"] = {
    "type": "object",
    "required": ["member", "role", "email", "workspace"],
    "properties": {
        "member": openapi.ref("Reference"), "role": {"type": "string", "enum": Role.values},
        "email": {"type": ["string", "null"]},
        "workspace": {
            "type": "object", "required": ["id", "name", "slug", "currency"],
            "properties": {"id": {"type": "string", "format": "uuid"}, "name": _TEXT, "slug": _TEXT, "currency": _TEXT},
        },
    },
}  # fmt: skip


@router.get("/me", **openapi.reading("me", "Who this token is", "Me", tag="members"))
def me(request: HttpRequest) -> HttpResponse:
    refuse_parameters(request)
    viewer = viewer_of(request)
    workspace: Any = viewer.workspace
    return respond(
        {
            "member": {"id": viewer.pk, "name": viewer.name}, "role": viewer.role, "email": viewer.email,
            "workspace": {"id": workspace.pk, "name": workspace.name, "slug": workspace.slug, "currency": workspace.currency},
        }
    )  # fmt: skip

"""The five routes of a resource: list, create, read, change, delete."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from keystead.api.wire import openapi
from keystead.api.wire.bodies import read_object, respond
from keystead.api.wire.changed import name_change
from keystead.api.wire.conflicts import with_conflicts
from keystead.api.wire.pages import page, question
from keystead.api.wire.problems import Fault, Problem, invalid_faults, meaning, not_found, refused
from keystead.api.wire.repeats import once
from keystead.api.wire.resource import Resource, Write
from keystead.api.wire.versions import respond_versioned, seen_version
from keystead.base import clock
from keystead.data.workspace.models import Member
from keystead.domain.writing import Invalid, Stale

BASE = "/api/v1"


def viewer_of(request: HttpRequest) -> Member:
    viewer: Member = request.auth  # type: ignore[attr-defined]
    return viewer


def refuse_parameters(request: HttpRequest) -> None:
    """An unknown parameter would be a wish that is silently not granted."""
    if request.GET:
        faults = [Fault(f"?{name[:100]}", "unknown_parameter", _("There is no such parameter here.")) for name in request.GET]
        raise refused(faults)


def list_page(resource: Resource, request: HttpRequest, parent_key: UUID | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    asked = question(request, viewer=viewer, filters=resource.filters, orders=resource.orders, order=resource.order)
    parent = resource.parent(viewer, parent_key)
    rows, cursor, total = page(resource.visible(viewer, parent), asked, resource.columns)
    return respond({"items": resource.shown(rows, viewer), "next": cursor, "total": total})


def show_one(
    resource: Resource, request: HttpRequest, found: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """`found`: a queryset of one row. 404 when it is empty."""
    row = found.values_list(*resource.columns).first()
    if row is None:
        raise not_found()
    (shown,) = resource.shown([row], viewer_of(request))
    return respond_versioned(request, shown, row[0], status=status, headers=headers)


def create_one(resource: Resource, request: HttpRequest, parent_key: UUID | None = None) -> HttpResponse:
    refuse_parameters(request)
    viewer = viewer_of(request)
    parent = resource.parent(viewer, parent_key)

    def make() -> HttpResponse:
        assert resource.create is not None
        record = _run(resource, resource.create, request, parent=parent, new=True)
        address = f"{BASE}{request.path.removeprefix(BASE).rstrip('/')}/{record.pk}"
        # The maker is shown what she made even if she may not see it any more, having given it away.
        found = resource.model.objects.filter(pk=record.pk)
        return name_change(show_one(resource, request, found, status=201, headers={"Location": address}), resource.model)

    return once(request, viewer, make)


def change_one(resource: Resource, request: HttpRequest, key: UUID, parent_key: UUID | None = None) -> HttpResponse:
    refuse_parameters(request)
    viewer = viewer_of(request)
    record = resource.get(viewer, key, resource.parent(viewer, parent_key))
    seen = _seen(resource, request, record)
    try:
        _run(resource, lambda write: resource.change(record, write), request, seen=seen)  # type: ignore[misc]
    except Stale as stale:  # changed between our reading and our writing
        raise with_conflicts(meaning(stale), resource, request, stale.current, viewer) from stale
    return name_change(show_one(resource, request, resource.model.objects.filter(pk=key)), resource.model)


def delete_one(resource: Resource, request: HttpRequest, key: UUID, parent_key: UUID | None = None) -> HttpResponse:
    refuse_parameters(request)
    viewer = viewer_of(request)
    record = resource.get(viewer, key, resource.parent(viewer, parent_key))
    write = Write(viewer, {}, clock.now(), _seen(resource, request, record))
    with transaction.atomic():
        resource.delete(record, write)  # type: ignore[misc]
    return name_change(HttpResponse(status=204), resource.model)


def _seen(resource: Resource, request: HttpRequest, record: Any) -> int | None:
    try:
        return seen_version(request, record)
    except Problem as stale:
        raise with_conflicts(stale, resource, request, record, viewer_of(request)) from stale


def _run(
    resource: Resource, verb: Callable[[Write], Any], request: HttpRequest, *, seen: int | None = None, parent: Any = None,
    new: bool = False,
) -> Any:  # fmt: skip
    viewer = viewer_of(request)
    values = resource.accept(read_object(request), viewer, new=new)
    try:
        with transaction.atomic():
            return verb(Write(viewer, values, clock.now(), seen, parent))
    except Invalid as error:
        raise refused(invalid_faults(error, resource.pointers)) from error


def publish(router: Router, resource: Resource) -> None:
    """Adds the resource's routes: those whose verbs it has."""
    openapi.add_components(resource)
    if resource.under is None:
        _publish_top(router, resource)
    else:
        _publish_below(router, resource)


def _publish_top(router: Router, resource: Resource) -> None:
    path, describe = f"/{resource.path}", openapi.describe

    @router.get(path, **describe(resource, "list"))
    def list_(request: HttpRequest) -> HttpResponse:
        return list_page(resource, request)

    @router.get(f"{path}/{{key}}", **describe(resource, "get"))
    def get(request: HttpRequest, key: UUID) -> HttpResponse:
        refuse_parameters(request)
        return show_one(resource, request, resource.visible(viewer_of(request)).filter(pk=key))

    if resource.create:

        @router.post(path, **describe(resource, "create"))
        def create(request: HttpRequest) -> HttpResponse:
            return create_one(resource, request)

    if resource.change:

        @router.patch(f"{path}/{{key}}", **describe(resource, "change"))
        def change(request: HttpRequest, key: UUID) -> HttpResponse:
            return change_one(resource, request, key)

    if resource.delete:

        @router.delete(f"{path}/{{key}}", **describe(resource, "delete"))
        def delete(request: HttpRequest, key: UUID) -> HttpResponse:
            return delete_one(resource, request, key)


def _publish_below(router: Router, resource: Resource) -> None:
    assert resource.under is not None
    path, describe = f"/{resource.under.path}/{{parent}}/{resource.path}", openapi.describe

    @router.get(path, **describe(resource, "list"))
    def list_(request: HttpRequest, parent: UUID) -> HttpResponse:
        return list_page(resource, request, parent)

    @router.get(f"{path}/{{key}}", **describe(resource, "get"))
    def get(request: HttpRequest, parent: UUID, key: UUID) -> HttpResponse:
        refuse_parameters(request)
        viewer = viewer_of(request)
        return show_one(resource, request, resource.visible(viewer, resource.parent(viewer, parent)).filter(pk=key))

    if resource.create:

        @router.post(path, **describe(resource, "create"))
        def create(request: HttpRequest, parent: UUID) -> HttpResponse:
            return create_one(resource, request, parent)

    if resource.change:

        @router.patch(f"{path}/{{key}}", **describe(resource, "change"))
        def change(request: HttpRequest, parent: UUID, key: UUID) -> HttpResponse:
            return change_one(resource, request, key, parent)

    if resource.delete:

        @router.delete(f"{path}/{{key}}", **describe(resource, "delete"))
        def delete(request: HttpRequest, parent: UUID, key: UUID) -> HttpResponse:
            return delete_one(resource, request, key, parent)

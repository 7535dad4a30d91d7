"""/views: saved views of lists, one's own and those shared with the workspace."""

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from keystead.api.wire.fields import Choice, Text, Truth
from keystead.api.wire.people import member
from keystead.api.wire.resource import Resource, Write, record_fields
from keystead.api.wire.routes import publish
from keystead.data.workspace.views import SavedView
from keystead.domain.workspace.views import LISTS, change_view, delete_view, save_view
from keystead.domain.writing import Invalid, hold

router = Router()


def _create(write: Write) -> SavedView:
    given: dict[str, Any] = {"query": "", "is_shared": False, **write.fields}
    return save_view(
        viewer=write.viewer, list_id=given["list"], name=given["name"], query=given["query"], is_shared=given["is_shared"]
    )


def _change(view: SavedView, write: Write) -> SavedView:
    fields = dict(write.fields)
    if fields.pop("list", view.list) != view.list:
        raise Invalid.one("list", "fixed", _("A view stays with its list."))
    return change_view(view=view, viewer=write.viewer, fields=fields, seen=write.seen)


def _delete(view: SavedView, write: Write) -> None:
    delete_view(view=hold(view, write.seen), viewer=write.viewer)


VIEWS = Resource(
    path="views", name="View", about="A list's columns, order, groups and filters under a name.", model=SavedView, order="name",
    fields=(
        *record_fields(external_id=False),
        Choice(name="list", words=LISTS, required=True, about="Which list it is a view of; it stays with that list."),
        Text(name="name", required=True, longest=100),
        Text(name="query", longest=4000, about="The parameters of the list's address: `order=-name&owner=…`."),
        Truth(name="is_shared", about="Everybody in the workspace finds it. Needs the right to share views."),
        member("owner", writable=False),
    ),
    create=_create,
    change=_change,
    delete=_delete,
)  # fmt: skip

publish(router, VIEWS)

"""Keeping views of lists: saving, sharing, renaming, removing them, and choosing with which a list opens."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.models import Member
from keystead.data.workspace.views import DefaultView, SavedView
from keystead.domain.workspace.permissions import NotAllowed, may, require
from keystead.domain.writing import Invalid, hold, write

MOST_VIEWS = 200
_MOST_PARTS = 200  # parameters of a view's address: one with thousands would open nothing but an error, for everybody who has it


def views_of(*, viewer: Member, list_id: str) -> QuerySet[SavedView]:
    """The viewer's own views of a list and those shared with everybody, by name."""
    found: QuerySet[SavedView] = SavedView.objects.visible_to(viewer).filter(list=list_id)
    return found.select_related("owner").order_by(Lower("name"), "pk")


def may_change(view: SavedView, viewer: Member) -> bool:
    """One's own view; a shared one only for whoever may share."""
    if view.is_shared:
        return may(viewer, "view.share")
    return view.owner_id == viewer.pk


def save_view(*, viewer: Member, list_id: str, name: str, query: str, is_shared: bool = False) -> SavedView:
    """A new view. Raises `NotAllowed` (sharing needs its own right), `Invalid` (a name that one has already; too many)."""
    require(viewer, "view.share" if is_shared else "view.own")
    if SavedView.objects.filter(owner=viewer, list=list_id).count() >= MOST_VIEWS:
        message = _("You have %(most)s views of this list. Remove one first.") % {"most": MOST_VIEWS}
        raise Invalid.one("name", "too_many", message)
    fields = _readable({"name": name, "query": query, "is_shared": is_shared})
    _refuse_double(viewer, list_id, fields["name"])
    return write(SavedView(owner=viewer, list=list_id), fields)


def change_view(*, view: SavedView, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> SavedView:
    """Renames, shares or rewrites a view. Raises `NotAllowed`, `Invalid`, `Stale`."""
    if not may_change(view, viewer):
        raise NotAllowed("view.share")
    if fields.get("is_shared", view.is_shared) != view.is_shared:
        require(viewer, "view.share")
    fields = _readable(fields)
    if "name" in fields:
        _refuse_double(view.owner, view.list, fields["name"], view)
    with transaction.atomic():
        view = write(view, fields, seen=seen)
        if not view.is_shared:  # nobody else finds it any more
            DefaultView.objects.filter(~Q(member=view.owner_id), view=view).delete()
    return view


def delete_view(*, view: SavedView, viewer: Member) -> None:
    if not may_change(view, viewer):
        raise NotAllowed("view.share")
    with transaction.atomic():
        hold(view).delete()


def default_view(*, viewer: Member, list_id: str) -> SavedView | None:
    """With which view the list opens for this member."""
    return views_of(viewer=viewer, list_id=list_id).filter(pk__in=_defaults(viewer, list_id).values("view")).first()


def open_with(*, viewer: Member, list_id: str, view: SavedView | None) -> None:
    """From now on the list opens with this view; None: as it is without any."""
    require(viewer, "view.own")
    with transaction.atomic():
        _defaults(viewer, list_id).delete()
        if view is not None:
            write(DefaultView(member=viewer, list=list_id), {"view": view})


def _readable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what no text may hold, and no longer than any list's address is."""
    made = {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in fields.items()}
    if "query" in made:
        made["query"] = "&".join([part for part in made["query"].split("&") if part][:_MOST_PARTS])
    return made


def _defaults(viewer: Member, list_id: str) -> QuerySet[DefaultView]:
    return DefaultView.objects.filter(member=viewer, list=list_id)


def _refuse_double(owner: Member, list_id: str, name: str, view: SavedView | None = None) -> None:
    same = SavedView.objects.filter(owner=owner, list=list_id, name__iexact=name)
    if (same.exclude(pk=view.pk) if view else same).exists():
        raise Invalid.one("name", "taken", _("You have a view of this name already."))

"""Keeping views of lists: saving, sharing, renaming, removing them, and choosing with which a list opens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.models import Member
from keystead.data.workspace.views import DefaultView, SavedView, ViewUse
from keystead.domain.workspace.permissions import may, require
from keystead.domain.writing import Invalid, hold, write

LISTS = ("accounts", "deals", "plans", "portfolio")
MOST_VIEWS = 200
_MOST_PARTS = 200  # parameters of a view's address: one with thousands would open nothing but an error, for everybody who has it


def views_of(*, viewer: Member, list_id: str) -> QuerySet[SavedView]:
    """The viewer's own views of a list and those shared with everybody, by name."""
    found: QuerySet[SavedView] = SavedView.objects.visible_to(viewer).filter(list=list_id)
    return found.select_related("owner").order_by(Lower("name"), "pk")


def most_used(*, viewer: Member, of_each: int = 4) -> dict[str, list[tuple[UUID, str]]]:
    """List -> (key, name) of the views that the viewer opens most, then by name; her own and shared ones. One query."""
    uses = ViewUse.objects.filter(member=viewer, view=OuterRef("pk")).values("uses")
    views = SavedView.objects.visible_to(viewer).order_by(Coalesce(Subquery(uses), 0).desc(), Lower("name"), "pk")
    found: dict[str, list[tuple[UUID, str]]] = {}
    for key, name, list_id in views.values_list("pk", "name", "list")[: MOST_VIEWS * len(LISTS)]:
        chosen = found.setdefault(list_id, [])
        if len(chosen) < of_each:
            chosen.append((key, name))
    return found


_NOTE_USE = """
INSERT INTO keystead_viewuse (workspace_id, member_id, view_id, uses, used_at)
SELECT v.workspace_id, %(member)s, v.id, 1, %(at)s FROM keystead_savedview v
WHERE v.id = %(view)s AND (v.is_shared OR v.owner_id = %(member)s)
ON CONFLICT (member_id, view_id) DO UPDATE SET uses = keystead_viewuse.uses + 1, used_at = excluded.used_at
"""


def note_use(*, viewer: Member, view: UUID, at: datetime) -> None:
    """The viewer opened a list with this view. Nothing for a view that she does not have."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_USE, {"member": viewer.pk, "view": view, "at": at})


def may_change(view: SavedView, viewer: Member) -> bool:
    """One's own view; a shared one only for whoever may share."""
    return may(viewer, "view.share") if view.is_shared else view.owner_id == viewer.pk


def _to_change(view: SavedView) -> str:
    return "view.share" if view.is_shared else "view.own"


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
    require(viewer, _to_change(view), view)
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
    require(viewer, _to_change(view), view)
    with transaction.atomic():
        hold(view).delete()


def default_view(*, viewer: Member, list_id: str) -> SavedView | None:
    """With which view the list opens for this member."""
    return views_of(viewer=viewer, list_id=list_id).filter(pk__in=_defaults(viewer, list_id).values("view")).first()


def open_with(*, viewer: Member, list_id: str, view: SavedView | None) -> None:
    """From now on the list opens with this view; None: as it is without any. Twice at once: the later one holds."""
    require(viewer, "view.own")
    if view is None:
        _defaults(viewer, list_id).delete()
        return
    chosen = DefaultView(member=viewer, list=list_id, view=view)
    once = ["workspace", "member", "list"]
    DefaultView.objects.bulk_create([chosen], update_conflicts=True, unique_fields=once, update_fields=["view"])


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

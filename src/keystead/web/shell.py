"""What the frame around every page needs: navigation, workspaces, crumbs."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.models import Member, Workspace
from keystead.domain.workspace.permissions import may
from keystead.domain.workspace.views import most_used
from keystead.web.workspace.why import why_address

# (words, icon, URL name): a place stands in the navigation once its pages exist.
_PLACES = (
    (_("Home"), "house", "workspace_home"),
    (_("Portfolio"), "layout-grid", "portfolio:list"),
    (_("Accounts"), "building-2", "accounts:list"),
    (_("Plans"), "target", "plans:list"),
    (_("Deals"), "handshake", "deals:list"),
    (_("Work"), "square-check-big", "work:list"),
    (_("Reports"), "chart-column", "reports:list"),
    (_("Library"), "bookmark", "library:list"),
    (_("Data"), "database", "imports:list"),
)
# Places that not everybody has: to a guest the lists would be empty for ever.
_NEEDS = {
    "portfolio:list": "account.read", "accounts:list": "account.read", "plans:list": "plan.read", "deals:list": "deal.read",
    "imports:list": "import.read",
}  # fmt: skip


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Outside a workspace there is no frame, so only the workspace-less values are given."""
    workspace: Workspace | None = getattr(request, "workspace", None)
    viewer: Member | None = getattr(request, "viewer", None)
    if workspace is None or viewer is None:
        return {"workspace": None, "viewer": None, "crumbs": []}
    return {
        "workspace": workspace,
        "viewer": viewer,
        "member": {"name": viewer.name, "email": request.user.email},  # type: ignore[union-attr]
        "nav": SimpleLazyObject(lambda: _with_views(request, workspace, viewer)),
        "workspaces": SimpleLazyObject(lambda: _workspaces(request.memberships, viewer)),  # type: ignore[attr-defined]
        "crumbs": [],
        "settings_url": reverse("my_settings", args=[workspace.slug]),
        "find_url": way("find", workspace),
        "why_url": SimpleLazyObject(lambda: why_address(request)),
    }


def _with_views(request: HttpRequest, workspace: Workspace, viewer: Member) -> list[dict[str, Any]]:
    """The places, each with the views of its list that the viewer opens most."""
    places = navigation(request.path, workspace, viewer)
    used = most_used(viewer=viewer)
    current = request.GET.get("view", "")
    for name in used:
        url = way(f"{name}:list", workspace)
        for place in places:
            if place["url"] == url:
                place["views"] = [
                    {"label": label, "url": f"{url}?view={key}", "is_current": current == str(key) and request.path == url}
                    for key, label in used[name]
                ]
    return places


def way(name: str, workspace: Workspace, *arguments: Any) -> str:
    """The address of a page of the workspace by its URL name; "" while there is no such page."""
    try:
        return reverse(name, args=[workspace.slug, *arguments])
    except NoReverseMatch:
        return ""


def navigation(path: str, workspace: Workspace, viewer: Member) -> list[dict[str, Any]]:
    home = way("workspace_home", workspace)
    found = []
    for label, icon, name in _PLACES:
        url = way(name, workspace)
        if url and (name not in _NEEDS or may(viewer, _NEEDS[name])):
            is_current = path == url if url == home else path.startswith(url)
            found.append({"label": label, "icon": icon, "url": url, "is_current": is_current})
    url = settings_place(workspace, viewer)
    inside = ("settings/", "members/", "me/")
    is_current = any(path.startswith(f"{home}{part}") for part in inside)
    return [*found, {"label": _("Settings"), "icon": "settings", "url": url, "is_current": is_current, "is_last": True}]


def settings_place(workspace: Workspace, viewer: Member) -> str:
    """The first page of the settings that the viewer may use."""
    if may(viewer, "workspace.edit"):
        return way("workspace_settings", workspace)
    return way("members" if may(viewer, "stage.read") else "my_settings", workspace)


def _workspaces(mine: Iterable[Member], viewer: Member) -> list[dict[str, Any]]:
    return [
        {
            "name": each.workspace.name,
            "url": reverse("workspace_home", args=[each.workspace.slug]),
            "is_current": each.workspace_id == viewer.workspace_id,
        }
        for each in mine
    ]

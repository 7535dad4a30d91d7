"""The tabs over the settings pages: those that the viewer may open."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from keystead.domain.workspace.permissions import may
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import settings_place, way

_TABS = (
    (_("Workspace"), "workspace_settings", "workspace.edit"),
    (_("Members"), "members", "member.read"),
    (_("Stages"), "stages", "stage.read"),
    (_("Exchange rates"), "rates", "rate.read"),
    (_("Audit log"), "audit", "audit.read"),
    (_("My settings"), "my_settings", "token.own"),
)


def settings_tabs(request: WorkspaceRequest, current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": way(name, request.workspace), "is_current": name == current}
        for label, name, action in _TABS
        if may(request.viewer, action)
    ]


def settings_crumbs(request: WorkspaceRequest, *crumbs: dict[str, str]) -> list[dict[str, Any]]:
    return [{"label": _("Settings"), "url": settings_place(request.workspace, request.viewer)}, *crumbs]

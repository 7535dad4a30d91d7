"""The request that views of a workspace get, and whether it wants a whole page or a part of one."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from keystead.data.workspace.models import Member, User, Workspace


class WorkspaceRequest(HttpRequest):
    """A request under /w/<slug>/, as `ScopeMiddleware` hands it to the view: signed in, and the workspace is open."""

    viewer: Member
    workspace: Workspace
    LANGUAGE_CODE: str
    if TYPE_CHECKING:
        user: User


def wants_fragment(request: HttpRequest) -> bool:
    """An htmx request for a part: not a boosted link, and not the page that the back button asks for again."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request

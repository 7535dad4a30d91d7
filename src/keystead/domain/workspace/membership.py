"""Who is a member of what."""

from keystead.base.scope import open_scope
from keystead.data.workspace.models import Member, Workspace


class NoSuchWorkspace(LookupError):
    """There is no such workspace, or the user is no active member of it: the two are not told apart."""

    code = "no_such_workspace"


def memberships(*, user_id: int) -> list[Member]:
    """The user's active memberships with their workspaces, by workspace name. Works outside any workspace."""
    with open_scope(workspace_id=None, user_id=user_id):
        return list(
            Member._base_manager.filter(user_id=user_id, is_active=True).select_related("workspace").order_by("workspace__name")
        )


def membership(*, user_id: int, slug: str) -> tuple[Workspace, Member]:
    """The workspace of that address and the user's place in it; raises `NoSuchWorkspace`."""
    member = (
        Member._base_manager.filter(user_id=user_id, is_active=True, workspace__slug=slug).select_related("workspace").first()
    )
    if member is None:
        raise NoSuchWorkspace(slug)
    return member.workspace, member

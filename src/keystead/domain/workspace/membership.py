"""Who is a member of what."""

from collections.abc import Iterable
from uuid import UUID

from keystead.base.scope import current_scope, open_scope
from keystead.data.workspace.entry import UnopenedPlace
from keystead.data.workspace.models import Member, User


class NoSuchWorkspace(LookupError):
    """There is no such workspace, or the user is no active member of it: the two are not told apart."""

    code = "no_such_workspace"


def memberships(*, user_id: int) -> list[Member]:
    """The user's active memberships with their workspaces and the login, by workspace name. Works inside and outside any."""
    if current_scope().user_id == user_id:
        return _memberships(user_id)
    with open_scope(workspace_id=None, user_id=user_id):
        return _memberships(user_id)


def _memberships(user_id: int) -> list[Member]:
    return list(
        Member._base_manager.filter(user_id=user_id, is_active=True)
        .select_related("workspace", "user")
        .order_by("workspace__name")
    )


def membership_in(mine: Iterable[Member], slug: str) -> Member:
    """The one of these memberships that is in the workspace of that address; raises `NoSuchWorkspace`."""
    for member in mine:
        if member.workspace.slug == slug:
            return member
    raise NoSuchWorkspace(slug)


def is_unopened(*, user: User, workspace_id: UUID | None) -> bool:
    """Whether a directory's sign-in made the login a member there and it has not opened the workspace since."""
    with open_scope(workspace_id=workspace_id, user_id=user.pk):
        return UnopenedPlace.objects.filter(user=user).exists()


def note_opened(*, user: User) -> None:
    """She opens the workspace (the open one) herself: from now on it is one of hers like any other."""
    UnopenedPlace.objects.filter(user=user).delete()


def workspace_at(slug: str) -> UUID:
    """The id of the workspace of that address, for commands, where nobody is signed in. Raises `NoSuchWorkspace`.

    Row-level security lets nobody list workspaces, commands included; but each person sees her own. So the logins are asked one
    after the other: a few milliseconds each, and no rule is bent.
    """
    for user_id in User.objects.order_by("pk").values_list("pk", flat=True).iterator():
        with open_scope(workspace_id=None, user_id=user_id):
            found = (
                Member._base_manager.filter(user_id=user_id, workspace__slug=slug).values_list("workspace_id", flat=True).first()
            )
        if found is not None:
            return found
    raise NoSuchWorkspace(slug)

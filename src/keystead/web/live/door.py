"""Who is let in to listen: the browser's session, the seat in each workspace that it names, and the topics to be seen there."""

from collections.abc import Iterable
from dataclasses import dataclass

from keystead.base.scope import open_scope
from keystead.data.workspace.models import Member
from keystead.domain.live.login import Login, login_of
from keystead.domain.live.topics import MOST_TOPICS, Listener, listener
from keystead.domain.workspace.membership import NoSuchWorkspace, membership_in, memberships
from keystead.domain.workspace.second_step import has_second_step, is_required


@dataclass(frozen=True, slots=True)
class Admission:
    """A login and what it listens to, by the address of the workspace."""

    login: Login
    seats: dict[str, Listener]


def enter(session_key: str, topics: Iterable[str]) -> Admission | None:
    """Topics are `<slug>/<topic>`, such as "northwind/plan:<id>". None when nobody is signed in."""
    login = login_of(session_key)
    if login is None:
        return None
    by_workspace: dict[str, list[str]] = {}
    for topic in list(dict.fromkeys(topics))[:MOST_TOPICS]:
        slug, _, name = topic.partition("/")
        by_workspace.setdefault(slug, []).append(name)
    mine = memberships(user_id=login.user_id)
    found = ((slug, _seat(mine, slug, names)) for slug, names in by_workspace.items())
    return Admission(login, {slug: seat for slug, seat in found if seat is not None})


def _seat(mine: list[Member], slug: str, names: list[str]) -> Listener | None:
    try:
        viewer = membership_in(mine, slug)
    except NoSuchWorkspace:
        return None
    with open_scope(workspace_id=None, user_id=viewer.user_id):
        if is_required(viewer) and not (viewer.user and has_second_step(viewer.user)):
            return None  # the pages of this workspace are closed as well
        with open_scope(workspace_id=viewer.workspace_id, user_id=viewer.user_id):
            return listener(viewer=viewer, names=names)

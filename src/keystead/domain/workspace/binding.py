"""Which person at the company's sign-in a login belongs to.

An address can be given to somebody else over there; the provider's own key of a person cannot. The key that comes first with an
address is bound to the login; another key with the same address stays outside until the binding is released.
"""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from keystead.base.scope import current_scope, open_scope
from keystead.data.workspace.models import Member, Role, User
from keystead.domain.workspace.audit import record_for
from keystead.domain.workspace.membership import memberships
from keystead.domain.workspace.permissions import require

_ADMINS = (Role.OWNER, Role.ADMIN)


class AnotherPerson(Exception):
    """The address is bound to another subject of this provider (or the provider gave no lasting key to compare)."""

    code = "another_person"

    def __init__(self, user: User, provider: str) -> None:
        super().__init__(user.email)
        self.user, self.provider = user, provider


class UsedElsewhere(Exception):
    """The login is a member of a workspace that the viewer does not administer: only whoever runs Keystead may release it."""

    code = "used_elsewhere"


def bind(*, user: User, provider: str, subject: str) -> None:
    """Compares the provider's key of the person with the bound one; the first that comes is bound. Inside a transaction.

    `subject` is "" when the provider gave no lasting key: then nothing is bound, and nothing bound is entered. Raises
    `AnotherPerson`.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two people at once with one address: one after the other
    bound = set(SocialAccount.objects.filter(user=user, provider=provider).values_list("uid", flat=True))
    if subject in bound:
        return
    if bound or (subject and SocialAccount.objects.filter(provider=provider, uid=subject).exists()):
        raise AnotherPerson(user, provider)
    if subject:
        SocialAccount.objects.create(user=user, provider=provider, uid=subject)


def note_refusal(refusal: AnotherPerson) -> None:
    """Into the log of each of the login's workspaces; after the transaction that was refused."""
    record_for(user=refusal.user, kind="binding.refused", new={"provider": refusal.provider})


def bindings(user: User) -> list[Mapping[str, Any]]:
    """[{provider, date_joined}] of a login."""
    return list(SocialAccount.objects.filter(user=user).order_by("date_joined").values("provider", "date_joined"))


def release_binding(*, member: Member, viewer: Member) -> int:
    """Forgets every bound key of the member's login: who next comes with the address is bound. Returns how many there were.

    Raises `NotAllowed` (an owner's is for owners), `UsedElsewhere` (the login opens other workspaces too, whose administrators
    were not asked).
    """
    require(viewer, "binding.release", member)
    if member.role == Role.OWNER:
        require(viewer, "workspace.own")
    if member.user is None:
        return 0
    if not _administers_all(viewer, member.user):
        raise UsedElsewhere(member.pk)
    return release(member.user)


def release(user: User, via: str = "web") -> int:
    """The same without asking anybody: for whoever runs Keystead."""
    with transaction.atomic():
        released, _ = SocialAccount.objects.filter(user=user).delete()
        if released:
            outer = current_scope()
            by = {"by": outer.actor["name"]} if outer.actor.get("name") else {}
            record_for(user=user, kind="binding.released", via=via, new=by)
    return released


def _administers_all(viewer: Member, user: User) -> bool:
    """Whether the viewer's own login is an administrator (an owner, where the person is one) wherever this login is a member."""
    if viewer.user_id is None:
        return False
    with open_scope(workspace_id=None, user_id=viewer.user_id):
        mine = {each.workspace_id: each.role for each in memberships(user_id=viewer.user_id) if each.role in _ADMINS}
    theirs = memberships(user_id=user.pk)
    return all(
        each.workspace_id in mine and (each.role != Role.OWNER or mine[each.workspace_id] == Role.OWNER) for each in theirs
    )

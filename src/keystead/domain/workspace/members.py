"""Making, changing and deactivating members: who is who, who reports to whom, who may what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.turns import LINKS, MEMBERS, be_alone, take_turns
from keystead.data.workspace.models import Member, Role
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.invitations import withdraw
from keystead.domain.workspace.permissions import require
from keystead.domain.workspace.tokens import revoke_all
from keystead.domain.writing import Invalid, write

MEMBER_FIELDS = frozenset({"external_id", "name", "email", "role", "manager", "region", "team"})
_DECIDES_LINKS = {"team", "manager"}


def create_member(*, viewer: Member, at: datetime, fields: Mapping[str, Any]) -> Member:  # noqa: ARG001 - as its siblings
    """A new person in the hierarchy, without a login until invited. Raises `NotAllowed`, `Invalid`."""
    require(viewer, "member.edit")
    values = _cleaned(fields)
    if values.get("role") == Role.OWNER:
        require(viewer, "workspace.own")
    with transaction.atomic():
        _one_at_a_time()
        _check_email(Member(), values)
        return write(Member(), values)


def change_member(
    *, member: Member, viewer: Member, at: datetime, fields: Mapping[str, Any], seen_version: int | None = None
) -> Member:
    """Changes fields of a member. A new team or manager links her deals anew; a new address and becoming an owner end her open
    invitations.

    Raises `NotAllowed` (only owners make and unmake owners), `Stale`, and `Invalid`: last_owner, manager_cycle (names the path),
    has_login (the address of somebody who logs in is hers to change), email_taken.
    """
    require(viewer, "member.edit", member)
    values = _cleaned(fields)
    with transaction.atomic():
        relinks = _hold_checked(member, values, viewer)
        if _differs(member, "email", values) or (_differs(member, "role", values) and values["role"] == Role.OWNER):
            # An open letter was written for another address, or by somebody who may not let an owner in.
            withdraw(member=member, at=at)
        member = write(member, values, seen=seen_version)
        if relinks:
            relink(members=[member.pk])
    return member


def _hold_checked(member: Member, values: Mapping[str, Any], viewer: Member) -> bool:
    """Whether the change decides links, alone with these then; checked against the member as she is, by her turn."""

    def check() -> None:
        _one_at_a_time()
        member.refresh_from_db()
        _check_role(member, values, viewer)
        _check_email(member, values)
        _refuse_cycle(member, values)

    def decides_links() -> bool:
        return any(_differs(member, name, values) for name in _DECIDES_LINKS)

    if decides_links():
        be_alone(LINKS, first=check)
    else:
        check()
    if relinks := decides_links():
        be_alone(LINKS)  # somebody has changed her at this very moment
    return relinks


def deactivate_member(*, member: Member, viewer: Member, at: datetime, seen_version: int | None = None) -> Member:
    """Closes the door: no log-in, no token, no invitation. What she owns stays hers. Raises `NotAllowed`, `Invalid`, `Stale`."""
    require(viewer, "member.edit", member)
    with transaction.atomic():
        _one_at_a_time()
        member.refresh_from_db()
        if member.role == Role.OWNER:
            require(viewer, "workspace.own")
            _refuse_last_owner(member)
        member = write(member, {"is_active": False}, seen=seen_version)
        revoke_all(member=member, at=at)
        withdraw(member=member, at=at)
    return member


def reactivate_member(*, member: Member, viewer: Member, seen_version: int | None = None) -> Member:
    """Opens the door again; tokens and invitations that ended stay ended."""
    require(viewer, "member.edit", member)
    if member.role == Role.OWNER:
        require(viewer, "workspace.own")
    return write(member, {"is_active": True}, seen=seen_version)


def _cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - MEMBER_FIELDS
    if unknown:
        raise Invalid.one(min(unknown), "unknown_field", _("There is no such field."))
    values = dict(fields)
    if "email" in values:
        values["email"] = (values["email"] or "").strip().lower() or None
    if "external_id" in values:
        values["external_id"] = values["external_id"] or None
    return values


def _differs(member: Member, name: str, values: Mapping[str, Any]) -> bool:
    if name not in values:
        return False
    if name == "manager":
        return bool((values[name].pk if values[name] else None) != member.manager_id)
    return bool((values[name] or "") != (getattr(member, name) or ""))


def _one_at_a_time() -> None:
    """Two changes that are harmless alone can together leave no owner, or make a circle of managers."""
    take_turns(MEMBERS)


def _check_role(member: Member, values: Mapping[str, Any], viewer: Member) -> None:
    """Only owners make and unmake owners; nor may anybody else redirect the invitation of one."""
    changes_role = _differs(member, "role", values)
    if changes_role and values["role"] == Role.OWNER:
        require(viewer, "workspace.own")
    if member.role == Role.OWNER and (changes_role or _differs(member, "email", values)):
        require(viewer, "workspace.own")
    if member.role == Role.OWNER and changes_role:
        _refuse_last_owner(member)


def _refuse_last_owner(member: Member) -> None:
    others = Member.objects.filter(role=Role.OWNER, is_active=True, user__isnull=False).exclude(pk=member.pk)
    if not others.exists():
        message = _("%(name)s is the last owner who can log in. Make somebody else an owner first.")
        raise Invalid.one("role", "last_owner", message % {"name": member.name})


def _check_email(member: Member, values: Mapping[str, Any]) -> None:
    if not _differs(member, "email", values):
        return
    if member.user_id:
        raise Invalid.one("email", "has_login", _("%(name)s logs in with this address.") % {"name": member.name})
    other = Member.objects.filter(email__iexact=values["email"]).exclude(pk=member.pk).first() if values["email"] else None
    if other is not None:
        raise Invalid.one("email", "email_taken", _("%(name)s already has this address.") % {"name": other.name})


def _refuse_cycle(member: Member, values: Mapping[str, Any]) -> None:
    if not _differs(member, "manager", values) or values["manager"] is None:
        return
    above: dict[UUID, tuple[UUID | None, str]] = {
        pk: (manager, name) for pk, manager, name in Member.objects.values_list("pk", "manager_id", "name")
    }
    path, at = [member.name], values["manager"].pk
    passed: set[UUID] = set()
    while at in above and at not in passed:
        passed.add(at)
        path.append(above[at][1])
        if at == member.pk:
            message = _("Nobody can report to themselves: %(path)s.") % {"path": " > ".join(path)}
            raise Invalid.one("manager", "manager_cycle", message)
        at = above[at][0]

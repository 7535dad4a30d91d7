"""The audit log: adding to it, reading it, and proving that nothing in it was changed.

Changes of members, tokens, invitations, stages, rules and settings are noted by the database itself (migration 0008), whichever
way they come. Here is what the database cannot see: what happens at the door, and what is carried out of the house.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keystead.base.origin import Origin, coming_from, current_origin
from keystead.base.scope import current_scope, open_scope
from keystead.data.tenancy import ScopedQuerySet
from keystead.data.workspace.audit import AuditEvent
from keystead.data.workspace.models import Member, User
from keystead.domain.workspace.membership import is_unopened, memberships
from keystead.domain.workspace.permissions import require

KINDS: dict[str, Any] = {
    "signed_in": _("signed in"),
    "sign_in_failed": _("sign-in failed"),
    "signed_out": _("signed out"),
    "password.changed": _("password changed"),
    "password.reset": _("password reset by letter"),
    "step.added": _("second step added"),
    "step.removed": _("second step removed"),
    "step.renewed": _("recovery codes renewed"),
    "step.used": _("second step used"),
    "step.failed": _("second step failed"),
    "session.ended": _("session ended"),
    "token.made": _("token made"),
    "token.used": _("token used for the first time"),
    "token.revoked": _("token revoked"),
    "binding.refused": _("another person's sign-in refused"),
    "binding.released": _("company sign-in released"),
    "invitation.sent": _("invitation sent"),
    "invitation.accepted": _("invitation accepted"),
    "invitation.withdrawn": _("invitation withdrawn"),
    "member.added": _("member added"),
    "member.changed": _("member or rights changed"),
    "member.removed": _("member removed"),
    "rule.made": _("rule of entry made"),
    "rule.changed": _("rule of entry changed"),
    "rule.removed": _("rule of entry removed"),
    "stage.made": _("stage made"),
    "stage.changed": _("stage changed"),
    "stage.removed": _("stage removed"),
    "workspace.changed": _("workspace setting changed"),
    "exported": _("exported"),
}


class UnknownKind(ValueError):
    """Something is to be noted that the log has no words for: a mistake in the program."""

    code = "unknown_kind"


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold. `problem`: gap (entries are missing before it), changed, unchained."""

    number: int
    problem: str


def record(
    *, kind: str, subject_kind: str = "", subject_id: str = "", subject: str = "",
    old: Mapping[str, Any] | None = None, new: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Adds an entry to the open workspace's log, in the caller's transaction. Who, from where and when the database knows."""
    if kind not in KINDS:
        raise UnknownKind(kind)
    AuditEvent.objects.bulk_create([
        AuditEvent(
            kind=kind, subject_kind=subject_kind, subject_id=subject_id, subject=subject[:300], old=dict(old or {}),
            new=dict(new or {}),
        )
    ])  # fmt: skip


def record_for(*, user: User, kind: str, via: str = "web", **words: Any) -> None:
    """Adds the entry to the log of each workspace in which the login is an active member: a login belongs to all of them.

    From where it came is not told to a workspace that made her a member without her asking, until she has opened it.
    """
    outer = current_scope()
    for member in memberships(user_id=user.pk):
        actor = {"member": str(member.pk), "name": member.name, "via": outer.actor.get("via", via)}
        scope = open_scope(workspace_id=member.workspace_id, user_id=user.pk, actor=actor)
        origin = Origin() if is_unopened(user=user, workspace_id=member.workspace_id) else current_origin()
        with coming_from(origin), scope, transaction.atomic():
            record(kind=kind, subject_kind="login", subject_id=str(user.pk), subject=user.email, **words)


def entries(
    *, viewer: Member, kind: str = "", who: str = "", first: date | None = None, last: date | None = None, zone: tzinfo
) -> ScopedQuerySet[AuditEvent]:
    """The log, newest first: of a kind or a family of kinds ("token"), by or about whoever has `who` in the name, between days.

    Raises `NotAllowed`.
    """
    require(viewer, "audit.read")
    rows: Any = AuditEvent.objects.visible_to(viewer).order_by("-number")
    if kind:
        rows = rows.filter(kind=kind) if kind in KINDS else rows.filter(kind__startswith=f"{kind}.")
    if who:
        rows = _about(rows, who)
    if first:
        rows = rows.filter(created_at__gte=_begin(first, zone))
    if last:
        rows = rows.filter(created_at__lt=_begin(last + timedelta(days=1), zone))
    return rows  # type: ignore[no-any-return]


def _about(rows: QuerySet[AuditEvent], who: str) -> QuerySet[AuditEvent]:
    return rows.filter(Q(actor__icontains=who) | Q(subject__icontains=who) | Q(ip__startswith=who))


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def breaks() -> list[Break]:
    """Where the open workspace's chain does not hold; empty when nothing was changed, left out or put in between.

    What was cut off at the end cannot show from the rest: compare `head()` with one that was written down elsewhere.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, problem FROM keystead_audit_broken()")
        return [Break(*row) for row in cursor.fetchall()]


def head() -> tuple[int, str]:
    """(number, hash) of the latest entry; (0, "") of an empty log."""
    row: tuple[int, str] | None = AuditEvent.objects.order_by("-number").values_list("number", "hash").first()
    return row or (0, "")

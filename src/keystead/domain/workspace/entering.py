"""Coming in by the company's own directory: to where one is invited, or where a workspace's rule opens the door."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from keystead.base.origin import Origin, coming_from
from keystead.base.scope import open_scope
from keystead.data.workspace.entry import EntryRule, UnopenedPlace, Voucher
from keystead.data.workspace.models import Invitation, Member, User
from keystead.domain.workspace.binding import AnotherPerson, bind, note_refusal


class NoPlace(Exception):
    """The directory knows this person, but no workspace awaits her."""

    code = "no_place"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a directory says about a person: its word for the address is what everything rests on."""

    email: str
    name: str
    voucher: str  # a value of `Voucher`
    language: str = ""
    provider: str = ""  # under which name its keys are bound; "" binds nothing
    subject: str = ""  # its lasting key of the person; "" when it has none


def enter(*, vouched: Vouched, at: datetime, user: User | None = None) -> User:
    """The login of this address, made when there is none and some workspace awaits it; joins wherever it is awaited.

    Open invitations to the address are accepted, and each rule for its domain that trusts the voucher makes a member. `user` is
    whom the directory's own key already leads to. Raises `NoPlace`, and makes nothing, when there is neither a login nor a place;
    `AnotherPerson` when the address is somebody else's at the directory by now, which the log of the login's workspaces notes.
    """
    try:
        return _enter(vouched, at, user)
    except AnotherPerson as refusal:
        note_refusal(refusal)
        raise


def _enter(vouched: Vouched, at: datetime, user: User | None) -> User:
    email = vouched.email.strip().lower()
    with transaction.atomic():
        user = user or User.objects.filter(email=email).first()
        invited, rules = _places(email, vouched.voucher, at)
        if user is None:
            if not (invited or rules):
                raise NoPlace(email)
            user = _make(email, vouched)
        if vouched.provider:
            bind(user=user, provider=vouched.provider, subject=vouched.subject)
        if user.is_active and user.email == email:
            for workspace_id in {*invited, *rules}:
                _join(workspace_id, user, vouched, role=rules.get(workspace_id), at=at, is_invited=workspace_id in invited)
    return user


def _make(email: str, vouched: Vouched) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=vouched.name[:200], language=vouched.language)
    except IntegrityError:  # the same person in another window
        return User.objects.get(email=email)


def _places(email: str, voucher: str, at: datetime) -> tuple[set[UUID], dict[UUID, str]]:
    """Workspaces with an open invitation to the address, and those with a rule for it and the role that the rule gives."""
    with open_scope(workspace_id=None):
        _tell(email)
        awaited = Member._base_manager.filter(email__iexact=email, user=None, is_active=True).values_list("workspace_id", "pk")
        waiting = list(awaited)
        trusted = EntryRule._base_manager.filter(domain=email.partition("@")[2], voucher__in=(Voucher.ANY, voucher))
        rules = dict(trusted.values_list("workspace_id", "role"))
        _tell("")
    invited = set()
    for workspace_id, member_id in waiting:
        with open_scope(workspace_id=workspace_id):
            if Invitation.objects.filter(member_id=member_id, accepted_at=None, expires_at__gt=at).exists():
                invited.add(workspace_id)
    return invited, rules


def _tell(email: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keystead.email', %s, true)", [email])


def _join(workspace_id: UUID, user: User, vouched: Vouched, *, role: str | None, at: datetime, is_invited: bool) -> None:
    """Gives the awaited member her login, or makes a member by the rule. Whoever was deactivated here stays outside.

    She has asked for none of it: any workspace may write a rule or an invitation for her address. So from where she comes stays
    untold there until she opens it herself (`UnopenedPlace`).
    """
    actor = {"via": vouched.voucher, "name": user.name or user.email}
    scope = open_scope(workspace_id=workspace_id, user_id=user.pk, actor=actor)
    with coming_from(Origin()), scope, transaction.atomic():
        if Member.objects.filter(user=user).exists():
            return
        member = Member.objects.select_for_update().filter(email__iexact=user.email).first()
        if member is None:
            if role is not None:
                UnopenedPlace.objects.get_or_create(user=user)
                Member.objects.create(user=user, name=user.name or user.email, email=user.email, role=role)
            return
        if not member.is_active or member.user_id is not None or not (is_invited or _is_modest(member, role)):
            return
        UnopenedPlace.objects.get_or_create(user=user)
        member.user = user
        member.save(update_fields=["user"])
        Invitation.objects.filter(member=member, accepted_at=None, expires_at__gt=at).update(accepted_at=at)


def _is_modest(member: Member, role: str | None) -> bool:
    """A rule lets somebody in who stands in the hierarchy already, but never as more than an administrator had to invite."""
    return role is not None and member.role not in ("owner", "admin")

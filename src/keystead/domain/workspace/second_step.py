"""Who has to have a second step at sign-in, and who has one."""

from allauth.mfa.models import Authenticator

from keystead.data.workspace.models import Member, Role, User, Workspace

_POWERFUL = {Role.OWNER, Role.ADMIN}
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes stand in for one of these, never alone


class SecondStepMissing(Exception):
    """The workspace asks this member for a second step and she has none: her tokens rest until she has set one up."""

    code = "second_step_required"


def is_required(member: Member) -> bool:
    """By the workspace's rule and the member's role; `member.workspace` is loaded."""
    rule = member.workspace.second_step
    return rule == Workspace.SecondStep.EVERYBODY or (rule == Workspace.SecondStep.ADMINS and member.role in _POWERFUL)


def has_second_step(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=STEPS).exists()


def require_second_step(member: Member) -> None:
    """What her pages ask of her they ask of her tokens: one made before the rule was there is no way around it.

    Raises `SecondStepMissing`; also for a member without a login, who cannot have one.
    """
    if is_required(member) and not (member.user and has_second_step(member.user)):
        raise SecondStepMissing

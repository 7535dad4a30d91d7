"""Who has to have a second step at sign-in."""

from keystead.data.workspace.models import Member, Role, Workspace

_POWERFUL = {Role.OWNER, Role.ADMIN}


def is_required(member: Member) -> bool:
    """By the workspace's rule and the member's role; `member.workspace` is loaded."""
    rule = member.workspace.second_step
    return rule == Workspace.SecondStep.EVERYBODY or (rule == Workspace.SecondStep.ADMINS and member.role in _POWERFUL)

"""Asking the permission table, with an exception that a surface can turn into a sentence."""

from django.db.models import Model

from keystead.data.permissions import reaches
from keystead.data.workspace.models import Member


class NotAllowed(Exception):
    """The viewer sees the object but may not do this to it: 403 with its reason (an unseen object is 404 before this)."""

    code = "not_allowed"

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


def may(viewer: Member, action: str, obj: Model | None = None) -> bool:
    return reaches(viewer, action, obj)


def require(viewer: Member, action: str, obj: Model | None = None) -> None:
    """Raises `NotAllowed` unless the permission table lets the viewer do this."""
    if not reaches(viewer, action, obj):
        raise NotAllowed(action)

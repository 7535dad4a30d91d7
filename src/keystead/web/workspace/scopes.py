"""What a token is for, in words: short in lists, in full where it is chosen, and only what is true for whoever chooses."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keystead.data.workspace.models import Member, Scope
from keystead.domain.workspace.permissions import useful_scopes, writable

_SHORT: dict[str, Any] = {
    Scope.READ: pgettext_lazy("token", "read"), Scope.WRITE: pgettext_lazy("token", "write"),
    Scope.IMPORT: pgettext_lazy("token", "import files"), Scope.ADMIN: pgettext_lazy("token", "administer"),
}  # fmt: skip
_WRITTEN: dict[str, Any] = {
    "account": gettext_lazy("accounts"), "contact": gettext_lazy("contacts"), "deal": gettext_lazy("deals"),
    "order": gettext_lazy("orders"), "plan": gettext_lazy("plans"), "view": gettext_lazy("saved views"),
}  # fmt: skip


def scope_words(scopes: Iterable[str]) -> str:
    """For a list: "read, write"."""
    return ", ".join(str(_SHORT.get(scope, scope)) for scope in scopes)


def offered_scopes(viewer: Member) -> list[tuple[str, str]]:
    """The scopes that a token of hers can be for, beside reading, with what each lets her do."""
    useful = useful_scopes(viewer)
    return [(scope.value, _in_full(scope, viewer)) for scope in Scope if scope in useful and scope is not Scope.READ]


def _in_full(scope: Scope, viewer: Member) -> str:
    if scope is not Scope.WRITE:
        return str(scope.label)
    nouns = writable(viewer)
    return _("Write: %(what)s") % {"what": ", ".join(str(words) for noun, words in _WRITTEN.items() if noun in nouns)}

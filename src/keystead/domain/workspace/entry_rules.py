"""Rules of entry: who becomes a member without an invitation because the company's directory vouches for her."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.entry import EntryRule
from keystead.data.workspace.models import Member, Role
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid, write

_DOMAIN = re.compile(r"(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# Where anybody gets an address: a rule for one of these would open the workspace to the world.
_PUBLIC = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.com.br yahoo.es icloud.com me.com aol.com
    gmx.de gmx.net web.de proton.me protonmail.com uol.com.br bol.com.br terra.com.br terra.es mail.com zoho.com yandex.com qq.com
    """.split()
)
ROLES = (Role.MANAGER, Role.ACCOUNT_MANAGER, Role.CONTRIBUTOR, Role.VIEWER, Role.GUEST)


def make_rule(*, viewer: Member, fields: Mapping[str, Any]) -> EntryRule:
    """A rule for a domain. Raises `NotAllowed`, `Invalid` (domain: no_domain, public_domain, taken; role: too_powerful)."""
    require(viewer, "workspace.edit")
    domain = str(fields["domain"]).strip().lower().removeprefix("@")
    if not _DOMAIN.fullmatch(domain):
        raise Invalid.one("domain", "no_domain", _("Write the part after the @, such as example.com."))
    if domain in _PUBLIC:
        raise Invalid.one("domain", "public_domain", _("Anybody can get an address there. Invite people one by one."))
    if fields["role"] not in ROLES:
        raise Invalid.one("role", "too_powerful", _("Owners and administrators are made by hand."))
    if EntryRule.objects.filter(domain=domain).exists():
        raise Invalid.one("domain", "taken", _("There is a rule for this domain already."))
    return write(EntryRule(), {"domain": domain, "voucher": fields["voucher"], "role": fields["role"]})


def remove_rule(*, viewer: Member, rule: EntryRule) -> None:
    """Members who came in by it stay. Raises `NotAllowed`."""
    require(viewer, "workspace.edit")
    rule.delete()

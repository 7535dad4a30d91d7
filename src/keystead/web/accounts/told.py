"""Changes as a person reads them, day by day: who, what, from → to, by which way."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ForeignKey
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keystead.data.accounts.models import Account, Contact
from keystead.data.deals.models import Deal, Product, Stage
from keystead.data.workspace.models import Member
from keystead.domain.plans.history import Change, FieldChange
from keystead.web.changes.offering import offer_last
from keystead.web.plans.words import language
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way
from keystead.web.templatetags import formats

KINDS = {
    "Account": gettext_lazy("the account"), "AccountTeamMember": gettext_lazy("team"), "Contact": gettext_lazy("contact"),
    "Deal": gettext_lazy("deal"), "Order": gettext_lazy("order"), "Plan": gettext_lazy("plan"),
}  # fmt: skip
_WHAT = {
    "added": (gettext_lazy("added"), "good"),
    "changed": (gettext_lazy("changed"), "info"),
    "deleted": (gettext_lazy("deleted"), "bad"),
}
WAYS = {
    "web": "", "api": gettext_lazy("by the API"), "import": gettext_lazy("by an import"), "job": gettext_lazy("by a job"),
    "command": gettext_lazy("by a command"), "demo": gettext_lazy("as demo data"),
}  # fmt: skip
_PAGES = {"Deal": "deals:detail", "Plan": "plans:detail"}
_NAMED = (Member, Account, Contact, Product, Stage, Deal)


def told(changes: list[Change], request: WorkspaceRequest) -> list[dict[str, Any]]:
    """[{day, changes}], the latest day first. References are named if the viewer may see what they point to."""
    names = _names(changes, request)
    shown = [_shown(change, names, request) for change in changes]
    offer_last(request, changes, shown)
    return [{"day": day, "changes": list(found)} for day, found in groupby(shown, key=lambda change: change["at"].date())]


def _shown(change: Change, names: dict[UUID, str], request: WorkspaceRequest) -> dict[str, Any]:
    words, tone = _WHAT[change.what]
    title = change.title
    if change.kind == "Account":
        title = ""
    elif change.kind == "AccountTeamMember":
        title = names.get(UUID(title), _("somebody who is no longer there"))
    page = _PAGES.get(change.kind) if change.what != "deleted" else None
    return {
        "at": timezone.localtime(change.at), "by": change.by, "way": WAYS.get(change.via, change.via),
        "what": words, "tone": tone, "kind": KINDS[change.kind], "title": title,
        "url": way(page, request.workspace, change.id) if page else "",
        "fields": [
            {"label": _label(each), "old": _text(each, each.old, names), "new": _text(each, each.new, names)}
            for each in change.fields
        ],
    }  # fmt: skip


def _label(change: FieldChange) -> str:
    name = str(change.field.verbose_name)
    return name[:1].upper() + name[1:]


def _text(change: FieldChange, value: Any, names: dict[UUID, str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(change.field, ForeignKey):
        return names.get(value, _("no longer there"))
    if isinstance(change.field, BooleanField):
        return _("yes") if value else _("no")
    if change.field.choices:
        return str(dict(change.field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return formats.moment(timezone.localtime(value), language())
    if isinstance(value, date):
        return formats.day(value, language())
    return formats.number(value, language()) if isinstance(value, int | Decimal) else Truncator(str(value)).chars(160)


def _names(changes: Iterable[Change], request: WorkspaceRequest) -> dict[UUID, str]:
    """What the references are called: one query for each kind that occurs."""
    wanted: dict[Any, set[UUID]] = {}
    for change in changes:
        if change.kind == "AccountTeamMember":
            wanted.setdefault(Member, set()).add(UUID(change.title))
        for each in change.fields:
            if isinstance(each.field, ForeignKey):
                wanted.setdefault(each.field.related_model, set()).update(key for key in (each.old, each.new) if key)
    names: dict[UUID, str] = {}
    for model in _NAMED:
        if model in wanted:
            found = model._default_manager.visible_to(request.viewer).filter(pk__in=wanted[model])
            names |= {each.pk: str(each) for each in found}
    return names

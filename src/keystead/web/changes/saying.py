"""What changed, in the reader's words: fields by name, values as the page writes them, references by what they point to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ForeignKey
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keystead.base.money import Money
from keystead.data.workspace.models import Member
from keystead.domain.plans.history import Change, FieldChange
from keystead.web.plans.words import language
from keystead.web.templatetags import formats

LONGEST = 160  # characters of a text
# change.what -> what is said of it, and in which colour
_WHAT = {
    "added": (gettext_lazy("added"), "good"),
    "changed": (gettext_lazy("changed"), "info"),
    "deleted": (gettext_lazy("deleted"), "bad"),
    "submitted": (pgettext_lazy("somebody did", "submitted"), "info"),  # elsewhere the plan is
    "approved": (pgettext_lazy("somebody did", "approved"), "good"),
    "rejected": (pgettext_lazy("somebody did", "rejected"), "bad"),
    "recalled": (pgettext_lazy("somebody did", "recalled"), "warn"),
}
# change.via -> the way, where it is not the obvious one
WAYS = {
    "web": "", "api": gettext_lazy("by the API"), "import": gettext_lazy("by an import"), "job": gettext_lazy("by a job"),
    "command": gettext_lazy("by a command"), "demo": gettext_lazy("as demo data"),
}  # fmt: skip


def said(change: Change, names: dict[UUID, str]) -> dict[str, Any]:
    """{at, by, way, what, tone, fields: [{label, old, new}]}; "" is nothing. `names` is what references are called."""
    words, tone = _WHAT[change.what]
    fields = [
        {
            "label": _label(each),
            "old": _text(each, each.old, names, each.currencies[0]),
            "new": _text(each, each.new, names, each.currencies[1]),
        }
        for each in change.fields
    ]
    at, way = timezone.localtime(change.at), WAYS.get(change.via, change.via)
    return {"at": at, "by": change.by, "way": way, "what": words, "tone": tone, "fields": fields}


def by_day(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """[{day, changes}], in the order given."""
    return [{"day": day, "changes": list(found)} for day, found in groupby(shown, key=lambda change: change["at"].date())]


def names_of(models: Sequence[Any], changes: Iterable[Change], viewer: Member, **more: Iterable[UUID]) -> dict[UUID, str]:
    """What the references to these models are called, where the viewer may see them; one query for each kind that occurs.
    `more` are further keys by the model's name."""
    wanted = {model: set(more.get(model.__name__, ())) for model in models}
    for change in changes:
        for each in change.fields:
            if isinstance(each.field, ForeignKey) and each.field.related_model in wanted:
                wanted[each.field.related_model].update(key for key in (each.old, each.new) if key)
    names: dict[UUID, str] = {}
    for model, keys in wanted.items():
        if keys:
            names |= {each.pk: str(each) for each in model.objects.visible_to(viewer).filter(pk__in=keys)}
    return names


def _label(change: FieldChange) -> str:
    name = str(change.field.verbose_name)
    return name[:1].upper() + name[1:]


def _text(change: FieldChange, value: Any, names: dict[UUID, str], currency: str) -> str:
    """A stored value in words. What no longer exists, or may not be seen, is said to be no longer there."""
    if value is None or value == "":
        return ""
    if isinstance(change.field, ForeignKey):
        return names.get(value, _("no longer there"))
    if isinstance(change.field, BooleanField):
        return _("yes") if value else _("no")
    if change.field.choices:
        return str(dict(change.field.flatchoices).get(value, value))
    if currency:
        return formats.money(Money(value, currency), language())
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return formats.moment(timezone.localtime(value), language())
    if isinstance(value, date):
        return formats.day(value, language())
    return formats.number(value, language()) if isinstance(value, int | Decimal) else Truncator(str(value)).chars(LONGEST)

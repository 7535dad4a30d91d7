"""The tab of history: who changed what, and when."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ForeignKey
from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keystead.data.accounts.models import Account, Contact
from keystead.data.plans.models import Action, Objective
from keystead.data.workspace.models import Member
from keystead.domain.plans.history import Change, FieldChange, plan_history
from keystead.web.changes.offering import offer_last
from keystead.web.plans.page import find_plan, render_plan
from keystead.web.plans.words import language
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats

_KINDS = {
    "Plan": gettext_lazy("Plan header"),
    "Objective": gettext_lazy("Objective"),
    "Measure": gettext_lazy("Measure"),
    "MeasureReading": gettext_lazy("Reading"),
    "Action": gettext_lazy("Action"),
    "SwotItem": gettext_lazy("SWOT item"),
    "PlanApproval": gettext_lazy("Approval"),
}
_WHAT = {
    "added": (gettext_lazy("added"), "good"),
    "changed": (gettext_lazy("changed"), "info"),
    "deleted": (gettext_lazy("deleted"), "bad"),
    "submitted": (gettext_lazy("submitted"), "info"),
    "approved": (gettext_lazy("approved"), "good"),
    "rejected": (gettext_lazy("rejected"), "bad"),
    "recalled": (gettext_lazy("recalled"), "warn"),
}
_WAYS = {
    "web": "",
    "api": gettext_lazy("by the API"),
    "import": gettext_lazy("by an import"),
    "job": gettext_lazy("by a job"),
    "command": gettext_lazy("by a command"),
    "demo": gettext_lazy("as demo data"),
}
_REFERENCES = (Member, Account, Contact, Objective, Action)


@require_GET
def history(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    changes = plan_history(plan=plan)
    names = _names(request, changes)
    shown = [_shown(change, names) for change in changes]
    offer_last(request, changes, shown)
    days = [{"day": day, "changes": list(found)} for day, found in groupby(shown, key=lambda change: change["at"].date())]
    return render_plan(request, plan, "history", {"days": days})


def _shown(change: Change, names: dict[UUID, str]) -> dict[str, Any]:
    words, tone = _WHAT[change.what]
    return {
        "at": timezone.localtime(change.at),
        "by": change.by,
        "way": _WAYS.get(change.via, change.via),
        "what": words,
        "tone": tone,
        "kind": _KINDS[change.kind],
        "title": _title(change),
        "comment": change.comment,
        "fields": [
            {"label": _label(each), "old": _text(each, each.old, names), "new": _text(each, each.new, names)}
            for each in change.fields
        ],
    }


def _title(change: Change) -> str:
    """What was changed, where its kind alone does not say it."""
    if change.kind == "PlanApproval" or (change.kind == "Plan" and change.what == "changed"):
        return ""
    return formats.day(date.fromisoformat(change.title), language()) if change.kind == "MeasureReading" else change.title


def _label(change: FieldChange) -> str:
    name = str(change.field.verbose_name)
    return name[:1].upper() + name[1:]


def _text(change: FieldChange, value: Any, names: dict[UUID, str]) -> str:
    """A stored value in words. What no longer exists, or may not be seen, is said to be somebody or something else."""
    if value is None or value == "":
        return ""
    if isinstance(change.field, ForeignKey):
        return names.get(value, _("no longer there"))
    if isinstance(change.field, BooleanField):
        return _("yes") if value else _("no")
    if change.field.choices:
        return str(dict(change.field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return formats.moment(timezone.localtime(value), language())
    if isinstance(value, date):
        return formats.day(value, language())
    if isinstance(value, int | Decimal):
        return formats.number(value, language())
    return Truncator(str(value)).chars(160)


def _names(request: WorkspaceRequest, changes: Iterable[Change]) -> dict[UUID, str]:
    """What the references in the changes are called, one query for each kind that occurs."""
    wanted: dict[Any, set[UUID]] = {}
    for change in changes:
        for each in change.fields:
            if isinstance(each.field, ForeignKey):
                wanted.setdefault(each.field.related_model, set()).update(key for key in (each.old, each.new) if key)
    names: dict[UUID, str] = {}
    for model in _REFERENCES:
        if model in wanted:
            found = model.objects.visible_to(request.viewer).filter(pk__in=wanted[model])
            names |= {each.pk: str(each) for each in found}
    return names

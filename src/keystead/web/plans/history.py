"""The tab of history: who changed what, and when."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keystead.data.accounts.models import Account, Contact
from keystead.data.plans.items import Action, Objective
from keystead.data.workspace.models import Member
from keystead.domain.plans.history import Change, plan_history
from keystead.web.changes.offering import offer_last
from keystead.web.changes.saying import by_day, names_of, said
from keystead.web.plans.page import find_plan, render_plan
from keystead.web.plans.words import language
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats

_KINDS = {
    "Plan": gettext_lazy("Plan"),
    "Objective": gettext_lazy("Objective"),
    "Measure": gettext_lazy("Measure"),
    "MeasureReading": gettext_lazy("Reading"),
    "Action": gettext_lazy("Action"),
    "SwotItem": gettext_lazy("SWOT item"),
    "PlanApproval": gettext_lazy("Plan"),
}
_DETAILS = gettext_lazy("Plan details")  # what stands above its objectives
_REFERENCES = (Member, Account, Contact, Objective, Action)


@require_GET
def history(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    changes = plan_history(plan=plan)
    names = names_of(_REFERENCES, changes, request.viewer)
    shown = [_shown(change, names) for change in changes]
    offer_last(request, changes, shown)
    return render_plan(request, plan, "history", {"days": by_day(shown)})


def _shown(change: Change, names: dict[UUID, str]) -> dict[str, Any]:
    return {**said(change, names), "kind": _kind(change), "title": _title(change), "comment": change.comment}


def _is_of_details(change: Change) -> bool:
    return change.kind == "Plan" and change.what == "changed"


def _kind(change: Change) -> Any:
    return _DETAILS if _is_of_details(change) else _KINDS[change.kind]


def _title(change: Change) -> str:
    """What was changed, where its kind alone does not say it."""
    if change.kind == "PlanApproval" or _is_of_details(change):
        return ""
    if change.kind == "MeasureReading":
        return ", ".join(filter(None, (change.part_of, formats.day(date.fromisoformat(change.title), language()))))
    return change.title

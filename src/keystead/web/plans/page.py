"""The frame around every page of one plan: found through `visible_to`, with its header, tabs and what the viewer may do."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from keystead.data.accounts.models import Account
from keystead.data.counting.together import counts_of
from keystead.data.permissions import Reach, people, reach
from keystead.data.plans.items import Action, Objective, ObjectiveStatus, SwotItem
from keystead.data.plans.models import Plan, PlanStatus, RevenueLink
from keystead.data.workspace.models import Member
from keystead.domain.plans.approval import TRANSITIONS, refuse_archived
from keystead.domain.plans.history import changed_since_approval
from keystead.domain.workspace.permissions import require
from keystead.web.plans.words import STATUS_TONES
from keystead.web.portfolio.cells import short_segment
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way


def find_plan(request: WorkspaceRequest, pk: UUID) -> Plan:
    """The plan with its account and people, or 404 when the viewer may not see it."""
    plans: QuerySet[Plan] = Plan.objects.visible_to(request.viewer).select_related("account", "owner", "prepared_by")
    plan: Plan = get_object_or_404(plans, pk=pk)
    hide_unseen_accounts(request.viewer, [plan])
    return plan


def hide_unseen_accounts(viewer: Member, plans: Iterable[Plan]) -> None:
    """Her plan may be at an account that is not hers: it has no name there either. One query at most, none for her own ones."""
    how_far = reach(viewer, "account.read")
    if how_far is Reach.ALL:
        return
    hers = people(viewer, how_far)
    others = [plan for plan in plans if plan.account.owner_id not in hers]
    if not others:
        return
    there = Account.objects.visible_to(viewer).filter(pk__in={plan.account_id for plan in others})
    seen = set(there.values_list("pk", flat=True))
    for plan in others:
        if plan.account_id not in seen:
            plan.account = Account(pk=plan.account_id, name=_("An account that you may not see"))


def find_item(plan: Plan, items: QuerySet[Any], pk: UUID) -> Any:
    """An item of this plan, or 404. The plan was found through `visible_to`, so its items are visible too."""
    path = {"Measure": "objective__plan", "MeasureReading": "measure__objective__plan"}.get(items.model.__name__, "plan")
    return get_object_or_404(items, **{path: plan}, pk=pk)


def may_here(viewer: Member, action: str) -> bool:
    """Whether the viewer may do this to a plan that she was shown: without a query, by how far the right reaches.

    Whoever was shown the plan reaches it by reading; a right that goes as far as reading goes reaches it too.
    """
    return reach(viewer, action) >= reach(viewer, "plan.read") > Reach.NONE


def require_here(request: WorkspaceRequest, action: str, plan: Plan) -> None:
    """The right, and for a form that is only asked for, that the plan is open: who has typed already hears it from the verb."""
    require(request.viewer, action, plan)
    if request.method != "POST":
        refuse_archived(plan)


def rights(viewer: Member, plan: Plan) -> dict[str, Any]:
    """What the viewer may do here and now: by the permission table, and by the plan's state."""
    moves = [verb for verb, (states, _to, action, _) in TRANSITIONS.items() if plan.status in states and may_here(viewer, action)]
    is_open = plan.status != PlanStatus.ARCHIVED
    return {
        "moves": moves,
        "may_edit": is_open and may_here(viewer, "plan.edit"),
        "may_contribute": is_open and may_here(viewer, "plan.contribute"),
        "may_delete": may_here(viewer, "plan.delete"),
        "may_review": is_open and may_here(viewer, "plan.approve"),
    }


def plan_crumbs(request: WorkspaceRequest, plan: Plan, *more: str) -> list[dict[str, Any]]:
    slug = request.workspace.slug
    return [
        {"label": _("Plans"), "url": reverse("plans:list", args=[slug])},
        {"label": plan.account.name, "url": way("accounts:detail", request.workspace, plan.account_id)},
        {"label": plan.name, "url": reverse("plans:detail", args=[slug, plan.pk])},
        *({"label": label, "url": ""} for label in more),
    ]


def plan_context(request: WorkspaceRequest, plan: Plan, tab: str, *crumbs: str) -> dict[str, Any]:
    changes = changed_since_approval(plan=plan) if plan.status == PlanStatus.APPROVED else 0
    return {
        "plan": plan,
        "tab": tab,
        "tabs": _tabs(request, plan, tab),
        "crumbs": plan_crumbs(request, plan, *crumbs),
        "status_tone": STATUS_TONES[PlanStatus(plan.status)],
        "changes": changes,
        "is_archived": plan.status == PlanStatus.ARCHIVED,
        "segment_current": short_segment(plan.account.segment_current),
        "segment_target": short_segment(plan.account.segment_target),
        "account_url": way("accounts:detail", request.workspace, plan.account_id),
        **rights(request.viewer, plan),
    }


def render_plan(
    request: WorkspaceRequest, plan: Plan, tab: str, context: dict[str, Any], *, template: str = "", status: int = 200
) -> HttpResponse:
    """The tab's page; its part named `tab` when htmx asks for a fragment."""
    template = template or f"plans/{tab}.html"
    if wants_fragment(request):
        return render(request, f"{template}#tab", {"plan": plan, **rights(request.viewer, plan), **context}, status=status)
    return render(request, template, plan_context(request, plan, tab) | context, status=status)


def done(
    request: WorkspaceRequest,
    show: Callable[[], HttpResponse],
    back: str,
    text: str,
    *,
    level: str = "success",
) -> HttpResponse:
    """After a change: the tab again with a toast for htmx, else back to the page (or to `next`) with a message."""
    text = Truncator(text).chars(140)
    if wants_fragment(request):
        response = show()
        response["HX-Trigger"] = json.dumps({"toast": {"text": text, "level": level}})
        return response
    messages.add_message(request, messages.SUCCESS if level == "success" else messages.ERROR, text)
    wanted = request.POST.get("next", "")
    return redirect(wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else back)


def _tabs(request: WorkspaceRequest, plan: Plan, current: str) -> list[dict[str, Any]]:
    counts = _counts(plan)
    labels = (
        ("overview", _("Overview"), "detail"),
        ("objectives", _("Objectives"), "objectives"),
        ("actions", _("Actions"), "actions"),
        ("swot", _("SWOT"), "swot"),
        ("revenue", _("Revenue"), "revenue"),
        ("history", _("History"), "history"),
    )
    return [
        {
            "label": label,
            "url": reverse(f"plans:{name}", args=[request.workspace.slug, plan.pk]),
            "count": counts.get(key) or "",
            "is_current": key == current,
        }
        for key, label, name in labels
    ]


def _counts(plan: Plan) -> dict[str, int]:
    items: dict[str, QuerySet[Any]] = {
        "objectives": Objective.objects.filter(status=ObjectiveStatus.ACTIVE),
        "actions": Action.objects.filter(status__in=Action.OPEN),
        "swot": SwotItem.objects.all(),
        "revenue": RevenueLink.objects.all(),
    }
    return counts_of({name: found.filter(plan=plan) for name, found in items.items()})

"""The tabs of an account that list its facts: plans with figures, deals with their links, orders, activity."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keystead.analytics.measures import BEHIND
from keystead.base import clock
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, Order
from keystead.data.plans.models import Plan, PlanStatus
from keystead.domain.accounts.activity import account_activity
from keystead.domain.accounts.tree import subtree
from keystead.domain.plans.kpis import figures
from keystead.web.accounts.page import account_context, find_account
from keystead.web.accounts.told import told
from keystead.web.deals.links import linked, order_links
from keystead.web.plans.words import STATUS_TONES
from keystead.web.requests import WorkspaceRequest, wants_fragment

_PAGE = 50


@require_GET
def plans(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    found = list(
        Plan.objects.visible_to(request.viewer).filter(account=account).select_related("owner").order_by("-start_date", "name")
    )
    blocks = figures(plans=found, viewer=request.viewer, at=clock.now(), today=clock.today(request.user.time_zone))
    rows = [_plan_row(plan, blocks[plan.pk]) for plan in found]
    return render(request, "accounts/plans.html", account_context(request, account, "plans") | {"rows": rows})


def _plan_row(plan: Plan, block: Any) -> dict[str, Any]:
    achieved = block.values["achievement"]
    return {
        "plan": plan, "tone": STATUS_TONES[PlanStatus(plan.status)],
        "won": block.shown("won"), "forecast": block.shown("forecast"), "target": block.shown("target"), "achieved": achieved,
        "is_behind": achieved is not None and achieved < BEHIND, "is_incomplete": bool(block.missing),
    }  # fmt: skip


@require_GET
def deals(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The account's own deals; with `below` those of the accounts below too."""
    account = find_account(request, pk)
    is_wide = bool(request.GET.get("below"))
    every = Deal.objects.visible_to(request.viewer)
    found = every.filter(account__in=subtree(account.pk)) if is_wide else every.filter(account=account)
    ordered = found.select_related("stage", "owner", "product").order_by("-close_date", "name", "pk")
    # A deal of the viewer's may be at an account below that is not hers: then the account has no name here.
    ordered = ordered.prefetch_related(Prefetch("account", Account.objects.visible_to(request.viewer)))
    page = Paginator(ordered, _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": linked(page.object_list, request), "is_wide": is_wide,
        "has_below": account.children.exists(),
    }  # fmt: skip
    return render(request, "accounts/deals.html", account_context(request, account, "deals") | context)


@require_GET
def orders(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    found = (
        Order.objects.visible_to(request.viewer)
        .filter(account=account)
        .select_related("product", "deal")
        .order_by("-order_date", "pk")
    )
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    rows = order_links(page.object_list, request)
    return render(request, "accounts/orders.html", account_context(request, account, "orders") | {"page": page, "rows": rows})


@require_GET
def activity(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Newest first; `before` is the moment from which to go on."""
    account = find_account(request, pk)
    before = request.GET.get("before", "")
    changes, further = account_activity(account=account, before=before, at_most=_PAGE)
    context = {"days": told(changes, request), "more": f"?before={further}" if further else "", "before": before}
    if wants_fragment(request) and before:
        return render(request, "accounts/activity.html#changes", context)
    return render(request, "accounts/activity.html", account_context(request, account, "activity") | context)

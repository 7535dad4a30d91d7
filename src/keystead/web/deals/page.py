"""One deal: what it is, in which plans it counts and why, through which stages it went, who changed it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base.money import Money
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, DealStageChange, DealStatus
from keystead.data.permissions import reaches
from keystead.domain.accounts.activity import deal_activity
from keystead.web.accounts.told import told
from keystead.web.deals.links import plans_of, reason
from keystead.web.plans.words import FACT_TONES
from keystead.web.requests import WorkspaceRequest


def find_deal(request: WorkspaceRequest, pk: UUID) -> Deal:
    deals: QuerySet[Deal] = Deal.objects.visible_to(request.viewer).select_related("account", "stage", "owner", "product")
    return get_object_or_404(deals, pk=pk)


def deal_context(request: WorkspaceRequest, deal: Deal, *crumbs: str) -> dict[str, Any]:
    slug = request.workspace.slug
    account = Account.objects.visible_to(request.viewer).filter(pk=deal.account_id).first() if deal.account_id else None
    at = [{"label": account.name, "url": reverse("accounts:detail", args=[slug, account.pk])}] if account else []
    return {
        "deal": deal,
        "account": account,
        "amount": None if deal.amount is None else Money(deal.amount, deal.currency),
        "status": DealStatus(deal.status).label,
        "tone": FACT_TONES[deal.status],
        "may_edit": reaches(request.viewer, "deal.edit", deal),
        "may_delete": reaches(request.viewer, "deal.delete", deal),
        "crumbs": [
            {"label": _("Deals"), "url": reverse("deals:list", args=[slug])},
            *at,
            {"label": deal.name, "url": reverse("deals:detail", args=[slug, deal.pk])},
            *({"label": label, "url": ""} for label in crumbs),
        ],
    }


@require_GET
def detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    deal = find_deal(request, pk)
    row = {"plans": plans_of([deal], "deal", request).get(deal.pk, []), "reason": reason(deal)}
    context = {"row": row, "stages": _stages(deal), "days": told(deal_activity(deal=deal), request)}
    return render(request, "deals/detail.html", deal_context(request, deal) | context)


def _stages(deal: Deal) -> list[dict[str, Any]]:
    """Each step with the amount of that moment; the latest first."""
    changes = DealStageChange.objects.filter(deal=deal).select_related("from_stage", "to_stage").order_by("-at", "-id")
    return [
        {
            "at": change.at, "status": DealStatus(change.status).label, "tone": FACT_TONES[change.status],
            "from": change.from_stage.name if change.from_stage else "",
            "to": change.to_stage.name if change.to_stage else _("no stage"),
            "amount": None if change.amount is None else Money(change.amount, change.currency),
        }
        for change in changes
    ]  # fmt: skip

"""The frame around every page of one account: found through `visible_to`, with its header, tabs and what the viewer may do."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from keystead.data.accounts.models import Account, AccountTeamMember, Contact
from keystead.data.counting.together import counts_of
from keystead.data.deals.models import Deal, Order
from keystead.data.permissions import Reach, reach
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.web.accounts.listing import parents_of
from keystead.web.portfolio.cells import short_segment
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way


def find_account(request: WorkspaceRequest, pk: UUID) -> Account:
    """The account with its owner, or 404 when the viewer may not see it."""
    accounts: QuerySet[Account] = Account.objects.visible_to(request.viewer).select_related("owner")
    return get_object_or_404(accounts, pk=pk)


def may_here(viewer: Member, action: str) -> bool:
    """Whether the viewer may do this to an account that she was shown: a right that reaches as far as reading reaches it too."""
    return reach(viewer, action) >= reach(viewer, "account.read") > Reach.NONE


def account_context(request: WorkspaceRequest, account: Account, tab: str, *crumbs: str) -> dict[str, Any]:
    viewer, slug = request.viewer, request.workspace.slug
    parent = parents_of([account], viewer).get(account.parent_id) if account.parent_id else None
    home = reverse("accounts:detail", args=[slug, account.pk])
    above = [{"label": parent.name, "url": reverse("accounts:detail", args=[slug, parent.pk])}] if parent else []
    return {
        "account": account,
        "parent": parent,
        "segment_current": short_segment(account.segment_current),
        "segment_target": short_segment(account.segment_target),
        "tab": tab,
        "tabs": _tabs(request, account, tab),
        "crumbs": [
            {"label": _("Accounts"), "url": reverse("accounts:list", args=[slug])},
            *above,
            {"label": account.name, "url": home},
            *({"label": label, "url": ""} for label in crumbs),
        ],
        "may_edit": may_here(viewer, "account.edit"),
        "may_delete": may_here(viewer, "account.delete"),
        "may_plan": may_here(viewer, "plan.create") and may_here(viewer, "account.edit"),
        "may_contact": may_here(viewer, "contact.create"),
        "may_deal": may_here(viewer, "deal.create"),
        "new_plan": way("plans:new", request.workspace),
        "new_deal": way("deals:new", request.workspace),
    }


def _tabs(request: WorkspaceRequest, account: Account, current: str) -> list[dict[str, Any]]:
    counts = _counts(account, request.viewer)
    labels = (
        ("overview", _("Overview"), "detail"), ("plans", _("Plans"), "plans"), ("deals", _("Deals"), "deals"),
        ("contacts", _("Contacts"), "contacts"), ("orders", _("Orders"), "orders"), ("team", _("Team"), "team"),
        ("activity", _("Activity"), "activity"),
    )  # fmt: skip
    return [
        {
            "label": label, "url": reverse(f"accounts:{name}", args=[request.workspace.slug, account.pk]),
            "count": counts.get(key) or "", "is_current": key == current,
        }
        for key, label, name in labels
    ]  # fmt: skip


def _counts(account: Account, viewer: Member) -> dict[str, int]:
    models: dict[str, Any] = {"plans": Plan, "deals": Deal, "contacts": Contact, "orders": Order, "team": AccountTeamMember}
    return counts_of({name: model.objects.visible_to(viewer).filter(account=account) for name, model in models.items()})

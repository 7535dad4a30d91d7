"""Making, changing and deleting a deal."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keystead.base import clock
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Stage
from keystead.domain.deals.editing import change_deal, create_deal, delete_deal
from keystead.domain.workspace.permissions import require
from keystead.web.accounts.references import shown
from keystead.web.deals.forms import DealForm
from keystead.web.deals.links import reason
from keystead.web.deals.page import deal_context, find_deal
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of

_BOTH = require_http_methods(["GET", "POST"])


@_BOTH
def new(request: WorkspaceRequest) -> HttpResponse:
    """`?account=ID` fills in the account."""
    require(request.viewer, "deal.create")
    form = DealForm(request.POST or None, viewer=request.viewer, initial=_initial(request))
    if form.is_valid():
        made = attempt(form, lambda: create_deal(viewer=request.viewer, fields=form.fields_given))
        if made is not None:
            messages.success(request, _said(made))
            return redirect("deals:detail", slug=request.workspace.slug, pk=made.pk)
    deals = {"label": _("Deals"), "url": reverse("deals:list", args=[request.workspace.slug])}
    context = {"form": form, "crumbs": [deals, {"label": _("New deal"), "url": ""}]}
    return render(request, "deals/new.html", context, status=status_of(form))


def _initial(request: WorkspaceRequest) -> dict[str, Any]:
    account = None
    with suppress(ValueError):
        account = Account.objects.visible_to(request.viewer).filter(pk=UUID(request.GET.get("account", ""))).first()
    first = Stage.objects.visible_to(request.viewer).first()
    return {
        "account": shown(account, request.viewer), "owner": request.viewer.pk, "currency": request.workspace.currency,
        "created_date": clock.today(request.user.time_zone), "stage": first.pk if first else None,
    }  # fmt: skip


def _said(deal: Any) -> str:
    """After saving: in which way the deal counts."""
    why = reason(deal)
    if why:
        return _("Saved. It counts in no plan: %(reason)s.") % {"reason": why}
    return _("Saved. Its plans and their figures follow.")


@_BOTH
def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    deal = find_deal(request, pk)
    require(request.viewer, "deal.edit", deal)
    form = DealForm(request.POST or None, viewer=request.viewer, record=deal)
    if form.is_valid():
        saved = attempt(
            form, lambda: change_deal(deal=deal, viewer=request.viewer, fields=form.fields_given, seen=form.seen_version)
        )
        if saved is not None:
            messages.success(request, form.said(_said(saved)))
            return redirect("deals:detail", slug=request.workspace.slug, pk=pk)
    context = deal_context(request, deal, _("Edit")) | {"form": form}
    return render(request, "deals/edit.html", context, status=status_of(form))


@_BOTH
def deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    deal = find_deal(request, pk)
    require(request.viewer, "deal.delete", deal)
    if request.method == "POST":
        delete_deal(deal=deal, viewer=request.viewer)
        messages.success(request, _("%(name)s is deleted.") % {"name": deal.name})
        return redirect("deals:list", slug=request.workspace.slug)
    return render(request, "deals/deletion.html", deal_context(request, deal, _("Delete")))

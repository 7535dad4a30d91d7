"""Making, changing and deleting an account."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keystead.data.accounts.models import Account, Contact
from keystead.data.deals.models import Deal, Order
from keystead.data.plans.models import Plan
from keystead.domain.accounts.editing import change_account, create_account, delete_account
from keystead.domain.workspace.permissions import require
from keystead.web.accounts.forms import AccountForm
from keystead.web.accounts.page import account_context, find_account
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of

_BOTH = require_http_methods(["GET", "POST"])


@_BOTH
def new(request: WorkspaceRequest) -> HttpResponse:
    """`?parent=NAME` fills in the account above."""
    require(request.viewer, "account.create")
    initial = {"owner": request.viewer.pk, "parent": request.GET.get("parent", "")[:300]}
    form = AccountForm(request.POST or None, viewer=request.viewer, initial=initial)
    if form.is_valid():
        made = attempt(form, lambda: create_account(viewer=request.viewer, fields=form.fields_given))
        if made is not None:
            messages.success(request, _("%(name)s is there.") % {"name": made.name})
            return redirect("accounts:detail", slug=request.workspace.slug, pk=made.pk)
    accounts = {"label": _("Accounts"), "url": reverse("accounts:list", args=[request.workspace.slug])}
    context = {"form": form, **_known(request), "crumbs": [accounts, {"label": _("New account"), "url": ""}]}
    return render(request, "accounts/new.html", context, status=status_of(form))


@_BOTH
def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    require(request.viewer, "account.edit", account)
    form = AccountForm(request.POST or None, viewer=request.viewer, record=account)
    if form.is_valid():
        saved = attempt(
            form, lambda: change_account(account=account, viewer=request.viewer, fields=form.fields_given, seen=form.seen_version)
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect("accounts:detail", slug=request.workspace.slug, pk=pk)
    context = account_context(request, account, "", _("Edit")) | {"form": form, **_known(request)}
    return render(request, "accounts/edit.html", context, status=status_of(form))


def _known(request: WorkspaceRequest) -> dict[str, Any]:
    """Words that other accounts use: suggestions for the same ones."""
    accounts = Account.objects.visible_to(request.viewer)

    def words(field: str) -> Any:
        return accounts.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()[:300]

    return {"industries": words("industry"), "countries": words("country")}


@_BOTH
def deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Says what goes and what stays; the second step does it."""
    account = find_account(request, pk)
    require(request.viewer, "account.delete", account)
    if request.method == "POST":
        delete_account(account=account, viewer=request.viewer)
        messages.success(request, _("%(name)s is deleted.") % {"name": account.name})
        return redirect("accounts:list", slug=request.workspace.slug)
    context = account_context(request, account, "", _("Delete")) | {"goes": _goes(account), "stays": _stays(account)}
    return render(request, "accounts/deletion.html", context)


def _goes(account: Account) -> dict[str, int]:
    return {"plans": Plan.objects.filter(account=account).count(), "contacts": Contact.objects.filter(account=account).count()}


def _stays(account: Account) -> dict[str, int]:
    return {
        "deals": Deal.objects.filter(account=account).count(), "orders": Order.objects.filter(account=account).count(),
        "children": account.children.count(),
    }  # fmt: skip

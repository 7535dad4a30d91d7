"""Exchange rates by hand, and the pairs that are missing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keystead.base.clock import today
from keystead.data.workspace.models import Rate
from keystead.domain.deals.editing import delete_rate, save_rate
from keystead.domain.workspace.permissions import may, require
from keystead.domain.workspace.rates import missing_pairs
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.forms import RateForm
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs
from keystead.web.workspace.writing import attempt, status_of

_PAGE = 50


def rates(request: WorkspaceRequest) -> HttpResponse:
    """The list, latest first, with the form for one more; `?base=&quote=` fills it for a missing pair."""
    require(request.viewer, "rate.read")
    if request.method == "POST":
        require(request.viewer, "rate.edit")
    may_edit = may(request.viewer, "rate.edit")
    day = today(request.user.time_zone)
    pair = (request.GET.get("base", ""), request.GET.get("quote", ""))
    form = RateForm(request.POST or None, today=day, currency=request.workspace.currency, pair=pair)
    if form.is_valid() and attempt(form, lambda: save_rate(viewer=request.viewer, fields=form.fields_given)) is not None:
        messages.success(request, _("Saved. Figures use it from now on."))
        return redirect("rates", slug=request.workspace.slug)
    known = Rate.objects.visible_to(request.viewer).order_by("-date", "base", "quote")
    context = {
        "page": Paginator(known, _PAGE).get_page(request.GET.get("page")),
        "missing": missing_pairs(today=day) if may_edit else [],
        "form": form,
        "may_edit": may_edit,
        **_frame(request),
    }
    return render(request, "workspace/rates.html", context, status=status_of(form))


def rate(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    require(request.viewer, "rate.edit")
    found = get_object_or_404(Rate.objects.visible_to(request.viewer), pk=pk)
    form = RateForm(request.POST or None, today=found.date, record=found)
    if form.is_valid() and attempt(form, lambda: _save(request, found, form)) is not None:
        messages.success(request, form.said(_("Saved. Figures use it from now on.")))
        return redirect("rates", slug=request.workspace.slug)
    context = {"rate": found, "form": form, **_frame(request, {"label": f"{found.base}/{found.quote}", "url": ""})}
    return render(request, "workspace/rate.html", context, status=status_of(form))


def _save(request: WorkspaceRequest, found: Rate, form: RateForm) -> Rate:
    return save_rate(viewer=request.viewer, rate=found, fields=form.fields_given, seen=form.seen_version)


def _frame(request: WorkspaceRequest, *crumbs: dict[str, str]) -> dict[str, Any]:
    here = {"label": _("Exchange rates"), "url": reverse("rates", args=[request.workspace.slug])}
    return {"tabs": settings_tabs(request, "rates"), "crumbs": settings_crumbs(request, here, *crumbs)}


@require_POST
def rate_deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Rate.objects.visible_to(request.viewer), pk=pk)
    delete_rate(rate=found, viewer=request.viewer)
    messages.success(request, _("The rate is gone. Figures follow at once."))
    return redirect("rates", slug=request.workspace.slug)

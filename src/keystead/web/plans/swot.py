"""The tab of strengths, weaknesses, opportunities and threats, one lens at a time or side by side."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keystead.data.plans.items import SwotItem
from keystead.data.plans.models import Plan, PlanStatus
from keystead.domain.plans.items import delete_item, save_swot_item, turn_swot_into_action, turn_swot_into_objective
from keystead.web.plans.findings import follow_up_sentences
from keystead.web.plans.forms import QuickSwotForm, SwotForm
from keystead.web.plans.page import done, find_item, find_plan, plan_context, render_plan, require_here
from keystead.web.plans.words import QUADRANTS
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of

_COMPARE = "compare"


def swot(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The quadrants; posted to, a new item from the line at the foot of one of them."""
    plan = find_plan(request, pk)
    if request.method == "GET":
        return _page(request, plan)
    require_here(request, "plan.contribute", plan)
    form = QuickSwotForm(request.POST)
    made = None
    if form.is_valid():
        made = attempt(form, lambda: save_swot_item(plan=plan, viewer=request.viewer, fields=form.cleaned_data))
    if made is None:
        text = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return done(request, lambda: _page(request, plan), _address(request, plan), text, level="error")
    return done(request, lambda: _page(request, plan, made), _address(request, plan, made), _("Noted."))


def _page(request: WorkspaceRequest, plan: Plan, made: SwotItem | None = None) -> HttpResponse:
    items = list(
        SwotItem.objects.filter(plan=plan)
        .select_related("owner", "became_objective", "became_action")
        .order_by("-importance", "created_at", "pk")
    )
    lenses = _lenses(items)
    lens, competitor = _wanted(request, made)
    context: dict[str, Any] = {
        "lens": lens,
        "competitor": competitor,
        "lenses": [_lens_link(each, lens, competitor, items) for each in lenses],
        "count": len(items),
        "loose": [] if plan.status == PlanStatus.ARCHIVED else follow_up_sentences(items),
        "is_comparing": lens == _COMPARE,
        "swot_url": _address(request, plan),
        "quadrants": [_quadrant(quadrant, items, lens, competitor) for quadrant in SwotItem.Quadrant],
        "competitors": sorted({item.competitor for item in items if item.competitor}),
        "levels": (1, 2, 3, 4, 5),
    }
    if lens == _COMPARE:
        context["columns"] = [words for _key, _name, words in lenses]
        context["rows"] = _side_by_side(items, lenses)
    return render_plan(request, plan, "swot", context)


type _LensKey = tuple[str, str, str]


def _lenses(items: list[SwotItem]) -> list[_LensKey]:
    """Our relationship, the customer in its market, and each competitor that is named."""
    named = sorted({item.competitor for item in items if item.lens == SwotItem.Lens.COMPETITOR and item.competitor})
    two = [(lens.value, "", str(lens.label)) for lens in (SwotItem.Lens.RELATIONSHIP, SwotItem.Lens.CLIENT)]
    return [*two, *((SwotItem.Lens.COMPETITOR.value, name, name) for name in named)]


def _wanted(request: WorkspaceRequest, made: SwotItem | None) -> tuple[str, str]:
    """The lens of the address, or of the item that was just made."""
    if made is not None:
        return made.lens, made.competitor
    lens = request.POST.get("lens") or request.GET.get("lens", "")
    competitor = request.POST.get("competitor") or request.GET.get("competitor", "")
    lens = lens if lens in {*SwotItem.Lens.values, _COMPARE} else SwotItem.Lens.RELATIONSHIP.value
    return lens, competitor if lens == SwotItem.Lens.COMPETITOR else ""


def _lens_link(each: _LensKey, lens: str, competitor: str, items: list[SwotItem]) -> dict[str, Any]:
    key, name, words = each
    query = {"lens": key} | ({"competitor": name} if name else {})
    count = sum(_of_lens(item, key, name) for item in items)
    return {"words": words, "url": f"?{urlencode(query)}", "is_current": (key, name) == (lens, competitor), "count": count or ""}


def _of_lens(item: SwotItem, lens: str, competitor: str) -> bool:
    return item.lens == lens and (lens != SwotItem.Lens.COMPETITOR or not competitor or item.competitor == competitor)


def _quadrant(quadrant: SwotItem.Quadrant, items: list[SwotItem], lens: str, competitor: str) -> dict[str, Any]:
    found = [item for item in items if item.quadrant == quadrant and _of_lens(item, lens, competitor)]
    needs = quadrant in (SwotItem.Quadrant.OPPORTUNITY, SwotItem.Quadrant.THREAT)
    return {"key": quadrant.value, "label": QUADRANTS[quadrant], "items": found, "needs_follow_up": needs}


def _side_by_side(items: list[SwotItem], lenses: list[_LensKey]) -> list[dict[str, Any]]:
    return [
        {
            "label": QUADRANTS[quadrant],
            "cells": [
                [item for item in items if item.quadrant == quadrant and _of_lens(item, key, name)]
                for key, name, _words in lenses
            ],
        }
        for quadrant in SwotItem.Quadrant
    ]


def _address(request: WorkspaceRequest, plan: Plan, item: SwotItem | None = None) -> str:
    url = reverse("plans:swot", args=[request.workspace.slug, plan.pk])
    if item is None:
        return url
    query = {"lens": item.lens} | ({"competitor": item.competitor} if item.competitor else {})
    return f"{url}?{urlencode(query)}#item-{item.pk}"


def item(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, SwotItem.objects.all(), item)
    require_here(request, "plan.contribute", plan)
    form = SwotForm(request.POST or None, viewer=request.viewer, record=found)
    if form.is_valid():
        saved = attempt(
            form,
            lambda: save_swot_item(
                plan=plan, viewer=request.viewer, fields=form.fields_given, item=found, seen=form.seen_version
            ),
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect(_address(request, plan, saved))
    context = {**plan_context(request, plan, "swot", found.get_quadrant_display()), "form": form, "item": found}
    return render(request, "plans/swot_form.html", context, status=status_of(form))


@require_POST
def item_deletion(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, SwotItem.objects.select_related("plan"), item)
    delete_item(item=found, viewer=request.viewer)
    return done(request, lambda: _page(request, plan, found), _address(request, plan, found), _("The item is deleted."))


@require_POST
def item_objective(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, SwotItem.objects.select_related("plan", "became_objective"), item)
    made = turn_swot_into_objective(item=found, viewer=request.viewer)
    text = _("It is objective %(rank)s now.") % {"rank": made.rank}
    return done(request, lambda: _page(request, plan, found), _address(request, plan, found), text)


@require_POST
def item_action(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, SwotItem.objects.select_related("plan", "became_action"), item)
    turn_swot_into_action(item=found, viewer=request.viewer)
    return done(
        request, lambda: _page(request, plan, found), _address(request, plan, found), _("It is an action of the plan now.")
    )

"""The tab of actions: what is late, what comes in two and in four weeks, what is done."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keystead.base import clock
from keystead.data.plans.items import Action, Objective
from keystead.data.plans.models import Plan
from keystead.domain.plans.items import delete_item, save_action
from keystead.web.plans.forms import ActionForm, QuickActionForm, StatusForm
from keystead.web.plans.overview import actions_of
from keystead.web.plans.page import done, find_item, find_plan, plan_context, render_plan, require_here
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of

_DONE_SHOWN = 30


def actions(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The list; posted to, a new action from the line at its top."""
    plan = find_plan(request, pk)
    if request.method == "GET":
        return _page(request, plan)
    require_here(request, "plan.contribute", plan)
    form = QuickActionForm(request.POST, viewer=request.viewer)
    if not form.is_valid():
        return _page(request, plan, form)
    made = attempt(form, lambda: save_action(plan=plan, viewer=request.viewer, fields=form.cleaned_data))
    if made is None:
        return _page(request, plan, form)
    return done(request, lambda: _page(request, plan), _address(request, plan), _("The action is on the list."))


def _page(request: WorkspaceRequest, plan: Plan, form: QuickActionForm | None = None) -> HttpResponse:
    today = clock.today(request.user.time_zone)
    found = list(actions_of(plan))
    asked = {name: request.GET.get(name, "") for name in ("owner", "objective")}
    shown = [action for action in found if _fits(action, asked)]
    groups = _grouped(shown, today)
    context = {
        "groups": groups,
        "count": len(found),
        "shown": len(shown),
        "today": today,
        "statuses": Action.Status.choices,
        "asked": asked,
        "owners": sorted({(str(a.owner_id), a.owner.name) for a in found if a.owner}, key=lambda pair: pair[1]),
        "with_objectives": sorted({(a.objective.rank, str(a.objective_id), a.objective.title) for a in found if a.objective}),
        "form": form or QuickActionForm(viewer=request.viewer),
        "actions_url": _address(request, plan),
    }
    return render_plan(request, plan, "actions", context, status=status_of(form) if form else 200)


def _fits(action: Action, asked: dict[str, str]) -> bool:
    return all(not value or str(getattr(action, f"{name}_id")) == value for name, value in asked.items())


def _grouped(found: Iterable[Action], today: date) -> list[dict[str, Any]]:
    """By when they are due; a group without actions is left out, but what is done only shows its latest."""
    two_weeks, four_weeks = today + timedelta(days=14), today + timedelta(days=28)
    rules: list[tuple[str, Any, str, Callable[[Action], bool]]] = [
        ("done", _("Done and dropped"), "", lambda action: action.status not in Action.OPEN),
        ("undated", _("Without a day"), "", lambda action: action.due_date is None),
        ("overdue", _("Overdue"), "bad", lambda action: _due(action) < today),
        ("soon", _("Next two weeks"), "", lambda action: _due(action) <= two_weeks),
        ("month", _("Next four weeks"), "", lambda action: _due(action) <= four_weeks),
        ("later", _("Later"), "", lambda _action: True),
    ]
    groups: dict[str, list[Action]] = {key: [] for key, *_rest in rules}
    for action in found:
        groups[next(key for key, _label, _tone, holds in rules if holds(action))].append(action)
    groups["done"].reverse()
    heads = {key: (label, tone) for key, label, tone, _holds in rules}
    order = ("overdue", "soon", "month", "later", "undated", "done")
    return [
        {
            "key": key,
            "label": heads[key][0],
            "tone": heads[key][1],
            "count": len(groups[key]),
            "actions": groups[key][:_DONE_SHOWN] if key == "done" else groups[key],
            "rest": max(0, len(groups[key]) - _DONE_SHOWN) if key == "done" else 0,
        }
        for key in order
        if groups[key]
    ]


def _due(action: Action) -> date:
    assert action.due_date is not None
    return action.due_date


def _address(request: WorkspaceRequest, plan: Plan) -> str:
    return reverse("plans:actions", args=[request.workspace.slug, plan.pk])


def action_new(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    require_here(request, "plan.contribute", plan)
    objective = Objective.objects.filter(plan=plan, pk=wanted).first() if (wanted := _key(request.GET.get("objective"))) else None
    form = ActionForm(request.POST or None, viewer=request.viewer, plan=plan, objective=objective)
    if form.is_valid():
        made = attempt(form, lambda: save_action(plan=plan, viewer=request.viewer, fields=form.fields_given))
        if made is not None:
            messages.success(request, _("The action is on the list."))
            return redirect(_address(request, plan))
    context = {**plan_context(request, plan, "actions", _("New action")), "form": form}
    return render(request, "plans/action_form.html", context, status=status_of(form))


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def action(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, Action.objects.all(), item)
    require_here(request, "plan.contribute", plan)
    form = ActionForm(request.POST or None, viewer=request.viewer, plan=plan, record=found)
    if form.is_valid():
        saved = attempt(
            form,
            lambda: save_action(plan=plan, viewer=request.viewer, fields=form.fields_given, action=found, seen=form.seen_version),
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect(_address(request, plan))
    context = {**plan_context(request, plan, "actions", found.title), "form": form, "action": found}
    return render(request, "plans/action_form.html", context, status=status_of(form))


@require_POST
def action_status(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    """Another status, at once."""
    plan = find_plan(request, pk)
    found = find_item(plan, Action.objects.all(), item)
    require_here(request, "plan.contribute", plan)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return done(request, lambda: _page(request, plan), _address(request, plan), _("There is no such status."), level="error")
    fields = {name: value for name, value in form.cleaned_data.items() if value is not None}
    saved = save_action(plan=plan, viewer=request.viewer, fields=fields, action=found)
    text = _("%(title)s: %(status)s") % {"title": Truncator(saved.title).chars(80), "status": saved.get_status_display()}
    return done(request, lambda: _page(request, plan), _address(request, plan), text)


@require_POST
def action_deletion(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, Action.objects.select_related("plan"), item)
    delete_item(item=found, viewer=request.viewer)
    text = _("%(title)s is deleted.") % {"title": found.title}
    return done(request, lambda: _page(request, plan), _address(request, plan), text)

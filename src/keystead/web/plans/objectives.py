"""The tab of objectives: ranked, measured, and against where they should stand today."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keystead.base import clock
from keystead.base.numbers import whole
from keystead.data.plans.items import Measure, MeasureReading, Objective, ObjectiveStatus
from keystead.data.plans.models import Plan, PlanStatus
from keystead.domain.plans.items import delete_item, move_objective, read_measure, save_measure, save_objective
from keystead.domain.plans.kpis import figures
from keystead.domain.plans.progress import ObjectiveProgress
from keystead.domain.plans.smart import lint
from keystead.web.plans.findings import active_warning
from keystead.web.plans.forms import MeasureForm, ObjectiveForm, ReadingForm
from keystead.web.plans.overview import actions_of, objectives_of, progress_of
from keystead.web.plans.page import done, find_item, find_plan, may_here, plan_context, render_plan, require_here
from keystead.web.plans.words import OBJECTIVE_TONES
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of


@require_GET
def objectives(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    return _page(request, find_plan(request, pk))


def _page(request: WorkspaceRequest, plan: Plan) -> HttpResponse:
    today = clock.today(request.user.time_zone)
    block = figures(plans=[plan], viewer=request.viewer, at=clock.now(), today=today)[plan.pk]
    found = list(objectives_of(plan, request.viewer))
    remarks: dict[UUID, list[Any]] = {}
    is_open = plan.status != PlanStatus.ARCHIVED
    for finding in lint(found, plan) if is_open else ():
        remarks.setdefault(finding.objective.pk, []).append(finding)
    progress = progress_of(plan, found, actions_of(plan), block, today)
    active = sum(each.status == ObjectiveStatus.ACTIVE for each in found)
    context = {
        "rows": [_row(each, remarks.get(each.objective.pk, []), len(found)) for each in progress],
        "today": today,
        "warning": active_warning(active) if found and is_open else "",
        "active": active,
    }
    return render_plan(request, plan, "objectives", context)


def _row(each: ObjectiveProgress, remarks: list[Any], count: int) -> dict[str, Any]:
    objective = each.objective
    return {
        "progress": each,
        "objective": objective,
        "remarks": remarks,
        "tone": OBJECTIVE_TONES[ObjectiveStatus(objective.status)],
        "is_first": objective.rank == 1,
        "is_last": objective.rank == count,
        "up": objective.rank - 1,
        "down": objective.rank + 1,
    }


def _address(request: WorkspaceRequest, plan: Plan, objective: Objective | None = None) -> str:
    url = reverse("plans:objectives", args=[request.workspace.slug, plan.pk])
    return f"{url}#objective-{objective.pk}" if objective else url


def objective_new(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """An objective, and with it its first measure when that has a name."""
    plan = find_plan(request, pk)
    require_here(request, "plan.contribute", plan)
    form = ObjectiveForm(request.POST or None, viewer=request.viewer, plan=plan, may_review=False)
    measure = MeasureForm(request.POST or None, prefix="measure")
    is_measured = bool(request.POST.get("measure-name", "").strip())
    if form.is_valid() and (not is_measured or measure.is_valid()):
        made = attempt(
            form,
            lambda: save_objective(
                plan=plan,
                viewer=request.viewer,
                fields=form.fields_given,
                measure=measure.fields_given if is_measured else None,
            ),
            beside=measure,
        )
        if made is not None:
            messages.success(request, _("The objective is on the list."))
            return redirect(_address(request, plan, made))
    context = {**plan_context(request, plan, "objectives", _("New objective")), "form": form, "measure": measure}
    return render(request, "plans/objective_form.html", context, status=status_of(form))


def objective(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, Objective.objects.all(), item)
    require_here(request, "plan.contribute", plan)
    may_review = may_here(request.viewer, "plan.approve")
    form = ObjectiveForm(request.POST or None, viewer=request.viewer, plan=plan, may_review=may_review, record=found)
    if form.is_valid():
        saved = attempt(
            form,
            lambda: save_objective(
                plan=plan, viewer=request.viewer, fields=form.fields_given, objective=found, seen=form.seen_version
            ),
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect(_address(request, plan, saved))
    context = {**plan_context(request, plan, "objectives", found.title), "form": form, "objective": found}
    return render(request, "plans/objective_form.html", context, status=status_of(form))


@require_POST
def objective_rank(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    """Up or down the list, to the rank that the button names."""
    plan = find_plan(request, pk)
    found = find_item(plan, Objective.objects.select_related("plan"), item)
    rank = whole(request.POST.get("rank", ""))
    if rank is not None:
        found = move_objective(objective=found, viewer=request.viewer, to=rank)
    text = _("%(title)s is number %(rank)s now.") % {"title": Truncator(found.title).chars(80), "rank": found.rank}
    return done(request, lambda: _page(request, plan), _address(request, plan, found), text)


@require_POST
def objective_deletion(request: WorkspaceRequest, pk: UUID, item: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    found = find_item(plan, Objective.objects.select_related("plan"), item)
    delete_item(item=found, viewer=request.viewer)
    text = _("%(title)s is deleted. Its actions stay in the plan.") % {"title": found.title}
    return done(request, lambda: _page(request, plan), _address(request, plan), text)


def measure(request: WorkspaceRequest, pk: UUID, item: UUID, measure_pk: UUID | None = None) -> HttpResponse:
    """A measure of an objective: a new one without a key."""
    plan = find_plan(request, pk)
    owner = find_item(plan, Objective.objects.select_related("plan"), item)
    found = find_item(plan, Measure.objects.filter(objective=owner), measure_pk) if measure_pk else None
    require_here(request, "plan.contribute", plan)
    form = MeasureForm(request.POST or None, record=found)
    if form.is_valid():
        saved = attempt(
            form,
            lambda: save_measure(
                objective=owner, viewer=request.viewer, fields=form.fields_given, measure=found, seen=form.seen_version
            ),
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect(_address(request, plan, owner))
    readings = list(found.readings.select_related("by")[:50]) if found else []
    context = {
        **plan_context(request, plan, "objectives", owner.title, found.name if found else _("New measure")),
        "form": form,
        "objective": owner,
        "measure": found,
        "readings": readings,
        "reading": ReadingForm(initial={"date": clock.today(request.user.time_zone)}),
    }
    return render(request, "plans/measure_form.html", context, status=status_of(form))


@require_POST
def measure_deletion(request: WorkspaceRequest, pk: UUID, item: UUID, measure_pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    owner = find_item(plan, Objective.objects.all(), item)
    found = find_item(plan, Measure.objects.filter(objective=owner).select_related("objective__plan"), measure_pk)
    delete_item(item=found, viewer=request.viewer)
    text = _("%(name)s is deleted with its readings.") % {"name": found.name}
    return done(request, lambda: _page(request, plan), _address(request, plan, owner), text)


@require_POST
def readings(request: WorkspaceRequest, pk: UUID, item: UUID, measure_pk: UUID) -> HttpResponse:
    """A value on a day; a second one of the day replaces the first."""
    plan = find_plan(request, pk)
    owner = find_item(plan, Objective.objects.all(), item)
    found = find_item(plan, Measure.objects.filter(objective=owner).select_related("objective__plan"), measure_pk)
    require_here(request, "plan.contribute", plan)
    form = ReadingForm(request.POST)
    noted = None
    if form.is_valid():
        day, value = form.cleaned_data["date"], form.cleaned_data["value"]
        noted = attempt(form, lambda: read_measure(measure=found, viewer=request.viewer, on=day, value=value))
    if noted is None:
        text = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return done(request, lambda: _page(request, plan), _address(request, plan, owner), text, level="error")
    return done(request, lambda: _page(request, plan), _address(request, plan, owner), _("The reading is noted."))


@require_POST
def reading_deletion(request: WorkspaceRequest, pk: UUID, item: UUID, measure_pk: UUID, reading_pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    owner = find_item(plan, Objective.objects.all(), item)
    of_measure = MeasureReading.objects.filter(measure=measure_pk, measure__objective=owner)
    found = find_item(plan, of_measure.select_related("measure__objective__plan"), reading_pk)
    delete_item(item=found, viewer=request.viewer)
    return done(request, lambda: _page(request, plan), _address(request, plan, owner), _("The reading is deleted."))

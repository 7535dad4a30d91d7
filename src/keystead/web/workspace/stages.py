"""The pipeline's stages: one row each, changed in place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keystead.base.numbers import whole
from keystead.data.deals.models import DealStatus, Stage
from keystead.domain.workspace.permissions import may, require
from keystead.domain.workspace.stages import delete_stage, move_stage, save_stage, stages_with_counts
from keystead.domain.writing import Invalid
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.forms import StageForm
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs
from keystead.web.workspace.writing import attempt, status_of

TONES = {DealStatus.OPEN: "info", DealStatus.WON: "good", DealStatus.LOST: "bad"}


def stages(request: WorkspaceRequest) -> HttpResponse:
    """The list, and the form for one more below it."""
    require(request.viewer, "stage.read")
    if request.method == "POST":
        require(request.viewer, "stage.edit")
    form = StageForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: save_stage(viewer=request.viewer, fields=form.fields_given)) is not None:
        messages.success(request, _("Saved."))
        return redirect("stages", slug=request.workspace.slug)
    rows = [{"stage": stage, "tone": TONES[DealStatus(stage.status)]} for stage in stages_with_counts(request.viewer)]
    context = {"rows": rows, "form": form, "may_edit": may(request.viewer, "stage.edit"), **_frame(request)}
    return render(request, "workspace/stages.html", context, status=status_of(form))


def stage(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    require(request.viewer, "stage.edit")
    found = get_object_or_404(stages_with_counts(request.viewer), pk=pk)
    form = StageForm(request.POST or None, record=found)
    if form.is_valid() and attempt(form, lambda: _save(request, found, form)) is not None:
        messages.success(request, form.said(_("Saved.")))
        return redirect("stages", slug=request.workspace.slug)
    context = {"stage": found, "form": form, **_frame(request, {"label": found.name, "url": ""})}
    return render(request, "workspace/stage.html", context, status=status_of(form))


def _save(request: WorkspaceRequest, found: Stage, form: StageForm) -> Stage:
    return save_stage(viewer=request.viewer, stage=found, fields=form.fields_given, seen_version=form.seen_version)


def _frame(request: WorkspaceRequest, *crumbs: dict[str, str]) -> dict[str, Any]:
    here = {"label": _("Stages"), "url": reverse("stages", args=[request.workspace.slug])}
    return {"tabs": settings_tabs(request, "stages"), "crumbs": settings_crumbs(request, here, *crumbs)}


@require_POST
def stage_position(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """`to` is the new place, counted from 0."""
    require(request.viewer, "stage.edit")
    found = get_object_or_404(Stage, pk=pk)
    to = whole(request.POST.get("to", ""))
    if to is not None:
        move_stage(stage=found, viewer=request.viewer, to=to)
    return redirect("stages", slug=request.workspace.slug)


@require_POST
def stage_deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    require(request.viewer, "stage.edit")
    found = get_object_or_404(Stage, pk=pk)
    try:
        delete_stage(stage=found, viewer=request.viewer)
        messages.success(request, _("%(name)s is gone.") % {"name": found.name})
    except Invalid as refusal:
        messages.error(request, str(refusal.errors[0].message))
    return redirect("stages", slug=request.workspace.slug)

"""The workspace's own settings, with its fiscal calendar drawn while it is being chosen."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base.clock import today
from keystead.base.periods import FiscalCalendar, InvalidPeriod
from keystead.domain.plans.editing import fiscal_calendar
from keystead.domain.workspace.permissions import require
from keystead.domain.workspace.settings import change_workspace
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.forms import WorkspaceForm
from keystead.web.workspace.leaving import confirm_first
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs
from keystead.web.workspace.writing import attempt, status_of

_NUMBERS = {"start_month": "fiscal_start_month", "week_start": "fiscal_week_start"}
_WORDS = {"named_by": "fiscal_named_by", "pattern": "fiscal_pattern", "week53": "fiscal_week53"}


def workspace_settings(request: WorkspaceRequest) -> HttpResponse:
    require(request.viewer, "workspace.edit")
    form = WorkspaceForm(request.POST or None, record=request.workspace)
    if form.is_valid():
        if form.fields_given["second_step"] != request.workspace.second_step:
            confirm_first(request)
        saved = attempt(
            form,
            lambda: change_workspace(
                workspace=request.workspace, viewer=request.viewer, fields=form.fields_given, seen_version=form.seen_version
            ),
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect("workspace_settings", slug=saved.slug)
    context = {
        "form": form,
        "preview": _preview(fiscal_calendar(request.workspace), request.user.time_zone),
        "tabs": settings_tabs(request, "workspace_settings"),
        "crumbs": settings_crumbs(
            request, {"label": _("Workspace"), "url": reverse("workspace_settings", args=[request.workspace.slug])}
        ),
    }
    return render(request, "workspace/settings.html", context, status=status_of(form))


@require_GET
def calendar_preview(request: WorkspaceRequest) -> HttpResponse:
    """The quarters of the running fiscal year as the form's present values would cut them; nothing is saved."""
    require(request.viewer, "workspace.edit")
    try:
        numbers: dict[str, Any] = {name: int(request.GET.get(field, "")) for name, field in _NUMBERS.items()}
        words: dict[str, Any] = {name: request.GET.get(field, "") for name, field in _WORDS.items()}
        calendar = FiscalCalendar(**numbers, **words)
    except (ValueError, InvalidPeriod):
        calendar = fiscal_calendar(request.workspace)
    preview = _preview(calendar, request.user.time_zone)
    return render(request, "workspace/settings.html#preview", {"preview": preview})


def _preview(calendar: FiscalCalendar, time_zone: str) -> dict[str, Any]:
    language = (get_language() or "en").replace("-", "_")
    year = calendar.year_of(today(time_zone))

    def named(period: Any) -> dict[str, Any]:
        # Translators: short for "fiscal year", written before a year
        name = calendar.name(period, _locale(language), fiscal=_("FY"))
        return {
            "name": name,
            "start": period.start,
            "end": period.end,
            "weeks": period.days // 7,
            "is_now": period.contains(today(time_zone)),
        }

    return {
        "year": named(year),
        "quarters": [named(quarter) for quarter in calendar.quarters(year)],
        "in_weeks": calendar.pattern != "months",
    }


def _locale(language: str) -> str:
    return {"pt_br": "pt_BR"}.get(language, language)

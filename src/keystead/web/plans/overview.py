"""The plan at a glance: figures, objectives, the next four weeks, product lines, what to look at, SWOT."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keystead.base import clock
from keystead.base.money import Money
from keystead.data.accounts.models import Contact
from keystead.data.plans.items import Action, MeasureReading, Objective, SwotItem
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.plans.approval import has_frozen_rates
from keystead.domain.plans.kpis import PlanFigures, figures
from keystead.domain.plans.progress import ObjectiveProgress, group_actions, objective_progress
from keystead.domain.plans.streams import Streams, figures_and_streams, together
from keystead.web.plans import figures as shown
from keystead.web.plans.findings import findings
from keystead.web.plans.page import find_plan, render_plan
from keystead.web.plans.words import QUADRANTS, local_time, rates_sentence
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way

_LANE_ROWS = 6
_OBJECTIVES = 5
_STREAMS = 6


@require_GET
def detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    plan = find_plan(request, pk)
    at, today = clock.now(), clock.today()
    block, by_line = figures_and_streams(plan=plan, viewer=request.viewer, at=at, today=today)
    objectives = list(objectives_of(plan, request.viewer))
    actions = list(actions_of(plan))
    swot = list(SwotItem.objects.filter(plan=plan))
    progress = progress_of(plan, objectives, actions, block, today)
    context = {
        **band_context(request, plan, block, today),
        "objectives": progress[:_OBJECTIVES],
        "more_objectives": max(0, len(progress) - _OBJECTIVES),
        "active": sum(each.objective.status == "active" for each in progress),
        **next_weeks(actions, today, as_list=request.GET.get("next") == "list"),
        "findings": findings(request, plan, objectives, actions, swot, block, today),
        "quadrants": _quadrants(swot),
        **stream_context(plan, by_line),
    }
    return render_plan(request, plan, "overview", context)


@require_GET
def band(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The figures alone, for the page to refresh them while it is looked at."""
    plan = find_plan(request, pk)
    block = figures(plans=[plan], viewer=request.viewer, at=clock.now(), today=clock.today())[plan.pk]
    return render(request, "plans/band.html", {"plan": plan, **band_context(request, plan, block, clock.today())})


def band_context(request: WorkspaceRequest, plan: Plan, block: PlanFigures, today: date) -> dict[str, Any]:
    slug = request.workspace.slug
    return {
        "headline": [shown.shown(block, kpi, slug=slug) for kpi in shown.HEADLINE],
        "details": [shown.shown(block, kpi, slug=slug) for kpi in shown.DETAILS],
        "values": block.values,
        "pace": shown.pace_today(plan, today),
        "as_of": local_time(block.as_of),
        "hidden_note": shown.hidden_note(block, is_included=request.workspace.totals_include_hidden),
        "missing": shown.missing_sentences(block),
        "rates_url": way("rates", request.workspace),
        "rates_text": rates_sentence(plan.rate_policy, is_frozen=has_frozen_rates(plan)),
    }


def objectives_of(plan: Plan, viewer: Member) -> QuerySet[Objective]:
    """By rank, with all that progress and the checks read; without a stakeholder at an account that the viewer may not see."""
    readings = Prefetch("measures__readings", MeasureReading.objects.select_related("by").order_by("-date"))
    found: QuerySet[Objective] = (
        Objective.objects.filter(plan=plan)
        .select_related("owner")
        .prefetch_related(Prefetch("stakeholder", Contact.objects.visible_to(viewer)), "measures", readings, "from_swot")
    )
    return found.order_by("rank")


def actions_of(plan: Plan) -> QuerySet[Action]:
    found: QuerySet[Action] = Action.objects.filter(plan=plan).select_related("owner", "objective")
    return found.order_by("due_date", "created_at")


def progress_of(
    plan: Plan, objectives: Iterable[Objective], actions: Iterable[Action], block: PlanFigures, today: date
) -> list[ObjectiveProgress]:
    grouped = group_actions(actions)
    return [
        objective_progress(each, plan=plan, kpis=block.values, actions=grouped.get(each.pk, []), today=today)
        for each in objectives
    ]


@dataclass
class LaneBar:
    label: str
    start: date
    end: date
    row: int
    tone: str
    is_milestone: bool


def next_weeks(actions: Iterable[Action], today: date, *, as_list: bool) -> dict[str, Any]:
    """Four weeks from this Monday. A bar that has no start is drawn as its last three days."""
    start = today - timedelta(days=today.weekday())
    end = start + timedelta(days=27)
    is_open = [action for action in actions if action.status in Action.OPEN and action.due_date]
    within = [action for action in is_open if _first_day(action) <= end and _due(action) >= start]
    late = sum(_due(action) < today for action in is_open)
    bars = _packed(sorted(within, key=_first_day), today, end)
    return {
        "lane": [bar for bar in bars if bar.row < _LANE_ROWS],
        "lane_more": sum(bar.row >= _LANE_ROWS for bar in bars),
        "lane_start": start,
        "lane_end": end,
        "today": today,
        "late_actions": late,
        "next_actions": within[:12],
        "as_list": as_list,
        "more_next": max(0, len(within) - 12),
    }


def _due(action: Action) -> date:
    assert action.due_date is not None
    return action.due_date


def _first_day(action: Action) -> date:
    if action.is_milestone:
        return _due(action)
    return action.start_date or _due(action) - timedelta(days=2)


def _packed(actions: list[Action], today: date, end: date) -> list[LaneBar]:
    """Each bar in the first row where it does not touch the one before.

    A milestone's words need room to its right, or to its left when it is near the lane's end.
    """
    free: list[date] = []
    bars = []
    for action in actions:
        first, last = _first_day(action), _due(action)
        taken = last + timedelta(days=9) if action.is_milestone else max(last, first + timedelta(days=5))
        is_last = action.is_milestone and last > end - timedelta(days=7)
        needed = first - timedelta(days=9) if is_last else first
        row = next((number for number, until in enumerate(free) if until < needed), len(free))
        free[row : row + 1] = [taken]
        tone = "bad" if last < today else ""
        bars.append(LaneBar(action.title, first, last, row, tone, action.is_milestone))
    return bars


def _quadrants(swot: list[SwotItem]) -> list[dict[str, Any]]:
    """Of our relationship: each quadrant with its count and its most important items. The other lenses are beside it."""
    parts = []
    ours = [item for item in swot if item.lens == SwotItem.Lens.RELATIONSHIP]
    for quadrant in SwotItem.Quadrant:
        items = sorted((item for item in ours if item.quadrant == quadrant), key=lambda item: -item.importance)
        parts.append({"label": QUADRANTS[quadrant], "count": len(items), "items": items[:2]})
    return parts


def stream_context(plan: Plan, found: Streams) -> dict[str, Any]:
    def row(stream: Any) -> dict[str, Any]:
        names = ("last_year", "won", "pipeline", "forecast")
        return {"name": stream.name, **{name: Money(getattr(stream, name), plan.currency).rounded() for name in names}}

    rest = found.lines[_STREAMS:]
    return {
        "streams": [row(stream) for stream in found.lines[:_STREAMS]],
        "more_streams": len(rest),
        "streams_total": row(found.total),
        "streams_rest": row(together(rest)) if rest else None,
        "earlier": found.earlier,
    }
